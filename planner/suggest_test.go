package planner

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/internal/spec"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/viewer"
)

// suggest: what is typed, up to the last line's end or a "|"; each suggestion with
// what it adds behind the "|".
func (p *page) suggest(args *spec.Args, input string) string {
	most, _ := strconv.Atoi(args.Get("most"))
	text, _, _ := strings.Cut(input, "|")
	var b strings.Builder
	for _, s := range suggested(p.t, p.views[0], Typed{Text: text, Most: most}) {
		fmt.Fprintf(&b, "%-7s %s|%s\n", s.Kind, s.Text[:s.Typed], s.Text[s.Typed:])
	}
	if b.Len() == 0 {
		return "nothing"
	}
	return b.String()
}

// suggested are suggestions, each of which is answered: with what the rules are sure
// of, and by the gates.
func suggested(t testing.TB, view policy.View, typed Typed) []Suggestion {
	t.Helper()
	opt := Options{Now: noon, Zone: noon.Location(), Lexicons: &Lexicons{}}
	all := Suggest(view, typed, opt)
	for _, s := range all {
		if s.Typed != len(typed.Text) || !strings.HasPrefix(s.Text, typed.Text) {
			t.Errorf("%q: %q does not begin so", typed.Text, s.Text)
		}
		q, err := egress.ReadQuestion(s.Text)
		if err != nil {
			t.Errorf("%q: %q: %v", typed.Text, s.Text, err)
			continue
		}
		u, err := Understand(view, q, opt)
		if err != nil || u.Decision != Answer {
			t.Errorf("%q: %q is not answered: %v", typed.Text, s.Text, err)
			continue
		}
		if typed.Passes == nil {
			sound(t, view, q.Text(), u.Readings[0].Draft)
		} else if !typed.Passes(u.Readings[0].Draft.SQL) {
			t.Errorf("%q: %q does not pass", typed.Text, s.Text)
		}
	}
	return all
}

// Every suggestion is answered, over Spider's schemas, which nobody made for this.
func TestSuggestSpider(t *testing.T) {
	every := 8
	if os.Getenv("GRILLE_HELDOUT") == "1" {
		every = 1
	}
	all := spiderViews(t, filepath.Join(data(t), "spider", "tables.json"))
	n, without := 0, 0
	for i, name := range slices.Sorted(maps.Keys(all)) {
		if i%every != 0 {
			continue
		}
		found := answerable(t, all[name].views[0])
		n += found
		if found == 0 {
			without++
			t.Logf("nothing is suggested for %s", name)
		}
	}
	t.Logf("%d suggestions, all answered; %d schemas have none", n, without)
	if n == 0 {
		t.Error("nothing was tested")
	}
}

// answerable types a few questions of a view letter by letter, or nearly; the number
// of suggestions.
func answerable(t *testing.T, view policy.View) int {
	t.Helper()
	first := suggested(t, view, Typed{})
	n := len(first)
	for i, s := range first[:min(len(first), 4)] {
		for at := 3 + i; at < len(s.Text); at += 7 {
			n += len(suggested(t, view, Typed{Text: s.Text[:at], Most: 4}))
		}
	}
	for i, c := range view.Visible().Tables[0].Columns {
		text := []string{"average ", "top 5 ", "how many different ", "show the "}[i%4] + inWords(c.Name)
		n += len(suggested(t, view, Typed{Text: text, Most: 4}))
	}
	return n
}

// What a viewer does not see is never suggested, and what is suggested is the same
// as where it does not exist.
func TestSuggestHidden(t *testing.T) {
	c, err := catalogtest.Parse(catalog.Postgres, `
		wards (id int4 key, name text, canary_score numeric)
		staff (id int4 key, ward_id int4 -> wards.id, name text, canary_salary numeric, hired_on date)
		canaries (id int4 key, ward_id int4 -> wards.id, sung_on date, canary_kind text)`)
	if err != nil {
		t.Fatal(err)
	}
	without, err := catalogtest.Parse(catalog.Postgres, `
		wards (id int4 key, name text)
		staff (id int4 key, ward_id int4 -> wards.id, name text, hired_on date)`)
	if err != nil {
		t.Fatal(err)
	}
	open := seenBut(t, c, "canar")
	same := seenBut(t, without, "canar")
	for _, text := range []string{"", "how many ", "how many c", "average c", "top 10 c", "can", "average canary", "how many staff per ", "how many canaries "} {
		got, want := suggested(t, open, Typed{Text: text}), suggested(t, same, Typed{Text: text})
		if !slices.Equal(got, want) {
			t.Errorf("%q\n%v\n%v", text, got, want)
		}
		for _, s := range got {
			if strings.Contains(s.Text[s.Typed:], "canar") {
				t.Errorf("%q names what is hidden: %s", text, s.Text)
			}
		}
	}
}

