package oracle

import (
	"path/filepath"

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
