package strict

import (
	"fmt"
	"strings"
	"testing"

	"github.com/grille-dev/grille/internal/spec"
)

// site is the example of testdata/fields.txt.
type site struct {
	version int
	model   string
	rows    int
	all     bool
	teams   []string
}

func (s *site) read(n Node) error {
	return n.Fields(
		Required("version", Int(&s.version, 1, 1)),
		Optional("model", OneOf(&s.model, "planner", "house")),
		Optional("limits", s.readLimits),
		Optional("teams", s.readTeams),
	)
}

func (s *site) readLimits(n Node) error {
	return n.Fields(
		Required("rows", Int(&s.rows, 1, 1000)),
		Optional("all", Bool(&s.all)),
	)
}

func (s *site) readTeams(n Node) error {
	entries, err := n.Entries()
	for _, e := range entries {
		var members []string
		if err := Strings(&members)(e.Value); err != nil {
			return err
		}
		s.teams = append(s.teams, fmt.Sprintf("%s=%v", e.Name, members))
	}
	return err
}

func (s *site) String() string {
	out := fmt.Sprintf("version=%d", s.version)
	if s.model != "" {
		out += " model=" + s.model
	}
	if s.rows != 0 {
		out += fmt.Sprintf(" rows=%d all=%v", s.rows, s.all)
	}
	return strings.Join(append([]string{out}, s.teams...), " ")
}

func TestFields(t *testing.T) {
	spec.Run(t, "testdata/fields.txt", func(*testing.T) spec.Commands {
		return spec.Commands{"read": func(_ *spec.Args, input string) string {
			var s site
			n, err := Parse("f.yaml", []byte(input))
			if err == nil {
				err = s.read(n)
			}
			if err != nil {
				return err.Error()
			}
			return s.String()
		}}
	})
}

// What only a mistake in the program can do is a panic, not an error that a
// caller might pass on as if the file were wrong.
func TestMistakesOfTheProgram(t *testing.T) {
	n, err := Parse("f", []byte("a: b"))
	if err != nil {
		t.Fatal(err)
	}
	var s string
	for name, mistake := range map[string]func(){
		"zero Node":   func() { _, _ = Node{}.Text() },
		"zero fields": func() { _ = Node{}.Fields() },
		"key twice":   func() { _ = n.Fields(Required("a", Text(&s)), Optional("a", Text(&s))) },
		"no reader":   func() { _ = n.Fields(Required("a", nil)) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			mistake()
		}()
	}
}

// A Node does not change, whatever is done to what it gave away.
func TestNodeKeepsItsValues(t *testing.T) {
	n, err := Parse("f", []byte("a: [x, y]"))
	if err != nil {
		t.Fatal(err)
	}
	entries, _ := n.Entries()
	list, _ := entries[0].Value.List()
	entries[0], list[0] = Entry{}, Node{}
	again, err := n.Entries()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := again[0].Value.Strings(); err != nil || fmt.Sprint(got) != "[x y]" {
		t.Errorf("got %v (%v), want [x y]", got, err)
	}
}

func TestAdviseIsCheapForLongWords(t *testing.T) {
	n, err := Parse("f", []byte("? "+strings.Repeat("x", 1<<19)+"\n: y"))
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Fields(Optional("model", OneOf(new(string), "y"))); err == nil || len(err.Error()) > 200 {
		t.Error("want a short error")
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"mask", "mask", 0}, {"msak", "mask", 1}, {"mas", "mask", 1}, {"kitten", "sitting", 3}, {"", "abc", 3}, {"ü", "u", 1}} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("distance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
