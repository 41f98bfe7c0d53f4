package dictionary

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

var key = bytes.Repeat([]byte{7}, 32)

func built(t testing.TB, rows ...[]string) *Dictionary {
	t.Helper()
	b, err := NewBuilder(key, func(w string) bool { return w != "kellner" })
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		b.Row(r)
	}
	return b.Build("test", time.Unix(1e9, 0))
}

func TestNamesAndForms(t *testing.T) {
	d := built(t,
		[]string{"Rose Banks", "P-10233"}, []string{"Green Valley Farms Ltd.", "P-99999"}, []string{"Mark", "Baker"},
		[]string{"Grace Kellner", ""}, []string{"Faith", ""}, []string{"Studio 54", "12345"}, []string{"one two three four five six", "FY2024"})
	for _, c := range []struct {
		phrase string
		want   bool
	}{
		{"rose banks", true},
		{"green valley farms ltd", true},
		{"green valley farms", true},
		{"mark baker", true}, // from two columns
		{"baker mark", true},
		{"banks rose", false},
		{"valley farms", false},
		{"grace kellner", false}, // kellner is found by itself
		{"faith", false},         // a single word that is one
		{"studio 54", false},
		{"one two three four five six", false},
		{"", false},
	} {
		if g := digestOf(key, c.phrase); g.covered() {
			t.Fatalf("%q is among the cover: choose another", c.phrase)
		}
		if got := d.Name(strings.Fields(c.phrase)); got != c.want {
			t.Errorf("%q: %v", c.phrase, got)
		}
	}
	for code, want := range map[string]bool{"P-10233": true, "p-00000": true, "Q-1": false, "12345": false, "FY2024": false, "P_10233": false, "P-102334": false} {
		if d.Code(code) != want {
			t.Errorf("%s: %v", code, !want)
		}
	}
	if i := d.Info(); i.Names != 5 || !slices.Equal(i.Forms, []string{"A-99999"}) || i.Rows != 7 {
		t.Errorf("%+v", i)
	}
	var none *Dictionary
	if none.Name([]string{"rose", "banks"}) || none.Code("P-10233") {
		t.Error("the nil dictionary knows something")
	}
}

// One phrase of 1024 is said to be a name, the same ones whatever is stored; of the
// others hardly any.
func TestCover(t *testing.T) {
	var rows [][]string
	for i := range 10_000 {
		rows = append(rows, []string{"name " + letters(i)})
	}
	small, large := built(t), built(t, rows...)
	covered, wrong := 0, 0
	for i := range 100_000 {
		phrase := []string{"word", letters(i)}
		a, b := small.Name(phrase), large.Name(phrase)
		if a {
			covered++
		}
		if a && !b {
			t.Fatal("the cover depends on what is stored")
		}
		if b && !a {
			wrong++
		}
	}
	if covered < 60 || covered > 140 || wrong > 5 {
		t.Errorf("%d of 100,000 covered, %d wrong", covered, wrong)
	}
}

func letters(i int) string {
	return strings.Map(func(r rune) rune { return r - '0' + 'a' }, fmt.Sprint(i))
}

// What is kept holds no name, reads back under its key, and under no other; a
// changed byte is noticed.
func TestEncode(t *testing.T) {
	d := built(t, []string{"Rose Banks", "P-10233"})
	text := d.Encode()
	for _, secret := range []string{"rose", "Rose", "banks", "10233", string(key)} {
		if bytes.Contains(text, []byte(secret)) {
			t.Errorf("%q stands in it", secret)
		}
	}
	back, err := Decode(key, text)
	if err != nil || !back.Name([]string{"rose", "banks"}) || !back.Code("X-00001") || fmt.Sprint(back.Info()) != fmt.Sprint(d.Info()) {
		t.Errorf("%v %v", back, err)
	}
	if _, err := Decode(bytes.Repeat([]byte{8}, 32), text); err == nil {
		t.Error("another key reads it")
	}
	for i := range text {
		changed := bytes.Clone(text)
		changed[i] ^= 1
		if _, err := Decode(key, changed); err == nil {
			t.Fatalf("byte %d was changed unnoticed", i)
		}
		if _, err := Decode(key, text[:i]); err == nil {
			t.Fatalf("cut at %d unnoticed", i)
		}
	}
}

// A column with many forms holds no ids.
func TestManyForms(t *testing.T) {
	var rows [][]string
	for i := range 150 {
		rows = append(rows, []string{strings.Repeat("A", i%30+1) + "-1" + strings.Repeat("0", 3+i/30)})
	}
	if d := built(t, rows...); len(d.Info().Forms) != 0 {
		t.Error(d.Info().Forms)
	}
}

func TestNewBuilderWantsAKey(t *testing.T) {
	if _, err := NewBuilder(key[:31], func(string) bool { return true }); err == nil {
		t.Error("a short key")
	}
	if _, err := NewBuilder(key, nil); err == nil {
		t.Error("no test for words")
	}
}

func BenchmarkName(b *testing.B) {
	d := built(b, []string{"Rose Banks"})
	phrase := []string{"green", "valley"}
	b.ReportAllocs()
	for b.Loop() {
		d.Name(phrase)
	}
}
