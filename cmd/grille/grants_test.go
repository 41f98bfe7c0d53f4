package main

import (
	"bytes"
	"crypto/rand"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/internal/mytest"
	"github.com/grille-dev/grille/internal/pgtest"
)

// ok is what a command prints that must do.
func ok(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	p := &program{in: strings.NewReader(""), out: &out, err: &errs, clock: func() time.Time { return today }, random: rand.Reader}
	if code := p.run(t.Context(), args); code != 0 {
		t.Fatalf("%q: exit code %d\n%s%s", args, code, out.String(), errs.String())
	}
	return out.String()
}

// refuses runs a command that must not do, and must say why.
func refuses(t *testing.T, why string, args ...string) {
	t.Helper()
	var out, errs bytes.Buffer
	p := &program{in: strings.NewReader(""), out: &out, err: &errs, clock: func() time.Time { return today }, random: rand.Reader}
	if code := p.run(t.Context(), args); code == 0 || out.Len() > 0 || !strings.Contains(errs.String(), why) {
		t.Errorf("%q: exit code %d, want one and %q\n%s%s", args, code, why, out.String(), errs.String())
	}
}

// The rules of both servers: names that need quotes, a condition about a column
// that nobody sees, a chain of keys, a minimum group, a table that nobody may
// read, and columns that are closed.
const leastRules = `version: 1
classes:
  plain:  {show: value}
  name:   {show: redact}
  hidden: {show: never}
scopes:
  ward: {anchor: wards.id}
tables:
  wards:
    columns: {id: plain, name: plain, '"secret code"': hidden}
    grants: {analysts: {rows: all}}
  '"Odd Beds"':
    columns: {id: plain, '"ward id"': plain, nurse: name, notes: hidden}
    scope: {ward: '"ward id"'}
    grants:
      analysts: {rows: "open = 1"}
      counters: {rows: all, columns: ['"ward id"'], min_group: {entity: id, size: 2}}
  letters:
    columns: {id: plain, body: hidden}
`

const leastTables = `CREATE TABLE wards (id int PRIMARY KEY, name varchar(20) NOT NULL, "secret code" varchar(20));
CREATE TABLE "Odd Beds" (id int PRIMARY KEY, "ward id" int NOT NULL REFERENCES wards (id), nurse varchar(20), notes varchar(20), open int NOT NULL);
CREATE TABLE letters (id int PRIMARY KEY, body varchar(20));
INSERT INTO wards VALUES (1, 'north', 'x'), (2, 'south', 'y');
INSERT INTO "Odd Beds" VALUES (1, 1, 'Ann', 'n', 1), (2, 1, 'Bob', 'n', 1), (3, 2, 'Cy', 'n', 0), (4, 2, 'Di', 'n', 1)`

func passwordOf(t *testing.T, dsn string) string {
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	password, _ := u.User.Password()
	return password
}

