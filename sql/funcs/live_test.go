package funcs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/grille-dev/grille/internal/pgtest"
	"github.com/grille-dev/grille/sql/types"
)

// postgres is a connection to a live server, pinned as run/postgres pins it.
type postgres struct {
	t     *testing.T
	conn  *pgx.Conn
	types map[uint32]types.Type
}

var mood = types.Type{Kind: types.Enum, Name: "public.mood"}

func live(t *testing.T) *postgres {
	t.Helper()
	db := pgtest.New(t, `CREATE TYPE public.mood AS ENUM ('sad', 'ok', 'happy')`)
	conn, err := pgx.Connect(t.Context(), db.DSN)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	pg := &postgres{t: t, conn: conn, types: map[uint32]types.Type{}}
	pg.exec("SET search_path = pg_catalog, pg_temp")
	pg.exec("SET TimeZone = 'Europe/Berlin'")
	pg.exec("SET DateStyle = 'ISO, YMD'")
	for _, typ := range append(concreteTypes(), textArray, types.ArrayOf(types.Int4)) {
		var oid uint32
		if err := conn.QueryRow(t.Context(), "SELECT CAST(to_regtype($1) AS oid)", typ.SQL()).Scan(&oid); err != nil {
			t.Fatalf("%s: %v", typ, err)
		}
		pg.types[oid] = typ
		if typ.Kind != types.Array {
			conn.QueryRow(t.Context(), "SELECT typarray FROM pg_type WHERE oid = $1", oid).Scan(&oid)
			pg.types[oid] = types.ArrayOfType(typ)
		}
	}
	return pg
}

func (pg *postgres) exec(sql string) {
	if _, err := pg.conn.Exec(pg.t.Context(), sql); err != nil {
		pg.t.Fatalf("%s: %v", sql, err)
	}
}

// typeOf is the type that PostgreSQL gives the only column of a query.
func (pg *postgres) typeOf(sql string) (types.Type, error) {
	d, err := pg.conn.PgConn().Prepare(pg.t.Context(), "", sql, nil)
	if err != nil {
		return types.Type{}, err
	}
	oid := d.Fields[0].DataTypeOID
	typ, ok := pg.types[oid]
	if !ok {
		return types.Type{}, fmt.Errorf("a result of oid %d", oid)
	}
	return typ, nil
}

func concreteTypes() []types.Type {
	return []types.Type{
		boolean, int2, int4, int8, numeric, float4, float8, text, varchar, bpchar, bytea,
		date, clock, timestamp, timestamptz, interval, uuid, jsonText, jsonb, inet, cidr, macaddr, macaddr8, mood,
	}
}

// render prints a call of s as PostgreSQL reads it.
func render(s *Sig, args []string) string {
	f := s.Func
	tmpl := s.Postgres
	if tmpl == "" {
		switch {
		case f.Class == Operator && len(args) == 1:
			tmpl = "({op} {1})"
		case f.Class == Operator:
			tmpl = "({1} OPERATOR(pg_catalog.{op}) {2})"
		case f.Class == OrderedSet:
			within := len(args) - 1
			return "pg_catalog." + f.Name + "(" + strings.Join(args[:within], ", ") + ") WITHIN GROUP (ORDER BY " + args[within] + ")"
		case f.Name == "count" && len(args) == 0:
			return "pg_catalog.count(*)"
		default:
			tmpl = "pg_catalog." + f.Name + "({*})"
		}
	}
	marks := []string{"{op}", f.Name, "{*}", strings.Join(args, ", ")}
	for i, a := range args {
		marks = append(marks, fmt.Sprintf("{%d}", i+1), a)
	}
	tmpl = strings.NewReplacer(marks...).Replace(tmpl)
	if f.Class == Window {
		tmpl += " OVER ()"
	}
	return tmpl
}

// query is a whole statement around a call.
func query(s *Sig, call string) string {
	if s.Func.Class == Set {
		return "SELECT x FROM " + call + " AS t(x)"
	}
	return "SELECT " + call + " AS x"
}

// instances are the concrete argument types with which s is tried.
func instances(s *Sig) [][]types.Type {
	fills := []types.Type{int4, text, varchar, numeric, date, interval, timestamptz, uuid, boolean}
	for _, p := range s.Params {
		switch p {
		case AnyElement, Any, AnyPrintable, AnyJSON, AnyNonArray:
			return instancesOf(s, append(fills, jsonb))
		case AnyEnum:
			return instancesOf(s, []types.Type{mood})
		}
	}
	return instancesOf(s, fills)
}

