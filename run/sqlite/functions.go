package sqlite

import (
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/ncruces/go-sqlite3"

	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/funcs/pgfn"
)

// builtin are SQLite's own functions that the table of functions and package
// emit spell. Not listed, because they read or write more than their
// arguments, fill memory or give another result each time: load_extension,
// random, randomblob, zeroblob, changes, last_insert_rowid, sqlite_*, fts3_*,
// readfile, writefile, edit.
func builtin() []string {
	return strings.Fields(`
		abs acos asin atan atan2 avg ceil ceiling char coalesce concat concat_ws cos count cume_dist degrees dense_rank exp
		first_value floor format glob group_concat hex ifnull iif instr json json_array json_array_length
		json_extract json_group_array json_group_object json_object json_quote json_type json_valid
		lag last_value lead length like ln log log10 lower ltrim max min mod nth_value ntile nullif octet_length
		percent_rank pi pow power printf quote radians rank replace round row_number rtrim sign sin sqrt string_agg
		substr substring sum tan total trim trunc typeof unicode unhex upper -> ->>`)
}

// register adds PostgreSQL's functions to a connection. No view or trigger of
// the database may call them: DIRECTONLY.
func (c *conn) register(lib pgfn.Library) error {
	const flags = sqlite3.DETERMINISTIC | sqlite3.DIRECTONLY
	var errs []error
	for _, f := range lib.Scalars {
		errs = append(errs, c.CreateFunction(f.Name, f.Args, flags, c.scalar(f)))
	}
	for _, f := range lib.Aggregates {
		errs = append(errs, c.CreateWindowFunction(f.Name, f.Args, flags, c.aggregate(f)))
	}
	for _, f := range lib.Collations {
		errs = append(errs, c.CreateCollation(f.Name, f.Compare))
	}
	for _, f := range lib.Tables {
		errs = append(errs, c.table(f))
	}
	return errors.Join(errs...)
}

// guard runs a function of the library. An error of the library's own kind is
// a value that does not fit; anything else is a fault, which the connection
// keeps until the statement ends.
func (c *conn) guard(ctx sqlite3.Context, f func() error) {
	defer func() {
		if r := recover(); r != nil {
			c.fault = errors.New("a function panicked")
			ctx.ResultError(c.fault)
		}
	}()
	if err := f(); err != nil {
		var known *pgfn.Error
		if !errors.As(err, &known) {
			c.fault = fmt.Errorf("a function failed with a %T", err)
		}
		if known == pgfn.ErrRecursion {
			ctx.ResultError(errRecursion)
			return
		}
		ctx.ResultError(errValue) // the words stay here
	}
}

var (
	errValue     = errors.New("a value does not fit")
	errRecursion = errors.New(emit.Endless)
)

func (c *conn) scalar(f pgfn.Scalar) sqlite3.ScalarFunction {
	return func(ctx sqlite3.Context, arg ...sqlite3.Value) {
		c.guard(ctx, func() error {
			in := goValues(arg)
			v, err := f.Fn(in)
			if err != nil {
				return err
			}
			if s, ok := v.(string); ok && len(in) == 1 && in[0] == any(s) {
				ctx.ResultValue(arg[0]) // a reader gives what is canonical back; it need not cross over again
				return nil
			}
			return setResult(ctx, v)
		})
	}
}

func (c *conn) aggregate(f pgfn.Aggregate) sqlite3.AggregateConstructor {
	return func() sqlite3.AggregateFunction {
		a := group{c, f.New()}
		if inv, ok := a.state.(pgfn.Inverter); ok {
			return window{a, inv}
		}
		return a
	}
}

// group is one group of an aggregate.
type group struct {
	c     *conn
	state pgfn.Accumulator
}

func (g group) Step(ctx sqlite3.Context, arg ...sqlite3.Value) {
	g.c.guard(ctx, func() error { return g.state.Step(goValues(arg)) })
}

func (g group) Value(ctx sqlite3.Context) {
	g.c.guard(ctx, func() error {
		v, err := g.state.Value()
		if err != nil {
			return err
		}
		return setResult(ctx, v)
	})
}

// window is a group that rows leave again.
type window struct {
	group
	inverter pgfn.Inverter
}

func (w window) Inverse(ctx sqlite3.Context, arg ...sqlite3.Value) {
	w.c.guard(ctx, func() error { return w.inverter.Inverse(goValues(arg)) })
}

func goValues(arg []sqlite3.Value) []any {
	out := make([]any, len(arg))
	for i, a := range arg {
		switch a.Type() {
		case sqlite3.NULL:
		case sqlite3.INTEGER:
			out[i] = a.Int64()
		case sqlite3.FLOAT:
			out[i] = a.Float()
		case sqlite3.TEXT:
			out[i] = a.Text()
		case sqlite3.BLOB:
			out[i] = a.Blob(nil)
		default:
			panic("sqlite: unknown class of value")
		}
	}
	return out
}

