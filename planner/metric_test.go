package planner

import (
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
	"github.com/grille-dev/grille/internal/spec"
	"github.com/grille-dev/grille/meaning"
)

// TestMeaning runs the pages in testdata/meaning: questions in words that a file of
// meaning agrees on. hide has columns that the asker does not see.
func TestMeaning(t *testing.T) {
	spec.Run(t, "testdata/meaning", func(t *testing.T) spec.Commands {
		p := &page{t: t, zone: time.UTC}
		var tables string
		return spec.Commands{"ask": p.ask, "readings": p.readings, "parts": p.parts,
			"catalog": func(_ *spec.Args, input string) string { tables = input; return "ok" },
			"meaning": func(a *spec.Args, input string) string {
				m, err := meaning.Parse("meaning.yaml", []byte(input+"\n"))
				if err != nil {
					a.Fail("%v", err)
				}
				p.views = nil
				for _, engine := range []catalog.Engine{catalog.Postgres, catalog.SQLite} {
					c, err := catalogtest.Parse(engine, tables)
					if err != nil {
						a.Fail("%v", err)
					}
					over, found := m.Over(c)
					for _, f := range found {
						a.Fail("%v", f)
					}
					p.views = append(p.views, open(t, over, strings.Fields(a.Get("hide"))...))
				}
				return "ok"
			},
		}
	})
}
