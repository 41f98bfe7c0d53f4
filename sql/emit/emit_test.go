package emit_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
	"github.com/grille-dev/grille/internal/spec"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/bind"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/syntax"
	"github.com/grille-dev/grille/viewer"
)

// noon is the instant of all specs.
var noon = time.Date(2026, 3, 15, 12, 0, 0, 0, time.UTC)

// TestSpec runs the pages in testdata/spec: the SQL of each engine, for a
// viewer to whom everything is open.
func TestSpec(t *testing.T) {
	spec.Run(t, "testdata/spec", func(*testing.T) spec.Commands {
		tables, file := "", ""
		return spec.Commands{
			"catalog": func(a *spec.Args, input string) string {
				tables, file = input, ""
				c := parsed(a.T(), catalog.Postgres, input)
				return fmt.Sprintf("%d tables", len(c.Tables))
			},
			// rules are those of the statements below. The viewer is a nurse of
			// ward 3; without rules everything is open.
			"rules": func(a *spec.Args, input string) string {
				file = input
				return "ok"
			},
			// sql prints the statement of every engine, or of the one named.
			"sql": func(a *spec.Args, input string) string {
				var out []string
				engines, only := []catalog.Engine{catalog.Postgres, catalog.SQLite}, a.Get("engine")
				if only != "" {
					engines = append(engines, catalog.MariaDB, catalog.MySQL, catalog.Trino)
				}
				for _, engine := range engines {
					if only != "" && only != engine.String() {
						continue
					}
					c := parsed(a.T(), engine, tables)
					view := open(a.T(), c)
					if file != "" {
						view = ruled(a.T(), c, file)
					}
					out = append(out, engine.String()+": "+show(view, input))
				}
				return strings.Join(out, "\n")
			},
		}
	})
}

func parsed(t testing.TB, engine catalog.Engine, tables string) *catalog.Catalog {
	t.Helper()
	c, err := catalogtest.Parse(engine, tables)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// open is the view of somebody to whom all rows and columns are open.
func open(t testing.TB, c *catalog.Catalog) policy.View {
	t.Helper()
	plain := &policy.Class{Name: "plain", Mask: policy.Mask{Show: policy.Plain}}
	cfg := policy.Config{File: "spec", Version: "1", Catalog: c}
	for _, table := range c.Tables {
		columns := map[catalog.ColumnID]*policy.Class{}
		for _, col := range table.Columns {
			columns[col.ID] = plain
		}
		cfg.Tables = append(cfg.Tables, policy.Table{
			Table: table.ID, AsView: !policy.Stored(table.Kind), Columns: columns,
			Grants: []policy.Grant{{Team: "all-in", All: true}},
		})
	}
	rules, err := policy.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	view, err := policy.See(viewer.Viewer{Name: "ana", Teams: []string{"all-in"}}, rules, c)
	if err != nil {
		t.Fatal(err)
	}
	return view
}

// ruled is the view of a nurse of ward 3.
func ruled(t testing.TB, c *catalog.Catalog, file string) policy.View {
	t.Helper()
	if c.Engine == catalog.SQLite {
		file = strings.ReplaceAll(file, "public.", "main.")
	}
	r, err := rules.Compile("rules.yaml", []byte(file), c, rules.Options{Teams: []string{"nurses"}, Secret: secret(t), Connection: "clinic"})
	if err != nil {
		t.Fatal(err)
	}
	view, err := policy.See(viewer.Viewer{Name: "ana", Teams: []string{"nurses"}, Attributes: map[string][]string{"ward": {"3"}, "wards": {"3", "4"}}}, r, c)
	if err != nil {
		t.Fatal(err)
	}
	return view
}

// statement takes a draft from its text to the statement.
func statement(view policy.View, draft string) (emit.Statement, error) {
	tree, err := syntax.Parse(draft)
	if err != nil {
		return emit.Statement{}, err
	}
	q, err := bind.Query(tree, view.Names(), bind.Env{Now: noon})
	if err != nil {
		return emit.Statement{}, err
	}
	allowed, err := policy.Apply(view, q)
	if err != nil {
		return emit.Statement{}, err
	}
	return emit.SQL(allowed)
}

func show(view policy.View, draft string) string {
	s, err := statement(view, draft)
	var r *refusal.Refusal
	switch {
	case errors.As(err, &r):
		out := fmt.Sprintf("refused %s: %s", r.Code, r.Msg)
		if r.Try != "" {
			out += "\n  try: " + r.Try
		}
		if r.Owner != "" {
			out += "\n  owner: " + r.Owner
		}
		return out
	case err != nil:
		return "error: " + err.Error()
	}
	out := s.Text()
	for i, p := range s.Params() {
		out += fmt.Sprintf("\n  %d = %s %s", i+1, p.Type, p.Value.Format(p.Type, nil))
	}
	return out
}

func secret(t testing.TB) policy.Secret {
	t.Helper()
	s, err := policy.NewSecret(make([]byte, policy.MinSecret))
	if err != nil {
		t.Fatal(err)
	}
	return s
}
