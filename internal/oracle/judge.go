package oracle

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/types"
)

// Verdict is what the two results say together.
type Verdict uint8

const (
	Same      Verdict = iota // the same rows, or none could be had either way
	Refused                  // a listed refusal
	Different                // other rows, names or types
	Failed                   // an execution error although the copy has rows, and cannot fail
	Chance                   // an execution error that the copy can give too, by another plan
	Eager                    // rows although the copy has an error
	Broken                   // a fault of Grille's, or a refusal that is not listed
)

func (v Verdict) String() string {
	return [...]string{"same", "refused", "different", "failed", "chance", "eager", "broken"}[v]
}

// Bad verdicts break the promise, or the test's own.
func (v Verdict) Bad() bool { return v == Different || v == Failed || v == Broken }

// listed are the refusals that an ordinary draft may meet. They depend on the
// draft, the rules and the engine alone.
func listed(c refusal.Code) bool {
	switch c {
	case refusal.Unsupported, refusal.UnknownFunction, refusal.Types, refusal.Constant, refusal.Grouping, refusal.Ambiguous,
		refusal.MaskedFilter, refusal.MaskedLiteral, refusal.ChooseTeam, refusal.Engine:
		return true
	}
	return false
}

// Judge compares what Grille gave with what the copy gave. Ordered are the
// outputs in whose order the draft asks for its rows.
func Judge(copied, grille Result, ordered []int) (Verdict, string) {
	code := refusal.CodeOf(grille.Err)
	var p *panicked
	switch {
	case errors.As(grille.Err, &p), grille.Err != nil && code == "", code == refusal.Internal:
		return Broken, "a fault"
	case copied.Err != nil && grille.Err != nil:
		return Same, ""
	case listed(code):
		return Refused, string(code)
	case code == refusal.Value, code == refusal.Limit:
		return Failed, "an execution error"
	case grille.Err != nil:
		return Broken, "a refusal that is not listed"
	case copied.Err != nil:
		return Eager, "rows although the copy has an error"
	}
	if what := differ(copied, grille, ordered); what != "" {
		return Different, what
	}
	return Same, ""
}

func differ(a, b Result, ordered []int) string {
	switch {
	case !slices.Equal(a.Names, b.Names):
		return fmt.Sprintf("columns %q, on the copy %q", b.Names, a.Names)
	case !slices.EqualFunc(a.Types, b.Types, sameType):
		return fmt.Sprintf("types %v, on the copy %v", b.Types, a.Types)
	case len(a.Rows) != len(b.Rows):
		return fmt.Sprintf("%d rows, on the copy %d", len(b.Rows), len(a.Rows))
	}
	for i := range a.Rows {
		for _, j := range ordered {
			if j < len(a.Types) && !equal(a.Types[j].Kind, a.Rows[i][j], b.Rows[i][j]) {
				return fmt.Sprintf("another order at row %d", i+1)
			}
		}
	}
	return multiset(a, b)
}

// sameType: a token is a text on the copy.
func sameType(a, b types.Type) bool {
	return a == b || b.Kind == types.Token && a.Kind == types.Text
}

// multiset compares rows without regard to their order. Sorting brings equal
// rows together, but for floats that are nearly equal: those are looked for.
func multiset(a, b Result) string {
	x, y := sorted(a), sorted(b)
	used := make([]bool, len(y))
	for i, row := range x {
		found := false
		for d := 0; d < len(y) && !found; d++ {
			for _, j := range []int{i - d, i + d} {
				if j >= 0 && j < len(y) && !used[j] && sameRow(a.Types, row, y[j]) {
					used[j], found = true, true
					break
				}
			}
			if d > 200 {
				break
			}
		}
		if !found {
			return fmt.Sprintf("row %v of the copy is missing", row)
		}
	}
	return ""
}

func sorted(r Result) [][]Cell {
	rows := slices.Clone(r.Rows)
	slices.SortFunc(rows, func(a, b []Cell) int {
		for i := range a {
			if c := strings.Compare(canonical(r.Types[i].Kind, a[i]), canonical(r.Types[i].Kind, b[i])); c != 0 {
				return c
			}
		}
		return 0
	})
	return rows
}

func sameRow(ts []types.Type, a, b []Cell) bool {
	for i := range a {
		if !equal(ts[i].Kind, a[i], b[i]) {
			return false
		}
	}
	return true
}

// canonical is equal for equal values, and nearly so for floats.
func canonical(k types.Kind, c Cell) string {
	switch {
	case c.Null:
		return "\x00"
	case k == types.Numeric:
		if r, ok := new(big.Rat).SetString(c.Text); ok {
			return r.RatString()
		}
	case k == types.Float8:
		if f, err := strconv.ParseFloat(c.Text, 64); err == nil {
			return strconv.FormatFloat(f, 'e', 8, 64)
		}
	}
	return c.Text
}

// equal compares two values of one kind: numerics by value, floats to 1e-9.
func equal(k types.Kind, a, b Cell) bool {
	switch {
	case a.Null || b.Null:
		return a.Null && b.Null
	case k == types.Float8 || k == types.Float4:
		x, err1 := strconv.ParseFloat(a.Text, 64)
		y, err2 := strconv.ParseFloat(b.Text, 64)
		near := x == y || math.Abs(x-y) <= 1e-9*math.Max(math.Abs(x), math.Abs(y))
		return a.Text == b.Text || err1 == nil && err2 == nil && near
	}
	return canonical(k, a) == canonical(k, b)
}
