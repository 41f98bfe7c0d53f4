package funcs

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"

	"github.com/grille-dev/grille/sql/funcs/pgfn"
	"github.com/grille-dev/grille/sql/types"
)

// lite is a SQLite connection with the library registered.
type lite struct {
	conn     *sqlite3.Conn
	prepared map[string]*sqlite3.Stmt
}

func newLite(t testing.TB, zone *time.Location) *lite {
	t.Helper()
	conn, err := sqlite3.Open(":memory:")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	lib := pgfn.New(func() *time.Location { return zone })
	var errs []error
	for _, f := range lib.Scalars {
		errs = append(errs, conn.CreateFunction(f.Name, f.Args, sqlite3.DETERMINISTIC, func(ctx sqlite3.Context, arg ...sqlite3.Value) {
			v, err := f.Fn(goValues(arg))
			if err != nil {
				ctx.ResultError(err)
				return
			}
			setResult(ctx, v)
		}))
	}
	for _, f := range lib.Aggregates {
		errs = append(errs, conn.CreateWindowFunction(f.Name, f.Args, sqlite3.DETERMINISTIC, func() sqlite3.AggregateFunction { return group{f.New()} }))
	}
	for _, c := range lib.Collations {
		errs = append(errs, conn.CreateCollation(c.Name, c.Compare))
	}
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	return &lite{conn, map[string]*sqlite3.Stmt{}}
}

type group struct{ acc pgfn.Accumulator }

func (g group) Step(ctx sqlite3.Context, arg ...sqlite3.Value) {
	if err := g.acc.Step(goValues(arg)); err != nil {
		ctx.ResultError(err)
	}
}

func (g group) Inverse(ctx sqlite3.Context, arg ...sqlite3.Value) {
	if err := g.acc.(pgfn.Inverter).Inverse(goValues(arg)); err != nil {
		ctx.ResultError(err)
	}
}

func (g group) Value(ctx sqlite3.Context) {
	v, err := g.acc.Value()
	if err != nil {
		ctx.ResultError(err)
		return
	}
	setResult(ctx, v)
}

