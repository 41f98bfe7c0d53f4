package egress

import (
	"strings"
	"testing"

	"github.com/grille-dev/grille/internal/spec"
)

// Pages in testdata/redact. find prints each question with what is replaced in
// it: [PHONE 555-0123]; and with ? what only may be a name: [? Mark].
func TestPages(t *testing.T) {
	spec.Run(t, "testdata/redact", func(*testing.T) spec.Commands {
		return spec.Commands{"find": func(args *spec.Args, input string) string {
			names := args.List("catalog")
			d := Detector{Catalog: func(stem string) bool {
				for _, n := range names {
					if n == stem {
						return true
					}
				}
				return false
			}}
			var out []string
			for _, line := range strings.Split(input, "\n") {
				out = append(out, shown(line, d.Examine(line)))
			}
			return strings.Join(out, "\n")
		}}
	})
}

func shown(text string, marks []Mark) string {
	var b strings.Builder
	end := 0
	for _, m := range marks {
		kind := string(m.Kind)
		if m.Unsure {
			kind = "?"
		}
		b.WriteString(text[end:m.Start] + "[" + kind + " " + text[m.Start:m.End] + "]")
		end = m.End
	}
	return b.String() + text[end:]
}
