package oracle

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/ncruces/go-sqlite3"

	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/sqlite"
)

// OpenSQLite is Grille's engine on a file.
func OpenSQLite(path string, log run.Log) (run.Engine, error) {
	return sqlite.New(sqlite.Config{Path: path, Dirs: []string{filepath.Dir(path)}, TimeZone: "UTC", Concurrent: 2, Log: log})
}

// FillSQLite makes a database file.
func FillSQLite(path, setup string) error {
	db, err := sqlite3.Open(path)
	if err != nil {
		return err
	}
	err = db.Exec("PRAGMA foreign_keys = off; BEGIN;" + setup + "COMMIT;")
	if cerr := db.Close(); err == nil {
		err = cerr
	}
	return err
}

// statistics are those by which SQLite plans over the file at path, as texts
// that give them to another.
func statistics(path string) (string, error) {
	db, err := sqlite3.Open(path)
	if err != nil {
		return "", err
	}
	defer db.Close()
	stmt, _, err := db.Prepare("SELECT tbl, max(stat) FROM sqlite_stat1 GROUP BY tbl")
	if err != nil {
		return "", err
	}
	defer stmt.Close()
	var b strings.Builder
	b.WriteString("DELETE FROM sqlite_stat1;")
	for stmt.Step() {
		rows, _, _ := strings.Cut(stmt.ColumnText(1), " ")
		fmt.Fprintf(&b, "INSERT INTO sqlite_stat1 VALUES (%s, NULL, '%s');", quote(stmt.ColumnText(0)), rows)
	}
	return b.String(), stmt.Err()
}
