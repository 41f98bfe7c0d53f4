package oracle

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/grille-dev/grille/internal/spec"
)

// TestReplay runs what once failed. A page has the data, the copy, the rules, the
// viewer and drafts for one engine; a draft says what came of it.
func TestReplay(t *testing.T) {
	spec.Run(t, "testdata", func(t *testing.T) spec.Commands {
		b := newBench(t)
		var l Layout
		var e Engine
		laid := false
		engine := func(args *spec.Args) Engine {
			laid = false
			name := args.Need("engine")
			for e = range engineCount {
				if e.String() == name {
					break
				}
			}
			b.Engines = []Engine{e}
			return e
		}
		return spec.Commands{
			"data":  func(args *spec.Args, input string) string { l.Full[engine(args)] = input; return "ok" },
			"copy":  func(args *spec.Args, input string) string { l.Copy[engine(args)] = input; return "ok" },
			"rules": func(args *spec.Args, input string) string { l.Setup[engine(args)].Rules = input; return "ok" },
			"viewer": func(_ *spec.Args, input string) string {
				laid = false
				if err := json.Unmarshal([]byte(input), &l.Setup[e].Viewer); err != nil {
					t.Fatal(err)
				}
				l.Setup[e].Teams = (&World{}).Teams()
				return "ok"
			},
			"query": func(_ *spec.Args, input string) string {
				if !laid {
					if err := b.Lay(t.Context(), l); err != nil {
						t.Fatal(err)
					}
				}
				laid = true
				v, why, copied, grille := b.try(t.Context(), e, input, nil)
				switch {
				case v.Bad():
					return fmt.Sprintf("%s: %s\ncopy: %v\ngrille: %v", v, why, copied, grille)
				case v == Refused:
					return "refused " + why
				}
				return v.String()
			},
		}
	})
}
