package mysql

import (
	"strings"
	"testing"

	"github.com/grille-dev/grille/internal/mytest"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/sql/types"
)

func posture(t *testing.T, dsn string) run.Posture {
	t.Helper()
	l := new(log)
	p, err := engine(t, dsn, l.into).Posture(t.Context())
	if err != nil {
		t.Fatal(err, l.String())
	}
	return p
}

// finding finds a finding that contains the words.
func finding(p run.Posture, l run.Level, words string) *run.Finding {
	for i, f := range p.Findings {
		if f.Level == l && strings.Contains(f.What, words) {
			return &p.Findings[i]
		}
	}
	return nil
}

func TestReaderIsNotRefused(t *testing.T) {
	db := mytest.New(t, `CREATE TABLE t (a int, b int); CREATE VIEW v AS SELECT 1 AS a`)
	_, partly := db.User("SELECT (a) ON t", "SHOW VIEW ON "+db.Name()+".*")
	for _, dsn := range []string{db.ReadOnlyDSN, partly} {
		if p := posture(t, dsn); p.Refused() || finding(p, run.OK, "cannot write") == nil || finding(p, run.Yellow, "") != nil {
			t.Errorf("%+v", p.Findings)
		}
	}
}

// The rights of the account without a name are everybody's, and stand in no list.
func TestEverybodysRight(t *testing.T) {
	db := mytest.New(t, `CREATE TABLE t (a int)`)
	db.Exec("INSERT INTO mysql.db (Host, Db, User, Select_priv, Insert_priv) VALUES ('%', '" + db.Name() + "', '', 'Y', 'Y'); FLUSH PRIVILEGES")
	t.Cleanup(func() { db.Exec("DELETE FROM mysql.db WHERE User = '' AND Db = '" + db.Name() + "'; FLUSH PRIVILEGES") })
	_, dsn := db.User()
	if err := mytest.Connect(t, dsn).Exec("INSERT INTO t VALUES (1)"); err != nil {
		t.Fatal("the control may not write:", err)
	}
	if p := posture(t, dsn); finding(p, run.Red, "everybody's") == nil {
		t.Errorf("%+v", p.Findings)
	}
}

// Debian's server knows no time zones by their names until somebody loads them.
func TestUnknownZone(t *testing.T) {
	e := engine(t, mytest.New(t).ReadOnlyDSN, func(c *Config) { c.TimeZone = "Europe/Berlin" })
	p, err := e.Posture(t.Context())
	if err != nil || p.Refused() || finding(p, run.Yellow, "Europe/Berlin") == nil {
		t.Error(p, err)
	}
}

