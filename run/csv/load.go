package csv

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"
	_ "github.com/ncruces/go-sqlite3/vfs/memdb" // a database, and what SQLite sorts, in memory
)

// maker makes a database of files, one after the other.
type maker struct {
	db    *sqlite3.Conn
	files []File
	told  *progress
}

const pageSize = 4096

func newMaker(ctx context.Context, told *progress) (*maker, error) {
	db, err := sqlite3.OpenFlags("file:grille?vfs=memdb", sqlite3.OPEN_READWRITE|sqlite3.OPEN_CREATE|sqlite3.OPEN_URI)
	if err != nil {
		return nil, fmt.Errorf("making a database in memory: %w", err)
	}
	m := &maker{db: db, told: told}
	db.SetInterrupt(ctx)
	// Nobody else has it, and it is thrown away if anything fails.
	if err := db.Exec(fmt.Sprintf("PRAGMA page_size = %d; PRAGMA journal_mode = memory; PRAGMA synchronous = off; PRAGMA cache_size = -16384", pageSize)); err != nil {
		m.close()
		return nil, fmt.Errorf("making a database in memory: %w", err)
	}
	return m, nil
}

func (m *maker) close() { _ = m.db.Close() }

// add reads a file into a table of its own.
func (m *maker) add(ctx context.Context, file string, text []byte) error {
	t, err := m.take(ctx, file, text)
	if err != nil {
		return err
	}
	defer m.told.past(len(text))
	if i := slices.IndexFunc(m.files, func(f File) bool { return f.Table == t.name }); i >= 0 {
		return fmt.Errorf("it would be table %s, as %s is: rename one of them", t.name, m.files[i].Name)
	}
	f, forms := t.describe()
	if err := m.db.Exec(create(f)); err != nil {
		return fmt.Errorf("making table %s: %w", f.Table, err)
	}
	if err := m.fill(ctx, t, f, forms); err != nil {
		return err
	}
	m.files = append(m.files, f)
	return nil
}

// take reads a file a first time.
func (m *maker) take(ctx context.Context, file string, text []byte) (*table, error) {
	return take(ctx, file, text, m.told.first)
}

// describe says what a table was read as, and in which form its columns are.
func (t *table) describe() (File, []form) {
	f := File{Name: t.file, Table: t.name, Rows: t.rows, Parted: partName(t.comma), Notes: t.notes}
	var forms []form
	for _, c := range t.columns {
		is, why := c.decide()
		forms = append(forms, is)
		f.Columns = append(f.Columns, Column{Header: c.header, Name: c.name, Declared: c.forms[is].declared, NotNull: c.empty == 0 && t.rows > 0, repeats: c.repeats})
		if why != "" && t.rows > 0 {
			f.Notes = append(f.Notes, c.name+" is "+why)
		}
	}
	return f, forms
}

func create(f File) string {
	var b strings.Builder
	b.WriteString("CREATE TABLE " + sqlite3.QuoteIdentifier(f.Table) + " (")
	for i, c := range f.Columns {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(sqlite3.QuoteIdentifier(c.Name) + " " + c.Declared)
		if c.NotNull {
			b.WriteString(" NOT NULL")
		}
	}
	b.WriteString(")")
	return b.String()
}

// fill stores all rows.
func (m *maker) fill(ctx context.Context, t *table, f File, forms []form) error {
	if err := m.db.Exec("BEGIN"); err != nil {
		return err
	}
	marks := strings.TrimSuffix(strings.Repeat("?,", len(forms)), ",")
	stmt, _, err := m.db.Prepare("INSERT INTO " + sqlite3.QuoteIdentifier(f.Table) + " VALUES (" + marks + ")")
	if err != nil {
		return fmt.Errorf("filling table %s: %w", f.Table, err)
	}
	defer stmt.Close()
	t.ticks = m.told.second(len(t.text))
	err = t.each(ctx, func(_ int, row []string) error {
		for i, s := range row {
			if err := bind(stmt, i+1, t.columns[i].forms[forms[i]], forms[i], s); err != nil {
				return fmt.Errorf("filling table %s: %w", f.Table, err)
			}
		}
		if err := stmt.Exec(); err != nil {
			return fmt.Errorf("filling table %s: %w", f.Table, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return m.db.Exec("COMMIT")
}

// bind sets a parameter to a value as run/sqlite reads it. What is empty is NULL.
func bind(stmt *sqlite3.Stmt, n int, shape shape, f form, s string) error {
	if s == "" {
		return stmt.BindNull(n)
	}
	if f == text {
		return stmt.BindText(n, s)
	}
	s = shape.stored(strings.Trim(s, " "))
	switch f {
	case integer, truth, yesNo:
		v, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return fmt.Errorf("a column of whole numbers has another value") // without the value
		}
		return stmt.BindInt64(n, v)
	default:
		return stmt.BindText(n, s)
	}
}

// finish finds the keys, and gives the database as the bytes of a file.
func (m *maker) finish() ([]byte, []File, error) {
	if err := m.keys(); err != nil {
		return nil, nil, fmt.Errorf("looking for keys: %w", err)
	}
	image, err := m.image()
	if err != nil {
		return nil, nil, fmt.Errorf("making a database in memory: %w", err)
	}
	return image, m.files, nil
}

// image copies the file that the database is, in memory.
func (m *maker) image() ([]byte, error) {
	at, err := m.db.FileControl("main", sqlite3.FCNTL_FILE_POINTER)
	if err != nil {
		return nil, err
	}
	file := at.(vfs.File)
	size, err := file.Size()
	if err != nil {
		return nil, err
	}
	image := make([]byte, size)
	for i := int64(0); i < size && err == nil; i += pageSize {
		_, err = file.ReadAt(image[i:i+pageSize], i)
	}
	return image, err
}
