package emit

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
	"github.com/grille-dev/grille/internal/mytest"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/sql/bind"
	"github.com/grille-dev/grille/sql/syntax"
	"github.com/grille-dev/grille/sql/types"
)

// mariaColumns are columns as MariaDB declares them, with their collation.
var mariaColumns = []struct{ name, typ, declared, collation string }{
	{"gci", "varchar", "varchar(40)", "utf8mb4_general_ci"}, {"gci2", "varchar", "varchar(30)", "utf8mb4_general_ci"},
	{"uci", "varchar", "varchar(40)", "utf8mb4_unicode_ci"}, {"uca", "varchar", "varchar(40)", "uca1400_ai_ci"},
	{"bin", "varchar", "varchar(40)", "utf8mb4_bin"}, {"nop", "varchar", "varchar(40)", "utf8mb4_nopad_bin"},
	{"lat", "varchar", "varchar(40) character set latin1", "latin1_swedish_ci"}, {"lat2", "varchar", "varchar(40) character set latin1", "latin1_german2_ci"},
	{"m3", "varchar", "varchar(40) character set utf8mb3", "utf8mb3_general_ci"}, {"sj", "varchar", "varchar(40) character set cp932", "cp932_japanese_ci"},
	{"ch", "varchar", "char(40)", "utf8mb4_general_ci"}, {"cn", "varchar", "char(40)", "utf8mb4_general_nopad_ci"},
	{"tx", "text", "text", "utf8mb4_general_ci"}, {"en", "varchar", "enum", "utf8mb4_general_ci"},
	{"ui", "int8", "int(10) unsigned", ""}, {"us", "int4", "smallint(5) unsigned", ""}, {"bu", "numeric", "bigint(20) unsigned", ""}, {"du", "numeric", "decimal(10,2) unsigned", ""},
	{"si", "int4", "int(11)", ""}, {"yr", "int2", "year(4)", ""},
	{"dd", "date", "date", ""}, {"dd2", "date", "date", ""}, {"dt", "timestamp", "datetime", ""}, {"d6", "timestamp", "datetime(6)", ""}, {"ts", "timestamptz", "timestamp", ""}, {"tm", "time", "time", ""},
	{"uu", "uuid", "uuid", ""},
}

var mariaStored = map[string][]string{
	"text": {"NULL", "''", "' '", "'abc'", "'ABC'", "'abc '", "'Abc  '", "'a'", "'ä'", "'Ä'", "'straße'", "'strasse'", "'STRASSE'", "'é'", "'e'", "'z'", "'1'", "'01'", "'x''y'", `'\\'`, "'abc\t'", "'ÿ'", "'ae'"},
	"en":   {"NULL", "'abc'", "'ABD'", "'1'", "'2'"},
	"ui":   {"NULL", "0", "1", "5", "7", "99", "32767", "65535", "2147483648", "4294967295"},
	"us":   {"NULL", "0", "1", "5", "7", "99", "32768", "65535"},
	"bu":   {"NULL", "0", "1", "5", "7", "99", "9223372036854775807", "9223372036854775808", "18446744073709551615", "9007199254740993"},
	"du":   {"NULL", "0", "1", "5", "7.00", "99.5", "5.01", "99999999.99"},
	"si":   {"NULL", "0", "1", "5", "7", "99", "-1", "-5", "2147483647", "-2147483648"},
	"yr":   {"NULL", "0", "1901", "2005", "1999", "2024", "2155", "2001"},
	"date": {"NULL", "'0000-00-00'", "'2024-00-00'", "'2024-02-00'", "'1000-01-01'", "'0999-05-05'", "'9999-12-31'", "'2023-12-31'", "'2024-01-01'", "'2024-01-31'", "'2024-02-01'", "'2024-02-29'",
		"'2024-03-01'", "'2024-12-31'", "'2025-01-01'", "'1969-12-31'", "'1970-01-01'", "'2038-01-19'", "'2024-03-31'"},
	"dt": {"NULL", "'0000-00-00 00:00:00'", "'2024-00-00 10:00:00'", "'0999-05-05 10:00:00'", "'9999-12-31 23:59:59.999999'", "'2023-12-31 23:59:59.999999'", "'2023-12-31 23:59:59'", "'2024-01-01 00:00:00'", "'2024-01-31 23:59:59.5'", "'2024-02-01 00:00:00'",
		"'2024-02-29 12:00:00'", "'2024-03-01 00:00:00.000001'", "'2024-12-31 23:00:00'", "'2025-01-01 00:00:00'", "'1969-12-31 23:59:59'", "'1970-01-01 00:00:01'", "'2038-01-19 03:14:08'", "'2024-03-31 02:30:00'"},
	"ts": {"NULL", "'0000-00-00 00:00:00'", "'1970-01-01 00:00:01'", "'1970-01-02 00:00:00'", "'2023-12-31 23:59:59'", "'2024-01-01 00:00:00'", "'2024-01-31 23:59:59'", "'2024-02-01 00:00:00'", "'2024-02-29 12:00:00'",
		"'2024-03-01 00:00:00'", "'2024-12-31 23:00:00'", "'2025-01-01 00:00:00'", "'2038-01-18 00:00:00'", "'2024-03-31 02:30:00'"},
	"tm": {"NULL", "'00:00:00'", "'10:00:00'", "'24:00:00'", "'25:00:00'", "'-01:00:00'"},
	"uu": {"NULL", "'c4ca4238-a0b9-4382-8dcc-509a6f75849b'", "'C4CA4238-A0B9-4382-8DCC-509A6F75849C'", "'00000000-0000-0000-0000-000000000000'"},
}

