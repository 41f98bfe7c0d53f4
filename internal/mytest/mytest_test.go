package mytest

import (
	"errors"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/grille-dev/grille/internal/testserver"
)

func value(t *testing.T, c *Conn, sql string, args ...any) string {
	t.Helper()
	rows, err := c.Text(sql, args...)
	if err != nil || len(rows) != 1 || len(rows[0]) != 1 {
		t.Fatalf("%s: %v (%v), want one value", sql, rows, err)
	}
	return rows[0][0]
}

func TestOwner(t *testing.T) {
	db := New(t, `CREATE TABLE a (n int); INSERT INTO a VALUES (1), (2)`, `CREATE TABLE b (n int)`)
	conn := Connect(t, db.DSN)
	for sql, want := range map[string]string{
		`SELECT count(*) FROM a`:    "2",
		`SELECT 'a' = 'A '`:         "1", // what Grille must change is there to be changed
		`SELECT @@collation_server`: "utf8mb4_general_ci",
		`SELECT NULL`:               "NULL",
	} {
		if got := value(t, conn, sql); got != want {
			t.Errorf("%s is %s, want %s", sql, got, want)
		}
	}
	if got := value(t, conn, `SELECT version()`); !strings.Contains(got, "MariaDB") {
		t.Error(got)
	}
	if got := value(t, conn, `SELECT concat(?, ?)`, "a", int64(5)); got != "a5" {
		t.Error(got)
	}
}

func TestSecondTextFails(t *testing.T) {
	conn := Connect(t, New(t).DSN)
	if err := conn.Exec(`SELECT 1; SELECT nothing`); err == nil {
		t.Error("the second statement of a text may fail unseen")
	}
}

// Permission denied, on a table, a column, the server.
var denied = map[uint16]bool{1044: true, 1142: true, 1143: true, 1227: true}

func TestReadOnlyUser(t *testing.T) {
	db := New(t, `CREATE TABLE a (n int); CREATE VIEW seen AS SELECT * FROM a`)
	conn := Connect(t, db.ReadOnlyDSN)
	value(t, conn, `SELECT count(*) FROM a`)
	value(t, conn, `SELECT count(*) FROM seen`)
	for _, sql := range []string{
		`INSERT INTO a VALUES (1)`, `UPDATE a SET n = 1`, `DELETE FROM a`, `DROP TABLE a`, `CREATE TABLE b (n int)`,
		`CREATE TEMPORARY TABLE b (n int)`, `CREATE DATABASE grille_test_none`, `CREATE USER grille_test_none`,
		`SET GLOBAL sql_mode = ''`, `SELECT * FROM mysql.user`,
	} {
		err := conn.Exec(sql)
		var e *mysql.MySQLError
		if !errors.As(err, &e) || !denied[e.Number] {
			t.Errorf("%s: got %v, want permission denied", sql, err)
		}
	}
}

func TestOtherDatabaseIsClosed(t *testing.T) {
	mine, other := New(t), New(t)
	if c, err := open(t.Context(), onDatabase(t, mine.ReadOnlyDSN, other.Name(), nil)); err == nil {
		c.Close()
		t.Error("a user of one test may read the database of another")
	}
}

func TestUser(t *testing.T) {
	db := New(t, `CREATE TABLE t (n int)`)
	name, dsn := db.User("PROCESS ON *.*", "SELECT ON t")
	rows, err := Connect(t, dsn).Text(`SHOW GRANTS`)
	if err != nil || len(rows) != 2 || !strings.Contains(rows[0][0], "PROCESS") || !strings.Contains(rows[0][0], name) {
		t.Errorf("%s has %v (%v)", name, rows, err)
	}
}

func TestNothingIsLeft(t *testing.T) {
	watcher := Connect(t, New(t).DSN)
	var name, user string
	t.Run("uses a database", func(t *testing.T) {
		db := New(t)
		name = db.Name()
		user, _ = db.User()
		Connect(t, db.ReadOnlyDSN) // still open when the database is dropped
	})
	left := value(t, watcher, `SELECT (SELECT count(*) FROM information_schema.schemata WHERE schema_name = ?) + (SELECT count(*) FROM mysql.user WHERE user IN (?, ?))`, name, name, user)
	if left != "0" {
		t.Errorf("%s databases and users are left", left)
	}
}

// The server listens to this machine alone, and nobody is let in without the password.
func TestServerIsClosed(t *testing.T) {
	u, err := url.Parse(New(t).DSN)
	if err != nil || u.Hostname() != "127.0.0.1" {
		t.Fatal(u, err)
	}
	for _, user := range []*url.Userinfo{url.User("root"), url.User(superuser), url.User(""), url.User("mysql")} {
		u.User = user
		if c, err := open(t.Context(), u.String()); err == nil {
			c.Close()
			t.Errorf("%q is let in without a password", user)
		}
	}
}

// A server of its own ends when nobody uses it, with its data.
func TestServerEnds(t *testing.T) {
	bin, err := findPrograms()
	if err != nil {
		t.Skip(err)
	}
	s := bin.shared()
	s.Dir, s.Grace = s.Dir+"-own-"+testserver.RandomHex(4), time.Second
	t.Cleanup(func() { os.RemoveAll(s.Dir) })
	dsn, release, err := s.Attach(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	release()
	for deadline := time.Now().Add(testserver.Patience); answers(t.Context(), dsn) == nil; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the server still answers")
		}
	}
}
