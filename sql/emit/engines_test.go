package emit_test

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/same"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/types"
)

// TestEnginesAgree runs every statement of the pages on every kind of engine
// that there is, over the same rows, and wants PostgreSQL's answer. Statements
// that an engine refuses are left out: the page says so. Where no rules are in the
// way PostgreSQL's answer is held to that of the draft as it was written: much of
// SQL is said in other words (package bind).
func TestEnginesAgree(t *testing.T) {
	n, empty, refused := 0, 0, map[string]int{}
	datadriven.Walk(t, "testdata/spec", func(t *testing.T, page string) {
		var e *engines
		datadriven.RunTest(t, page, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "catalog":
				e = newEngines(t, d.Input)
				e.refused = refused
				e.open()
			case "rules":
				e.ruled(d.Input)
			case "sql":
				rows, err := e.compare(d.Input)
				if err != nil {
					t.Errorf("%s: %v\n%s", d.Pos, err, d.Input)
				}
				if n++; rows == 0 {
					empty++
				}
			}
			return d.Expected
		})
	})
	t.Logf("%d statements, %d of them without a row; refused: %v", n, empty, refused)
}

// engines are databases of every kind with the same tables, PostgreSQL's first.
type engines struct {
	t       *testing.T
	all     []*opened
	plain   bool           // no rules
	refused map[string]int // statements that PostgreSQL says and the other does not
}

type opened struct {
	same.Database
	catalog *catalog.Catalog
	view    policy.View
}

// newEngines fills the tables of a page in each kind of engine.
func newEngines(t *testing.T, tables string) *engines {
	t.Helper()
	e := &engines{t: t}
	for _, db := range same.Open(t, filled(parsed(t, catalog.Postgres, tables))) {
		e.all = append(e.all, &opened{Database: db, catalog: catalogOf(db, parsed(t, db.Kind(), tables))})
	}
	return e
}

// catalogOf is c with what the engine wants to find again.
func catalogOf(db same.Database, c *catalog.Catalog) *catalog.Catalog {
	c.Path = []string{db.Schema}
	for _, t := range c.Tables {
		f := db.Catalog.All().Lookup("", t.Name)
		t.Schema, t.OID, t.Fingerprint, t.Strict = f.Schema, f.OID, f.Fingerprint, f.Strict
		for i, col := range t.Columns {
			col.ID, col.Collation, col.Declared = f.Columns[i].ID, f.Columns[i].Collation, f.Columns[i].Declared
			if f.Columns[i].Type.Kind == types.Unsupported { // an interval on Trino
				col.Type = f.Columns[i].Type
			}
		}
	}
	return c
}

func (e *engines) open() {
	e.plain = true
	for _, o := range e.all {
		o.view = open(e.t, o.catalog)
	}
}

func (e *engines) ruled(file string) {
	e.plain = false
	for _, o := range e.all {
		o.view = ruled(e.t, o.catalog, strings.ReplaceAll(file, "public.", o.Schema+"."))
	}
}

// compare runs a draft on all and says how many rows there are.
func (e *engines) compare(draft string) (int, error) {
	pg := e.all[0]
	s, err := statement(pg.view, draft)
	if err != nil {
		return 0, nil // the page has the refusal
	}
	want, errs := pg.Answer(e.t, s), []error(nil)
	if e.plain && !clock.MatchString(draft) {
		errs = append(errs, asWritten(pg.Direct(draft), want))
	}
	for _, o := range e.all[1:] {
		if s, err := statement(o.view, draft); err == nil {
			errs = append(errs, e.agree(want, o, s))
		} else if e.refused != nil {
			e.refused[o.Kind().String()]++
		}
	}
	return len(want.Rows), errors.Join(errs...)
}

// clock is in drafts that ask for the time, which is another than the spec's, or for
// what PostgreSQL 15 lacks.
var clock = regexp.MustCompile(`(?i)\b(now\(|current_|local|age\(|any_value)`)

// asWritten compares an answer with that of the draft itself.
func asWritten(draft, got same.Answer) error {
	if draft.Err != nil && refusal.CodeOf(got.Err) == refusal.Value {
		return nil // both fail on a value
	}
	if differs := (same.Comparison{}).Differ(draft, got); differs != "" {
		return fmt.Errorf("the draft as it is written: %s\n%s", differs, got.Statement.Text())
	}
	return nil
}

func (e *engines) agree(want same.Answer, o *opened, s emit.Statement) error {
	got := o.Answer(e.t, s)
	if refusal.CodeOf(want.Err) == refusal.Value && refusal.CodeOf(got.Err) == refusal.Value {
		return nil // both fail on a value
	}
	// Trino tells when it plans; MariaDB makes all rows of a recursion before it gives
	// the first.
	if refusal.CodeOf(got.Err) == refusal.Engine || refusal.CodeOf(got.Err) == refusal.Limit && o.Kind() == catalog.MariaDB {
		e.refused[o.Kind().String()]++
		return nil
	}
	how := same.Comparison{Ordered: strings.Contains(want.Statement.Text(), " ORDER BY")}
	if o.Kind() != catalog.SQLite {
		how.Digits = 15 // of quotients and averages
	}
	differs := how.Differ(want, got)
	if differs != "" && how.Ordered { // it may be an order among equals
		how.Ordered = false
		differs = how.Differ(want, got)
	}
	if differs != "" {
		return fmt.Errorf("%s: %s\n%s", o.Kind(), differs, s.Text())
	}
	return nil
}

