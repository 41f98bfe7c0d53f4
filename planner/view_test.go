package planner

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/viewer"
)

var literal = regexp.MustCompile(`'[^']*'`)

// A hidden table or column is neither read nor named, and whoever asks for it
// is told the same as for one that does not exist.
func TestHiddenNames(t *testing.T) {
	c, err := catalogtest.Parse(catalog.Postgres, `
		wards (id int4 key, name text, canary text)
		staff (id int4 key, ward_id int4 -> wards.id, name text, salary numeric)
		secrets (id int4 key, canary text)`)
	if err != nil {
		t.Fatal(err)
	}
	plain := &policy.Class{Name: "plain", Mask: policy.Mask{Show: policy.Plain}}
	grant := []policy.Grant{{Team: "some", All: true}}
	rules, err := policy.New(policy.Config{Version: "1", Catalog: c, Tables: []policy.Table{
		{Table: 1, Columns: map[catalog.ColumnID]*policy.Class{1: plain, 2: plain}, Grants: grant},
		{Table: 2, Columns: map[catalog.ColumnID]*policy.Class{1: plain, 2: plain, 3: plain}, Grants: grant},
	}})
	if err != nil {
		t.Fatal(err)
	}
	view, err := policy.See(viewer.Viewer{Teams: []string{"some"}}, rules, c)
	if err != nil {
		t.Fatal(err)
	}
	ask := func(text string) (Understanding, error) {
		q, err := egress.ReadQuestion(text)
		if err != nil {
			t.Fatal(err)
		}
		return Understand(view, q, Options{Now: noon, Zone: noon.Location()})
	}
	hidden := func(u Understanding) bool {
		return slices.ContainsFunc(u.Readings, func(r Reading) bool {
			sql := literal.ReplaceAllString(r.Draft.SQL, "?") // the asker's own words
			return slices.ContainsFunc([]string{"salary", "secret", "canary"}, func(name string) bool { return strings.Contains(sql, name) })
		})
	}
	for _, text := range []string{"show the salary of staff", "how many secrets", "average salary per ward", "list canary of wards", "staff ordered by salary"} {
		u, err := ask(text)
		if u.Decision == Answer || hidden(u) || err != nil && refusal.CodeOf(err) != refusal.NotUnderstood {
			t.Errorf("%s: %v, %v", text, u, err)
		}
	}
	for _, text := range []string{"show all staff", "list everything about wards", "how many staff per ward"} {
		if u, err := ask(text); err != nil || u.Decision != Answer || hidden(u) {
			t.Errorf("%s: %v, %v", text, u, err)
		}
	}
}

func TestZeroValues(t *testing.T) {
	q, err := egress.ReadQuestion("how many?")
	if err != nil {
		t.Fatal(err)
	}
	for name, call := range map[string]func(){
		"view": func() { _, _ = Understand(policy.View{}, q, Options{}) },
		"question": func() {
			_, _ = Understand(open(t, &catalog.Catalog{Version: "1", Tables: oneTable()}), egress.Question{}, Options{})
		},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("the zero %s is accepted", name)
				}
			}()
			call()
		}()
	}
	if _, err := Understand(open(t, &catalog.Catalog{Engine: catalog.Postgres, Version: "1", Tables: oneTable()}), q, Options{}); err == nil {
		t.Error("no clock, no error")
	}
}

func oneTable() []*catalog.Table {
	c, err := catalogtest.Parse(catalog.Postgres, "wards (id int4 key, name text)")
	if err != nil {
		panic(err)
	}
	return c.Tables
}

// What people call a table or a column is another name for it.
func TestOtherNames(t *testing.T) {
	c, err := catalogtest.Parse(catalog.Postgres, "adm (id int4 key, ward text, los numeric)")
	if err != nil {
		t.Fatal(err)
	}
	const asked = "average length of stay of admissions per unit"
	if all, err := read(newLexicon(c), asked, Options{Now: noon, Zone: noon.Location()}); err == nil && all.Decision == Answer {
		t.Errorf("understood without: %s", all.Readings[0].Draft.SQL)
	}
	c.Tables[0].Also = []string{"admission"}
	c.Tables[0].Columns[1].Also = []string{"unit"}
	c.Tables[0].Columns[2].Also = []string{"length of stay"}
	all, err := read(newLexicon(c), asked, Options{Now: noon, Zone: noon.Location()})
	if err != nil {
		t.Fatal(err)
	}
	if sql := all.Readings[0].Draft.SQL; all.Decision != Answer || !strings.Contains(sql, "avg(los)") || !strings.Contains(sql, "GROUP BY ward") {
		t.Error(sql)
	}
}
