package postgres

import (
	"strings"
	"testing"

	"github.com/grille-dev/grille/internal/pgtest"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/sql/types"
)

func posture(t *testing.T, dsn string) run.Posture {
	t.Helper()
	e := engine(t, dsn)
	p, err := e.Posture(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// has finds a finding that contains the words.
func has(p run.Posture, l run.Level, words string) *run.Finding {
	for i, f := range p.Findings {
		if f.Level == l && strings.Contains(f.What, words) {
			return &p.Findings[i]
		}
	}
	return nil
}

func TestReaderIsNotRefused(t *testing.T) {
	db := pgtest.New(t, `CREATE TABLE t (a serial, b int); CREATE VIEW v AS SELECT 1; CREATE EXTENSION IF NOT EXISTS plpgsql`)
	p := posture(t, db.ReadOnlyDSN)
	if p.Refused() || has(p, run.OK, "cannot write") == nil {
		t.Errorf("%+v", p.Findings)
	}
}

// Each right beyond reading is found, and its line, run by an administrator,
// takes it away.
func TestPosture(t *testing.T) {
	db := pgtest.New(t)
	for _, c := range []struct {
		name, attributes, setup string
		level                   run.Level
		what                    string
	}{
		{"superuser", "SUPERUSER", ``, run.Red, "is a superuser"},
		{"member of a superuser", "", `CREATE ROLE $me_x SUPERUSER; GRANT $me_x TO $me`, run.Red, "is a superuser"},
		{"bypassrls", "BYPASSRLS", ``, run.Red, "BYPASSRLS"},
		{"createrole", "CREATEROLE", ``, run.Red, "CREATEROLE"},
		{"createdb", "CREATEDB", ``, run.Red, "CREATEDB"},
		{"replication", "REPLICATION", ``, run.Red, "REPLICATION"},
		{"attribute by membership", "", `CREATE ROLE $me_x CREATEROLE; GRANT $me_x TO $me`, run.Red, "CREATEROLE"},
		{"writes all", "IN ROLE pg_write_all_data", ``, run.Red, "pg_write_all_data"},
		{"server files", "IN ROLE pg_read_server_files", ``, run.Red, "pg_read_server_files"},
		{"programs, not inherited", "NOINHERIT IN ROLE pg_execute_server_program", ``, run.Red, "pg_execute_server_program"},
		{"reads all", "IN ROLE pg_read_all_data", ``, run.Yellow, "pg_read_all_data"},
		{"statistics through pg_monitor", "IN ROLE pg_monitor", ``, run.Yellow, "pg_monitor"},
		{"insert", "", `GRANT INSERT ON t TO $me`, run.Red, "INSERT on public.t"},
		{"update of a column", "", `GRANT UPDATE (b) ON t TO $me`, run.Red, "UPDATE on public.t"},
		{"delete by PUBLIC", "", `GRANT DELETE ON t TO PUBLIC`, run.Red, "DELETE on public.t"},
		{"truncate through a role that is not inherited", "NOINHERIT", `CREATE ROLE $me_x; GRANT TRUNCATE ON t TO $me_x; GRANT $me_x TO $me`, run.Red, "TRUNCATE on public.t"},
		{"write to a view in another schema", "", `CREATE SCHEMA "S 2"; CREATE VIEW "S 2".v AS SELECT * FROM t; GRANT UPDATE ON "S 2".v TO $me`, run.Red, `UPDATE on "S 2".v`},
		{"sequence", "", `GRANT USAGE ON SEQUENCE t_a_seq TO $me`, run.Red, "t_a_seq"},
		{"owner of a table", "", `ALTER TABLE t OWNER TO $me`, run.Red, "owns public.t"},
		{"owner of a schema", "", `CREATE SCHEMA s AUTHORIZATION $me`, run.Red, "owns schema s"},
		{"create in public", "", `GRANT CREATE ON SCHEMA public TO PUBLIC`, run.Red, "SCHEMA public"},
		{"create in the database", "", `DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO $me', current_database())\ END $$`, run.Red, "DATABASE"},
		{"temporary tables", "", `DO $$ BEGIN EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO PUBLIC', current_database())\ END $$`, run.Yellow, "temporary tables"},
		{"definer function", "", `CREATE FUNCTION f(int) RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'`, run.Yellow, "f(integer)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			afresh(db, `CREATE TABLE t (a serial, b int)`)
			role, dsn := db.Role(c.attributes)
			if strings.Contains(c.setup, "$me_x") {
				t.Cleanup(func() { db.Exec(`DROP OWNED BY `+role+`_x`, `DROP ROLE `+role+`_x`) })
			}
			for _, s := range replaceRole(c.setup, role) {
				db.Exec(strings.ReplaceAll(s, `\`, ";"))
			}
			p := posture(t, dsn)
			f := has(p, c.level, c.what)
			if f == nil {
				t.Fatalf("not found: %+v", p.Findings)
			}
			if p.Refused() != (c.level == run.Red) {
				t.Errorf("Refused is %t: %+v", p.Refused(), p.Findings)
			}
			db.Exec(f.Mend)
			if has(posture(t, dsn), c.level, c.what) != nil {
				t.Errorf("%s does not mend it", f.Mend)
			}
		})
	}
}

// A role that may write is refused, for catalogs too, without naming anything
// to the viewer; the operator may insist.
func TestRefusedPosture(t *testing.T) {
	db := pgtest.New(t, `CREATE TABLE `+canary+` (a int)`)
	db.Exec(`GRANT INSERT ON ` + canary + ` TO ` + db.ReadOnlyRole())
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

// A role with every fault that has a name, and names that need quotes: what is
// printed, run by an administrator, leaves a role that may read.
func TestMendsTogether(t *testing.T) {
	db := pgtest.New(t, `CREATE TABLE "Odd ""t""" (a serial, "B b" int); CREATE SCHEMA "S 2"; CREATE TABLE "S 2".own (a serial)`,
		`CREATE FUNCTION f(int) RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'`)
	role, dsn := db.Role("BYPASSRLS CREATEROLE CREATEDB REPLICATION IN ROLE pg_write_all_data, pg_monitor")
	for _, s := range replaceRole(`CREATE ROLE "$me X" CREATEDB; CREATE ROLE "$me y"; GRANT "$me y" TO "$me X"; GRANT "$me X" TO $me; GRANT DELETE ON "Odd ""t""" TO "$me y";
		GRANT INSERT, UPDATE ("B b") ON "Odd ""t""" TO $me; GRANT SELECT ON "Odd ""t""" TO $me; GRANT TRUNCATE ON "Odd ""t""" TO PUBLIC; GRANT USAGE ON SEQUENCE "Odd ""t""_a_seq" TO $me;
		ALTER TABLE "S 2".own OWNER TO $me; CREATE VIEW v AS SELECT 1; ALTER VIEW v OWNER TO $me; GRANT CREATE ON SCHEMA "S 2" TO $me; GRANT CREATE ON SCHEMA public TO PUBLIC`, role) {
		db.Exec(s)
	}
	t.Cleanup(func() {
		db.Exec(`DROP OWNED BY "`+role+` y"`, `DROP ROLE "`+role+` X"`, `DROP ROLE "`+role+` y"`)
	})
	p := posture(t, dsn)
	if len(p.Findings) < 8 {
		t.Fatalf("few faults were found: %+v", p.Findings)
	}
	for _, f := range p.Findings {
		if f.Mend != "" {
			db.Exec(f.Mend)
		}
	}
	p = posture(t, dsn)
	for _, f := range p.Findings {
		if f.Level != run.OK {
			t.Errorf("still there: %+v", f)
		}
	}
	db.Exec(`DO $$ BEGIN IF NOT has_table_privilege('` + role + ` y', '"Odd ""t"""', 'DELETE') THEN RAISE 'the other role lost its right'; END IF; END $$`)
}
