//go:build duckdb

package duckdb

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// What a text could try if one got past package emit: none of it is done. The file has
// macros with the names of functions, which are not found.
func TestAttack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.duckdb")
	owner(t, path, "CREATE TABLE e (n bigint)", "INSERT INTO e VALUES (1)", "CREATE MACRO lower(x) AS 'stolen'", "CREATE MACRO g_lower(x) AS 'stolen'", "CREATE MACRO abs(x) AS 666")
	e := engine(t, path, newLog().into)
	c, err := e.conn(t.Context(), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	for _, text := range []string{
		"SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM read_text('/etc/passwd')", "SELECT * FROM '/etc/passwd'", "SELECT * FROM glob('/etc/*')",
		"SELECT * FROM read_parquet('https://example.org/x.parquet')", "ATTACH '/tmp/other.duckdb'", "COPY (SELECT 1) TO '/tmp/out.csv'", "EXPORT DATABASE '/tmp/out'",
		"INSTALL httpfs", "LOAD httpfs", "SET enable_external_access = true", "SET lock_configuration = false", "SET memory_limit = '100GB'", "PRAGMA threads = 99",
		"INSERT INTO grille.main.e VALUES (2)", "CREATE TABLE grille.main.x (n bigint)", "CREATE SECRET s (TYPE s3)", "SELECT 1; SELECT 2",
	} {
		if err := c.exec(text); err == nil {
			t.Errorf("done: %s", text)
		}
	}
	for text, want := range map[string]string{"SELECT lower('A')": "a", "SELECT g_lower('A')": "a", "SELECT CAST(abs(-1) AS VARCHAR)": "1"} {
		if got, err := c.one(text); err != nil || got != want {
			t.Errorf("%s: %q, %v", text, got, err)
		}
	}
}

// A log that leads out of the folder is not read: DuckDB would add its rows to the file's.
func TestLinkedLog(t *testing.T) {
	dir := t.TempDir()
	path, outside := filepath.Join(dir, "x.duckdb"), filepath.Join(t.TempDir(), "theirs")
	owner(t, path, "CREATE TABLE e (n bigint)")
	e := engine(t, path, newLog().into)
	if err := os.WriteFile(outside, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, path+".wal"); err != nil {
		t.Fatal(err)
	}
	if c, err := e.conn(t.Context(), time.Minute); err == nil {
		c.close()
		t.Error("a log outside of the folder was read")
	}
}
