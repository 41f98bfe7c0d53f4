package funcs

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/sql/types"
)

// odd are values that a SQLite file may hold in a column of any type, beside the
// boundaries as texts.
var odd = []string{
	"NULL", "0", "-0.0", "1", "-1", "5", "1.5", "-1.5", "9223372036854775807", "-9223372036854775808", "9e999", "-9e999", "1.7976931348623157e308", "5e-324",
	"253402300799", "253402300800", "-62135596800", "-62135596801", "2440587.5", "5373484.5", "1e15", "20240229",
	"x''", "x'00'", "x'ff'", "x'7b7d'", "x'00000000000000000000000000000000'", "'a' || char(0) || 'b'", "CAST(x'80ff' AS TEXT)", "CAST(x'edb0bd' AS TEXT)",
	"'0000-00-00'", "'0000-12-31'", "'0001-01-01 00:00:00'", "'0001-01-01 00:00:00+14:00'", "'9999-12-31 23:59:59.999999'", "'9999-12-31 23:59:59.9999999-12:00'", "'9999-12-31 24:00:00'",
	"'24:00:00'", "'23:59:59.9999999'", "'2024-02-30'", "'now'", "'epoch'", "'infinity'", "'-infinity'", "'NaN'", "'1e131071'", "'9223372036854775807 years'", "'-178000000 years'",
}

// readingOf is the expression with which package emit reads a column of a file,
// {}: what it lets through are the values that functions meet.
func readingOf(t types.Type) string {
	switch t.Kind {
	case types.Bool:
		return "CASE WHEN typeof({}) = 'integer' AND {} IN (0, 1) THEN {} END"
	case types.Int2:
		return "CASE WHEN typeof({}) = 'integer' AND {} BETWEEN -32768 AND 32767 THEN {} END"
	case types.Int4:
		return "CASE WHEN typeof({}) = 'integer' AND {} BETWEEN -2147483648 AND 2147483647 THEN {} END"
	case types.Int8:
		return "CASE typeof({}) WHEN 'integer' THEN {} END"
	case types.Float4, types.Float8:
		return "CASE typeof({}) WHEN 'real' THEN {} WHEN 'integer' THEN CAST({} AS REAL) END"
	case types.Text, types.Varchar, types.Bpchar:
		return "CASE typeof({}) WHEN 'text' THEN {} END"
	case types.Bytea:
		return "CASE typeof({}) WHEN 'blob' THEN {} END"
	case types.Enum, types.Array, types.Inet, types.Cidr, types.MacAddr, types.MacAddr8:
		return "" // no column of a file is
	default:
		return "g_" + t.Kind.String() + "({})"
	}
}

// stored fills a table b_<type> with all that a column of that type gives.
func (l *lite) stored(t *testing.T, typ types.Type) {
	read := readingOf(typ)
	if read == "" {
		return
	}
	var rows []string
	for _, v := range odd {
		rows = append(rows, "("+v+")")
	}
	for _, texts := range [][]string{boundaries[typ.Kind], ordinary[typ.Kind], texty} {
		for _, v := range texts {
			quoted := "'" + strings.ReplaceAll(v, "'", "''") + "'"
			rows = append(rows, "("+quoted+")")
			if _, err := strconv.ParseFloat(v, 64); err == nil && strings.Trim(v, "0123456789.e+-") == "" && len(v) < 400 {
				rows = append(rows, "("+v+")")
			}
		}
	}
	name := "b_" + typ.Kind.String()
	err := l.conn.Exec(fmt.Sprintf("CREATE TABLE %[1]s AS SELECT DISTINCT %[2]s AS x FROM (SELECT column1 AS v FROM (VALUES %[3]s))",
		name, strings.ReplaceAll(read, "{}", "v"), strings.Join(rows, ", ")))
	if err != nil {
		t.Fatalf("reading %s: %v", typ, err)
	}
}

// Every call and every cast that says it is total and that SQLite can spell is
// fed everything that a file may hold, and must not fail there either.
func TestTotalOnSQLite(t *testing.T) {
	t.Parallel()
	calls, unspelled, pairs := 0, 0, 0
	for _, zone := range extremeZones {
		z, ok := types.Zone(zone)
		if !ok {
			t.Fatal("no zone " + zone)
		}
		l := newLite(t, z)
		for _, typ := range concreteTypes() {
			l.stored(t, typ)
		}
		for _, f := range All() {
			for _, s := range f.Sigs {
				switch {
				case s.Total == nil, zone != extremeZones[0] && len(zonesFor(s)) == 1, f.Class == Set: // those are over constants
				case s.SQLite == "":
					unspelled++
				default:
					calls += l.total(t, s)
				}
			}
		}
		pairs += l.casts(t)
	}
	t.Logf("%d statements, %d casts; %d total overloads that SQLite cannot spell", calls, pairs, unspelled)
	if calls < 1000 || pairs < 100 {
		t.Error("too little was tried")
	}
}

