// Package mytest gives each test a fresh MariaDB database.
//
//	db := mytest.New(t, `CREATE TABLE t (id int)`)
//	conn := mytest.Connect(t, db.ReadOnlyDSN)
//
// The server is Debian's MariaDB, shared by all test processes of this user as
// internal/testserver says. It listens on loopback, under a random password,
// and keeps what is hostile of a common installation: texts compare by
// utf8mb4_general_ci, LOAD DATA LOCAL is on, and the modes are MariaDB's own.
//
// Environment:
//
//   - GRILLE_TEST_MARIADB, a mariadb:// URL of a superuser, names a server to
//     use instead. Databases and users named grille_test_* are made there and
//     dropped again.
//   - GRILLE_TEST_MYSQL, a mysql:// URL of a superuser, is the only way to
//     [NewMySQL]: Debian has no MySQL.
//   - GRILLE_REQUIRE_ENGINES=mariadb,mysql turns the skip, where there is none,
//     into a failure.
package mytest

import (
	"context"
	"errors"
	"net/url"
	"os"
	"testing"

	"github.com/grille-dev/grille/internal/testserver"
)

// DB is a database that belongs to one test and is dropped after it.
type DB struct {
	// DSN is a URL of the owner, who may do everything on the server.
	DSN string

	// ReadOnlyDSN is a URL of a user who may SELECT from every table of this
	// database, and nothing else.
	ReadOnlyDSN string

	t        testing.TB
	readOnly string
}

// New makes a database of MariaDB and runs setup in it as its owner.
func New(t testing.TB, setup ...string) DB {
	t.Helper()
	return newDB(t, mariaDB(t), setup)
}

// NewMySQL makes a database of MySQL, which some test machines have.
func NewMySQL(t testing.TB, setup ...string) DB {
	t.Helper()
	return newDB(t, mySQL(t), setup)
}

func newDB(t testing.TB, admin string, setup []string) DB {
	t.Helper()
	name, password := "grille_test_"+testserver.RandomHex(6), testserver.RandomHex(12)
	db := DB{
		DSN:         onDatabase(t, admin, name, nil),
		ReadOnlyDSN: onDatabase(t, admin, name, url.UserPassword(name, password)),
		t:           t,
		readOnly:    name,
	}
	run(t, admin,
		"CREATE DATABASE "+name+" CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci",
		"CREATE USER "+name+" IDENTIFIED BY '"+password+"'",
		"GRANT SELECT ON "+name+".* TO "+name)
	t.Cleanup(func() { run(t, admin, "DROP DATABASE "+name, "DROP USER "+name) })
	db.Exec(setup...)
	return db
}

// Name is the name of the database.
func (db DB) Name() string { return db.readOnly }

// Exec runs texts of one or more statements each, as the owner.
func (db DB) Exec(sql ...string) {
	db.t.Helper()
	run(db.t, db.DSN, sql...)
}

// User makes one more user, without a right until grants ("SELECT ON t",
// "FILE ON *.*") give it some, drops it after the test, and returns its name,
// which is unique on the server, and its URL.
func (db DB) User(grants ...string) (name, dsn string) {
	db.t.Helper()
	name, password := "grille_test_"+testserver.RandomHex(6), testserver.RandomHex(12)
	db.Exec("CREATE USER " + name + " IDENTIFIED BY '" + password + "'")
	db.t.Cleanup(func() { run(db.t, db.DSN, "DROP USER "+name) })
	for _, grant := range grants {
		db.Exec("GRANT " + grant + " TO " + name)
	}
	return name, onDatabase(db.t, db.DSN, db.readOnly, url.UserPassword(name, password))
}

// ReadOnlyUser is the name of the user of ReadOnlyDSN, for GRANT and REVOKE.
func (db DB) ReadOnlyUser() string { return db.readOnly }

// mariaDB is the URL of a superuser on the server of this test, which lasts until its end.
func mariaDB(t testing.TB) string {
	t.Helper()
	if dsn := os.Getenv("GRILLE_TEST_MARIADB"); dsn != "" {
		return dsn
	}
	dsn, release, err := attach(t.Context())
	var missing *testserver.MissingError
	switch {
	case errors.As(err, &missing) && testserver.Required("mariadb"):
		t.Fatalf("GRILLE_REQUIRE_ENGINES asks for mariadb: %v", err)
	case errors.As(err, &missing):
		t.Skipf("no MariaDB for tests: %v, or set GRILLE_TEST_MARIADB to the mariadb:// URL of a superuser", err)
	case err != nil:
		t.Fatal(err)
	}
	t.Cleanup(release)
	return dsn
}

func mySQL(t testing.TB) string {
	t.Helper()
	dsn := os.Getenv("GRILLE_TEST_MYSQL")
	switch {
	case dsn == "" && testserver.Required("mysql"):
		t.Fatal("GRILLE_REQUIRE_ENGINES asks for mysql: set GRILLE_TEST_MYSQL to the mysql:// URL of a superuser")
	case dsn == "":
		t.Skip("no MySQL for tests: set GRILLE_TEST_MYSQL to the mysql:// URL of a superuser")
	}
	return dsn
}

// run runs texts of one or more statements each.
func run(t testing.TB, dsn string, sql ...string) {
	t.Helper()
	// Not t.Context(): it is cancelled before the cleanups that drop what was made.
	ctx, cancel := context.WithTimeout(context.Background(), testserver.Patience)
	defer cancel()
	conn, err := open(ctx, dsn)
	if err != nil {
		t.Fatalf("connecting to the test server: %v", err)
	}
	defer conn.Close()
	for _, text := range sql {
		if err := conn.exec(ctx, text); err != nil {
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
	if err != nil || (u.Scheme != "mariadb" && u.Scheme != "mysql") {
		t.Fatal("the URL of a test server is not one: write mariadb://user:password@host:port/database")
	}
	u.Path = "/" + database
	if user != nil {
		u.User = user
	}
	return u.String()
}