// allInstances are all the concrete argument types with which a call is one of s.
func allInstances(s *Sig) [][]types.Type {
	var out [][]types.Type
	for _, args := range instancesOf(s, concreteTypes()) {
		if m, err := s.Func.Resolve(args); err == nil && m.Sig == s && slices.Equal(m.Args, args) {
			out = append(out, args)
		}
	}
	return out
}

// instancesOf puts each of fills in the place of the pseudo types of s.
func instancesOf(s *Sig, fills []types.Type) [][]types.Type {
	if slices.Contains(s.Params, AnyToken) {
		return nil
	}
	if !slices.ContainsFunc(s.Params, func(t types.Type) bool { return t.Kind == pseudo }) {
		return [][]types.Type{slices.Clone(s.Params)}
	}
	var out [][]types.Type
	for _, fill := range fills {
		args := slices.Clone(s.Params)
		for i, p := range args {
			switch p {
			case AnyElement, Any, AnyPrintable, AnyJSON, AnyNonArray, AnyComparable, AnyEnum:
				args[i] = fill
			case AnyArray, AnyOrderedArray:
				args[i] = types.ArrayOfType(fill)
			}
		}
		out = append(out, args)
	}
	return out
}

func nulls(ts []types.Type) []string {
	out := make([]string, len(ts))
	for i, t := range ts {
		out[i] = "NULL"
		if t.Kind != types.Unknown {
			out[i] = "CAST(NULL AS " + t.SQL() + ")"
		}
	}
	return out
}

// Each overload has the result type that PostgreSQL gives it.
func TestResultTypes(t *testing.T) {
	pg := live(t)
	n := 0
	for _, f := range All() {
		for _, s := range f.Sigs {
			if s.Postgres == "{unavailable}" {
				continue
			}
			for _, args := range instances(s) {
				m, err := s.match(args)
				if err != nil {
					t.Errorf("%s with %v: %v", s, args, err)
					continue
				}
				sql := query(s, render(s, nulls(m.Args)))
				got, err := pg.typeOf(sql)
				if err != nil || got != m.Result {
					t.Errorf("%s gives %s, PostgreSQL %s %v\n\t%s", s, m.Result, got, err, sql)
				}
				n++
			}
		}
	}
	t.Logf("%d functions, %d overloads with concrete types", len(All()), n)
}

const noArithmetic = "no arithmetic of network addresses"

const noEnum = "no enum: PostgreSQL would look for a cast to json that somebody made"

// Where our overloads differ from PostgreSQL's on purpose.
var (
	stricterThanPostgres = map[string]string{
		"-":                  "jsonb - key: of jsonb only what reads an untyped literal right is in the table; no arithmetic of addresses",
		"+":                  noArithmetic,
		"&":                  noArithmetic,
		"|":                  noArithmetic,
		"~":                  noArithmetic,
		"trunc":              noArithmetic,
		"array_agg":          "arrays of arrays are no type of ours",
		"array_append":       "an array without a type; elements are not converted",
		"array_cat":          "an array without a type",
		"array_position":     "an array without a type; json has no equality",
		"array_positions":    "an array without a type; json has no equality",
		"array_prepend":      "an array without a type; elements are not converted",
		"array_remove":       "an array without a type; json has no equality",
		"array_replace":      "an array without a type; json has no equality",
		"json_agg":           noEnum,
		"json_build_array":   noEnum,
		"json_build_object":  noEnum,
		"json_object_agg":    noEnum,
		"jsonb_agg":          noEnum,
		"jsonb_build_array":  noEnum,
		"jsonb_build_object": noEnum,
		"jsonb_object_agg":   noEnum,
		"to_json":            noEnum,
		"to_jsonb":           noEnum,
		"between":            "one common type; PostgreSQL compares each side by itself",
		"between_symmetric":  "one common type; PostgreSQL compares each side by itself",
		"btrim":              "no text functions on bytea",
		"collate":            "of texts, not of arrays of them",
		"slice":              "numbers that are no int4 are cast by package bind",
		"slice_from":         "numbers that are no int4 are cast by package bind",
		"slice_to":           "numbers that are no int4 are cast by package bind",
		"subscript":          "no fields of jsonb by number; numbers that are no int4 are cast by package bind",
		"greatest":           "json has no order; PostgreSQL notices it with two arguments only",
		"is_distinct":        "json has no equality; PostgreSQL treats a NULL literal apart",
		"least":              "json has no order; PostgreSQL notices it with two arguments only",
		"like":               "no text functions on bytea",
		"ltrim":              "no text functions on bytea",
		"position":           "no text functions on bytea",
		"rtrim":              "no text functions on bytea",
		"substr":             "no text functions on bytea",
		"substring":          "no text functions on bytea, no SIMILAR patterns",
		"||":                 "elements of arrays are not converted",
		"timezone":           "zones by name only, no time with time zone",
	}
	looserThanPostgres = map[string]string{
		"?|":              "no geometry to confuse it with",
		"&&":              "no ranges to confuse it with",
		"@>":              "no ranges to confuse it with",
		"<@":              "no ranges to confuse it with",
		"array_agg":       "an untyped literal is a text",
		"json_agg":        "an untyped literal is a text",
		"jsonb_agg":       "an untyped literal is a text",
		"to_json":         "an untyped literal is a text",
		"to_jsonb":        "an untyped literal is a text",
		"first_value":     "an untyped literal is a text",
		"lag":             "an untyped literal is a text",
		"last_value":      "an untyped literal is a text",
		"lead":            "an untyped literal is a text",
		"mode":            "an untyped literal is a text",
		"nth_value":       "an untyped literal is a text",
		"percentile_disc": "an untyped literal is a text",
		"percentile_cont": "no array of fractions to confuse it with",
		"trunc":           "no macaddr to confuse it with",
	}
)

