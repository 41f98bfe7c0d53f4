package egress

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/grille-dev/grille/dictionary"
)

// heaps are texts that would cost much if anything went over them more than a few
// times: each is as long as a question may be.
func heaps() map[string]string {
	all := map[string]string{}
	for _, piece := range []string{"a", "1 ", "1-", "4", "@", "a@", "a.", "⟨", "⟨a", "GB82 ", "A1", "Kellner ", "kellner rose ", "rose banks ",
		"Mark ", "ü", "王", "x'", "::", "1:", "born ", "12 Street ", "password ", "J. ", "van ", "(", "+1", "0 ", "sk-", "Aa1-", "www.", "of ", "departmnt "} {
		all[piece] = strings.Repeat(piece, maxCharacters/utf8.RuneCountInString(piece))
	}
	return all
}

// FuzzDetect: marks are in order, apart, within the text and between characters,
// whatever the text; and looking again at a text without them finds them gone.
func FuzzDetect(f *testing.F) {
	for _, s := range []string{"visits of Maria Keller", "14 Crown Street", "4111 1111 1111 1111 12/27", "⟨EMAIL_x7f3⟩", "O'Brien's", "born 1980-02-03",
		"password is x", "⟩⟨", "İI ſ", "\u0301a\u0301", "rose banks and P-10233"} {
		f.Add(s)
	}
	d := Detector{Names: thousand(f)}
	f.Fuzz(func(t *testing.T, s string) {
		q, err := ReadQuestion(s)
		if err != nil {
			return
		}
		wellMarked(t, q.text, d.Examine(q.text))
	})
}

func wellMarked(t *testing.T, text string, marks []Mark) {
	t.Helper()
	end := 0
	for _, m := range marks {
		if m.Start < end || m.Start >= m.End || m.End > len(text) || !utf8.RuneStart(text[m.Start]) || m.End < len(text) && !utf8.RuneStart(text[m.End]) {
			t.Fatalf("%q is marked at %d-%d, after %d", text, m.Start, m.End, end)
		}
		end = m.End
	}
}

// The longest questions of the worst kind are no more than a hundred times as dear
// as one that is a twentieth of them.
func TestHeapsAreMarkedWell(t *testing.T) {
	d := Detector{Names: thousand(t)}
	for piece, text := range heaps() {
		t.Run(piece, func(t *testing.T) { wellMarked(t, text, d.Examine(text)) })
	}
}

func thousand(t testing.TB) Names {
	t.Helper()
	return dictionaryOf(t, 1000)
}

// dictionaryOf has made-up names of plain words.
func dictionaryOf(t testing.TB, n int) *dictionary.Dictionary {
	t.Helper()
	b, err := dictionary.NewBuilder([]byte(strings.Repeat("k", 32)), func(string) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	b.Row([]string{"Rose Banks", "P-10233"})
	for i := range n - 1 {
		b.Row([]string{fmt.Sprintf("name %s", digitWords(i))})
	}
	return b.Build("test", time.Unix(1e9, 0))
}

func digitWords(i int) string {
	return strings.Map(func(r rune) rune { return r - '0' + 'a' }, fmt.Sprint(i))
}

const twoHundred = "How many visits did Maria Keller and rose banks have in cardiology last year, compared with the average of all patients " +
	"of that age who were admitted urgently, and which of them owe us more than 5000?"

// BenchmarkRedact replaces in a question of 200 characters, with a million names in
// the dictionary.
func BenchmarkRedact(b *testing.B) {
	if n := utf8.RuneCountInString(twoHundred); n != 200 {
		b.Fatalf("%d characters", n)
	}
	r := redaction{Detector: Detector{Names: dictionaryOf(b, 1_000_000)}}
	b.ReportAllocs()
	for b.Loop() {
		r.random = counting()
		if _, _, err := r.redact(twoHundred); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkHeaps goes over the longest questions of the worst kinds.
func BenchmarkHeaps(b *testing.B) {
	d := Detector{Names: thousand(b)}
	for piece, text := range heaps() {
		b.Run(piece, func(b *testing.B) {
			for b.Loop() {
				d.Examine(text)
			}
		})
	}
}

// FuzzSigns: a detector that a glance at the text leaves out would have found
// nothing.
func FuzzSigns(f *testing.F) {
	for _, s := range []string{"a 1 b", "QQ 12 34 56 C", "AB 12 34 56 C", "1 A ST", "DOB 1.1.80", "::1", "M1 1AE", "abcdefgh1", "12345678Z", "T220001293",
		"GB82 WEST 1234 5698 7654 32", "5 Kings Way", "Linden Str. 3", "mrn12345", "555-0123"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		q, err := ReadQuestion(s)
		if err != nil {
			return
		}
		seen := signsOf(q.text)
		for _, d := range detectors() {
			if found := d.find(q.text); !d.when(seen) && len(found) > 0 {
				t.Errorf("%s is not looked for, and is in %q: %v", d.kind, q.text, found)
			}
		}
		if !seen.number() && len(numbers(q.text)) > 0 {
			t.Errorf("numbers are not looked for in %q", q.text)
		}
	})
}
