package policy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/grille-dev/grille/policy"
)

// Each switch works at each level that has it, and for nobody else's table.
func TestSwitches(t *testing.T) {
	const columns = "columns: {id: key, name: word}\n    grants: {analysts: {rows: all}, clinicians: {rows: all}}\n"
	levels := map[string]string{ // where WORD stands
		"connection": "WORD\ntables:\n  patients:\n    COLUMNS",
		"schema":     "schemas: {public: {WORD}}\ntables:\n  patients:\n    COLUMNS",
		"team":       "teams: {analysts: {WORD}}\ntables:\n  patients:\n    COLUMNS",
		"column":     "tables:\n  patients:\n    " + strings.Replace(columns, "name: word", "name: {class: word, WORD}", 1),
		"table":      "tables:\n  patients:\n    WORD\n    COLUMNS",
		"other team": "teams: {clinicians: {WORD}}\ntables:\n  patients:\n    COLUMNS",
		"nowhere":    "tables:\n  patients:\n    COLUMNS",
	}
	for level, text := range levels {
		on := level != "other team" && level != "nowhere"
		for word, off := range map[string]func(*world) bool{
			"model: hide":     hiddenFromModels,
			"model: none":     func(w *world) bool { return w.see(t).ModelsOff() && hiddenFromModels(w) },
			"model: private":  func(w *world) bool { return w.see(t).PrivateModels() && !hiddenFromModels(w) },
			"privacy: strict": func(w *world) bool { return w.see(t).StrictPrivacy() },
			"samples: none":   func(w *world) bool { return w.samples(t) == 0 },
			"values: none":    func(w *world) bool { return !w.values(t) },
			"run: show":       func(w *world) bool { return w.showOnly(t) },
		} {
			switch word {
			case "model: none", "model: private", "privacy: strict":
				if level == "schema" || level == "table" || level == "column" {
					continue // they are of who asks, not of what is asked about
				}
			case "run: show":
				if level == "column" {
					continue
				}
			}
			classes := "version: 1\nclasses: {key: {show: value}, word: {show: value, samples: 2}}\n"
			w := clinicWorld(t, classes+strings.NewReplacer("WORD", word, "COLUMNS", columns).Replace(text))
			if got := off(w); got != on {
				t.Errorf("%s at %s: off is %t", word, level, got)
			}
		}
	}
}

func hiddenFromModels(w *world) bool {
	v, err := policy.See(w.who, w.rules, w.cat)
	if err != nil {
		panic(fmt.Sprint("the table is open: ", err))
	}
	patients := v.ForModel().Names().Lookup("", "patients")
	return patients == nil || patients.ColumnNamed("name") == nil
}

func (w *world) samples(t *testing.T) int {
	t.Helper()
	patients := w.cat.All().Lookup("", "patients")
	return w.see(t).Samples(patients.ID, patients.ColumnNamed("name").ID)
}

func (w *world) values(t *testing.T) bool {
	t.Helper()
	patients := w.cat.All().Lookup("", "patients")
	return w.see(t).Values(patients.ID, patients.ColumnNamed("name").ID)
}

func (w *world) showOnly(t *testing.T) bool {
	t.Helper()
	v, q := w.bind(t, "SELECT count(*) FROM patients")
	a, err := policy.Apply(v, q)
	if err != nil {
		t.Fatal(err)
	}
	return a.ShowOnly()
}

// What people call values, and whether they are of persons, is said of columns
// whose values the viewer sees; of others nothing is said, and persons are meant.
func TestValuesOfColumns(t *testing.T) {
	for column, want := range map[string]string{
		"{class: word, means: {nyc: New York}}": "true map[nyc:New York] persons=false",
		"word":                                  "true map[] persons=false",
		"{class: word, dictionary: true}":       "true map[] persons=true",
		"person":                                "true map[] persons=true",
		"shown":                                 "true map[] persons=true", // to these, and masked for others
		"{class: gone, means: {nyc: New York}}": "false map[] persons=true",
		"never":                                 "false map[] persons=true",
	} {
		w := clinicWorld(t, `version: 1
classes: {key: {show: value}, word: {show: value}, person: {show: value, personal: true}, gone: {show: redact}, shown: {show: redact}, never: {show: never}}
tables: {patients: {columns: {id: key, name: `+column+`}, grants: {analysts: {rows: all, reveal: [shown]}}}}
`)
		patients := w.cat.All().Lookup("", "patients")
		id, name := patients.ID, patients.ColumnNamed("name").ID
		v := w.see(t)
		if got := fmt.Sprintf("%t %v persons=%t", v.Values(id, name), v.Means(id, name), v.Persons(id, name)); got != want {
			t.Errorf("%s: got %s, want %s", column, got, want)
		}
	}
}

// Samples are of plain values of whole rows that the viewer sees, and of text.
func TestSamplesOfWholeRows(t *testing.T) {
	const file = "version: 1\nclasses: {key: {show: value, samples: 3}, word: {show: value, samples: 2}, gone: {show: redact}}\ntables:\n  patients: {columns: {id: key, name: NAME}, grants: {analysts: GRANT}}\n"
	for _, c := range []struct {
		name, class, grant string
		want               int
	}{
		{"plain", "word", "{rows: all}", 2},
		{"some rows", "word", `{rows: "id < 5"}`, 2},
		{"masked", "gone", "{rows: all}", 0},
		{"dictionary", "{class: word, dictionary: true}", "{rows: all}", 0},
		{"groups", "word", "{rows: all, min_group: {entity: id, size: 5}}", 0},
	} {
		w := clinicWorld(t, strings.NewReplacer("NAME", c.class, "GRANT", c.grant).Replace(file))
		if got := w.samples(t); got != c.want {
			t.Errorf("%s: %d samples, want %d", c.name, got, c.want)
		}
		patients := w.cat.All().Lookup("", "patients")
		if got := w.see(t).Samples(patients.ID, patients.ColumnNamed("id").ID); got != 0 {
			t.Errorf("%s: %d samples of a number", c.name, got)
		}
	}
}
