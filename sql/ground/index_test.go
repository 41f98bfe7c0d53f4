package ground_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/grille-dev/grille/internal/spec"
	"github.com/grille-dev/grille/sql/ground"
)

// TestFind runs the pages on what a text means among stored values.
func TestFind(t *testing.T) {
	spec.Run(t, "testdata/spec/find", func(t *testing.T) spec.Commands {
		var values []string
		means := map[string]string{}
		return spec.Commands{
			// values are one a line, and what people call them behind an arrow.
			"values": func(a *spec.Args, input string) string {
				values, means = nil, map[string]string{}
				for _, line := range strings.Split(strings.TrimSuffix(input, "\n"), "\n") {
					if called, stored, ok := strings.Cut(line, " -> "); ok {
						means[called] = stored
						continue
					}
					values = append(values, line)
				}
				return "ok"
			},
			// holds says whether a text is held, one a line; | shows where it ends.
			"holds": func(a *spec.Args, input string) string {
				x := ground.NewIndex(ground.Set{Values: values, Means: means, Persons: a.Has("persons")})
				var out []string
				for _, line := range strings.Split(strings.TrimSuffix(input, "\n"), "\n") {
					out = append(out, fmt.Sprint(x.Holds(ground.NewText(strings.TrimSuffix(line, "|")))))
				}
				return strings.Join(out, "\n")
			},
			// find looks for one text a line; | shows where it ends.
			"find": func(a *spec.Args, input string) string {
				x := ground.NewIndex(ground.Set{Values: values, Means: means, Persons: a.Has("persons")})
				var out []string
				for _, line := range strings.Split(strings.TrimSuffix(input, "\n"), "\n") {
					out = append(out, say(x.Find(strings.TrimSuffix(line, "|"))))
				}
				return strings.Join(out, "\n")
			},
		}
	})
}

func say(f ground.Found) string {
	switch {
	case f.Exact:
		return "is a value"
	case f.Stored != "":
		return "means " + f.Stored
	case len(f.Like) > 0:
		return "is like " + strings.Join(f.Like, ", ")
	case f.All:
		return "is like nothing"
	}
	return "is not looked for"
}

// words draws texts that are near to each other, with accents, spaces and signs.
func words() *rapid.Generator[string] {
	return rapid.StringOfN(rapid.SampledFrom([]rune("aAbéÉeß -.5Ω'ﬁİ\u0301＃#")), 0, 12, -1)
}

// Whatever is found stands among the values; a value itself is never taken for
// another, and the order in which values come changes nothing.
func TestFindProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(words(), 0, 12).Draw(t, "values")
		asked := words().Draw(t, "asked")
		called := words().Draw(t, "called")
		means := map[string]string{called: words().Draw(t, "meant")}
		f := ground.NewIndex(ground.Set{Values: values, Means: means}).Find(asked)
		if f.Exact != slices.Contains(values, asked) {
			t.Fatalf("%q among %q: %+v", asked, values, f)
		}
		for _, s := range append(slices.Clone(f.Like), f.Stored) {
			if s != "" && !slices.Contains(values, s) {
				t.Fatalf("%q is none of %q", s, values)
			}
		}
		if f.Stored != "" && len(f.Like) > 0 || f.Exact && f.Stored != "" || len(f.Like) > 3 {
			t.Fatalf("%+v says two things", f)
		}
		slices.Reverse(values)
		if again := ground.NewIndex(ground.Set{Values: append(values, values...), Means: means}).Find(asked); fmt.Sprint(again) != fmt.Sprint(f) {
			t.Fatalf("%+v, and %+v in another order", f, again)
		}
	})
}

// A text that differs from one value in case, spaces or accents only means it,
// unless another value does too.
func TestFoldedIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringMatching(`[a-zà-öA-ZÀ-Ö]{1,8}( [a-z]{1,8}){0,2}`).Draw(t, "value")
		asked := "  " + strings.ToUpper(strings.ReplaceAll(value, " ", " \t ")) + " "
		if f := ground.NewIndex(ground.Set{Values: []string{value, "-", "5"}}).Find(asked); f.Stored != value {
			t.Fatalf("%q for %q: %+v", asked, value, f)
		}
	})
}

func BenchmarkIndex(b *testing.B) {
	for _, length := range []int{12, 190} {
		values := many(5000, length)
		b.Run(fmt.Sprintf("build/5000x%d", length), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				ground.NewIndex(ground.Set{Values: values})
			}
		})
		x := ground.NewIndex(ground.Set{Values: values})
		for name, asked := range map[string]string{
			"exact":  values[77],
			"folded": strings.ToUpper(values[77]),
			"slip":   values[77][:1] + values[77][2:],
			"alike":  many(9000, length)[8000],
			"none":   strings.Repeat("zyx ", length/4),
		} {
			b.Run(fmt.Sprintf("find/5000x%d/%s", length, name), func(b *testing.B) {
				for b.Loop() {
					x.Find(asked)
				}
			})
		}
	}
}

// many are n different texts of words, of length bytes.
func many(n, length int) []string {
	syllables := []string{"ka", "ri", "sto", "men", "bul", "ver", "ta", "noo", "gri", "phe", "lan", "dor", "ix", "um"}
	var out []string
	state := uint32(1)
	for i := range n {
		var b strings.Builder
		for b.Len() < length {
			state = state*1664525 + 1013904223
			b.WriteString(syllables[state>>16%uint32(len(syllables))])
			if state>>28 < 3 {
				b.WriteByte(' ')
			}
		}
		out = append(out, fmt.Sprintf("%.*s %d", length, b.String(), i))
	}
	return out
}
