package planner

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/sql/bind"
	"github.com/grille-dev/grille/sql/syntax"
)

const wardsAndVisits = "wards (id int4 key, name text, beds int4, closed bool)\nvisits (id int4 key, ward_id int4 null -> wards.id, admitted_at timestamp, discharged_at timestamp null, kind text)"

func viewOf(t testing.TB, tables string) policy.View {
	t.Helper()
	c, err := catalogtest.Parse(catalog.Postgres, tables)
	if err != nil {
		t.Fatal(err)
	}
	return open(t, c)
}

func readOf(t testing.TB, view policy.View, text string, opt Options) Understanding {
	t.Helper()
	q, err := egress.ReadQuestion(text)
	if err != nil {
		t.Fatal(err)
	}
	opt.Now, opt.Zone = noon, time.UTC
	u, err := Understand(view, q, opt)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return u
}

// A turn is of one view: where a name in it is not visible any more, it is none. It
// says nothing of itself.
func TestTurnIsOfOneView(t *testing.T) {
	view := viewOf(t, wardsAndVisits)
	turn := Remember(view, readOf(t, view, "how many visits per ward last year?", Options{}).Readings[0])
	if u := readOf(t, view, "by month instead", Options{After: turn}); u.Decision != Answer || u.Readings[0].Asked != "how many visits per month last year" {
		t.Errorf("read as %q", u.Readings[0].Asked)
	}
	less := viewOf(t, strings.Split(wardsAndVisits, "\n")[0])
	q, _ := egress.ReadQuestion("by month instead")
	if u, err := Understand(less, q, Options{Now: noon, Zone: time.UTC, After: turn}); err == nil && u.Readings[0].Changed != "" {
		t.Errorf("with other rights it is read as %+v", u)
	}
	if got := fmt.Sprintf("%v %+v %#v %s", turn, turn, turn, turn); strings.Contains(got, "visits") {
		t.Error(got)
	}
}

// What was chosen for words of the question before holds on, as long as they stand.
func TestFollowKeepsChoices(t *testing.T) {
	view := viewOf(t, wardsAndVisits)
	chosen := []Choice{{"last year", "visits.discharged_at"}}
	turn := Remember(view, readOf(t, view, "how many visits last year?", Options{Chosen: chosen}).Readings[0])
	for text, want := range map[string]string{"per kind": "discharged_at >= TIMESTAMP '2024", "and in 2023?": "admitted_at >= TIMESTAMP '2023"} {
		if sql := readOf(t, view, text, Options{After: turn}).Readings[0].Draft.SQL; !strings.Contains(sql, want) {
			t.Errorf("%s: %s", text, sql)
		}
	}
}

// What a reading passed over is not asked again.
func TestFollowWithoutWhatWasPassed(t *testing.T) {
	view := viewOf(t, wardsAndVisits)
	u := readOf(t, view, "visits per fancy ward", Options{})
	if u.Decision != Choose || len(u.Readings[0].Passed) == 0 {
		t.Fatalf("%+v", u)
	}
	u = readOf(t, view, "last year", Options{After: Remember(view, u.Readings[0])})
	if got := strings.Join(strings.Fields(u.Readings[0].Asked), " "); got != "visits per ward last year" {
		t.Errorf("read as %q", got)
	}
}

func FuzzFollow(f *testing.F) {
	for _, s := range []string{"and last year?", "only in the north", "not per ward but per kind", "without the filter on , and", "top 3 instead of", "how many of them", "the month before", "also \"x\" or"} {
		f.Add("how many visits per ward in March 2024 with kind \"x\"", s)
	}
	view := viewOf(f, wardsAndVisits)
	f.Fuzz(func(t *testing.T, first, text string) {
		q, err := egress.ReadQuestion(text)
		before, e := egress.ReadQuestion(first)
		if err != nil || e != nil || len(first)+len(text) > 300 {
			return
		}
		opt := Options{Now: noon, Zone: time.UTC}
		u, err := Understand(view, before, opt)
		if err != nil {
			return
		}
		opt.After = Remember(view, u.Readings[0])
		u, err = Understand(view, q, opt)
		if (err == nil) != (len(u.Readings) > 0) {
			t.Errorf("%q, %q: %d readings, %v", first, text, len(u.Readings), err)
		}
		for _, r := range u.Readings {
			for _, s := range r.Passed {
				_ = r.Asked[s.Pos:s.End]
			}
			if r.Changed == "" || u.Decision != Answer {
				continue // FuzzRead is for these
			}
			tree, err := syntax.Parse(r.Draft.SQL)
			if err == nil {
				_, err = bind.Query(tree, view.Names(), bind.Env{Now: noon, Zone: time.UTC})
			}
			if err != nil {
				t.Errorf("%q, %q\n%s\n%v", first, text, r.Draft.SQL, err)
			}
		}
	})
}