func setResult(ctx sqlite3.Context, v any) error {
	switch v := v.(type) {
	case nil:
		ctx.ResultNull()
	case int64:
		ctx.ResultInt64(v)
	case float64:
		ctx.ResultFloat(v)
	case string:
		ctx.ResultText(v)
	case []byte:
		ctx.ResultBlob(v)
	default:
		return fmt.Errorf("a function gave a %T", v)
	}
	return nil
}

// table registers a function that stands in FROM, as a virtual table that is
// always there: one column of results, c1, and one hidden column each argument.
func (c *conn) table(f pgfn.Table) error {
	declaration := "CREATE TABLE x(c1"
	for i := range f.Args {
		declaration += fmt.Sprintf(", a%d HIDDEN", i+1)
	}
	declaration += ")"
	//lint:ignore SA1019 the generic method needs Go 1.27
	return sqlite3.CreateModule(c.Conn, f.Name, nil, func(db *sqlite3.Conn, _, _, _ string, _ ...string) (rowFunction, error) {
		return rowFunction{c, f}, errors.Join(db.DeclareVTab(declaration), db.VTabConfig(sqlite3.VTAB_DIRECTONLY))
	})
}

// rowFunction is a virtual table of the rows of one call.
type rowFunction struct {
	c *conn
	f pgfn.Table
}

// BestIndex passes the arguments to Filter, in order; all must be known.
func (r rowFunction) BestIndex(x *sqlite3.IndexInfo) error {
	given := make([]bool, r.f.Args)
	for i, k := range x.Constraint {
		if k.Usable && k.Op == sqlite3.INDEX_CONSTRAINT_EQ && k.Column >= 1 && k.Column <= r.f.Args && !given[k.Column-1] {
			x.ConstraintUsage[i] = sqlite3.IndexConstraintUsage{Omit: true, ArgvIndex: k.Column}
			given[k.Column-1] = true
		}
	}
	for _, ok := range given {
		if !ok {
			return sqlite3.CONSTRAINT
		}
	}
	x.EstimatedCost, x.EstimatedRows = 1000, 1000
	return nil
}

// Open implements sqlite3.VTab.
func (r rowFunction) Open() (sqlite3.VTabCursor, error) { return &cursor{r: r}, nil }

// cursor pulls the rows of one call.
type cursor struct {
	r    rowFunction
	next func() (any, bool)
	stop func()
	row  any
	n    int64
	done bool
	err  error
}

// Filter implements sqlite3.VTabCursor: it makes the call.
func (u *cursor) Filter(_ int, _ string, arg ...sqlite3.Value) error {
	_ = u.Close()
	args := goValues(arg)
	u.next, u.stop = iter.Pull(func(yield func(any) bool) { u.err = u.r.f.Rows(args, yield) })
	u.n, u.done, u.err = 0, false, nil
	return u.Next()
}

// Next implements sqlite3.VTabCursor.
func (u *cursor) Next() error {
	row, ok := u.next()
	u.row, u.done = row, !ok
	u.n++
	if u.err == nil {
		return nil
	}
	var known *pgfn.Error
	if !errors.As(u.err, &known) {
		u.r.c.fault = fmt.Errorf("a function failed with a %T", u.err)
	}
	return errValue
}

// EOF implements sqlite3.VTabCursor.
func (u *cursor) EOF() bool { return u.done }

// Column implements sqlite3.VTabCursor.
func (u *cursor) Column(ctx sqlite3.Context, n int) error {
	if n > 0 {
		ctx.ResultNull()
		return nil
	}
	return setResult(ctx, u.row)
}

// RowID implements sqlite3.VTabCursor.
func (u *cursor) RowID() (int64, error) { return u.n, nil }

// Close ends a call whose rows are not wanted any more.
func (u *cursor) Close() error {
	if u.stop != nil {
		u.stop()
	}
	return nil
}

// library is PostgreSQL's functions for one connection.
func library(zone *time.Location) pgfn.Library {
	return pgfn.New(func() *time.Location { return zone })
}

// names are what a statement may call, and the tables that are functions.
func names(lib pgfn.Library) (funcs, tables map[string]bool) {
	funcs, tables = map[string]bool{}, map[string]bool{}
	for _, n := range builtin() {
		funcs[n] = true
	}
	for _, f := range lib.Scalars {
		funcs[lower(f.Name)] = true
	}
	for _, f := range lib.Aggregates {
		funcs[lower(f.Name)] = true
	}
	for _, f := range lib.Tables {
		tables[lower(f.Name)] = true
	}
	return funcs, tables
}
