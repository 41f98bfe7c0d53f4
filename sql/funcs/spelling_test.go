package funcs

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/grille-dev/grille/sql/funcs/pgfn"
	"github.com/grille-dev/grille/sql/types"
)

// Templates call only functions that package pgfn has, and it has none that no
// template and no column needs.
func TestSpellings(t *testing.T) {
	lib := pgfn.New(nil)
	known := map[string]bool{}
	for _, f := range lib.Scalars {
		known[f.Name] = false
	}
	for _, f := range lib.Aggregates {
		known[f.Name] = false
	}
	for _, f := range lib.Tables {
		known[f.Name] = false
	}
	use := func(where, template string) {
		for _, name := range regexp.MustCompile(`g_[a-z0-9_]+`).FindAllString(template, -1) {
			if _, ok := known[name]; !ok {
				t.Errorf("%s calls %s, which is not there", where, name)
			}
			known[name] = true
		}
	}
	kinds := []string{"bool", "int2", "int4", "int8", "float4", "float8", "numeric", "text", "bytea", "date", "time", "timestamp", "timestamptz", "uuid", "interval"}
	marks := []string{"{1}", "{2}", "{3}", "{4}", "{5}", "{6}", "{7}", "{*}", "{op}", "{tail}", "{kind}", "{1:text}", "{2:text}", "{*:out}", "{unavailable}"}
	for _, f := range All() {
		for _, s := range f.Sigs {
			for _, k := range kinds {
				use(s.String(), strings.ReplaceAll(s.SQLite, "{kind}", k))
			}
			for _, m := range regexp.MustCompile(`\{[^}]*\}`).FindAllString(s.SQLite+s.Postgres, -1) {
				if !slices.Contains(marks, m) {
					t.Errorf("%s has the mark %s", s, m)
				}
			}
		}
	}
	for _, from := range concreteTypes() {
		for _, to := range concreteTypes() {
			for _, mod := range []types.Mod{{}, {Set: true, Prec: 3}} {
				if !mod.Set || takesMod(to) {
					use(from.String()+" to "+to.String(), CastSQLite(from, to, mod))
				}
			}
		}
		use("text of "+from.String(), TextSQLite(from))
	}
	// Stored columns and blocks of package emit.
	for _, k := range []string{"numeric", "date", "time", "timestamp", "timestamptz", "interval", "uuid", "json", "jsonb", "more_than_one_row"} {
		use("package emit", "g_"+k)
	}
	for name, used := range known {
		if !used {
			t.Errorf("nothing calls %s", name)
		}
	}
}
