// Package pgtest gives each test a fresh PostgreSQL database.
//
//	db := pgtest.New(t, `CREATE TABLE t (id int)`)
//	conn, err := pgx.Connect(ctx, db.ReadOnlyDSN)
//
// The server is started by the first test that asks, shared by all test
// processes of this user, and stops by itself when none has used it for a
// while; nothing survives it. It is Debian's newest PostgreSQL of version 15 or
// later, listens on loopback only, under a random password, without fsync.
//
// Environment:
//
//   - GRILLE_TEST_POSTGRES, a postgres:// URL of a superuser, names a server to
//     use instead. Databases and roles named grille_test_* are made there and
//     dropped again.
//   - GRILLE_REQUIRE_ENGINES=postgres turns the skip, where there is no
//     PostgreSQL, into a failure.
package pgtest

import (
	"context"
	"errors"
	"net/url"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/grille-dev/grille/internal/testserver"
)

// DB is a database that belongs to one test and is dropped after it.
type DB struct {
	// DSN is a URL of the owner, who is a superuser.
	DSN string

	// ReadOnlyDSN is a URL of a role of this database that may read every table
	// in it, made before or after, and nothing else: not write, not create, not
	// even a temporary table. PUBLIC has no rights on the database.
	ReadOnlyDSN string

	t        testing.TB
	readOnly string
}

// New makes a database and runs setup in it as its owner.
func New(t testing.TB, setup ...string) DB {
	t.Helper()
	admin := server(t)
	name := "grille_test_" + testserver.RandomHex(6)
	password := testserver.RandomHex(12)
	db := DB{
		DSN:         onDatabase(t, admin, name, nil),
		ReadOnlyDSN: onDatabase(t, admin, name, url.UserPassword(name, password)),
		t:           t,
		readOnly:    name,
	}
	run(t, admin,
		`CREATE ROLE `+name+` LOGIN PASSWORD '`+password+`' NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS`,
		`CREATE DATABASE `+name+` TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'`,
		`REVOKE ALL ON DATABASE `+name+` FROM PUBLIC`,
		`GRANT CONNECT ON DATABASE `+name+` TO `+name)
	t.Cleanup(func() {
		run(t, admin, `DROP DATABASE `+name+` WITH (FORCE)`, `DROP ROLE `+name)
	})
	run(t, db.DSN,
		`REVOKE CREATE ON SCHEMA public FROM PUBLIC`,
		`GRANT USAGE ON SCHEMA public TO `+name,
		`ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO `+name,
		`ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO `+name)
	db.Exec(setup...)
	return db
}

// Exec runs texts of one or more statements each, as the owner.
func (db DB) Exec(sql ...string) {
	db.t.Helper()
	run(db.t, db.DSN, sql...)
}

// Script runs a file through psql, as the owner: also a pg_dump with its data
// as COPY FROM stdin. The first error fails the test.
func (db DB) Script(path string) {
	db.t.Helper()
	if err := psql(db.t.Context(), db.DSN, path); err != nil {
		db.t.Fatal(err)
	}
}

// Role makes one more login role, with nothing but the right to connect and
// what attributes say ("CREATEDB", "IN ROLE pg_monitor"), drops it after the
// test, and returns its URL. Its name is unique on the server.
func (db DB) Role(attributes string) (name, dsn string) {
	db.t.Helper()
	name, password := "grille_test_"+testserver.RandomHex(6), testserver.RandomHex(12)
	db.Exec(`CREATE ROLE `+name+` LOGIN PASSWORD '`+password+`' `+attributes,
		`GRANT CONNECT ON DATABASE `+db.readOnly+` TO `+name)
	db.t.Cleanup(func() {
		run(db.t, db.DSN, `DROP OWNED BY `+name, `DROP ROLE `+name)
	})
	return name, onDatabase(db.t, db.DSN, db.readOnly, url.UserPassword(name, password))
}

// ReadOnlyRole is the name of the role of ReadOnlyDSN, for GRANT and REVOKE.
func (db DB) ReadOnlyRole() string { return db.readOnly }

// server is the URL of a superuser on the server of this test, which lasts until its end.
func server(t testing.TB) string {
	t.Helper()
	if dsn := os.Getenv("GRILLE_TEST_POSTGRES"); dsn != "" {
		return dsn
	}
	dsn, release, err := attach(t.Context())
	var missing *testserver.MissingError
	switch {
	case errors.As(err, &missing) && testserver.Required("postgres"):
		t.Fatalf("GRILLE_REQUIRE_ENGINES asks for postgres: %v", err)
	case errors.As(err, &missing):
		t.Skipf("no PostgreSQL for tests: %v, or set GRILLE_TEST_POSTGRES to the postgres:// URL of a superuser", err)
	case err != nil:
		t.Fatal(err)
	}
	t.Cleanup(release)
	return dsn
}

func attach(ctx context.Context) (dsn string, release func(), err error) {
	bin, err := binaries("/usr/lib/postgresql")
	if err != nil {
		return "", nil, err
	}
	return shared(bin).Attach(ctx)
}

// run needs several statements in one text, for which pgx has the simple
// protocol alone: fit for the fixed texts of tests and for nothing else.
func run(t testing.TB, dsn string, sql ...string) {
	t.Helper()
	// Not t.Context(): it is cancelled before the cleanups that drop what was made.
	ctx, cancel := context.WithTimeout(context.Background(), testserver.Patience)
	defer cancel()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Fatalf("connecting to the test server: %v", err)
	}
	defer conn.Close(ctx)
	for _, text := range sql {
		if _, err := conn.PgConn().Exec(ctx, text).ReadAll(); err != nil {
			t.Fatalf("running %q: %v", shorten(text), err)
		}
	}
}

func shorten(text string) string {
	const most = 200
	if len(text) > most {
		return text[:most] + "..."
	}
	return text
}

// onDatabase is dsn on another database and, unless user is nil, for another user.
func onDatabase(t testing.TB, dsn, database string, user *url.Userinfo) string {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") {
		t.Fatal("GRILLE_TEST_POSTGRES is not a URL: write postgres://user:password@host:port/database")
	}
	u.Path = "/" + database
	if user != nil {
		u.User = user
	}
	return u.String()
}