// mariaConditions are those of columns of a kind: X, C a constant of a list, D another one.
var mariaConditions = map[string]struct{ conditions, constants []string }{
	"text": {
		[]string{"X = C", "C = X", "X IN (C, D)", "X IN (C)", "X = C OR X = D", "(X = C OR X = D) AND id > 3", "X < C", "X >= C", "X BETWEEN C AND D", "NOT X = C", "X NOT IN (C, D)", "(X = C) IS NULL", "X = ANY (ARRAY[C, D])", "X = C AND X = upper(X)", "X = C AND lower(X) <> X", "coalesce(X = C, id > 5)"},
		[]string{"'abc'", "'ABC'", "'abc '", "''", "'ä'", "'strasse'", "'ß'", "'e'", "'1'", "'€'", "'Ж'", "'😀'", "'～'", `'\\'`, "'abd'"},
	},
	"number": {
		[]string{"X = C", "C = X", "X < C", "C <= X", "X > C", "X BETWEEN C AND D", "X IN (C, D)", "X = C OR X = D", "NOT X = C", "X NOT IN (C, D)", "(X = C) IS NULL", "X <> C"},
		[]string{"0", "1", "5", "-1", "-5", "99", "5.0", "99.5", "65536", "2147483648", "4294967296", "9223372036854775807", "9223372036854775808", "18446744073709551616", "9007199254740992"},
	},
	"dates": {
		[]string{"X = C", "C > X", "X <= C", "X >= C AND X < D", "X BETWEEN C AND D", "X IN (C, D)", "X > C OR X = D", "NOT X < C", "(X < C) IS NULL", "X - interval '1 day' >= C", "X + interval '1 month' < C", "X + interval '1 year -3 days' <= C",
			"date_trunc('month', X) = C", "date_trunc('year', X) < C", "date_trunc('quarter', X) >= C", "date_trunc('week', X) <= C", "date_trunc('day', X) > C", "date_trunc('hour', X) = C", "date_trunc('month', X) BETWEEN C AND D", "X >= date_trunc('month', C) - interval '1 month'",
			"X::date = C", "X::date > C", "date(X) <= C", "X::timestamp >= C", "X::date - 30 < C", "date_trunc('month', X::date) = date_trunc('month', C)", "X < C + interval '31 days'"},
		[]string{"date '2024-01-01'", "date '2024-02-29'", "date '2024-03-01'", "timestamp '2023-12-31 23:59:59'", "timestamp '2024-02-01 00:00:00.5'", "timestamptz '2024-01-01 00:00:00+00'", "timestamptz '2024-03-31 01:30:00+00'", "date '0999-05-05'", "date '9999-12-31'", "timestamp '1970-01-01 00:00:01'", "date '1969-12-31'", "timestamp '2038-01-19 03:14:08'", "date '0001-01-01'"},
	},
	"years": {
		[]string{"extract(year from X) = C", "extract(year from X) < C", "extract(year from X) >= C AND extract(month from X) = 2", "extract(year from X) BETWEEN C AND D", "date_part('year', X) > C", "C = extract(year from X::date)", "extract(year from X + interval '11 months') = C", "extract(year from date_trunc('quarter', X)) <= C"},
		[]string{"2024", "2023", "1970", "999", "9999", "2037"},
	},
	"uu": {
		[]string{"X = C", "C = X", "X IN (C, D)", "X <> C", "NOT X = C"},
		[]string{"uuid 'c4ca4238-a0b9-4382-8dcc-509a6f75849b'", "uuid 'C4CA4238-A0B9-4382-8DCC-509A6F75849C'", "uuid 'ffffffff-ffff-ffff-ffff-ffffffffffff'"},
	},
	"tm": {
		[]string{"X = C", "X > C", "X BETWEEN C AND D", "X IN (C, D)"},
		[]string{"time '10:00:00'", "time '00:00:00'", "time '24:00:00'", "time '10:00:00.5'"},
	},
}