// Each right beyond reading is found, and its line, run by an administrator,
// takes it away. $db is the database, $me the user, $r a role.
func TestPosture(t *testing.T) {
	db := mytest.New(t, `CREATE TABLE t (a int, b int)`, "CREATE TABLE `odd``t` (a int)",
		`CREATE FUNCTION f() RETURNS int SQL SECURITY DEFINER RETURN (SELECT count(*) FROM t); CREATE PROCEDURE p() SELECT 1`)
	role := db.Name() + "_r"
	db.Exec(`CREATE ROLE ` + role)
	t.Cleanup(func() { db.Exec(`DROP ROLE ` + role) })
	for _, c := range []struct {
		grant string
		level run.Level
		what  string
	}{
		{"ALL ON *.* TO $me", run.Red, "ALL PRIVILEGES"},
		{"ALL ON $db.* TO $me", run.Red, "ALL PRIVILEGES on"},
		{"ALL ON t TO $me", run.Red, "ALL PRIVILEGES on"},
		{"FILE ON *.* TO $me", run.Red, "FILE"},
		{"SUPER ON *.* TO $me", run.Red, "SUPER"},
		{"CREATE USER ON *.* TO $me", run.Red, "CREATE USER"},
		{"REPLICATION SLAVE ON *.* TO $me", run.Red, "REPLICATION SLAVE"},
		{"CONNECTION ADMIN ON *.* TO $me", run.Red, "CONNECTION ADMIN"},
		{"INSERT ON $db.* TO $me", run.Red, "INSERT on"},
		{"INSERT, UPDATE, SELECT ON *.* TO $me", run.Red, "INSERT and 1 more"},
		{"UPDATE (b) ON t TO $me", run.Red, "UPDATE on"},
		{"DELETE ON `odd``t` TO $me", run.Red, "DELETE on"},
		{"LOCK TABLES ON $db.* TO $me", run.Red, "LOCK TABLES"},
		{"CREATE VIEW ON $db.* TO $me", run.Red, "CREATE VIEW"},
		{"TRIGGER ON t TO $me", run.Red, "TRIGGER"},
		{"SELECT ON t TO $me WITH GRANT OPTION", run.Red, "GRANT OPTION on"},
		{"DELETE ON t TO $r; GRANT $r TO $me", run.Red, "DELETE on"}, // a role that is not in use
		{"$r TO $me WITH ADMIN OPTION", run.Red, "to others: role"},
		{"PROCESS ON *.* TO $me", run.Yellow, "PROCESS"},
		{"SELECT ON *.* TO $me", run.Yellow, "SELECT"},
		{"SELECT ON mysql.* TO $me", run.Yellow, "SELECT on"},
		{"CREATE TEMPORARY TABLES ON $db.* TO $me", run.Yellow, "temporary tables"},
		{"EXECUTE ON FUNCTION f TO $me", run.Yellow, "routines"},
		{"EXECUTE ON $db.* TO $me", run.Yellow, "routines"},
	} {
		t.Run(c.grant, func(t *testing.T) {
			me, dsn := db.User("SELECT ON " + db.Name() + ".*")
			for _, s := range strings.Split("GRANT "+c.grant, "; ") {
				db.Exec(strings.NewReplacer("$me", me, "$db", db.Name(), "$r", role).Replace(s))
			}
			p := posture(t, dsn)
			f := finding(p, c.level, c.what)
			if f == nil {
				t.Fatalf("not found: %+v", p.Findings)
			}
			if p.Refused() != (c.level == run.Red) {
				t.Errorf("Refused is %t: %+v", p.Refused(), p.Findings)
			}
			db.Exec(f.Mend)
			if f := finding(posture(t, dsn), c.level, ""); f != nil {
				t.Errorf("%s does not mend it", f.Mend)
			}
		})
	}
}

// Many faults at once, some through a role of a role: what is printed, run by an
// administrator, leaves a user that may read, and the roles as they were.
func TestMendsTogether(t *testing.T) {
	db := mytest.New(t, "CREATE TABLE `odd``t` (a int, `B b` int)", `CREATE TABLE t (a int)`)
	outer, inner := db.Name()+" r", db.Name()+"_s"
	db.Exec("CREATE ROLE `"+outer+"`", "CREATE ROLE "+inner)
	t.Cleanup(func() { db.Exec("DROP ROLE `"+outer+"`", "DROP ROLE "+inner) })
	me, dsn := db.User("SELECT ON "+db.Name()+".*", "INSERT, DELETE, UPDATE (`B b`) ON `odd``t`", "FILE, PROCESS, SUPER ON *.*",
		"CREATE TEMPORARY TABLES, EXECUTE, INSERT, LOCK TABLES ON "+db.Name()+".*")
	db.Exec("GRANT DELETE ON t TO "+inner, "GRANT "+inner+" TO `"+outer+"`", "GRANT `"+outer+"` TO "+me, "GRANT SELECT ON t TO "+me+" WITH GRANT OPTION")
	p := posture(t, dsn)
	if !p.Refused() || len(p.Findings) < 6 {
		t.Fatalf("few faults were found: %+v", p.Findings)
	}
	for _, f := range p.Findings {
		if f.Mend != "" {
			db.Exec(f.Mend)
		}
	}
	if p = posture(t, dsn); p.Refused() || finding(p, run.Yellow, "") != nil {
		t.Errorf("still there: %+v", p.Findings)
	}
	db.Exec("SHOW GRANTS FOR " + inner) // and it is there
}

