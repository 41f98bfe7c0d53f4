package rules

import (
	"strings"
	"testing"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
)

// FuzzCheck: no panic; each finding has a place and advice; a file that "*" was
// expanded in has none left.
func FuzzCheck(f *testing.F) {
	cat, err := catalogtest.Parse(catalog.Postgres, "patients (id int8 key, name text, ward int4 null)\nvisits (id int8 key, patient_id int8 -> patients.id)\nview v (id int8)")
	if err != nil {
		f.Fatal(err)
	}
	opts := options(f)
	f.Add([]byte(sound + "  patients:\n    columns: {id: key, \"*\": plain}\n    always: \"ward IS NOT NULL\"\n    grants: {analysts: {rows: \"ward IN (viewer.wards)\", reveal: [name]}}\n    say: {analysts: x}\n"))
	f.Add([]byte(sound + "  visits:\n    columns:\n      '*': key\n    grants:\n      analysts: {rows: \"id IN (SELECT id FROM visits)\", columns: [id]}\n  v: {as: view, columns: {id: key}}\n"))
	f.Add([]byte(strings.Replace(sound, "tables:", "scopes: {patient: {anchor: patients.id}}\npresets: [pci]\nmodel: none\ntables:", 1) +
		"  visits:\n    columns: {id: key, patient_id: key}\n    min_group: {entity: id, size: 3}\n    grants: {analysts: {rows: all}}\n" +
		"  patients: {columns: {id: key, \"*\": plain}, scope: {patient: {through: [id, id]}}, shared: true, exposes: all}\n"))
	f.Add(Init(cat))
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, found := range Check("f", text, cat, opts) {
			if found.Pos.Line < 1 || found.Pos.Col < 1 || found.Pos.File != "f" || !strings.Contains(found.String(), ": ") {
				t.Fatalf("a finding without a place: %v", found)
			}
		}
		out, err := Write("f", text, cat, opts)
		if err != nil {
			return
		}
		if again, err := Write("f", out, cat, opts); err != nil || string(again) != string(out) {
			t.Fatalf("%q was expanded to %q, and that to %q (%v)", text, out, again, err)
		}
	})
}
