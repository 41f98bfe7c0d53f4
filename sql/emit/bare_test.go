package emit

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ncruces/go-sqlite3"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/sql/bind"
	"github.com/grille-dev/grille/sql/syntax"
	"github.com/grille-dev/grille/sql/types"
)

// declarations of columns that are read as integers or texts, and others.
var declarations = map[types.Kind][]string{
	types.Int8: {"INTEGER", "bigint", "TINYINT", "unsigned big int", "int2", "INTEGER COLLATE NOCASE"},
	types.Text: {"TEXT", "varchar(20)", "CLOB", "string", "character int", "native character (70)", "TEXT COLLATE NOCASE", "text collate rtrim"},
}

// stored are values that a file may hold in any of them.
var strange = []string{
	"NULL", "-9223372036854775808", "9223372036854775807", "9007199254740993", "-1", "0", "1", "5", "2147483648", "-9.223372036854775808e18", "9223372036854775807.0",
	"5.0", "1.5", "1e300", "-1e300", "9007199254740992.0", "'5'", "'5.0'", "' 5'", "'5 '", "'abc'", "'ABC'", "'abc '", "'a'", "'Z'", "'9a'", "'!'", "''", "'é'", "'1e300'",
	"x'35'", "x'616263'", "x''", "CAST(x'80ff' AS TEXT)",
}

var conditions = map[types.Kind][]string{
	types.Int8: {"x = C", "C = x", "x < C", "C < x", "x <= C", "x > C", "x >= C", "x BETWEEN C AND 5", "x IN (C, 1)", "x IN (C)", "x = ANY ('{1,5}')", "x = C AND x < 5", "x = C AND x > -5", "x = 5 AND C = x",
		"x = C OR x = 5", "x IN (C) OR x = 5 OR x < -5", "(x < C AND x > 0) OR x = 5", "(x < C AND coalesce(id, 1) > 9) OR x IN (5)", "x = C OR coalesce(id, 1) > 9", "NOT x = C", "x NOT IN (C)", "(x = C) IS NULL"},
	types.Text: {"x = C", "C = x", "x < C", "C < x", "x <= C", "x > C", "x >= C", "x BETWEEN C AND 'b'", "x IN (C, 'a')", "x IN (C)", "x = ANY ('{abc,a}')", "x = C AND x < 'b'",
		"x = C OR x = 'a'", "x IN (C) OR x > 'b'", "(x < C AND x > 'A') OR x = 'a'", "x = C OR coalesce(x, '') = 'A'", "NOT x = C", "x NOT IN (C)", "(x = C) IS NULL"},
}

var against = map[types.Kind][]string{
	types.Int8: {"-9223372036854775808", "9223372036854775807", "9007199254740993", "9007199254740992", "-1", "0", "5", "32767", "2147483648"},
	types.Text: {"''", "'5'", "'5.0'", "' 5'", "'abc'", "'ABC'", "'abc '", "'Z'", "'9a'", "'!'", "'é'", "'1e300'", "'0'"},
}

// What stands beside a condition so that an index serves changes no answer: over
// every storage class in columns of every declaration, with an index and without.
func TestBareDecidesNothing(t *testing.T) {
	db := must(sqlite3.Open(":memory:"))
	defer db.Close()
	compared, served, rows := 0, 0, 0
	for kind, names := range declarations {
		for i, declared := range names {
			table := fmt.Sprintf("%s%d", kind, i)
			fill(t, db, table, declared)
			c := must(catalogtest.Parse(catalog.SQLite, fmt.Sprintf("%s (id int8 key, x %s)", table, kind)))
			c.Tables[0].Columns[1].Declared, _, _ = strings.Cut(declared, " CO")
			for _, condition := range conditions[kind] {
				for _, value := range against[kind] {
					with, without := beside(c, table, strings.ReplaceAll(condition, "C", value))
					compared++
					if with.text != without.text {
						served++
					}
					got, want := ids(t, db, with), ids(t, db, without)
					if !slices.Equal(got, want) {
						t.Errorf("%s %s: %v, and without what stands beside %v\n%s", declared, strings.ReplaceAll(condition, "C", value), got, want, with.text)
					}
					rows += len(want)
				}
			}
		}
	}
	t.Logf("%d conditions, %d with something beside, %d rows", compared, served, rows)
	if served < compared/2 || rows < compared {
		t.Error("too little to prove anything")
	}
}