// leastSite goes to a folder with a configuration for a DSN.
func leastSite(t *testing.T, dsn, more string) {
	folder := t.TempDir()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	password := passwordOf(t, dsn)
	u.User = url.User(u.User.Username())
	for file, text := range map[string]string{
		"grille.yaml": "connections: {c: {dsn: \"" + u.String() + "\", password: file:pw, rules: rules.yaml" + more + "}}\nviewers: {ana: {teams: [analysts]}, cat: {teams: [counters]}}\n",
		"rules.yaml":  leastRules,
		"pw":          password,
	} {
		if err := os.WriteFile(filepath.Join(folder, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(folder)
}

// leastAnswers are those to some questions of each team.
func leastAnswers(t *testing.T) string {
	return ok(t, "sql", "-o", "csv", "--as", "ana", `SELECT w.name, count(*), count(b.nurse) FROM wards w JOIN "Odd Beds" b ON b."ward id" = w.id GROUP BY w.name ORDER BY 1`) +
		ok(t, "sql", "-o", "csv", "--as", "ana", "--filter", "ward=2", `SELECT * FROM "Odd Beds"`) +
		ok(t, "sql", "-o", "csv", "--as", "cat", `SELECT "ward id", count(*) FROM "Odd Beds" GROUP BY 1 ORDER BY 1`) +
		ok(t, "ask", "-o", "csv", "--as", "ana", "how many wards")
}

// server is a kind of server with the tables, and how an administrator acts there.
type leastServer struct {
	dsn    string
	exec   func(sql ...string)
	mayNot func(dsn, sql string) // fails the test if that role may
}

// holds runs the script of a role, and looks whether it does what it says.
func (s leastServer) holds(t *testing.T, role, dsn string, script string, opens func()) {
	leastSite(t, s.dsn, ", insecure_allow_writable_role: true")
	before := leastAnswers(t)
	s.exec(script)
	opens()
	leastSite(t, dsn, "")
	if after := leastAnswers(t); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
	if out := ok(t, "doctor"); strings.Contains(out, "RED") {
		t.Error(out)
	}
	for _, sql := range []string{`SELECT notes FROM "Odd Beds"`, `SELECT "secret code" FROM wards`, `SELECT id FROM letters`, `DELETE FROM wards`} {
		s.mayNot(dsn, sql)
	}
	if again := ok(t, "connect", "--grants"); !strings.Contains(again, "nothing to run") {
		t.Errorf("the script is not the end of it: %s", again)
	}
}

// A role that may too much, and one that is not there yet, may what the rules need
// after the script and nothing else, and teams are answered as before.
func TestGrantsPostgres(t *testing.T) {
	db := pgtest.New(t, leastTables)
	s := leastServer{dsn: db.DSN, exec: db.Exec, mayNot: func(dsn, sql string) {
		u, _ := url.Parse(dsn)
		db.Exec(`SET ROLE "`+strings.ReplaceAll(u.User.Username(), `"`, `""`)+`"`,
			`DO $$ BEGIN EXECUTE '`+sql+`'; RAISE 'it may'; EXCEPTION WHEN insufficient_privilege THEN END $$`)
	}}
	role, dsn := db.Role("CREATEDB IN ROLE pg_read_all_data")
	db.Exec(`GRANT ALL ON ALL TABLES IN SCHEMA public TO `+role, `GRANT UPDATE (notes), SELECT (notes) ON "Odd Beds" TO `+role,
		`ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO `+role,
		`GRANT UPDATE ON wards TO PUBLIC`, `ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT DELETE ON TABLES TO PUBLIC`)
	leastSite(t, s.dsn, "")
	for _, name := range []string{"public", "none", "pg_monitor"} {
		refuses(t, "no name that a role of yours can have", "connect", "--grants", "--role", name)
	}
	s.holds(t, role, dsn, ok(t, "connect", "--grants", "--role", role), func() {})
	db.Exec(`CREATE TABLE later (id int)`)
	s.mayNot(dsn, `SELECT * FROM later`)
	s.mayNot(dsn, `DELETE FROM later`)
	if out := ok(t, "connect", "--grants", s.dsn, "--connection", "c"); !strings.Contains(out, "What "+role+" needs") || !strings.Contains(out, "nothing to run") {
		t.Errorf("through an administrator's connection it is about another role: %s", out)
	}

	odd := `Odd "` + role
	t.Cleanup(func() { db.Exec(`DROP OWNED BY "Odd ""`+role+`"`, `DROP ROLE "Odd ""`+role+`"`) })
	u, _ := url.Parse(dsn)
	u.User = url.UserPassword(odd, "pw")
	s.holds(t, odd, u.String(), ok(t, "connect", "--grants", s.dsn, "--connection", "c", "--role", odd), func() { db.Exec(`ALTER ROLE "Odd ""` + role + `" PASSWORD 'pw'`) })
}

func TestGrantsMariaDB(t *testing.T) {
	db := mytest.New(t, strings.Split(strings.ReplaceAll(leastTables, `"`, "`"), ";\n")...)
	s := leastServer{dsn: db.DSN, exec: db.Exec, mayNot: func(dsn, sql string) {
		c := mytest.Connect(t, dsn)
		defer c.Close()
		if err := c.Exec(strings.ReplaceAll(sql, `"`, "`")); err == nil || !strings.Contains(err.Error(), "denied") {
			t.Errorf("%s: %v", sql, err)
		}
	}}
	user, dsn := db.User("ALL ON "+db.Name()+".*", "SELECT (notes, id), UPDATE (notes) ON `Odd Beds`", "SELECT, PROCESS ON *.*")
	leastSite(t, s.dsn, "")
	refuses(t, "NAME or NAME@HOST", "connect", "--grants", "--role", user+"@")
	s.holds(t, user, dsn, ok(t, "connect", "--grants", "--role", user), func() {})

	odd := "Odd `" + user[len(user)-4:]
	account := "`Odd ``" + user[len(user)-4:] + "`@`127.0.0.%`"
	t.Cleanup(func() { db.Exec("DROP USER " + account) })
	u, _ := url.Parse(dsn)
	u.User = url.UserPassword(odd, "pw")
	s.holds(t, odd, u.String(), ok(t, "connect", "--grants", s.dsn, "--connection", "c", "--role", odd+"@127.0.0.%"), func() { db.Exec("ALTER USER " + account + " IDENTIFIED BY 'pw' ACCOUNT UNLOCK") })
}
