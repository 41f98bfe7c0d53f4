package oracle

import (
	"errors"
	"fmt"
	"time"

	"github.com/ncruces/go-sqlite3"

	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/funcs/pgfn"
	"github.com/grille-dev/grille/sql/types"
)

// Lite runs texts on SQLite as they stand, with the functions that Grille's
// statements call. It hears what each of them is called with.
type Lite struct {
	db    *sqlite3.Conn
	Heard func(function string, args []any)
}

// OpenLite opens a file.
func OpenLite(path string) (*Lite, error) {
	db, err := sqlite3.OpenFlags(path, sqlite3.OPEN_READONLY)
	if err != nil {
		return nil, err
	}
	l := &Lite{db: db, Heard: func(string, []any) {}}
	lib := pgfn.New(nil)
	for _, f := range lib.Scalars {
		err = errors.Join(err, db.CreateFunction(f.Name, f.Args, sqlite3.DETERMINISTIC, func(ctx sqlite3.Context, args ...sqlite3.Value) {
			vs := goValues(args)
			l.Heard(f.Name, vs)
			result(ctx)(f.Fn(vs))
		}))
	}
	for _, f := range lib.Aggregates {
		err = errors.Join(err, db.CreateWindowFunction(f.Name, f.Args, sqlite3.DETERMINISTIC, func() sqlite3.AggregateFunction {
			return group{f.New()}
		}))
	}
	for _, f := range lib.Collations {
		err = errors.Join(err, db.CreateCollation(f.Name, f.Compare))
	}
	for _, f := range lib.Tables {
		err = errors.Join(err, l.table(f))
	}
	return l, err
}

// Close closes the file.
func (l *Lite) Close() error { return l.db.Close() }

// Run runs a statement's text, which may have been changed, to its end.
func (l *Lite) Run(text string, params []emit.Param) error {
	stmt, _, err := l.db.Prepare(text)
	if err != nil {
		return err
	}
	defer stmt.Close()
	for i, p := range params {
		if err := set(stmt, i+1, p); err != nil {
			return err
		}
	}
	for stmt.Step() {
	}
	return stmt.Err()
}

// Plan is how SQLite would run a text, a line a step.
func (l *Lite) Plan(text string) ([]string, error) {
	stmt, _, err := l.db.Prepare("EXPLAIN QUERY PLAN " + text)
	if err != nil {
		return nil, err
	}
	defer stmt.Close()
	var steps []string
	for stmt.Step() {
		steps = append(steps, stmt.ColumnText(3))
	}
	return steps, stmt.Err()
}

func set(s *sqlite3.Stmt, n int, p emit.Param) error {
	switch v := p.Value; {
	case v.IsNull():
		return s.BindNull(n)
	case v.Kind() == types.Int8 && p.Type.IsInteger():
		return s.BindInt64(n, v.Int())
	case v.Kind() == types.Float8:
		return s.BindFloat(n, v.Float())
	case v.Kind() == types.Bool:
		return s.BindBool(n, v.Bool())
	default:
		return s.BindText(n, v.Format(p.Type, time.UTC))
	}
}

type group struct{ pgfn.Accumulator }

func (g group) Step(ctx sqlite3.Context, args ...sqlite3.Value) {
	if err := g.Accumulator.Step(goValues(args)); err != nil {
		ctx.ResultError(err)
	}
}

func (g group) Value(ctx sqlite3.Context) { result(ctx)(g.Accumulator.Value()) }

func goValues(args []sqlite3.Value) []any {
	out := make([]any, len(args))
	for i, a := range args {
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
		}
	}
	return out
}

func result(ctx sqlite3.Context) func(v any, err error) {
	return func(v any, err error) {
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
			err = fmt.Errorf("a function gave a %T", v)
		}
		if err != nil {
			ctx.ResultError(err)
		}
	}
}