// seenBut is a view of c without the tables and columns whose name begins so.
func seenBut(t *testing.T, c *catalog.Catalog, hidden string) policy.View {
	t.Helper()
	plain := &policy.Class{Name: "plain", Mask: policy.Mask{Show: policy.Plain}}
	config := policy.Config{Version: "1", Catalog: c}
	for _, table := range c.Tables {
		rule := policy.Table{Table: table.ID, Columns: map[catalog.ColumnID]*policy.Class{}}
		if !strings.HasPrefix(table.Name, hidden) {
			rule.Grants = []policy.Grant{{Team: "some", All: true}}
		}
		for _, col := range table.Columns {
			if !strings.HasPrefix(col.Name, hidden) {
				rule.Columns[col.ID] = plain
			}
		}
		config.Tables = append(config.Tables, rule)
	}
	rules, err := policy.New(config)
	if err != nil {
		t.Fatal(err)
	}
	view, err := policy.See(viewer.Viewer{Teams: []string{"some"}}, rules, c)
	if err != nil {
		t.Fatal(err)
	}
	return view
}

// What the gates refuse is not suggested.
func TestSuggestPasses(t *testing.T) {
	view := open(t, large(8))
	var l Lexicons
	opt := Options{Now: noon, Zone: noon.Location(), Lexicons: &l}
	all := Suggest(view, Typed{Text: "how many "}, opt)
	asked := 0
	some := Suggest(view, Typed{Text: "how many ", Passes: func(sql string) bool { asked++; return !strings.Contains(sql, "GROUP BY") }}, opt)
	if len(all) == 0 || len(some) == 0 || slices.Equal(all, some) {
		t.Errorf("%v, %v", all, some)
	}
	for _, s := range some {
		if strings.Contains(s.Text, " per ") {
			t.Errorf("%q does not pass", s.Text)
		}
	}
	before := asked
	Suggest(view, Typed{Text: "how many ", Passes: func(sql string) bool { asked++; return true }}, opt)
	if asked != before {
		t.Error("the gates are asked twice about one draft of one view")
	}
}

func FuzzSuggest(f *testing.F) {
	for _, s := range []string{"", "how many w", "top 5 ", "average b", "Wards with", "how  many", " per ", "\u200b", "visits where x is"} {
		f.Add(s)
	}
	c, err := catalogtest.Parse(catalog.Postgres, "wards (id int4 key, name text, beds int4, closed bool)\nvisits (id int4 key, ward_id int4 null -> wards.id, admitted_at timestamp, kind text)")
	if err != nil {
		f.Fatal(err)
	}
	view := open(f, c)
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) < 200 {
			suggested(t, view, Typed{Text: text, Most: 3})
		}
	})
}

// What was meant is no name that the viewer does not see, in a small catalog and a
// large one.
func TestMendHidden(t *testing.T) {
	c, err := catalogtest.Parse(catalog.Postgres, "wards (id int4 key, name text, canary_score numeric)\ncanaries (id int4 key, name text)")
	if err != nil {
		t.Fatal(err)
	}
	seen, hidden := open(t, c), seenBut(t, c, "canar")
	many := large(400)
	many.Tables[100].Name = "canaries"
	for question, views := range map[string][2]policy.View{
		"how many cnaries are there": {seen, hidden},
		"how many canries per month": {open(t, many), seenBut(t, many, "canar")},
	} {
		q, err := egress.ReadQuestion(question)
		if err != nil {
			t.Fatal(err)
		}
		opt := Options{Now: noon, Zone: noon.Location()}
		if m, ok := mend(views[0], q, opt, false); !ok || !strings.Contains(m.text, "canaries") {
			t.Errorf("%s: %+v", question, m)
		}
		if m, ok := mend(views[1], q, opt, false); ok {
			t.Errorf("%s: %+v for who does not see the table", question, m)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"ward", "ward", 0}, {"avrage", "average", 1}, {"totel", "total", 1}, {"nubmer", "number", 1}, {"lst", "last", 1}, {"deprtmnt", "department", 2}, {"visit", "ward", 3}} {
		if got := min(distance(c.a, c.b, 2), 3); got != c.want {
			t.Errorf("%s, %s: %d, not %d", c.a, c.b, got, c.want)
		}
	}
}