func goValues(arg []sqlite3.Value) []any {
	out := make([]any, len(arg))
	for i, a := range arg {
		switch a.Type() {
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

func setResult(ctx sqlite3.Context, v any) {
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
		ctx.ResultError(fmt.Errorf("a %T", v))
	}
}

// bindValue binds v as run/sqlite does.
func bindValue(s *sqlite3.Stmt, n int, v types.Value, t types.Type) {
	switch v.Kind() {
	case types.Unknown:
		s.BindNull(n)
	case types.Bool:
		s.BindBool(n, v.Bool())
	case types.Int8:
		s.BindInt64(n, v.Int())
	case types.Float8:
		s.BindFloat(n, v.Float())
	case types.Bytea:
		s.BindBlob(n, v.Bytes())
	default:
		s.BindText(n, v.Format(t, time.UTC))
	}
}

// column is the text that PostgreSQL would print of a result of type t.
func column(s *sqlite3.Stmt, t types.Type, zone *time.Location) string {
	switch s.ColumnType(0) {
	case sqlite3.NULL:
		return "NULL"
	case sqlite3.INTEGER:
		n := s.ColumnInt64(0)
		switch {
		case t == boolean && n == 0:
			return "f"
		case t == boolean && n == 1:
			return "t"
		case t.IsInteger():
			return strconv.FormatInt(n, 10)
		}
		return fmt.Sprintf("an integer %d", n)
	case sqlite3.FLOAT:
		if !t.IsFloat() {
			return fmt.Sprintf("a real %v", s.ColumnFloat(0))
		}
		return types.FloatOf(s.ColumnFloat(0)).Format(t, nil)
	case sqlite3.BLOB:
		return types.BytesOf(s.ColumnRawBlob(0)).Format(t, nil)
	}
	text := s.ColumnText(0)
	if t == timestamptz {
		if v, err := types.Parse(t, text, time.UTC); err == nil {
			return v.Format(t, zone)
		}
	}
	return text
}

// renderLite fills a template of SQLite as package emit does.
func renderLite(s *Sig, args []string, ts []types.Type, result types.Type) string {
	out := s.SQLite
	form := func(tmpl, arg string) string { return strings.ReplaceAll(tmpl, "{1}", arg) }
	operand := make([]string, len(args))
	var outs []string
	for i, a := range args {
		operand[i] = a
		if compares(s) && ts[i] == numeric {
			operand[i] = "(" + a + " COLLATE grille_numeric)"
		}
		if compares(s) && ts[i] == interval {
			operand[i] = "(" + a + " COLLATE grille_interval)"
		}
		if compares(s) && ts[i] == bpchar && s.Func.Class == Aggregate {
			operand[i] = "(" + a + " COLLATE rtrim)"
		}
		outs = append(outs, form(TextSQLite(ts[i]), a))
		mark := fmt.Sprintf("{%d", i+1)
		out = strings.ReplaceAll(out, mark+"}", operand[i])
		out = strings.ReplaceAll(out, mark+":text}", form(CastSQLite(ts[i], text, types.Mod{}), a))
	}
	kind := result.Kind.String()
	if result.IsText() {
		kind = "text"
	}
	return strings.NewReplacer("{op}", s.Func.Name, "{kind}", kind, "{tail}", "",
		"{*}", strings.Join(operand, ", "), "{*:out}", strings.Join(outs, ", ")).Replace(out)
}

func compares(s *Sig) bool {
	switch s.Func.Class {
	case Operator:
		return s.Result == boolean
	case Aggregate, OrderedSet:
		return true
	}
	switch s.Func.Name {
	case "nullif", "greatest", "least":
		return true
	}
	return false
}

// eval runs SELECT expr with parameters ?1, ?2, ...
func (l *lite) eval(expr string, vs []types.Value, ts []types.Type, result types.Type, zone *time.Location) string {
	s := l.prepared[expr]
	if s == nil {
		var err error
		if s, _, err = l.conn.Prepare("SELECT " + expr); err != nil {
			return "cannot prepare " + expr + ": " + err.Error()
		}
		l.prepared[expr] = s
	}
	defer s.Reset()
	for i, v := range vs {
		bindValue(s, i+1, v, ts[i])
	}
	if !s.Step() {
		if err := s.Err(); err != nil {
			return "error " + err.Error()
		}
		return "no row"
	}
	return column(s, result, zone)
}

// representable reports whether a value stands in SQLite: no NaN, no years but
// 1 to 9999.
func representable(v types.Value) bool {
	switch v.Kind() {
	case types.Float8:
		return !math.IsNaN(v.Float())
	case types.Date, types.Timestamp, types.TimestampTZ:
		if v.IsInfinite() != 0 {
			return true
		}
		text := v.Format(types.Of(v.Kind()), time.UTC)
		return !strings.HasSuffix(text, "BC") && text[4] == '-'
	case types.Interval: // the last hours before an overflow, where PostgreSQL 15 wraps round
		_, _, micros := v.Interval()
		return micros < 1e18 && micros > -1e18
	case types.Array:
		return false
	}
	return true
}

// try is a function on PostgreSQL that runs a query of one text and gives its
// error as a text, in a sandbox of its own.
const try = `CREATE FUNCTION public.try(q text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE r text;
BEGIN
	EXECUTE q INTO r;
	RETURN coalesce(r, 'NULL');
EXCEPTION WHEN OTHERS THEN RETURN 'error ' || sqlstate;
END $$`

// ask runs many queries, each of which gives one text.
func (pg *postgres) ask(queries []string) []string {
	rows, err := pg.conn.Query(pg.t.Context(), "SELECT public.try(q) FROM unnest($1::text[]) WITH ORDINALITY AS u(q, n) ORDER BY n", queries)
	if err != nil {
		pg.t.Fatal(err)
	}
	defer rows.Close()
	out := make([]string, 0, len(queries))
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			pg.t.Fatal(err)
		}
		out = append(out, s)
	}
	if err := rows.Err(); err != nil {
		pg.t.Fatal(err)
	}
	return out
}

// quoted is v as PostgreSQL reads it in a query.
func quoted(v types.Value, t types.Type) string {
	if v.IsNull() {
		return "CAST(NULL AS " + t.SQL() + ")"
	}
	return "CAST('" + strings.ReplaceAll(v.Format(t, time.UTC), "'", "''") + "' AS " + t.SQL() + ")"
}

// asText prints a query's only value; booleans as t and f, not true and false.
func asText(expr string, t types.Type) string {
	if t == boolean {
		return "SELECT CASE WHEN " + expr + " THEN 't' WHEN NOT (" + expr + ") THEN 'f' END"
	}
	if t == bpchar {
		return "SELECT CASE WHEN " + expr + " IS NOT NULL THEN concat(" + expr + ") END"
	}
	return "SELECT CAST(" + expr + " AS text)"
}
