package taught

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/grille-dev/grille/internal/spec"
	"github.com/grille-dev/grille/internal/strict"
	"github.com/grille-dev/grille/internal/strict/stricttest"
)

func TestPages(t *testing.T) {
	spec.Run(t, "testdata/read", func(*testing.T) spec.Commands {
		return spec.Commands{"file": read, "meanings": readMeanings, "record": record}
	})
}

// file: what a file says, or what is wrong with it.
func read(_ *spec.Args, input string) string {
	l, err := Parse("words.yaml", []byte(input))
	if err != nil {
		return err.Error()
	}
	var b strings.Builder
	for _, w := range l.Words() {
		fmt.Fprintf(&b, "%s: %s\n", w.Phrase, strings.Join(w.Meanings, ", or "))
	}
	return b.String() + fmt.Sprintf("%d words, %d defaults, %d answers", len(l.words), len(l.defaults), len(l.answers))
}

// meanings: one a line, with what is made of it.
func readMeanings(_ *spec.Args, input string) string {
	var b strings.Builder
	for text := range strings.SplitSeq(input, "\n") {
		fmt.Fprintf(&b, "%s\n", text)
		m, err := readMeaning(text)
		if err != nil {
			fmt.Fprintf(&b, "  %v\n", err)
			continue
		}
		fmt.Fprintf(&b, "  %s %s\n", m.agg, strings.Join(m.name, " / "))
		for _, c := range m.conds {
			fmt.Fprintf(&b, "  %s | %s |%s\n", c.column, c.test, c.not)
		}
	}
	return b.String()
}

// record: a question, its SQL, and another question a line; what is kept, and the SQL
// for the others.
func record(_ *spec.Args, input string) string {
	lines := strings.Split(input, "\n")
	a := Record(lines[0], lines[1])
	out := a.Question + "\n" + a.SQL + "\n"
	for _, other := range lines[2:] {
		sql, ok := a.Fill(other, func(said string) bool { return said != "many" })
		if !ok {
			sql = "another question, or it cannot be written"
		}
		out += "  " + other + "\n    " + sql + "\n"
	}
	return out + "sample: " + a.Sample()
}

const whole = `words:
  client: customers
  title: [books.name, films.name]
defaults:
  orders: {date: ordered_on, measure: total, display: number}
answers:
  - question: orders of ⟨1⟩
    sql: SELECT count(*) FROM orders WHERE name = '⟨1⟩'
`

func TestClosed(t *testing.T) {
	stricttest.Closed(t, whole, func(n strict.Node) error { return new(Lessons).read(n) })
}

func FuzzParse(f *testing.F) {
	f.Add(whole)
	f.Add("words: {a: customers where b = 'x' and not c, d: 'sum(e.f)'}")
	f.Fuzz(func(t *testing.T, text string) {
		if l, err := Parse("words.yaml", []byte(text)); err == nil && l.Words() == nil && len(l.words) > 0 {
			t.Error("words without words")
		}
	})
}

// What is read of a condition is what it is printed as: read again, it is the same.
func FuzzMeaning(f *testing.F) {
	for _, s := range []string{"customers", `"a b".c`, "sum(a.b)", "a where b = 'x' and c between -1 and 2.5 and not d", "a.b in ('x', 'y''z') and a.c is not null", "a where b >= date '2024-01-01' and c like 'A%'"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := readMeaning(text)
		if err != nil {
			return
		}
		if len(m.name) == 0 || len(m.name) > 3 {
			t.Errorf("%q is of %q", text, m.name)
		}
		for _, c := range m.conds {
			for _, test := range []string{c.test, c.not} {
				table := []string{"t"}
				again, err := readConditions(quoteName(c.column)+test, &table)
				if err != nil || len(again) != 1 || again[0].column != c.column || again[0].test != test && test != " = FALSE" {
					t.Errorf("%q: %s%s is read as %q, %v", text, quoteName(c.column), test, again, err)
				}
			}
		}
	})
}

// teach, default: the file that follows the first line, changed.
func edit(t *testing.T) spec.Commands {
	change := func(f func(File, []string) (File, error)) spec.Command {
		return func(_ *spec.Args, input string) string {
			what, text, _ := strings.Cut(input, "\n")
			if text != "" {
				text += "\n"
			}
			g, err := f(File{"words.yaml", []byte(text)}, strings.Split(what, " | "))
			if err != nil {
				return err.Error()
			}
			if _, err := g.Lessons(); err != nil {
				t.Errorf("%v in\n%s", err, g.Text)
			}
			return string(g.Text)
		}
	}
	return spec.Commands{
		"answer": change(func(f File, args []string) (File, error) { return f.Answered(Record(args[0], args[1])) }),
		"unanswer": change(func(f File, args []string) (File, error) {
			i, err := strconv.Atoi(args[0])
			if err != nil {
				return f, err
			}
			return f.Unanswered(i)
		}),
		"teach": change(func(f File, args []string) (File, error) { return f.Teach(args[0], args[1:]) }),
		"default": change(func(f File, args []string) (File, error) {
			args = append(args, "", "", "")
			return f.Standard(args[0], args[1], args[2], args[3])
		}),
	}
}

func TestEdit(t *testing.T) {
	spec.Run(t, "testdata/edit", func(t *testing.T) spec.Commands { return edit(t) })
}