// Overloads are resolved as PostgreSQL resolves them: the same result type, or
// both refuse.
func TestResolveLikePostgres(t *testing.T) {
	t.Parallel()
	pg := live(t)
	all := append(concreteTypes(), unknown, textArray)
	few := []types.Type{unknown, boolean, int4, int8, numeric, float8, text, varchar, date, timestamp, timestamptz, interval}
	tried, stricter, looser := 0, 0, 0
	for _, f := range All() {
		if f.Name == "hmac_token" || f.Name == "recursion_over" || f.Name == "any_value" { // the latter is min before PostgreSQL 16
			continue
		}
		for _, args := range matrix(f, all, few) {
			tried++
			m, ours := f.Resolve(args)
			sql := query(f.Sigs[0], render(&Sig{Func: f, Postgres: syntax(f, len(args))}, nulls(args)))
			got, theirs := pg.typeOf(sql)
			switch {
			case ours != nil && theirs != nil:
			case ours != nil:
				if stricter++; stricterThanPostgres[f.Name] == "" {
					t.Errorf("%s%v: we refuse (%v), PostgreSQL says %s", f.Name, args, ours, got)
				}
			case theirs != nil:
				if looser++; looserThanPostgres[f.Name] == "" {
					t.Errorf("%s%v: we say %s, PostgreSQL refuses: %s", f.Name, args, m.Result, message(theirs))
				}
			case got != m.Result:
				t.Errorf("%s%v: we say %s (%s), PostgreSQL %s\n\t%s", f.Name, args, m.Result, m.Sig, got, sql)
			}
		}
	}
	t.Logf("%d combinations of argument types: we refuse more in %d, less in %d", tried, stricter, looser)
}

func message(err error) string {
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		return pe.Message
	}
	return err.Error()
}

// syntax is the template of a function that is spelled by keywords.
func syntax(f *Func, args int) string {
	for _, s := range f.Sigs {
		if len(s.Params) == args && f.Name != "date" && !strings.Contains(s.Postgres, "OPERATOR(") {
			return s.Postgres
		}
	}
	return ""
}

// matrix are all combinations of one and two arguments, and some of three.
func matrix(f *Func, all, few []types.Type) [][]types.Type {
	var out [][]types.Type
	arities := map[int]bool{}
	for _, s := range f.Sigs {
		arities[len(s.Params)] = true
	}
	for n := range arities {
		set := all
		if n > 2 {
			set = few
		}
		if n > 3 {
			continue
		}
		combos := [][]types.Type{nil}
		for range n {
			var next [][]types.Type
			for _, c := range combos {
				for _, t := range set {
					next = append(next, append(slices.Clone(c), t))
				}
			}
			combos = next
		}
		out = append(out, combos...)
	}
	return out
}
