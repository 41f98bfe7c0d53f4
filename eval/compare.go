package eval

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/grille-dev/grille/sql/types"
)

// Table is a result with all of its rows.
type Table struct {
	Names []string
	Rows  [][]types.Value
}

// close is how far two numbers may be apart, relative to the greater.
const closeness = 1e-9

// equalValues compares two cells: numbers by value and nearly, dates and times
// by value, the rest exactly.
func equalValues(a, b types.Value) bool {
	if a.IsNull() || b.IsNull() {
		return a.IsNull() && b.IsNull()
	}
	x, nx := numeric(a)
	y, ny := numeric(b)
	if nx && ny {
		if a.Kind() == types.Int8 && b.Kind() == types.Int8 {
			return a.Int() == b.Int()
		}
		return nearly(x, y)
	}
	if isTime(a.Kind()) && isTime(b.Kind()) {
		return moment(a) == moment(b)
	}
	if a.Kind() != b.Kind() {
		return false
	}
	if a.Kind() == types.Array {
		return slices.EqualFunc(a.List(), b.List(), equalValues)
	}
	return types.Equal(a, b) || a.String() == b.String()
}

func numeric(v types.Value) (float64, bool) {
	switch v.Kind() {
	case types.Int8:
		return float64(v.Int()), true
	case types.Float8:
		return v.Float(), true
	case types.Numeric:
		f, err := strconv.ParseFloat(v.Text(), 64)
		return f, err == nil || !math.IsNaN(f)
	default:
		return 0, false
	}
}

func nearly(x, y float64) bool {
	if x == y || math.IsNaN(x) && math.IsNaN(y) {
		return true
	}
	return math.Abs(x-y) <= closeness*math.Max(math.Abs(x), math.Abs(y))
}

func isTime(k types.Kind) bool {
	return k == types.Date || k == types.Timestamp || k == types.TimestampTZ
}

// moment is a date or time as text that is equal for equal moments: a date is
// its midnight.
func moment(v types.Value) string {
	s := v.Format(types.Of(v.Kind()), time.UTC)
	if v.Kind() == types.Date && v.IsInfinite() == 0 {
		day, era, _ := strings.Cut(s, " ")
		s = strings.TrimSpace(day + " 00:00:00 " + era)
	}
	return strings.TrimSuffix(s, "+00")
}

// difference says how b differs from a, or "" if they hold the same rows; in
// order only counts if ordered is set. It names columns and counts, no cell.
func difference(a, b Table, ordered bool) string {
	if len(a.Names) != len(b.Names) {
		return fmt.Sprintf("%d columns directly, %d through Grille", len(a.Names), len(b.Names))
	}
	if len(a.Rows) != len(b.Rows) {
		return fmt.Sprintf("%d rows directly, %d through Grille", len(a.Rows), len(b.Rows))
	}
	if sameOrder(a.Rows, b.Rows) {
		return ""
	}
	if !sameRows(a.Rows, b.Rows) {
		return "rows differ" + columnsThatDiffer(a, b)
	}
	if ordered {
		return orderDiffers
	}
	return ""
}

const orderDiffers = "the same rows in another order"

func sameOrder(a, b [][]types.Value) bool {
	return slices.EqualFunc(a, b, func(x, y []types.Value) bool { return slices.EqualFunc(x, y, equalValues) })
}

// sameRows compares two multisets. Sorting brings equal rows to equal places but
// for numbers that are nearly equal; those are looked for nearby.
func sameRows(a, b [][]types.Value) bool {
	x, y := sorted(a), sorted(b)
	if sameOrder(x, y) {
		return true
	}
	const near = 64
	used := make([]bool, len(y))
	for i, row := range x {
		found := false
		for j := max(0, i-near); j < min(len(y), i+near+1) && !found; j++ {
			if !used[j] && slices.EqualFunc(row, y[j], equalValues) {
				used[j], found = true, true
			}
		}
		if !found {
			return false
		}
	}
	return true
}

// sorted orders rows by exact columns first and by fractional numbers last,
// rounded: two engines may add them up in different order.
func sorted(rows [][]types.Value) [][]types.Value {
	type keyed struct {
		exact string
		nums  []float64
		row   []types.Value
	}
	ks := make([]keyed, len(rows))
	for i, row := range rows {
		k := keyed{row: row}
		var b strings.Builder
		for _, v := range row {
			switch f, num := numeric(v); {
			case v.IsNull():
				b.WriteString("\x00N")
			case num && f == math.Trunc(f) && math.Abs(f) < 1<<53:
				fmt.Fprintf(&b, "\x00%020.0f", f)
			case num:
				b.WriteString("\x00~")
				k.nums = append(k.nums, f)
			case isTime(v.Kind()):
				b.WriteString("\x00" + moment(v))
			default:
				b.WriteString("\x00" + v.String())
			}
		}
		k.exact = b.String()
		ks[i] = k
	}
	slices.SortStableFunc(ks, func(x, y keyed) int {
		if c := strings.Compare(x.exact, y.exact); c != 0 {
			return c
		}
		return slices.CompareFunc(x.nums, y.nums, func(f, g float64) int {
			switch {
			case nearly(f, g):
				return 0
			case f < g:
				return -1
			default:
				return 1
			}
		})
	})
	out := make([][]types.Value, len(rows))
	for i, k := range ks {
		out[i] = k.row
	}
	return out
}

// columnsThatDiffer names the columns whose own values differ as multisets.
func columnsThatDiffer(a, b Table) string {
	var names []string
	for i := range a.Names {
		if !sameRows(project(a.Rows, []int{i}), project(b.Rows, []int{i})) {
			names = append(names, b.Names[i])
		}
	}
	if len(names) == 0 {
		return " in how columns go together"
	}
	return " in " + strings.Join(names, ", ")
}

func project(rows [][]types.Value, cols []int) [][]types.Value {
	out := make([][]types.Value, len(rows))
	for i, row := range rows {
		for _, c := range cols {
			out[i] = append(out[i], row[c])
		}
	}
	return out
}

// keysInOrder reports whether both results have the same values in the columns
// keys, row by row: they are then ordered alike, up to ties.
func keysInOrder(a, b Table, keys []int) bool {
	return len(a.Rows) == len(b.Rows) && sameOrder(project(a.Rows, keys), project(b.Rows, keys))
}

// matches reports whether answer holds the rows of gold, with its columns in any
// order and, if subset is set, with further ones.
func matches(gold, answer Table, ordered, subset bool) bool {
	if len(gold.Rows) != len(answer.Rows) || len(gold.Names) > len(answer.Names) || !subset && len(gold.Names) != len(answer.Names) {
		return false
	}
	same := func(a, b [][]types.Value) bool { return sameRows(a, b) }
	if ordered {
		same = sameOrder
	}
	// For each column of gold, the columns of the answer that could be it.
	fits := make([][]int, len(gold.Names))
	for i := range gold.Names {
		for j := range answer.Names {
			if same(project(gold.Rows, []int{i}), project(answer.Rows, []int{j})) {
				fits[i] = append(fits[i], j)
			}
		}
	}
	tries := 0
	var place func(chosen []int) bool
	place = func(chosen []int) bool {
		if len(chosen) == len(fits) {
			tries++
			return same(gold.Rows, project(answer.Rows, chosen))
		}
		for _, j := range fits[len(chosen)] {
			if tries < 200 && !slices.Contains(chosen, j) && place(append(slices.Clone(chosen), j)) {
				return true
			}
		}
		return false
	}
	return place(nil)
}
