package policy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/viewer"
)

func BenchmarkApply(b *testing.B) {
	w := clinicWorld(b, clinicRules)
	v, q := w.bind(b, "SELECT p.ward, count(*), sum(v.cost) / count(*) FROM patients p JOIN visits v ON v.patient_id = p.id WHERE v.cost > 100 AND p.birthday < '1980-01-01' GROUP BY p.ward ORDER BY 2 DESC LIMIT 10")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := policy.Apply(v, q); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSee(b *testing.B) {
	for _, n := range []int{10, 1000} {
		b.Run(fmt.Sprintf("%d tables", n), func(b *testing.B) {
			var text, file strings.Builder
			file.WriteString("version: 1\n" + standard + "tables:\n")
			for i := range n {
				fmt.Fprintf(&text, "t%d (id int8 key, a int4, b text, c text, d date, e numeric, f text, g text)\n", i)
				fmt.Fprintf(&file, "  t%d: {columns: {id: key, a: plain, b: name, c: contact, d: birth, e: money, f: plain}, grants: {analysts: {rows: \"a = 3\"}}}\n", i)
			}
			cat, err := catalogtest.Parse(catalog.Postgres, text.String())
			if err != nil {
				b.Fatal(err)
			}
			r, err := rules.Compile("rules.yaml", []byte(file.String()), cat, rules.Options{Teams: teams, Secret: secret(b), Connection: "x"})
			if err != nil {
				b.Fatal(err)
			}
			who := viewer.Viewer{Teams: []string{"analysts"}}
			for b.Loop() {
				if _, err := policy.See(who, r, cat); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
