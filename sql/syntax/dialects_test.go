package syntax

import (
	"strings"
	"testing"
)

// What is proposed instead of a call is SQL that parses, with the arguments of the
// call and without any, and does not have the call in it again.
func TestHintsParse(t *testing.T) {
	names := map[string]bool{}
	for name := range dialectCalls {
		names[name] = true
	}
	for name := range dialectForms {
		names[name] = true
	}
	tried := 0
	for name := range names {
		for _, args := range []string{"", "a", "a, b", "a, b, c", "a, b, c, d", "'now'", "'now', '-1 day'", "day, a, b", "day, 3, b",
			"a, b, month", "hour, -a, b + c", "a, month", "'%Y-%m', a", "a, '%Y at %H'", "DISTINCT a ORDER BY b", "a, '$.x.y'",
			"a = 1, b OR c, CASE WHEN a THEN b END", "{1}, '{2} {*}'", "nvarchar(10), a", "a::date, -b"} {
			q, err := Parse("SELECT " + name + "(" + args + ")")
			if err != nil {
				continue // DATE_TRUNC(x, MONTH) is refused here, and %Y takes no place of a name
			}
			call, ok := q.Body.(*Select).Targets[0].X.(*Call)
			if !ok || call.Try == "" {
				continue
			}
			tried++
			way := strings.TrimPrefix(call.Try, "write ")
			for _, end := range []string{", where ", ", a number", "; ", " at the end"} {
				way, _, _ = strings.Cut(way, end)
			}
			if strings.HasPrefix(way, "LIMIT") || strings.HasSuffix(way, "AS type)") {
				continue
			}
			again, err := Parse("SELECT " + way)
			if err != nil {
				t.Errorf("%s(%s): %s: %v", name, args, call.Try, err)
				continue
			}
			eachNode(again, func(n Node, _ int) {
				if c, ok := n.(*Call); ok && c.Try != "" && c.Name == name && name != "string_agg" { // PostgreSQL has it, with two arguments
					t.Errorf("%s(%s): %s is refused again", name, args, call.Try)
				}
			})
		}
	}
	if tried < 500 {
		t.Errorf("only %d calls were tried", tried)
	}
}
