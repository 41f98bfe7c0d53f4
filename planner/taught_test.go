package planner

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/internal/spec"
	"github.com/grille-dev/grille/planner/taught"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/viewer"
)

// What is taught, and what questions then mean.
func TestTaught(t *testing.T) {
	spec.Run(t, "testdata/taught", func(t *testing.T) spec.Commands {
		p := &lessonPage{page: page{t: t, zone: noon.Location()}}
		return spec.Commands{"catalog": p.catalog, "taught": p.teach, "ask": p.ask, "why": p.why, "readings": p.readings}
	})
}

type lessonPage struct{ page }

// taught: the file that holds from here on; what is wrong with it for the catalog.
func (p *lessonPage) teach(args *spec.Args, input string) string {
	l, err := taught.Parse("words.yaml", []byte(input))
	if err != nil {
		return err.Error()
	}
	p.lessons = l
	var b strings.Builder
	for _, f := range l.Check(p.views[0].Visible()) {
		fmt.Fprintf(&b, "%s: %s\n", f.At, f.What)
	}
	if b.Len() == 0 {
		return "all of it is here"
	}
	return b.String()
}

// A lesson that names what a viewer may not see does not exist for them: whatever is
// asked, the answer is the one of a workspace where nobody taught it.
func TestHiddenLessons(t *testing.T) {
	c, err := catalogtest.Parse(catalog.Postgres, `
		wards (id int4 key, name text, canary text, state text)
		staff (id int4 key, ward_id int4 -> wards.id, name text, salary numeric)
		secrets (id int4 key, canary text)`)
	if err != nil {
		t.Fatal(err)
	}
	plain := &policy.Class{Name: "plain", Mask: policy.Mask{Show: policy.Plain}}
	grant := []policy.Grant{{Team: "some", All: true}}
	rules, err := policy.New(policy.Config{Version: "1", Catalog: c, Tables: []policy.Table{
		{Table: 1, Columns: map[catalog.ColumnID]*policy.Class{1: plain, 2: plain, 4: plain}, Grants: grant},
		{Table: 2, Columns: map[catalog.ColumnID]*policy.Class{1: plain, 2: plain, 3: plain}, Grants: grant},
	}})
	if err != nil {
		t.Fatal(err)
	}
	view, err := policy.See(viewer.Viewer{Teams: []string{"some"}}, rules, c)
	if err != nil {
		t.Fatal(err)
	}
	const open = "words:\n  station: wards\n  shut: wards where state = 'shut'\n"
	const closed = `  pay: staff.salary
  payroll: sum(staff.salary)
  vault: secrets
  rich: staff where salary > 100 and name is not null
  marked: wards where canary = 'x' and state = 'y'
  place: [secrets.canary, wards.name]
defaults:
  staff: {measure: salary}
  wards: {display: canary}
answers:
  - {question: list the wages of staff, sql: SELECT salary FROM staff}
  - {question: how many staff per ward, sql: SELECT count(*) FROM staff WHERE salary > ⟨number⟩}
`
	some, all := lessons(t, open+"  place: wards.name\n"), lessons(t, open+closed)
	for _, text := range []string{"how many stations are there", "how many shut wards", "pay per ward", "total pay", "payroll", "how many vaults", "rich staff",
		"how many marked wards", "list the wards", "staff over 100", "place of wards", "how many staff per ward", "rich", "vault", "list the wages of staff", "average wages of staff"} {
		q, err := egress.ReadQuestion(text)
		if err != nil {
			t.Fatal(err)
		}
		want, errWant := Understand(view, q, Options{Now: noon, Zone: noon.Location(), Taught: some})
		got, errGot := Understand(view, q, Options{Now: noon, Zone: noon.Location(), Taught: all})
		if diff := cmp.Diff(drafts(want), drafts(got)); diff != "" || fmt.Sprint(errWant) != fmt.Sprint(errGot) {
			t.Errorf("%s: %v, %v\n%s", text, errWant, errGot, diff)
		}
		if text == "how many shut wards" && (errGot != nil || got.Readings[0].Draft.SQL != "SELECT count(*) AS number_of_wards FROM wards WHERE state = 'shut'") {
			t.Errorf("%s: %v, %v", text, got, errGot)
		}
	}
}

func drafts(u Understanding) []string {
	out := []string{fmt.Sprint(u.Decision)}
	for _, r := range u.Readings {
		out = append(out, fmt.Sprintf("%v %s %v", r.Draft.Confidence, r.Draft.SQL, r.Passed))
		for _, p := range r.Parts {
			out = append(out, fmt.Sprintf("%s %v %s %v", p.Kind, p.Asked, p.Taken, p.Others))
		}
	}
	return out
}

func lessons(t *testing.T, text string) *taught.Lessons {
	t.Helper()
	l, err := taught.Parse("words.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return l
}