// mariaJoins are conditions of a and b, which are the same table.
var mariaJoins = []string{
	"a.gci = b.gci2", "a.gci2 = b.gci AND a.gci = b.gci2", "a.gci = b.uci", "a.uci = b.uci", "a.uca = b.uca", "a.lat = b.lat", "a.lat = b.lat2", "a.lat = b.m3", "a.m3 = b.m3", "a.ch = b.gci", "a.ch = b.cn", "a.tx = b.gci", "a.sj = b.sj", "a.en = b.gci", "a.bin = b.bin", "a.nop = b.gci",
	"a.ui = b.si", "a.ui = b.bu", "a.bu = b.du", "a.us = b.si", "a.us < b.ui", "a.yr = b.si", "a.yr = b.ui", "a.ui = b.ui", "a.bu >= b.bu",
	"a.dd = b.dd2", "a.dd < b.dd2", "a.dt = b.d6", "a.ts = b.ts", "a.dt = b.dd", "a.uu = b.uu", "a.tm = b.tm", "a.gci = b.gci2 AND b.gci2 = 'abc'", "a.gci = b.gci2 OR a.ui = b.ui", "a.dd = b.dd2 OR a.id = b.id",
}

// mariaTable is the table with every value in every column, twice and apart.
func mariaTable() (columns, text string) {
	columns = "id int4 key"
	text = "SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,ALLOW_INVALID_DATES', time_zone = '+00:00'; CREATE TABLE t (id int PRIMARY KEY"
	for _, c := range mariaColumns {
		columns += ", " + c.name + " " + c.typ + " null"
		declared := strings.ReplaceAll(c.declared, "enum", "enum('abc', 'ABD', '1', '2')")
		if c.collation != "" && !strings.Contains(declared, "character set") {
			declared += " character set utf8mb4"
		}
		if c.collation != "" {
			declared += " collate " + c.collation
		}
		length := map[bool]string{true: "(9)"}[c.typ == "text"]
		text += fmt.Sprintf(", %[1]s %[2]s NULL, KEY (%[1]s%[3]s)", c.name, declared, length)
	}
	text += ");"
	for id := range 92 {
		text += fmt.Sprintf("INSERT IGNORE INTO t VALUES (%d", id)
		for i, c := range mariaColumns {
			values := mariaStored[mariaKind(c.name, c.typ, mariaStored)]
			text += ", " + values[(id*(1+i%3)+i)%len(values)]
		}
		text += ");"
	}
	return columns, text + "ANALYZE TABLE t;"
}

func mariaKind[T any](name, typ string, of map[string]T) string {
	if _, ok := of[name]; ok {
		return name
	}
	return map[string]string{"varchar": "text", "text": "text", "timestamp": "dt", "timestamptz": "ts", "date": "date"}[typ]
}

func mariaCatalog(columns string, db string) *catalog.Catalog {
	c := must(catalogtest.Parse(catalog.MariaDB, "t ("+columns+")"))
	c.Tables[0].Schema, c.Path = db, []string{db}
	for i, x := range mariaColumns {
		col := c.Tables[0].Columns[i+1]
		col.Declared = x.declared
		col.Sorted = x.collation
	}
	c.Version = catalog.Digest(c)
	return c
}

// mariaPair asks with what stands beside conditions, and without.
type mariaPair struct {
	*testing.T
	conn          *mytest.Conn
	catalog       *catalog.Catalog
	schema        string
	asked, served int
	rows          int
}

func (m *mariaPair) ask(rule, draft string) {
	m.Helper()
	opened := ""
	for _, c := range m.catalog.Tables[0].Columns {
		opened += ", " + c.Name + ": plain"
	}
	view := nurse(m.catalog, fmt.Sprintf("version: 1\nclasses: {plain: {show: value}}\ntables: {%s.t: {columns: {%s}, grants: {nurses: {rows: %q}}}}", m.schema, opened[2:], rule))
	if _, err := bind.Query(must(syntax.Parse(draft)), view.Names(), bind.Env{}); err != nil {
		return // a constant of another type
	}
	without := *mariadbDialect
	without.bare = nil
	var texts [2]string
	var got [2][][]string
	for i, d := range []*dialect{mariadbDialect, &without} {
		parsed := must(bind.Query(must(syntax.Parse(draft)), view.Names(), bind.Env{}))
		q := must(policy.Apply(view, parsed)).Query()
		lower(d, q)
		p, err := printQuery(d, q)
		if err != nil {
			return
		}
		rows, err := m.conn.Text(p.text, mariaParams(p.params)...)
		if err != nil {
			rows = [][]string{{err.Error()[:20]}}
			if !strings.Contains(err.Error(), "1690") {
				m.Errorf("%s: %v\n%s", draft, err, p.text)
			}
		}
		slices.SortFunc(rows, slices.Compare)
		texts[i], got[i] = p.text, rows
	}
	m.asked++
	if texts[0] != texts[1] {
		m.served++
		m.rows += len(got[1])
	}
	if !slices.EqualFunc(got[0], got[1], slices.Equal) {
		m.Errorf("%s, rule %s: %.150v, and without what stands beside %.150v\n%s", draft, rule, got[0], got[1], texts[0])
	}
}