// TestRecursionEnds reads recursions that have no end: each ends with as many rows as
// one may have, and is an error, or is cut by the reader before; MariaDB makes all of
// its rows before that.
func TestRecursionEnds(t *testing.T) {
	e := newEngines(t, "wards (id int4 key, beds int4)")
	e.open()
	const refused, early = -1, -2
	for _, o := range e.all {
		for draft, want := range map[string]int{
			"WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t":                                                                                 refused,
			"WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n FROM t) SELECT a.n FROM t a JOIN t b ON a.n = b.n":                                                                  refused,
			"WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n FROM t, (VALUES (1), (2), (3)) v(x)) SELECT max(n) FROM t":                                                          refused,
			"WITH RECURSIVE t AS (SELECT 1 AS n UNION SELECT 2 * n + v.x FROM t, (VALUES (0), (1)) v(x) WHERE n < 1000000) SELECT max(n) FROM t":                                       refused,
			"WITH RECURSIVE t AS (SELECT id FROM wards UNION ALL SELECT w.id FROM t JOIN wards w ON w.id >= t.id) SELECT id FROM t ORDER BY id":                                        refused,
			"WITH RECURSIVE t AS (SELECT a.id FROM wards a, wards b, wards c, wards d, wards e UNION ALL SELECT id + 1 FROM t WHERE id < 0) SELECT id FROM t WHERE id = 1 ORDER BY id": refused,
			"WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t) SELECT n FROM t LIMIT 7":                                                                                early,
			"WITH RECURSIVE t AS (SELECT 1 AS n UNION SELECT n % 10 + 1 FROM t) SELECT n FROM t":                                                                                       10,
			"WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t WHERE n < 100000) SELECT n FROM t":                                                                       100000,
			"WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t WHERE n < 100001) SELECT n FROM t":                                                                       refused,
		} {
			s, err := statement(o.view, draft)
			if refusal.CodeOf(err) == refusal.Engine && o.Kind() == catalog.Trino {
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			begin := time.Now()
			a := o.Answer(t, s)
			switch {
			case a.Err == nil && (want == len(a.Rows) || want == early && len(a.Rows) == 7):
			case refusal.CodeOf(a.Err) == refusal.Limit && strings.Contains(a.Err.Error(), "recursive") &&
				(want == refused || want == early && o.Kind() == catalog.MariaDB):
			default:
				t.Errorf("%s: %s: %d rows, %v", o.Kind(), draft, len(a.Rows), a.Err)
			}
			t.Logf("%s: %s: %s", o.Kind(), time.Since(begin), draft)
		}
	}
}

// filled has a dozen rows in every table: small numbers that join, NULLs,
// equal values of different scale.
func filled(c *catalog.Catalog) same.Script {
	var s same.Script
	for _, t := range c.Tables {
		table := same.Table{Name: t.Name}
		for _, col := range t.Columns {
			// NULL may stand where the page says that none does.
			table.Columns = append(table.Columns, same.Column{Name: col.Name, Type: col.Type})
		}
		for i := range 12 {
			var row []types.Value
			for j, col := range t.Columns {
				row = append(row, sample(col, i, j))
			}
			table.Rows = append(table.Rows, row)
		}
		s.Tables = append(s.Tables, table)
	}
	return s
}

func sample(col *catalog.Column, row, place int) types.Value {
	n := (row*7 + place*3) % 12
	if !col.NotNull && n%4 == 0 {
		return types.Null
	}
	if col.Type.Kind == types.Array {
		element := catalog.Column{Type: col.Type.Element(), NotNull: true}
		return types.ListOf([]types.Value{sample(&element, row, place), sample(&element, row, place+1)})
	}
	texts := samples(col.Type.Kind)
	text := texts[n%len(texts)]
	if col.Name == "id" {
		text = strconv.Itoa(row + 1)
	}
	v, err := types.Parse(col.Type, text, time.UTC)
	if err != nil {
		panic(err)
	}
	return v
}

func samples(k types.Kind) []string {
	switch k {
	case types.Bool:
		return []string{"true", "false"}
	case types.Int2, types.Int4, types.Int8:
		return []string{"1", "2", "3", "4", "7", "-5"}
	case types.Numeric:
		return []string{"1", "1.00", "2.5", "-10", "9", "10", "100.125"}
	case types.Float4, types.Float8:
		return []string{"1.5", "-2.25", "3", "100.0"}
	case types.Text, types.Varchar:
		return []string{"a", "b", "A", "xyz", "West", "ä€", "", "East"}
	case types.Bpchar:
		return []string{"x", "12345", "y"}
	case types.Date:
		return []string{"2024-01-31", "1969-12-31", "2024-02-29"}
	case types.Timestamp:
		return []string{"2024-01-31 23:59:59", "2024-02-29 00:00:00", "1999-12-31 12:30:00.5"}
	case types.TimestampTZ:
		return []string{"2024-01-31 23:59:59+00", "2024-02-29 00:00:00+00"}
	case types.Interval:
		return []string{"1 mon", "30 days", "2 days", "10:00:00"}
	case types.UUID:
		return []string{"00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-0000000000ff"}
	case types.JSON, types.JSONB:
		return []string{`{"a": 1, "b": "x"}`, `[1, 2]`}
	default:
		panic("no sample of " + k.String())
	}
}
