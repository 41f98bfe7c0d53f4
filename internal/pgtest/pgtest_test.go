package pgtest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/grille-dev/grille/internal/testserver"
)

func connect(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func value[T any](t *testing.T, conn *pgx.Conn, sql string) T {
	t.Helper()
	var v T
	if err := conn.QueryRow(t.Context(), sql).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}

func TestOwner(t *testing.T) {
	db := New(t, `CREATE TABLE a (n int); INSERT INTO a VALUES (1), (2)`, `CREATE TABLE b (n int)`)
	conn := connect(t, db.DSN)
	if n := value[int](t, conn, `SELECT count(*) FROM a`); n != 2 {
		t.Errorf("a has %d rows, want 2", n)
	}
	for sql, want := range map[string]string{
		`SHOW server_encoding`: "UTF8",
		`SELECT datcollate FROM pg_database WHERE datname = current_database()`: "C.UTF-8",
	} {
		if got := value[string](t, conn, sql); got != want {
			t.Errorf("%s is %q, want %q", sql, got, want)
		}
	}
	if version := value[int](t, conn, `SELECT current_setting('server_version_num')::int`); version < 10000*oldest {
		t.Errorf("server version %d, want %d or later", version, oldest)
	}
}

func TestReadOnlyRoleReads(t *testing.T) {
	db := New(t, `CREATE TABLE before (n int)`)
	db.Exec(`CREATE TABLE after (n int); CREATE VIEW seen AS SELECT * FROM after; CREATE SCHEMA s; CREATE TABLE s.t (n int)`)
	conn := connect(t, db.ReadOnlyDSN)
	for _, table := range []string{"before", "after", "seen", "s.t"} {
		value[int](t, conn, `SELECT count(*) FROM `+table)
	}
}

func TestReadOnlyRoleDoesNothingElse(t *testing.T) {
	db := New(t, `CREATE TABLE a (n int); CREATE SEQUENCE seq; CREATE SCHEMA s`)
	conn := connect(t, db.ReadOnlyDSN)
	for _, sql := range []string{
		`INSERT INTO a VALUES (1)`, `UPDATE a SET n = 1`, `DELETE FROM a`, `TRUNCATE a`, `DROP TABLE a`,
		`CREATE TABLE b (n int)`, `CREATE TABLE s.b (n int)`, `CREATE TEMP TABLE b (n int)`, `CREATE SCHEMA b`,
		`SELECT nextval('seq')`, `CREATE ROLE grille_test_none`, `CREATE DATABASE grille_test_none`,
		`COPY a TO PROGRAM 'true'`, `SELECT pg_read_file('postmaster.pid')`,
	} {
		_, err := conn.Exec(t.Context(), sql)
		var e *pgconn.PgError
		if !errors.As(err, &e) || e.Code != "42501" {
			t.Errorf("%s: got %v, want permission denied", sql, err)
		}
	}
	if value[bool](t, conn, `SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls OR rolreplication FROM pg_roles WHERE rolname = current_user`) {
		t.Error("the role has attributes")
	}
}

func TestOtherDatabaseIsClosed(t *testing.T) {
	mine, other := New(t), New(t)
	dsn := onDatabase(t, mine.ReadOnlyDSN, other.readOnly, nil)
	if conn, err := pgx.Connect(t.Context(), dsn); err == nil {
		conn.Close(t.Context())
		t.Error("a role of one test may read the database of another")
	}
}

func TestRole(t *testing.T) {
	db := New(t)
	name, dsn := db.Role("CREATEROLE")
	conn := connect(t, dsn)
	if got := value[string](t, conn, `SELECT current_user`); got != name {
		t.Errorf("connected as %s, want %s", got, name)
	}
	if !value[bool](t, conn, `SELECT rolcreaterole FROM pg_roles WHERE rolname = current_user`) {
		t.Error("the attribute is missing")
	}
}

func TestScript(t *testing.T) {
	db := New(t)
	db.Script("testdata/dump.sql")
	if got := value[string](t, connect(t, db.ReadOnlyDSN), `SELECT string_agg(coalesce(note, 'null'), ',' ORDER BY id) FROM shop.orders`); got != "first,null" {
		t.Errorf("got %q", got)
	}
	bad := filepath.Join(t.TempDir(), "bad.sql")
	if err := os.WriteFile(bad, []byte("SELECT 1;\nSELECT oops;\nSELECT 2;\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := psql(t.Context(), db.DSN, bad); err == nil || !strings.Contains(err.Error(), "bad.sql:2") {
		t.Errorf("got %v, want an error at bad.sql:2", err)
	}
}

func TestParallel(t *testing.T) {
	for range 6 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			conn := connect(t, New(t, `CREATE TABLE one (n int)`).DSN)
			if n := value[int](t, conn, `SELECT count(*) FROM pg_tables WHERE schemaname = 'public'`); n != 1 {
				t.Errorf("%d tables, want 1", n)
			}
		})
	}
}

func TestNothingIsLeft(t *testing.T) {
	watcher := connect(t, New(t).DSN)
	var names []string
	t.Run("uses a database", func(t *testing.T) {
		db := New(t)
		role, _ := db.Role("")
		db.Exec(`CREATE TABLE t (n int)`, `GRANT SELECT ON t TO `+role)
		connect(t, db.ReadOnlyDSN) // still open when the database is dropped
		names = []string{db.readOnly, role}
	})
	var left int
	if err := watcher.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM pg_database WHERE datname = ANY($1)) + (SELECT count(*) FROM pg_roles WHERE rolname = ANY($1))`, names).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d databases and roles are left of %v (%v)", left, names, err)
	}
}

func TestBinaries(t *testing.T) {
	root := t.TempDir()
	var missing *testserver.MissingError
	if _, err := binaries(root); !errors.As(err, &missing) {
		t.Errorf("got %v for an empty folder, want a MissingError", err)
	}
	for _, version := range []string{"9.6", "14", "15", "17", "100-beta"} {
		bin := filepath.Join(root, version, "bin")
		if err := os.MkdirAll(bin, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, program := range []string{"initdb", "postgres"} {
			if version == "17" && program == "postgres" {
				continue // a client package alone
			}
			if err := os.WriteFile(filepath.Join(bin, program), nil, 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got, err := binaries(root); err != nil || filepath.Base(filepath.Dir(got)) != "15" {
		t.Errorf("got %s (%v), want version 15", got, err)
	}
}
