package emit_test

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/jackc/pgx/v5"
	"github.com/ncruces/go-sqlite3"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/pgtest"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/dsn"
	"github.com/grille-dev/grille/run/postgres"
	"github.com/grille-dev/grille/run/sqlite"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// TestEnginesAgree runs every statement of the pages on PostgreSQL and on
// SQLite, over the same rows, and wants the same answers. Statements that
// SQLite refuses are left out: the page says so.
func TestEnginesAgree(t *testing.T) {
	n, empty := 0, 0
	datadriven.Walk(t, "testdata/spec", func(t *testing.T, page string) {
		var e *engines
		datadriven.RunTest(t, page, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "catalog":
				e = newEngines(t, d.Input)
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
	t.Logf("%d statements, %d of them without a row", n, empty)
}

type engines struct {
	t              *testing.T
	pg, lite       run.Engine
	pgCat, liteCat *catalog.Catalog
	pgView, liteV  policy.View
}

// newEngines fills the tables of a page in both engines.
func newEngines(t *testing.T, tables string) *engines {
	t.Helper()
	e := &engines{t: t}
	c := parsed(t, catalog.Postgres, tables)
	db := pgtest.New(t)
	conn, err := pgx.Connect(t.Context(), db.DSN)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	create(t, conn, c)
	if _, err := conn.Exec(t.Context(), "SET TimeZone = 'UTC';"+filled(c)+grants(db)); err != nil {
		t.Fatal(err)
	}
	e.pg = opened(t, db.ReadOnlyDSN)
	path := filepath.Join(t.TempDir(), "page.db")
	lite, err := sqlite3.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range c.Tables {
		var cols []string
		for _, col := range table.Columns {
			cols = append(cols, fmt.Sprintf("%q %s", col.Name, liteType(col.Type.Kind)))
		}
		if err := lite.Exec(fmt.Sprintf("CREATE TABLE %q (%s)", table.Name, strings.Join(cols, ", "))); err != nil {
			t.Fatal(err)
		}
	}
	if err := lite.Exec(strings.ReplaceAll(filled(c), `"public".`, "")); err != nil {
		t.Fatal(err)
	}
	if err := lite.Close(); err != nil {
		t.Fatal(err)
	}
	e.lite, err = sqlite.New(sqlite.Config{Path: path, Dirs: []string{filepath.Dir(path)}, TimeZone: "UTC", Concurrent: 1, Log: run.Log{To: slog.New(slog.NewTextHandler(t.Output(), nil))}})
	if err != nil {
		t.Fatal(err)
	}
	e.pgCat, e.liteCat = e.catalogOf(e.pg, c), e.catalogOf(e.lite, parsed(t, catalog.SQLite, tables))
	return e
}

// catalogOf is c with what the engine wants to find again.
func (e *engines) catalogOf(engine run.Engine, c *catalog.Catalog) *catalog.Catalog {
	e.t.Helper()
	found, err := engine.Catalog(e.t.Context())
	if err != nil {
		e.t.Fatal(err)
	}
	for _, t := range c.Tables {
		f := found.All().Lookup("", t.Name)
		t.OID, t.Fingerprint, t.Strict = f.OID, f.Fingerprint, f.Strict
		for i, col := range t.Columns {
			col.ID = f.Columns[i].ID
		}
	}
	return c
}

func (e *engines) open() { e.pgView, e.liteV = open(e.t, e.pgCat), open(e.t, e.liteCat) }
func (e *engines) ruled(file string) {
	e.pgView, e.liteV = ruled(e.t, e.pgCat, file), ruled(e.t, e.liteCat, file)
}

// compare runs a draft on both and says how many rows there are.
func (e *engines) compare(draft string) (int, error) {
	lite, err := statement(e.liteV, draft)
	if err != nil {
		return 0, nil // the page has the refusal
	}
	pg, err := statement(e.pgView, draft)
	if err != nil {
		return 0, nil
	}
	ordered := strings.Contains(pg.Text(), " ORDER BY")
	a, errA := e.rows(e.pg, pg, ordered)
	b, errB := e.rows(e.lite, lite, ordered)
	switch {
	case refusal.CodeOf(errA) == refusal.Value && refusal.CodeOf(errB) == refusal.Value:
		return 0, nil // both fail on a value
	case errA != nil || errB != nil:
		return 0, fmt.Errorf("postgres: %v\nsqlite: %v\n%s", errA, errB, lite.Text())
	case slices.Equal(a, b):
		return len(a), nil
	}
	was := fmt.Sprintf("postgres:\n%s\nsqlite:\n%s\n%s", strings.Join(a, "\n"), strings.Join(b, "\n"), lite.Text())
	slices.Sort(a)
	slices.Sort(b)
	if !slices.Equal(a, b) { // not an order among equals
		return 0, errors.New(was)
	}
	return len(a), nil
}

func (e *engines) rows(engine run.Engine, s emit.Statement, ordered bool) ([]string, error) {
	rows, err := engine.Run(e.t.Context(), s, run.Limits{Rows: 1 << 20, Bytes: 1 << 30, Time: time.Minute})
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var lines []string
	for rows.Next() {
		lines = append(lines, line(s.Columns(), rows.Row()))
	}
	if !ordered {
		slices.Sort(lines)
	}
	return lines, rows.Err()
}

// line is a row as text. Numerics are compared by value, as a numeric column of
// SQLite keeps no scale; floats by 12 digits; tokens not at all, as their keys
// are those of different tables.
func line(cols []ir.Column, row []types.Value) string {
	parts := make([]string, len(row))
	for i, v := range row {
		switch {
		case v.IsNull():
			parts[i] = "NULL"
		case cols[i].Type.Kind == types.Token:
			parts[i] = "token"
		case v.Kind() == types.Float8:
			parts[i] = strconv.FormatFloat(v.Float(), 'g', 12, 64)
		case v.Kind() == types.Numeric:
			parts[i] = v.GroupKey()
		default:
			parts[i] = v.String()
		}
	}
	return strings.Join(parts, " | ")
}

func liteType(k types.Kind) string {
	switch k {
	case types.Int2, types.Int4, types.Int8:
		return "INTEGER"
	case types.Float4, types.Float8:
		return "REAL"
	case types.Interval:
		return "TEXT"
	default:
		return k.String()
	}
}

// filled inserts a dozen rows into every table: small numbers that join, NULLs,
// equal values of different scale.
func filled(c *catalog.Catalog) string {
	var b strings.Builder
	for _, t := range c.Tables {
		for i := range 12 {
			var vs []string
			for j, col := range t.Columns {
				vs = append(vs, sample(col, i, j))
			}
			fmt.Fprintf(&b, "INSERT INTO %q.%q VALUES (%s);", t.Schema, t.Name, strings.Join(vs, ", "))
		}
	}
	return b.String()
}

func sample(col *catalog.Column, row, place int) string {
	n := (row*7 + place*3) % 12
	if !col.NotNull && n%4 == 0 {
		return "NULL"
	}
	if col.Name == "id" {
		return strconv.Itoa(row + 1)
	}
	pick := func(vs ...string) string { return vs[n%len(vs)] }
	switch col.Type.Kind {
	case types.Bool:
		return pick("true", "false")
	case types.Int2, types.Int4, types.Int8:
		return pick("1", "2", "3", "4", "7", "-5")
	case types.Numeric:
		return pick("'1'", "'1.00'", "'2.5'", "'-10'", "'9'", "'10'", "'100.125'")
	case types.Float4, types.Float8:
		return pick("1.5", "-2.25", "3", "100.0")
	case types.Text, types.Varchar:
		return pick("'a'", "'b'", "'A'", "'xyz'", "'West'", "'ä€'", "''", "'East'")
	case types.Bpchar:
		return pick("'x'", "'12345'", "'y'")
	case types.Date:
		return pick("'2024-01-31'", "'1969-12-31'", "'2024-02-29'")
	case types.Timestamp:
		return pick("'2024-01-31 23:59:59'", "'2024-02-29 00:00:00'", "'1999-12-31 12:30:00.5'")
	case types.TimestampTZ:
		return pick("'2024-01-31 23:59:59+00'", "'2024-02-29 00:00:00+00'")
	case types.Interval:
		return pick("'1 mon'", "'30 days'", "'2 days'", "'10:00:00'")
	case types.UUID:
		return pick("'00000000-0000-0000-0000-000000000001'", "'00000000-0000-0000-0000-0000000000ff'")
	case types.JSON, types.JSONB:
		return pick(`'{"a": 1, "b": "x"}'`, `'[1, 2]'`)
	default:
		panic("no sample of " + col.Type.String())
	}
}

func grants(db pgtest.DB) string {
	user := strings.TrimPrefix(db.ReadOnlyDSN, "postgres://")
	user, _, _ = strings.Cut(user, ":")
	return fmt.Sprintf(";GRANT USAGE ON SCHEMA public TO %s; GRANT SELECT ON ALL TABLES IN SCHEMA public TO %s;", user, user)
}

func opened(t *testing.T, url string) run.Engine {
	t.Helper()
	target, err := dsn.Parse(url)
	if err != nil {
		t.Fatal(err)
	}
	e, err := postgres.New(postgres.Config{Target: target.(dsn.Postgres), TimeZone: "UTC", Concurrent: 1, Log: run.Log{To: slog.New(slog.NewTextHandler(t.Output(), nil))}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}
