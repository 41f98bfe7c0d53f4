package pgfn

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/grille-dev/grille/sql/types"
)

// order compares two values of one kind in SQLite's representation.
type order func(a, b any) int

// orders are the kinds that greatest, least, mode and percentile_disc know.
func orders() map[string]order {
	bytes := func(a, b any) int { return strings.Compare(text(a), text(b)) }
	ints := func(a, b any) int { return compareInt(integer(a), integer(b)) }
	floats := func(a, b any) int {
		c, _ := types.Compare(types.FloatOf(float(a)), types.FloatOf(float(b)))
		return c
	}
	return map[string]order{
		"bool": ints, "int2": ints, "int4": ints, "int8": ints, "float4": floats, "float8": floats,
		"numeric": func(a, b any) int { return compareNumeric(text(a), text(b)) },
		"text":    bytes, "bytea": bytes, "date": bytes, "time": bytes, "timestamp": bytes, "timestamptz": bytes, "uuid": bytes,
		"interval": func(a, b any) int { return compareInterval(text(a), text(b)) },
	}
}

func compareInt(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func compareNumeric(a, b string) int { return types.CompareNumeric(a, b) }

func compareInterval(a, b string) int {
	x, err1 := types.ParseInterval(a, "second")
	y, err2 := types.ParseInterval(b, "second")
	if err1 != nil || err2 != nil {
		return strings.Compare(a, b)
	}
	c, _ := types.Compare(x, y)
	return c
}

func collations() []Collation {
	return []Collation{
		{"grille_numeric", func(a, b []byte) int { return compareNumeric(string(a), string(b)) }},
		{"grille_interval", func(a, b []byte) int { return compareInterval(string(a), string(b)) }},
	}
}

// choices are greatest and least, which pass over NULL, and what always fails.
func choices() []Scalar {
	out := []Scalar{{"g_more_than_one_row", 0, func([]any) (any, error) {
		return nil, fail("21000", "more than one row returned by a subquery used as an expression")
	}}, {"g_recursion_over", 1, func([]any) (any, error) { return nil, ErrRecursion }}}
	for kind, cmp := range orders() {
		choose := func(sign int) func(a []any) (any, error) {
			return func(a []any) (any, error) {
				var best any
				for _, v := range a {
					if v != nil && (best == nil || sign*cmp(v, best) > 0) {
						best = v
					}
				}
				return best, nil
			}
		}
		out = append(out, Scalar{"g_greatest_" + kind, -1, choose(1)}, Scalar{"g_least_" + kind, -1, choose(-1)})
	}
	return out
}

func hashes() []Scalar {
	return []Scalar{
		simple("g_sha256", 1, func(a []any) any {
			sum := sha256.Sum256(blob(a[0]))
			return sum[:]
		}),
		simple("g_hex", 1, func(a []any) any { return hex.EncodeToString(blob(a[0])) }),
		// The token of a hash mask: 128 bits of HMAC-SHA-256, as on PostgreSQL.
		simple("g_hmac_token", 2, func(a []any) any {
			mac := hmac.New(sha256.New, blob(a[1]))
			mac.Write(blob(a[0]))
			return hex.EncodeToString(mac.Sum(nil))[:32]
		}),
	}
}
