package egress

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// From the question to the draft and back no placeholder is lost or swapped: what
// leaves holds none of the values, each value has one placeholder and each
// placeholder one value, over several turns too; and what a model makes of a
// placeholder, a text or a part of a LIKE pattern, becomes the value and nothing else.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var earlier Kept
		random := counting()
		for range rapid.IntRange(1, 3).Draw(t, "turns") {
			text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces()), 1, 12).Draw(t, "text"), " ")
			r := redaction{random: random, earlier: earlier}
			if rapid.Bool().Draw(t, "hides") && strings.Contains(text, "wine") {
				r.choice.Hide = []string{"wine"}
			}
			leaves, kept, err := r.redact(text)
			if err != nil {
				t.Fatal(err)
			}
			checkRoundTrip(t, text, leaves, kept)
			for name, value := range earlier.values {
				if kept.values[name] != value {
					t.Fatalf("%s meant %q, and means %q", name, value, kept.values[name])
				}
			}
			earlier = kept
		}
	})
}

func checkRoundTrip(t *rapid.T, text, leaves string, kept Kept) {
	of := map[string]string{}
	back := placeholder.ReplaceAllStringFunc(leaves, func(name string) string {
		value, changed, err := kept.Restore(name)
		if err != nil || !changed || value == "" {
			t.Fatalf("%s is lost: %v", name, err)
		}
		if other, ok := of[value]; ok && other != name {
			t.Fatalf("%q is %s and %s", value, name, other)
		}
		of[value] = name
		pattern, _, err := kept.RestorePattern("%" + name + "_")
		if want := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(value) + "_"; err != nil || pattern != want {
			t.Fatalf("the pattern is %q, want %q: %v", pattern, want, err)
		}
		return value
	})
	if back != text {
		t.Fatalf("%q\nleft as  %q\ncame back %q", text, leaves, back)
	}
	left := placeholder.ReplaceAllString(leaves, "\x00")
	for value := range of {
		for _, m := range occurrences(left, value) {
			if left[m.Start:m.End] == value {
				t.Fatalf("%q is replaced, and left: %q", value, left)
			}
		}
	}
}

// pieces are words and values, with what is special to SQL, to LIKE and to us.
func pieces() []string {
	return []string{"orders", "of", "by", "wine", "and", "Wine", "per month,", "compare", "Maria Keller", "maria keller", "O'Brien", "O'Brien's",
		"a_b%c@example.org", `back\slash@example.org`, "'x@example.org'", "4111 1111 1111 1111", "4111111111111111", "GB82 WEST 1234 5698 7654 32",
		"Müller-Lüdenscheidt", "王小明", "Ł", "⟨EMAIL_abcd⟩", "⟩", "⟨", "+49 30 901820", "Mark Baker", "rose", "J. van der Berg", "keller", "Keller",
		"password is x%_'\"", "https://example.org/u/keller", "14 Crown Street", "--", ";", "\n", "_", "%", `\`, "\"", "''"}
}
