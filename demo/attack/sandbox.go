package attack

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"math"
	"strings"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs/mvcc"
)

// bounds are what a text may take: rows that are read of it, and how often SQLite
// asks whether it is to stop, which is the same on every machine.
type bounds struct{ rows, asks int }

// unbounded is for texts of ours.
func unbounded() bounds { return bounds{math.MaxInt, math.MaxInt} }

// patience ends when it was asked often enough.
type patience struct {
	context.Context
	asks int
}

func (p *patience) Err() error {
	if p.asks--; p.asks < 0 {
		return context.DeadlineExceeded
	}
	return p.Context.Err()
}

// sandbox is a database in memory on which texts run as they stand, each on a
// copy of its own that is thrown away afterwards. A copy costs nothing: it shares
// the pages that nobody has written.
type sandbox struct{ whole mvcc.Snapshot }

// table is what a text gave.
type table struct {
	columns []string
	rows    [][]string
}

// ran is what became of a text.
type ran struct {
	table
	err     error // what the database said
	stopped bool  // it took too long
	wrote   bool  // the content is another one
}

func newSandbox(image []byte) sandbox { return sandbox{mvcc.NewSnapshot(string(image))} }

// run runs every statement of a text, as a driver does that takes several.
func (s sandbox) run(ctx context.Context, text string, b bounds) (r ran) {
	db, name, err := s.open()
	if err != nil {
		return ran{err: err}
	}
	defer mvcc.Delete(name)
	p := &patience{ctx, b.asks}
	db.SetInterrupt(p)
	for rest := text; strings.TrimSpace(rest) != "" && r.err == nil; {
		var stmt *sqlite3.Stmt
		if stmt, rest, r.err = db.Prepare(rest); stmt != nil {
			r.err = r.read(stmt, b.rows)
			_ = stmt.Close() // says again what Step said
		}
	}
	r.stopped = r.err != nil && p.Err() != nil
	r.wrote = s.differs(mvcc.TakeSnapshot(name))
	_ = db.Close() // a copy in memory
	return r
}

// open makes a copy. No file can be attached to it: what a draft says about files
// would otherwise be done to those of whoever runs this.
func (s sandbox) open() (*sqlite3.Conn, string, error) {
	name := "attack-" + rand.Text()
	mvcc.Create(name, s.whole)
	db, err := sqlite3.Open("file:/" + name + "?vfs=mvcc")
	if err != nil {
		mvcc.Delete(name)
		return nil, "", err
	}
	db.Limit(sqlite3.LIMIT_ATTACHED, 0)
	return db, name, nil
}

// read keeps the rows of the last statement that has some.
func (r *ran) read(stmt *sqlite3.Stmt, most int) error {
	n := stmt.ColumnCount()
	if n > 0 {
		r.table = table{}
	}
	for i := range n {
		r.columns = append(r.columns, stmt.ColumnName(i))
	}
	for stmt.Step() && len(r.rows) < most {
		row := make([]string, n)
		for i := range row {
			row[i] = "NULL"
			if stmt.ColumnType(i) != sqlite3.NULL {
				row[i] = stmt.ColumnText(i)
			}
		}
		if n > 0 {
			r.rows = append(r.rows, row)
		}
	}
	return stmt.Err()
}

func (s sandbox) differs(now mvcc.Snapshot) bool {
	return now.Tree != s.whole.Tree && digest(now) != digest(s.whole)
}

// change runs a script of ours and gives the image of what it makes.
func (s sandbox) change(script string) ([]byte, error) {
	db, name, err := s.open()
	if err != nil {
		return nil, err
	}
	defer mvcc.Delete(name)
	err = db.Exec("PRAGMA foreign_keys = off; BEGIN;" + script + ";COMMIT")
	image := content(mvcc.TakeSnapshot(name))
	if e := db.Close(); err == nil {
		err = e
	}
	return image, err
}

func content(s mvcc.Snapshot) []byte {
	var all []byte
	for _, page := range s.AscendFloor(0) {
		all = append(all, page...)
	}
	return all
}

func digest(s mvcc.Snapshot) [32]byte {
	h := sha256.New()
	for _, page := range s.AscendFloor(0) {
		h.Write([]byte(page))
	}
	return [32]byte(h.Sum(nil))
}
