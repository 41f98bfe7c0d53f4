package postgres

import (
	"testing"

	"github.com/grille-dev/grille/internal/pgtest"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/types"
)

// A change of a table that a statement reads is noticed in the statement's own
// transaction, and the statement does not start.
func TestDrift(t *testing.T) {
	db := pgtest.New(t)
	for _, c := range []struct {
		name, change string
		drift        bool
	}{
		{"nothing", `SELECT 1`, false},
		{"rows", `INSERT INTO t VALUES (2, 'x', 'y'); ANALYZE t`, false},
		{"vacuum full", `VACUUM FULL t`, false},
		{"another table", `ALTER TABLE other ADD COLUMN more int`, false},
		{"a new index", `CREATE INDEX ON t (note)`, false},
		{"a comment", `COMMENT ON TABLE t IS 'x'`, false},
		{"columns swapped by name", `ALTER TABLE t RENAME note TO tmp; ALTER TABLE t RENAME ssn TO note; ALTER TABLE t RENAME tmp TO ssn`, true},
		{"column added", `ALTER TABLE t ADD COLUMN more int`, true},
		{"column dropped", `ALTER TABLE t DROP COLUMN ssn`, true},
		{"type changed", `ALTER TABLE t ALTER note TYPE varchar(10)`, true},
		{"domain", `CREATE DOMAIN d AS text; ALTER TABLE t ALTER note TYPE d`, true},
		{"collation", `ALTER TABLE t ALTER note TYPE text COLLATE "POSIX"`, true},
		{"not null", `ALTER TABLE t ALTER note SET NOT NULL`, true},
		{"renamed", `ALTER TABLE t RENAME TO was`, true},
		{"renamed and replaced by a view", `ALTER TABLE t RENAME TO was; CREATE VIEW t AS SELECT id, ssn AS note, note AS ssn FROM was`, true},
		{"moved", `CREATE SCHEMA s; ALTER TABLE t SET SCHEMA s`, true},
		{"no key any more", `DROP INDEX one`, true},
		{"dropped and made again", `DROP TABLE t CASCADE; CREATE TABLE t (id int, note text, ssn text)`, true},
		{"became a child", `CREATE TABLE p (id int, note text, ssn text); ALTER TABLE t INHERIT p`, true},
		{"right withdrawn", `REVOKE SELECT ON t FROM $me`, true},
		{"right to a column only", `REVOKE SELECT ON t FROM $me; GRANT SELECT (id, note) ON t TO $me`, true},
		{"row security", `ALTER TABLE t ENABLE ROW LEVEL SECURITY`, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			afresh(db, `CREATE TABLE t (id int, note text, ssn text); CREATE UNIQUE INDEX one ON t (id); CREATE TABLE other (id int); INSERT INTO t VALUES (1, 'n', '`+canary+`')`)
			l := new(log)
			e := engine(t, db.ReadOnlyDSN, l.into)
			cat, err := e.Catalog(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			q := query{text: `SELECT note FROM public.t`, columns: cols(types.Text), reads: reads(t, cat, "t")}
			if _, err := all(e, t, q); err != nil {
				t.Fatal(err)
			}
			db.Exec(replaceRole(c.change, db.ReadOnlyRole())...)
			_, err = all(e, t, q)
			if c.drift {
				refused(t, err, refusal.Drift, l)
			} else if err != nil {
				t.Error(err)
			}
			again, err := e.Catalog(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if c.drift && again.Version == cat.Version {
				t.Error("the new catalog has the old version")
			}
		})
	}
}

// A view that comes to mean something else is drift, its columns being what
// they were.
func TestDriftOfViews(t *testing.T) {
	db := pgtest.New(t, `CREATE TABLE t (id int, note text, ssn text); CREATE VIEW v AS SELECT id, note FROM t`)
	e := engine(t, db.ReadOnlyDSN)
	cat, err := e.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	q := query{text: `SELECT note FROM public.v`, columns: cols(types.Text), reads: reads(t, cat, "v")}
	if _, err := all(e, t, q); err != nil {
		t.Fatal(err)
	}
	db.Exec(`CREATE OR REPLACE VIEW v AS SELECT id, ssn AS note FROM t`)
	if _, err := all(e, t, q); refusal.CodeOf(err) != refusal.Drift {
		t.Error(err)
	}
}
