package meaning

import (
	"fmt"
	"strings"
	"testing"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
	"github.com/grille-dev/grille/internal/spec"
	"github.com/grille-dev/grille/internal/strict"
	"github.com/grille-dev/grille/internal/strict/stricttest"
)

// TestPages runs the pages in testdata/spec: what a file may say, and what becomes of
// it over a catalog.
func TestPages(t *testing.T) {
	spec.Run(t, "testdata/spec", func(*testing.T) spec.Commands {
		var cat *catalog.Catalog
		return spec.Commands{
			"catalog": func(a *spec.Args, input string) string {
				c, err := catalogtest.Parse(catalog.Postgres, input)
				if err != nil {
					a.Fail("%v", err)
				}
				cat = c
				return "ok"
			},
			"meaning": func(_ *spec.Args, input string) string {
				m, err := Parse("m.yaml", []byte(input+"\n"))
				if err != nil {
					return err.Error()
				}
				over, found := m.Over(cat)
				var b strings.Builder
				for _, f := range found {
					fmt.Fprintf(&b, "left out: %s\n", f)
				}
				return b.String() + written(over)
			},
		}
	})
}

// written is what is said in a catalog.
func written(c *catalog.Catalog) string {
	var b strings.Builder
	for _, t := range c.Tables {
		name := func(id catalog.ColumnID) string { return t.Column(id).Name }
		note := func(format string, args ...any) { fmt.Fprintf(&b, "%s: %s\n", t.Name, fmt.Sprintf(format, args...)) }
		if t.About != "" || t.Also != nil {
			note("about %q, also %q", t.About, t.Also)
		}
		for _, k := range t.Said.Keys {
			var names []string
			for _, id := range k {
				names = append(names, name(id))
			}
			note("key %s", strings.Join(names, ", "))
		}
		for _, k := range t.Said.Refers {
			to := c.Table(k.To)
			note("%s refers to %s.%s, unchecked %v", name(k.Columns[0]), to.Name, to.Column(k.ToColumns[0]).Name, k.Unchecked)
		}
		if t.Said.Date != 0 {
			note("by %s", name(t.Said.Date))
		}
		if t.Said.Measure != 0 {
			note("so much %s", name(t.Said.Measure))
		}
		for _, x := range t.Columns {
			if x.About != "" || x.Also != nil || x.Shape != (catalog.Shape{}) {
				note("%s about %q, also %q, %+v", x.Name, x.About, x.Also, x.Shape)
			}
		}
	}
	for _, m := range c.Metrics {
		fmt.Fprintf(&b, "metric %s: %s\n  also %q, about %q, owner %q, %+v\n", m.Name, SQL(m, c.Table(m.Table)), m.Also, m.About, m.Owner, m.Shape)
	}
	return b.String()
}

const whole = `version: 1
tables:
  visits:
    about: a stay
    also: [stay]
    date: admitted_at
    measure: days
    key: [id]
    refers: {ward_id: wards.id}
    columns:
      cost: {about: what it costs, also: [price], unit: EUR, format: {decimals: 2}}
metrics:
  revenue: {is: sum(invoices.amount), where: status <> 'cancelled', unit: EUR, format: {decimals: 2}, about: what we earn, also: [turnover], owner: finance}
`

func TestClosed(t *testing.T) {
	stricttest.Closed(t, whole, func(n strict.Node) error { return new(Meaning).read(n) })
}

// A file that is read fits a catalog or is left out of it, and changes nothing that
// was there.
func FuzzParse(f *testing.F) {
	f.Add(whole)
	f.Add("version: 1\nmetrics: {a: {is: 'count(distinct visits.ward_id) / count(visits)', where: \"visits.cost > 1 and ward_id in (1, 2)\"}}\n")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := Parse("m.yaml", []byte(text))
		if err != nil {
			return
		}
		c, err := catalogtest.Parse(catalog.Postgres, hospital)
		if err != nil {
			t.Fatal(err)
		}
		before := catalog.Digest(c)
		over, _ := m.Over(c)
		if catalog.Digest(c) != before {
			t.Error("the catalog itself was changed")
		}
		for i, table := range over.Tables {
			if len(table.Unique) != len(c.Tables[i].Unique) || len(table.Foreign) != len(c.Tables[i].Foreign) {
				t.Error("what the database promises was changed")
			}
		}
		for _, x := range over.Metrics {
			if err := binds(over, SQL(x, over.Table(x.Table))); err != nil {
				t.Errorf("%s: %v", x.Name, err)
			}
		}
	})
}

const hospital = `
wards (id int8, name text)
visits (id int8, ward_id int8 null, admitted_at timestamp, days int4, cost numeric null)
invoices (id int8 key, amount numeric, status text, issued date)
`
