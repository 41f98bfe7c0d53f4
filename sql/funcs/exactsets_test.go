package funcs

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/grille-dev/grille/sql/funcs/pgfn"
	"github.com/grille-dev/grille/sql/types"
)

// Functions that give the parts of a value as rows give on SQLite those that
// PostgreSQL gives, in their order.
func TestExactSets(t *testing.T) {
	pg := live(t)
	pg.exec(try)
	tables := map[string]pgfn.Table{}
	for _, f := range pgfn.New(nil).Tables {
		tables[f.Name] = f
	}
	n := 0
	for _, f := range All() {
		for _, s := range f.Sigs {
			if f.Class != Set || s.SQLite == "" || f.Name == "generate_series" {
				continue
			}
			name, _, _ := strings.Cut(s.SQLite, "(")
			every(setsOf(s), func(vs []types.Value) {
				texts, args := make([]string, len(vs)), make([]any, len(vs))
				for i, v := range vs {
					texts[i] = quoted(v, s.Params[i])
					if !v.IsNull() {
						args[i] = v.Text()
					}
				}
				query := "SELECT CAST(coalesce(jsonb_agg(x ORDER BY n), '[]') AS text) FROM (SELECT CAST(x AS text) AS x, row_number() OVER () AS n FROM " +
					render(s, texts) + " AS t(x)) q"
				want := pg.ask([]string{query})[0]
				n++
				if got := rowsOf(tables[name], args); got != want && !(strings.HasPrefix(got, "error") && strings.HasPrefix(want, "error")) {
					t.Errorf("%s: SQLite %s, PostgreSQL %s\n\t%.200s", s, short(got), short(want), query)
				}
			})
		}
	}
	if n < 200 {
		t.Errorf("only %d calls compared", n)
	}
}

func setsOf(s *Sig) [][]types.Value {
	sets := make([][]types.Value, len(s.Params))
	for i, p := range s.Params {
		sets[i] = valuesOf(p, false)
		if i > 0 && strings.HasPrefix(s.Func.Name, "regexp") {
			sets[i] = nil
			for _, r := range regexps {
				sets[i] = append(sets[i], types.TextOf(r))
			}
		}
	}
	return sets
}

// rowsOf are the rows as a list of jsonb.
func rowsOf(f pgfn.Table, args []any) string {
	var rows []string
	err := f.Rows(args, func(v any) bool {
		cell := "null"
		if v != nil {
			quoted, err := json.Marshal(v)
			if err != nil {
				panic(err)
			}
			cell = string(quoted)
		}
		rows = append(rows, cell)
		return true
	})
	if err != nil {
		return "error " + err.Error()
	}
	v, err := types.Parse(jsonb, "["+strings.Join(rows, ", ")+"]", nil)
	if err != nil {
		return err.Error()
	}
	return v.Text()
}
