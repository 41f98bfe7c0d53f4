package same

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/apd/v3"

	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/runtest"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// Answer is what came of a draft: rows, or an error.
type Answer struct {
	Columns []ir.Column
	Rows    [][]types.Value
	Err     error
	// Statement is what ran; the zero one of a refusal, and where a text ran as
	// it stands.
	Statement emit.Statement
}

// Ask takes a draft through the whole gate, as the viewer of view, and runs it.
// Its instant is that of [runtest.Statement].
func (db Database) Ask(t testing.TB, view policy.View, draft string) Answer {
	t.Helper()
	s, err := runtest.Statement(view, draft)
	if err != nil {
		return Answer{Err: err}
	}
	return db.Answer(t, s)
}

// Answer runs a statement to its end.
func (db Database) Answer(t testing.TB, s emit.Statement) Answer {
	t.Helper()
	a := Answer{Columns: s.Columns(), Statement: s}
	rows, err := db.Run(t.Context(), s, run.Limits{Rows: 1 << 20, Bytes: 1 << 30, Time: time.Minute})
	if err != nil {
		a.Err = err
		return a
	}
	defer rows.Close()
	for rows.Next() {
		a.Rows = append(a.Rows, slices.Clone(rows.Row()))
	}
	a.Err = rows.Err()
	return a
}

// Comparison is what counts as the same. Columns are compared by place. A
// numeric is compared by value, to an integer too: an engine may give
// another scale. Floats are the same in 12 digits. Tokens are not compared: the
// keys of two databases differ. JSON is compared as jsonb is.
type Comparison struct {
	// Ordered: rows are compared in their order.
	Ordered bool
	// Digits are those in which numerics are the same; 0 is all.
	Digits int
}

// Differ says where two answers differ, "" if nowhere. Two errors are no answers
// and are for the caller to look at.
func (c Comparison) Differ(a, b Answer) string {
	if a.Err != nil || b.Err != nil {
		return fmt.Sprintf("no rows: %v; %v", a.Err, b.Err)
	}
	if len(a.Columns) != len(b.Columns) {
		return fmt.Sprintf("%d columns and %d", len(a.Columns), len(b.Columns))
	}
	if len(a.Rows) != len(b.Rows) {
		return fmt.Sprintf("%d rows and %d\n%s", len(a.Rows), len(b.Rows), sample(a, b))
	}
	x, y := c.arranged(a), c.arranged(b)
	for i := range x {
		for j := range x[i] {
			if !c.same(x[i][j], y[i][j], a.Columns[j].Type) {
				return fmt.Sprintf("row %d, %s: %s and %s\n%s\n%s", i+1, a.Columns[j].Name, show(x[i][j]), show(y[i][j]), Line(x[i]), Line(y[i]))
			}
		}
	}
	return ""
}

// sample is the first rows of two answers that have more or fewer.
func sample(a, b Answer) string {
	var out []string
	for _, x := range []Answer{a, b} {
		for _, row := range x.Rows[:min(len(x.Rows), 5)] {
			out = append(out, "  "+Line(row))
		}
		out = append(out, "  --")
	}
	return strings.Join(out, "\n")
}

// arranged are the rows in their order, or in one that equal bags share.
func (c Comparison) arranged(a Answer) [][]types.Value {
	if c.Ordered {
		return a.Rows
	}
	rows := slices.Clone(a.Rows)
	key := func(row []types.Value) string {
		parts := make([]string, len(row))
		for i, v := range row {
			parts[i] = coarse(v, a.Columns[i].Type)
		}
		return strings.Join(parts, "\x00")
	}
	keys := make(map[*types.Value]string, len(rows))
	for _, row := range rows {
		if len(row) > 0 {
			keys[&row[0]] = key(row)
		}
	}
	slices.SortStableFunc(rows, func(x, y []types.Value) int {
		if len(x) == 0 {
			return 0
		}
		return strings.Compare(keys[&x[0]], keys[&y[0]])
	})
	return rows
}

// coarse is a text that values share which count as the same.
func coarse(v types.Value, t types.Type) string {
	switch {
	case v.IsNull():
		return "NULL"
	case t.Kind == types.Token:
		return "token"
	case number(v):
		return fmt.Sprintf("%.9e", float(v))
	default:
		return show(v)
	}
}

func (c Comparison) same(a, b types.Value, t types.Type) bool {
	switch {
	case a.IsNull() || b.IsNull():
		return a.IsNull() == b.IsNull()
	case t.Kind == types.Token:
		return true
	case a.Kind() == types.Float8 && b.Kind() == types.Float8:
		return close12(a.Float(), b.Float())
	case exact(a) && exact(b):
		return c.sameNumeric(decimal(a), decimal(b))
	case a.Kind() == types.Array && b.Kind() == types.Array:
		return slices.EqualFunc(a.List(), b.List(), func(x, y types.Value) bool { return c.same(x, y, t.Element()) })
	default:
		return asJSONB(a).Kind() == asJSONB(b).Kind() && show(a) == show(b)
	}
}

func close12(a, b float64) bool {
	return a == b || math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) <= 1e-12*max(math.Abs(a), math.Abs(b))
}

// sameNumeric reports whether two differ by less than one in the last digit.
func (c Comparison) sameNumeric(a, b *apd.Decimal) bool {
	if a.Cmp(b) == 0 || c.Digits == 0 || a.Form != apd.Finite || b.Form != apd.Finite {
		return a.Cmp(b) == 0
	}
	var diff apd.Decimal
	if _, err := apd.BaseContext.WithPrecision(60).Sub(&diff, a, b); err != nil {
		return false
	}
	size := max(int64(a.Exponent)+a.NumDigits(), int64(b.Exponent)+b.NumDigits())
	return int64(diff.Exponent)+diff.NumDigits() <= size-int64(c.Digits)
}

func number(v types.Value) bool { return exact(v) || v.Kind() == types.Float8 }
func exact(v types.Value) bool  { return v.Kind() == types.Int8 || v.Kind() == types.Numeric }

func float(v types.Value) float64 {
	if v.Kind() == types.Float8 {
		return v.Float()
	}
	f, _ := decimal(v).Float64()
	return f
}

func decimal(v types.Value) *apd.Decimal {
	if v.Kind() == types.Int8 {
		return apd.New(v.Int(), 0)
	}
	return v.Decimal()
}

// show is a value as text; of json what jsonb keeps.
func show(v types.Value) string {
	if v.IsNull() {
		return "NULL"
	}
	return asJSONB(v).String()
}

func asJSONB(v types.Value) types.Value {
	if v.Kind() == types.JSON {
		if b, err := types.Parse(types.Of(types.JSONB), v.Text(), nil); err == nil {
			return b
		}
	}
	return v
}

// Line is a row as text.
func Line(row []types.Value) string {
	parts := make([]string, len(row))
	for i, v := range row {
		parts[i] = show(v)
	}
	return strings.Join(parts, " | ")
}
