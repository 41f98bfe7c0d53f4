package main

import (
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/ncruces/go-sqlite3"

	"github.com/grille-dev/grille/internal/spider"
)

// answers are the rows of queries over one training database, in two variants: two
// queries that differ have the same rows by chance in one more easily than in both.
type answers struct {
	from   *spider.Database
	conns  [variants]*sqlite3.Conn
	known  map[string]rows
	opened bool
}

const (
	variants = 2
	// mostFilled are the rows of a table that are filled in.
	mostFilled = 700
	// mostRows are the rows of a result that are looked at.
	mostRows = 3000
)

// rows is what came out in each variant; hashes, and whether there was anything.
type rows struct {
	ok      bool
	some    bool
	inOrder [variants]uint64
	sorted  [variants]uint64
}

func answersOf(db *spider.Database) *answers { return &answers{from: db, known: map[string]rows{}} }

// same reports whether a draft gives the rows of a query, in its order if it has
// one. Nothing is known of a query without rows.
func (a *answers) same(gold, draft string) bool {
	want := a.rows(gold)
	if !want.ok || !want.some {
		return false
	}
	got := a.rows(ofSQLite.Replace(draft))
	if strings.Contains(strings.ToLower(gold), "order by") {
		return got.ok && got.inOrder == want.inOrder
	}
	return got.ok && got.sorted == want.sorted
}

// ofSQLite makes SQLite's spelling of a draft.
var ofSQLite = strings.NewReplacer(" ILIKE ", " LIKE ", "DATE '", "'", "lower(", "(")

func (a *answers) rows(sql string) rows {
	out, ok := a.known[sql]
	if !ok {
		out = a.run(sql)
		a.known[sql] = out
	}
	return out
}

func (a *answers) run(sql string) rows {
	out := rows{ok: true}
	if err := a.open(); err != nil {
		panic("train: " + err.Error()) // the sets are complete: a test of eval fills them
	}
	for v := range variants {
		all, err := a.all(v, sql)
		if err != nil {
			return rows{}
		}
		out.some = out.some || len(all) > 0 && !slices.Equal(all, []string{"\x1f"}) && !slices.Equal(all, []string{"0\x1f"})
		out.inOrder[v] = hashOf(all)
		slices.Sort(all)
		out.sorted[v] = hashOf(all)
	}
	return out
}

func hashOf(lines []string) uint64 {
	h := fnv.New64a()
	for _, l := range lines {
		_, _ = h.Write([]byte(l))
		_, _ = h.Write([]byte{0x1e})
	}
	return h.Sum64()
}

// all are the rows of a query as lines, its columns in an order of their own.
func (a *answers) all(variant int, sql string) ([]string, error) {
	stmt, _, err := a.conns[variant].Prepare(sql)
	if err != nil {
		return nil, err
	}
	defer func() { _ = stmt.Close() }()
	columns := make([][]string, stmt.ColumnCount())
	for n := 0; stmt.Step() && n < mostRows; n++ {
		for i := range columns {
			columns[i] = append(columns[i], cell(stmt, i))
		}
	}
	if err := stmt.Err(); err != nil {
		return nil, err
	}
	slices.SortFunc(columns, func(x, y []string) int { return slices.Compare(sortedCopy(x), sortedCopy(y)) })
	var out []string
	for k := range len(columns[0]) {
		line := ""
		for _, c := range columns {
			line += c[k] + "\x1f"
		}
		out = append(out, line)
	}
	return out, nil
}

func sortedCopy(x []string) []string { return slices.Sorted(slices.Values(x)) }

func cell(s *sqlite3.Stmt, i int) string {
	if s.ColumnType(i) == sqlite3.FLOAT {
		if f := s.ColumnFloat(i); math.Abs(f) < 1e15 {
			return strconv.FormatFloat(f, 'g', 9, 64)
		}
	}
	return strings.ToLower(s.ColumnText(i))
}

// open fills the variants when they are first needed: texts are compared without
// regard to case.
func (a *answers) open() error {
	if a.opened {
		return nil
	}
	a.opened = true
	for v := range variants {
		c, err := sqlite3.Open(":memory:")
		if err != nil {
			return err
		}
		a.conns[v] = c
		if err := c.Exec("PRAGMA foreign_keys = OFF"); err != nil {
			return err
		}
		f := &filling{conn: c, variant: v}
		if err := a.from.Fill(f.exec); err != nil {
			return fmt.Errorf("%s: %w", a.from.Name, err)
		}
	}
	return nil
}

// filling fills one variant.
type filling struct {
	conn    *sqlite3.Conn
	variant int
	rows    int // of the table at hand
}

var withoutCase = strings.NewReplacer(`" VARCHAR`, `" VARCHAR COLLATE NOCASE`, `" TEXT`, `" TEXT COLLATE NOCASE`, `" CHAR`, `" CHAR COLLATE NOCASE`)

func (f *filling) exec(sql string) error {
	if strings.HasPrefix(sql, "CREATE") {
		f.rows = 0
		return f.conn.Exec(withoutCase.Replace(sql))
	}
	f.rows++
	if f.rows > mostFilled || f.variant == 1 && f.rows*2654435761%1000 < 350 {
		return nil
	}
	return f.conn.Exec(sql)
}