// What everybody was given is taken from everybody: nobody can leave PUBLIC. It is a
// test of texts, as the right would reach the users of other tests.
func TestMendOfEverybodys(t *testing.T) {
	given := readGrants([]string{"GRANT USAGE ON *.* TO `u`@`%`", "GRANT SELECT, INSERT, UPDATE (`b`) ON `a`.`t` TO PUBLIC"})
	const want = "REVOKE INSERT, UPDATE (`b`) ON `a`.`t` FROM PUBLIC;"
	l := &least{who: "`u`@`%`", given: given[:1], all: given[1:]}
	if got := (mending{l.who, given}).revoke(l.writes()); len(got) != 1 || got[0] != want {
		t.Errorf("%q", got)
	}
	if s := l.script(nil); !strings.Contains(s, want) || strings.Contains(s, "nothing to run") {
		t.Error(s)
	}
}

// A right that nobody has told Grille of is not a right to read.
func TestUnknownRights(t *testing.T) {
	for line, want := range map[string]kind{
		"GRANT SELECT ON `a`.* TO `u`@`%`":                                   harmlessKind,
		"GRANT USAGE ON *.* TO `u`@`%` IDENTIFIED BY PASSWORD '*X WITH TO'":  harmlessKind,
		"GRANT SELECT (`a`, `b on`), SHOW VIEW ON `x`.`GRANT TO` TO `u`@`%`": harmlessKind,
		"GRANT `r`@`%` TO `u`@`%`":                                           harmlessKind,
		"GRANT PROXY ON ''@'%' TO `u`@`%`":                                   serverKind,
		"GRANT FLYING ON *.* TO `u`@`%`":                                     unknownKind,
		"GRANT SELECT FLYING ON `a`.* TO `u`@`%`":                            unknownKind,
		"GRANT SYSTEM_VARIABLES_ADMIN ON *.* TO `u`@`%`":                     serverKind,
		"something else": unknownKind,
		"":               unknownKind,
		"GRANT SELECT ON `information_schema`.* TO `u`@`%`": wideKind,
		"GRANT SELECT ON \"MySQL\".\"user\" TO \"u\"@\"%\"": wideKind,
		"GRANT `r`@`%` TO `u`@`%` WITH ADMIN OPTION":        passOnKind,
		"GRANT SELECT ON *.* TO `u`@`%` WITH GRANT OPTION":  passOnKind,
	} {
		worst := harmlessKind
		for _, g := range readGrant(line) {
			if k := g.kind(); k != harmlessKind && (worst == harmlessKind || k < worst) {
				worst = k
			}
		}
		if worst != want {
			t.Errorf("%s is %d, want %d: %+v", line, worst, want, readGrant(line))
		}
	}
}

// A user that may write is refused, for catalogs too, without naming anything
// to the viewer; the operator may insist.
func TestRefusedPosture(t *testing.T) {
	db := mytest.New(t, `CREATE TABLE `+canary+` (a int)`)
	db.Exec(`GRANT INSERT ON ` + canary + ` TO ` + db.ReadOnlyUser())
	e := engine(t, db.ReadOnlyDSN)
	q := query{text: `SELECT 'a'`, columns: cols(types.Text)}
	_, err := all(e, t, q)
	if refusal.CodeOf(err) != refusal.Posture || strings.Contains(err.Error(), canary) {
		t.Error(err)
	}
	if _, err := e.Catalog(t.Context()); refusal.CodeOf(err) != refusal.Posture {
		t.Error(err)
	}
	e = engine(t, db.ReadOnlyDSN, func(c *Config) { c.InsecureAllowWritableRole = true })
	if _, err := all(e, t, q); err != nil {
		t.Error(err)
	}
	if p, err := e.Posture(t.Context()); err != nil || !p.Refused() {
		t.Error(p, err)
	}
}
