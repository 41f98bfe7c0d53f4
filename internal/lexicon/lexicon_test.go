package lexicon

import (
	"fmt"
	"strings"
	"testing"
)

func TestSenses(t *testing.T) {
	for word, want := range map[string]Sense{
		"visits":           Word | Common,
		"department":       Word | Common,
		"hospitalizations": Word | Common,
		"keller":           0,
		"kellner":          0,
		"maria":            Given,
		"john":             Given,
		"baker":            Word | Surname,
		"mark":             Word | Common | Given | Surname,
		"berlin":           Place | Surname,
		"paris":            Place | Given | Surname,
		"may":              Word | Place | Common,
		"colour":           Word | Common,
		"":                 0,
		"visitss":          0,
	} {
		if got := Look(word); got&^Surname != want&^Surname {
			t.Errorf("%s: %b, want %b", word, got, want)
		}
	}
}

func TestEveryWordOfTheListIsFound(t *testing.T) {
	w := table()
	lines := strings.Split(strings.TrimSuffix(w.text, "\n"), "\n")
	if len(lines) < 80_000 {
		t.Fatalf("%d lines", len(lines))
	}
	for _, l := range lines {
		word, sense := l[:len(l)-1], Sense(l[len(l)-1]-'@')
		if Look(word) != sense || sense == 0 || strings.ToLower(word) != word {
			t.Fatalf("%q", l)
		}
		if sense.Is(Surname) && !sense.Is(Word|Place|Given) {
			t.Errorf("%s is a surname and nothing else: it is to be unknown", word)
		}
	}
}

func TestMisspells(t *testing.T) {
	common := func(w string) bool { return Look(w).Is(Common) }
	for word, want := range map[string]bool{
		"deparment": true, "departmnet": true, "departmentt": true, "depertment": true,
		"kellermann": false, "fernandez": false, "department": false, "dprtment": false,
	} {
		if got := Misspells(word, func(w string) bool { return w != word && common(w) }); got != want {
			t.Errorf("%s: %v", word, got)
		}
	}
}

func BenchmarkUnpack(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		unpack(packed)
	}
}

func BenchmarkLook(b *testing.B) {
	table()
	for b.Loop() {
		Look("department")
	}
}

func ExampleLook() {
	fmt.Println(Look("baker").Is(Surname), Look("kellner") == 0)
	// Output: true true
}
