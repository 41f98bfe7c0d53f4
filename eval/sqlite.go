package eval

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/ncruces/go-sqlite3"

	"github.com/grille-dev/grille/run/dsn"
	"github.com/grille-dev/grille/sql/types"
)

type directSQLite struct {
	db     *sqlite3.Conn
	config DirectConfig
}

func openSQLite(ctx context.Context, c DirectConfig, t dsn.SQLite) (Direct, error) {
	db, err := sqlite3.OpenFlags("file:"+escape(t.Path)+"?mode=ro", sqlite3.OPEN_READONLY|sqlite3.OPEN_URI)
	if err != nil {
		return nil, fmt.Errorf("opening %s: not a database that can be read", t)
	}
	if err := db.Exec("PRAGMA query_only = ON; PRAGMA trusted_schema = OFF"); err != nil {
		_ = db.Close() // the first error counts
		return nil, fmt.Errorf("opening %s: not a database that can be read", t)
	}
	db.Limit(sqlite3.LIMIT_ATTACHED, 0) // no other file
	return &directSQLite{db, c}, nil
}

func escape(path string) string {
	return strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path)
}

// Variants: SQLite can read tables backwards where nothing asks for an order.
func (d *directSQLite) Variants() int { return 1 }

func (d *directSQLite) Close() error { return d.db.Close() }

func (d *directSQLite) Query(ctx context.Context, text string, variant int) (c Cells, err error) {
	ctx, cancel := context.WithTimeout(ctx, d.config.Time)
	defer cancel()
	old := d.db.SetInterrupt(ctx)
	defer d.db.SetInterrupt(old)
	if err := d.db.Exec(fmt.Sprintf("PRAGMA query_only = ON; PRAGMA reverse_unordered_selects = %d", variant)); err != nil {
		return c, errors.New("preparing the session")
	}
	stmt, tail, err := d.db.Prepare(text)
	if err != nil {
		return c, liteError(err)
	}
	defer func() { _ = stmt.Close() }()
	if strings.Trim(tail, "; \t\r\n") != "" {
		return c, errors.New("more than one statement")
	}
	if stmt == nil {
		return c, errors.New("no statement")
	}
	for i := range stmt.ColumnCount() {
		c.Names = append(c.Names, stmt.ColumnName(i))
	}
	for stmt.Step() {
		if len(c.Rows) >= d.config.Rows {
			return c, errTooMany
		}
		row := make([]*string, len(c.Names))
		for i := range row {
			row[i] = cell(stmt, i)
		}
		c.Rows = append(c.Rows, row)
	}
	if err := stmt.Err(); err != nil {
		return c, liteError(err)
	}
	return c, nil
}

func cell(s *sqlite3.Stmt, i int) *string {
	var text string
	switch s.ColumnType(i) {
	case sqlite3.NULL:
		return nil
	case sqlite3.FLOAT:
		text = types.FormatFloat(s.ColumnFloat(i), 64)
	case sqlite3.BLOB:
		text = fmt.Sprintf(`\x%x`, s.ColumnRawBlob(i))
	case sqlite3.INTEGER, sqlite3.TEXT:
		text = s.ColumnText(i)
	default:
		panic("eval: unknown storage class")
	}
	return &text
}

// liteError leaves out the message, which may quote the text.
func liteError(err error) error {
	if strings.Contains(err.Error(), "no such function") {
		return &Lacking{"the database lacks a function"}
	}
	var e *sqlite3.Error
	if errors.As(err, &e) {
		return fmt.Errorf("error %d", e.ExtendedCode())
	}
	return errors.New("error")
}