func mariaParams(ps []Param) []any {
	var out []any
	for _, p := range ps {
		switch v := p.Value; v.Kind() {
		case types.Int8:
			out = append(out, v.Int())
		case types.Float8:
			out = append(out, v.Float())
		case types.Bool:
			out = append(out, map[bool]int64{true: 1}[v.Bool()])
		default:
			out = append(out, strings.TrimSuffix(v.Format(p.Type, time.UTC), "+00"))
		}
	}
	return out
}

// What stands beside a condition so that an index serves changes no answer on
// MariaDB: over every collation and type, in rules, in WHERE and in joins, for an
// asker in UTC and for one elsewhere.
func TestBareDecidesNothingOnMariaDB(t *testing.T) {
	columns, text := mariaTable()
	db := mytest.New(t)
	db.Exec(text)
	for _, zone := range []string{"+00:00", "-09:30", "+13:00"} {
		conn := mytest.Connect(t, db.ReadOnlyDSN)
		if err := conn.Exec(mariaBareSession + ", @grille_zone = '" + zone + "'"); err != nil {
			t.Fatal(err)
		}
		m := &mariaPair{T: t, conn: conn, catalog: mariaCatalog(columns, db.Name()), schema: db.Name()}
		m.all(zone != "+00:00")
		t.Logf("%s: %d asked, %d with something beside, %d rows", zone, m.asked, m.served, m.rows)
		if m.served < m.asked/3 || m.rows < m.served {
			t.Error("too little to prove anything")
		}
	}
}

var mariaWords = regexp.MustCompile(`\b[XCD]\b`)

const mariaBareSession = `SET NAMES utf8mb4 COLLATE utf8mb4_nopad_bin; SET sql_mode = 'ANSI_QUOTES,ERROR_FOR_DIVISION_BY_ZERO,NO_BACKSLASH_ESCAPES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ONLY_FULL_GROUP_BY,PIPES_AS_CONCAT,STRICT_ALL_TABLES', div_precision_increment = 30, time_zone = '+00:00'`

// all asks everything, or what hangs on the time zone only.
func (m *mariaPair) all(zoned bool) {
	for i, c := range mariaColumns {
		temporal := c.typ == "date" || strings.HasPrefix(c.typ, "timestamp")
		if zoned && !temporal {
			continue
		}
		kinds := []string{mariaKind(c.name, c.typ, mariaConditions)}
		switch {
		case temporal:
			kinds = []string{"dates", "years"}
		case c.declared[0] != 'v' && c.collation == "" && kinds[0] == "":
			kinds = []string{"number"}
		}
		for _, kind := range kinds {
			k := mariaConditions[kind]
			for n, condition := range k.conditions {
				for j, value := range k.constants {
					if (i+n+j)%4 != 0 { // all of them take a minute
						continue
					}
					other := k.constants[(j+1+n)%len(k.constants)]
					text := mariaWords.ReplaceAllStringFunc(condition, func(w string) string { return map[string]string{"X": "t." + c.name, "C": value, "D": other}[w] })
					m.ask("id >= 0", "SELECT id FROM t WHERE "+text)
					if (i+n+j)%8 == 0 && !strings.ContainsAny(text, "'(") || (i+n+j)%8 == 0 && kind == "text" && !strings.Contains(text, "upper") {
						m.ask(strings.ReplaceAll(text, "t.", ""), "SELECT id FROM t WHERE 1 / (id + 1) >= 0")
					}
				}
			}
		}
	}
	for _, on := range mariaJoins {
		m.ask("id >= 0", "SELECT a.id, b.id FROM t a JOIN t b ON "+on)
		m.ask("id >= 0", "SELECT a.id, b.id FROM t a LEFT JOIN t b ON "+on+" AND b.id < 40")
		m.ask("id >= 0", "SELECT a.id FROM t a WHERE EXISTS (SELECT 1 FROM t b WHERE b.id > 50 AND "+on+")")
		m.ask("id >= 0", "SELECT a.id, b.id FROM t a, t b WHERE 1 / (b.id + 1) >= 0 AND "+on)
	}
}
