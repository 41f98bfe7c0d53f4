package spider

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/types"
)

// Database is one database: its tables, and where their rows are.
type Database struct {
	Name   string
	Tables []*Table
	dir    string
}

// Table is one table with its keys.
type Table struct {
	Name    string
	Columns []Column
	Primary []string
	Foreign []Foreign
}

// Column is a column with its type as MySQL declares it.
type Column struct {
	Name, Type string
	NotNull    bool
}

// Foreign is a foreign key.
type Foreign struct {
	Columns   []string
	To        string
	ToColumns []string
}

var (
	createLine = regexp.MustCompile("^CREATE TABLE `[^`]+`\\.`([^`]+)`")
	columnLine = regexp.MustCompile("^\\s+`([^`]+)` ([A-Za-z]+)(?:\\([^)]*\\))?( NOT NULL)?")
	keyLine    = regexp.MustCompile(`^\s+PRIMARY KEY \((.*?)\)`)
	refLine    = regexp.MustCompile("^\\s+FOREIGN KEY \\((.*?)\\) REFERENCES `[^`]+`\\.`([^`]+)` \\((.*?)\\)")
	name       = regexp.MustCompile("`([^`]+)`")
)

func names(list string) []string {
	var out []string
	for _, m := range name.FindAllStringSubmatch(list, -1) {
		out = append(out, m[1])
	}
	return out
}

func readDatabase(dir string) (*Database, error) {
	text, err := os.ReadFile(filepath.Join(dir, "schema.sql"))
	if err != nil {
		return nil, err
	}
	db := &Database{Name: filepath.Base(dir), dir: dir}
	var t *Table
	for line := range strings.Lines(string(text)) {
		if m := createLine.FindStringSubmatch(line); m != nil {
			t = &Table{Name: m[1]}
			db.Tables = append(db.Tables, t)
		} else if m := keyLine.FindStringSubmatch(line); m != nil {
			t.Primary = names(m[1])
		} else if m := refLine.FindStringSubmatch(line); m != nil {
			t.Foreign = append(t.Foreign, Foreign{names(m[1]), m[2], names(m[3])})
		} else if m := columnLine.FindStringSubmatch(line); m != nil {
			t.Columns = append(t.Columns, Column{m[1], strings.ToUpper(m[2]), m[3] != ""})
		}
	}
	slices.SortFunc(db.Tables, func(a, b *Table) int { return strings.Compare(a.Name, b.Name) })
	return db, nil
}

// kindOf is what the SQLite engine makes of a declared type.
func kindOf(declared string) types.Kind {
	switch declared {
	case "INT", "INTEGER", "BIGINT", "SMALLINT", "TINYINT":
		return types.Int8
	case "REAL", "DOUBLE", "FLOAT":
		return types.Float8
	case "NUMERIC", "DECIMAL":
		return types.Numeric
	case "DATETIME", "TIMESTAMP":
		return types.Timestamp
	case "DATE":
		return types.Date
	case "BOOL", "BOOLEAN":
		return types.Bool
	default:
		return types.Text
	}
}

// Catalog is the database's outline, as the SQLite engine gives it: names in lower
// case.
func (db *Database) Catalog() *catalog.Catalog {
	c := &catalog.Catalog{Engine: catalog.SQLite, Path: []string{"main"}, Version: db.Name}
	for i, t := range db.Tables {
		x := &catalog.Table{ID: catalog.TableID(i + 1), Schema: "main", Name: strings.ToLower(t.Name)}
		for k, col := range t.Columns {
			x.Columns = append(x.Columns, &catalog.Column{ID: catalog.ColumnID(k + 1), Name: strings.ToLower(col.Name), Type: types.Of(kindOf(col.Type)),
				NotNull: col.NotNull || slices.Contains(t.Primary, col.Name)})
		}
		c.Tables = append(c.Tables, x)
	}
	for i, t := range db.Tables {
		x := c.Tables[i]
		if ids := idsOf(x, t.Primary); len(ids) > 0 {
			x.Unique = [][]catalog.ColumnID{ids}
		}
		for _, f := range t.Foreign {
			k := slices.IndexFunc(c.Tables, func(o *catalog.Table) bool { return strings.EqualFold(o.Name, f.To) })
			if k < 0 {
				continue
			}
			x.Foreign = append(x.Foreign, catalog.ForeignKey{Columns: idsOf(x, f.Columns), To: c.Tables[k].ID, ToColumns: idsOf(c.Tables[k], f.ToColumns), Unchecked: true})
		}
	}
	return c
}

func idsOf(t *catalog.Table, names []string) []catalog.ColumnID {
	var out []catalog.ColumnID
	for _, n := range names {
		for _, c := range t.Columns {
			if strings.EqualFold(c.Name, n) {
				out = append(out, c.ID)
			}
		}
	}
	return out
}

// Fill makes the tables and their rows with statements of SQLite.
func (db *Database) Fill(exec func(sql string) error) error {
	for _, t := range db.Tables {
		if err := exec(t.create()); err != nil {
			return fmt.Errorf("creating %s: %w", t.Name, err)
		}
		err := db.Rows(t, func(row []string) error { return exec(t.insert(row)) })
		if err != nil {
			return fmt.Errorf("filling %s: %w", t.Name, err)
		}
	}
	return nil
}

// Rows calls f with each row of a table; an empty cell is NULL.
func (db *Database) Rows(t *Table, f func(row []string) error) error {
	file, err := os.Open(filepath.Join(db.dir, "data", t.Name+".csv"))
	if os.IsNotExist(err) {
		return nil // an empty table
	}
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	r := csv.NewReader(file)
	r.LazyQuotes = true
	if _, err := r.Read(); err != nil {
		return nil // not even a heading
	}
	for {
		row, err := r.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if len(row) == len(t.Columns) {
			if err := f(row); err != nil {
				return err
			}
		}
	}
}

func (t *Table) create() string {
	var parts []string
	for _, c := range t.Columns {
		parts = append(parts, quote(c.Name)+" "+c.Type)
	}
	if len(t.Primary) > 0 {
		parts = append(parts, "PRIMARY KEY ("+quoteAll(t.Primary)+")")
	}
	for _, f := range t.Foreign {
		parts = append(parts, "FOREIGN KEY ("+quoteAll(f.Columns)+") REFERENCES "+quote(f.To)+" ("+quoteAll(f.ToColumns)+")")
	}
	return "CREATE TABLE " + quote(t.Name) + " (" + strings.Join(parts, ", ") + ")"
}

func quoteAll(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = quote(n)
	}
	return strings.Join(out, ", ")
}

func (t *Table) insert(row []string) string {
	cells := make([]string, len(row))
	for i, v := range row {
		cells[i] = "'" + strings.ReplaceAll(v, "'", "''") + "'"
		if v == "" {
			cells[i] = "NULL"
		}
	}
	return "INSERT OR IGNORE INTO " + quote(t.Name) + " VALUES (" + strings.Join(cells, ", ") + ")"
}
