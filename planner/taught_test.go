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
	"github.com/grille-dev/grille/sql/bind"
	"github.com/grille-dev/grille/sql/syntax"
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

// A lesson that names what a viewer may not see, or compares what they see behind a
// mask, does not exist for them: whatever is
// asked, the answer is the one of a workspace where nobody taught it.
func TestHiddenLessons(t *testing.T) {
	c, err := catalogtest.Parse(catalog.Postgres, `
		wards (id int4 key, name text, canary text, state text, mark text)
		staff (id int4 key, ward_id int4 -> wards.id, name text, salary numeric)
		secrets (id int4 key, canary text)`)
	if err != nil {
		t.Fatal(err)
	}
	plain := &policy.Class{Name: "plain", Mask: policy.Mask{Show: policy.Plain}}
	masked := &policy.Class{Name: "masked", Mask: policy.Mask{Show: policy.Redact}}
	grant := []policy.Grant{{Team: "some", All: true}}
	rules, err := policy.New(policy.Config{Version: "1", Catalog: c, Tables: []policy.Table{
		{Table: 1, Columns: map[catalog.ColumnID]*policy.Class{1: plain, 2: plain, 4: plain, 5: masked}, Grants: grant},
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
  odd: wards where state = 'y' and mark = 'canary'
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
		"how many marked wards", "how many odd wards", "odd", "list the wards", "staff over 100", "place of wards", "how many staff per ward", "rich", "vault", "list the wages of staff", "average wages of staff"} {
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

// Whatever is asked, a reading has all comparisons that its words were taught to mean,
// and passes the binder.
func FuzzTaught(f *testing.F) {
	for _, s := range []string{"how many big orders per client?", "clients without big orders", "share of big orders that are not urgent", "which vips have urgent and big orders or none",
		"revenue of big orders last month by channel", "the vip customer who has most big orders", "orders of vips in Spain", "big", "not big big not"} {
		f.Add(s)
	}
	c, err := catalogtest.Parse(catalog.Postgres, `customers (id int4 key, name text, country text, status text)
orders (id int4 key, customer_id int4 -> customers.id, total numeric, ordered_on date, paid bool, channel text)`)
	if err != nil {
		f.Fatal(err)
	}
	all, err := taught.Parse("words.yaml", []byte(`words:
  client: customers
  big: orders where total > 1000
  urgent: orders where channel = 'phone' and not paid
  vip: customers where status in ('gold', 'platinum')
  new: [customers where status = 'new', orders where status = 'new', orders where ordered_on > date '2025-01-01']
  revenue: sum(orders.total)
answers:
  - {question: orders of ⟨1⟩, sql: "SELECT count(*) FROM orders AS o JOIN customers AS c ON c.id = o.customer_id WHERE c.name = '⟨1⟩'"}
`))
	if err != nil {
		f.Fatal(err)
	}
	known := all.For(c)
	c = known.Name(c)
	lex := newPart(part{c, c, known})
	f.Fuzz(func(t *testing.T, text string) {
		q, err := egress.ReadQuestion(text)
		if err != nil || len(text) > 100 {
			return
		}
		u, err := read(lex, q.Text(), Options{Now: noon, Zone: noon.Location()})
		if (err == nil) != (len(u.Readings) > 0) {
			t.Errorf("%q: %d readings, %v", text, len(u.Readings), err)
		}
		for i, r := range u.Readings {
			tree, err := syntax.Parse(r.Draft.SQL)
			if err == nil {
				_, err = bind.Query(tree, c.All(), bind.Env{Now: noon, Zone: noon.Location()})
			}
			if err != nil {
				t.Errorf("%q\n%s\n%v", text, r.Draft.SQL, err)
			}
			if i == 0 && r.Draft.Confidence == verified {
				continue // as somebody wrote it
			}
			for _, token := range lex.expand(tokenize(q.Text()), askingWords()) {
				for _, k := range token.kept {
					if !strings.Contains(r.Draft.SQL, k.col.Name+k.test) {
						t.Errorf("%q\n%s\nhas not %s%s", text, r.Draft.SQL, k.col.Name, k.test)
					}
				}
			}
		}
	})
}