func fill(t *testing.T, db *sqlite3.Conn, table, declared string) {
	text := fmt.Sprintf("CREATE TABLE %s (id INTEGER PRIMARY KEY, x %s);", table, declared)
	for _, v := range strange {
		text += fmt.Sprintf("INSERT INTO %s (x) VALUES (%s);", table, v)
	}
	text += fmt.Sprintf("INSERT INTO %[1]s (x) SELECT -id FROM %[1]s; CREATE INDEX %[1]s_x ON %[1]s (x); ANALYZE;", table)
	if err := db.Exec(text); err != nil {
		t.Fatal(err)
	}
}

// beside is the statement of a rule with that condition, and the same without
// what only indexes need.
func beside(c *catalog.Catalog, table, condition string) (with, without printed) {
	c.Version = catalog.Digest(c)
	view := nurse(c, fmt.Sprintf("version: 1\nclasses: {plain: {show: value}}\ntables: {main.%s: {columns: {id: plain, x: plain}, grants: {nurses: {rows: %q}}}}", table, condition))
	d := sqlite
	d.bare = nil
	for p, d := range map[*printed]*dialect{&with: &sqlite, &without: &d} {
		q := must(policy.Apply(view, must(bind.Query(must(syntax.Parse("SELECT id FROM "+table)), view.Names(), bind.Env{})))).Query()
		lower(d, q)
		*p = must(printQuery(d, q))
	}
	return with, without
}

func ids(t *testing.T, db *sqlite3.Conn, p printed) []int64 {
	stmt, _, err := db.Prepare(p.text + " ORDER BY 1")
	if err != nil {
		t.Fatal(err)
	}
	defer stmt.Close()
	for i, x := range p.params {
		if x.Type.IsInteger() {
			err = stmt.BindInt64(i+1, x.Value.Int())
		} else {
			err = stmt.BindText(i+1, x.Value.Text())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var list []int64
	for stmt.Step() {
		list = append(list, stmt.ColumnInt64(0))
	}
	if err := stmt.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

// An output is read as stored only where nothing computes on it: not where rows are
// told apart, grouped, united or sorted by it, not through a mask, and not where
// something else is made of it.
func TestStoredOnlyAtTheEnd(t *testing.T) {
	view := nurse(must(catalogtest.Parse(catalog.SQLite, "visits (id int8 key, at timestamp, paid numeric, born date)")),
		`{version: 1, classes: {plain: {show: value}, year: {show: {bucket: year}}}, tables: {main.visits: {columns: {id: plain, at: plain, paid: plain, born: year}, grants: {nurses: {rows: "paid > 0"}}}}}`)
	for draft, want := range map[string][]bool{
		"SELECT at, paid FROM visits":                                                                   {true, true},
		"SELECT at, paid, at FROM visits WHERE at > '2024-01-01' LIMIT 5":                               {true, true, true},
		"SELECT a.at, b.paid FROM visits a LEFT JOIN visits b ON a.paid = b.paid":                       {true, true},
		"SELECT at, rank() OVER (ORDER BY at) FROM visits":                                              {true, false},
		"SELECT at, (SELECT max(b.at) FROM visits b WHERE b.at < a.at) FROM visits a":                   {true, false},
		"SELECT at, paid FROM visits ORDER BY at":                                                       {false, true},
		"SELECT DISTINCT at FROM visits":                                                                {false},
		"SELECT at FROM visits GROUP BY at":                                                             {false},
		"SELECT at FROM visits UNION ALL SELECT at FROM visits":                                         {false},
		"SELECT born, id FROM visits":                                                                   {false, true},
		"SELECT at + interval '1 day', CAST(at AS date), coalesce(paid, 0) FROM visits":                 {false, false, false},
		"SELECT x.at FROM (SELECT at FROM visits LIMIT 3) x":                                            {false},
		"WITH x AS (SELECT at, paid FROM visits) SELECT x.at, y.paid FROM x JOIN visits y USING (paid)": {false, true},
	} {
		s := must(SQL(allow(t, view, draft)))
		if !slices.Equal(s.Stored(), want) {
			t.Errorf("%s: %v, want %v\n%s", draft, s.Stored(), want, s.Text())
		}
	}
}