// total feeds one overload, and says with how many statements.
func (l *lite) total(t *testing.T, s *Sig) int {
	n, apt := 0, 0
	for _, args := range allInstances(s) {
		if s.Variadic {
			args = append(args, args[len(args)-1])
		}
		m, err := s.match(args)
		if err != nil {
			t.Fatal(err)
		}
		if !stands(args) || m.Result == jsonb && strings.Contains(s.SQLite, "{kind}") { // emit refuses the latter
			continue
		}
		apt++
		for _, consts := range constantSets(s, args) {
			if err := l.feed(s, m, args, consts); err != nil {
				t.Errorf("%s is not total on SQLite: %v", s, err)
				break
			}
			n++
		}
	}
	if n == 0 && apt > 0 {
		t.Errorf("%s: nothing was tried", s)
	}
	return n
}

// stands reports whether all types stand in SQLite.
func stands(ts []types.Type) bool {
	for _, t := range ts {
		if readingOf(t) == "" || t.Kind == pseudo {
			return false
		}
	}
	return true
}

func (l *lite) feed(s *Sig, m Match, args []types.Type, consts []*types.Value) error {
	texts, from := make([]string, len(args)), []string{}
	var bound []types.Value
	var boundAs []types.Type
	for i, a := range args {
		if consts[i] != nil {
			bound, boundAs = append(bound, *consts[i]), append(boundAs, a)
			texts[i] = fmt.Sprintf("?%d", len(bound))
			continue
		}
		texts[i] = fmt.Sprintf("t%d.x", i)
		source := "b_" + a.Kind.String()
		switch len(from) { // long values in the first place only, and a sample in the third
		case 1:
			source = "(SELECT x FROM " + source + " WHERE x IS NULL OR length(CAST(x AS BLOB)) < 1000)"
		case 2:
			source = "(SELECT x FROM " + source + " WHERE x IS NULL OR length(CAST(x AS BLOB)) < 100 ORDER BY random() LIMIT 9)"
		}
		from = append(from, fmt.Sprintf("%s t%d", source, i))
	}
	call := renderLite(s, texts, args, m.Result)
	if s.Func.Class == Window {
		call += " OVER ()"
	}
	sql := "SELECT " + call + " AS x"
	if len(from) > 0 {
		sql += " FROM " + strings.Join(from, ", ")
	}
	return l.each("SELECT count(x), max(length(x)) FROM ("+sql+" LIMIT -1)", bound, boundAs)
}

// each runs a statement to its end.
func (l *lite) each(sql string, bound []types.Value, as []types.Type) error {
	stmt, _, err := l.conn.Prepare(sql)
	if err != nil {
		return fmt.Errorf("%v\n\t%.300s", err, sql)
	}
	defer stmt.Close()
	for i, v := range bound {
		bindValue(stmt, i+1, v, as[i])
	}
	start := time.Now()
	for stmt.Step() {
	}
	if d := time.Since(start); d > 2*time.Second {
		fmt.Printf("%s: %.200s\n", d, sql)
	}
	if err := stmt.Err(); err != nil {
		return fmt.Errorf("%v\n\t%.300s", err, sql)
	}
	return nil
}

func (l *lite) casts(t *testing.T) int {
	n := 0
	for _, from := range concreteTypes() {
		for _, to := range concreteTypes() {
			for _, mod := range []types.Mod{{}, {Set: true, Prec: 3}} {
				if readingOf(from) == "" || mod.Set && !takesMod(to) || !CastTotal(from, to, mod) {
					continue
				}
				cast := CastSQLite(from, to, mod)
				if cast == "" {
					continue
				}
				cast = strings.NewReplacer("{1}", "x", "{kind}", to.Kind.String()).Replace(cast)
				if err := l.each("SELECT count("+cast+") FROM b_"+from.Kind.String(), nil, nil); err != nil {
					t.Errorf("%s to %s is not total on SQLite: %v", from, to.SQLMod(mod), err)
				}
				n++
			}
		}
	}
	return n
}
