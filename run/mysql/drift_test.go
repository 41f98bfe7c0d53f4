package mysql

import (
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/internal/mytest"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/types"
)

// A change of a table that a statement reads is noticed in the statement's own
// transaction, and the statement does not start. $me is the user.
func TestDrift(t *testing.T) {
	for _, c := range []struct {
		name, change string
		drift        bool
	}{
		{"nothing", `SELECT 1`, false},
		{"rows", `INSERT INTO t VALUES (2, 'x', 'y'); ANALYZE TABLE t`, false},
		{"another table", `ALTER TABLE other ADD COLUMN more int`, false},
		{"a new index", `CREATE INDEX i ON t (note)`, false},
		{"a comment", `ALTER TABLE t COMMENT 'x'`, false},
		{"columns swapped by name", `ALTER TABLE t RENAME COLUMN note TO tmp; ALTER TABLE t RENAME COLUMN ssn TO note; ALTER TABLE t RENAME COLUMN tmp TO ssn`, true},
		{"column added", `ALTER TABLE t ADD COLUMN more int`, true},
		{"column dropped", `ALTER TABLE t DROP COLUMN ssn`, true},
		{"no key any more", `DROP INDEX one ON t`, true},
		{"type changed", `ALTER TABLE t MODIFY note varchar(11)`, true},
		{"label added", `ALTER TABLE t MODIFY note enum('n', 'a')`, true},
		{"collation", `ALTER TABLE t MODIFY note varchar(10) COLLATE utf8mb4_bin`, true},
		{"not null", `ALTER TABLE t MODIFY note varchar(10) NOT NULL`, true},
		{"became computed", `ALTER TABLE t DROP COLUMN note; ALTER TABLE t ADD COLUMN note varchar(10) AS (ssn) AFTER id`, true},
		{"renamed", `ALTER TABLE t RENAME TO was`, true},
		{"renamed and replaced by a view", `ALTER TABLE t RENAME TO was; CREATE VIEW t AS SELECT id, ssn AS note, note AS ssn FROM was`, true},
		{"another engine", `ALTER TABLE t ENGINE = Aria`, true},
		{"keeps its past", `ALTER TABLE t ADD SYSTEM VERSIONING`, true},
		{"right to a column only", `REVOKE SELECT ON $db.* FROM $me; GRANT SELECT (id, note) ON t TO $me`, true},
		{"right withdrawn", `GRANT SELECT ON other TO $me; REVOKE SELECT ON $db.* FROM $me`, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			db := mytest.New(t, `CREATE TABLE t (id int NOT NULL, note varchar(10), ssn varchar(20), UNIQUE KEY one (id)); CREATE TABLE other (id int); INSERT INTO t VALUES (1, 'n', '`+canary+`')`)
			l := new(log)
			e := engine(t, db.ReadOnlyDSN, l.into)
			cat, err := e.Catalog(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			q := query{text: `SELECT note FROM $db.t`, columns: cols(types.Text), reads: reads(t, cat, "t")}
			if _, err := all(e, t, q); err != nil {
				t.Fatal(err)
			}
			db.Exec(strings.NewReplacer("$me", db.ReadOnlyUser(), "$db", db.Name()).Replace(c.change))
			_, err = all(e, t, q)
			if c.drift {
				refused(t, err, refusal.Drift, l)
			} else if err != nil {
				t.Error(err, l.String())
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
// they were, for a user that may see its text.
func TestDriftOfViews(t *testing.T) {
	db := mytest.New(t, `CREATE TABLE t (id int, note text, ssn text); CREATE VIEW v AS SELECT id, note FROM t`)
	db.Exec(`GRANT SHOW VIEW ON ` + db.Name() + `.* TO ` + db.ReadOnlyUser())
	e := engine(t, db.ReadOnlyDSN)
	cat, err := e.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	q := query{text: `SELECT note FROM $db.v`, columns: cols(types.Text), reads: reads(t, cat, "v")}
	if _, err := all(e, t, q); err != nil {
		t.Fatal(err)
	}
	db.Exec(`CREATE OR REPLACE VIEW v AS SELECT id, ssn AS note FROM t`)
	if _, err := all(e, t, q); refusal.CodeOf(err) != refusal.Drift {
		t.Error(err)
	}
}

// From the look at a table until the end of its statement nobody changes it.
func TestNoChangeInBetween(t *testing.T) {
	db := mytest.New(t, `CREATE TABLE t (id int, note text)`)
	e := engine(t, db.ReadOnlyDSN)
	cat, err := e.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	rels, err := relationsOf(reads(t, cat, "t"))
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	other := mytest.Connect(t, db.DSN)
	err = e.consult(t.Context(), func(c *conn) error {
		if err := c.gate(rels); err != nil {
			return err
		}
		go func() { done <- other.Exec(`ALTER TABLE t DROP COLUMN note`) }()
		select {
		case <-done:
			t.Error("the table was changed under the statement")
		case <-time.After(300 * time.Millisecond):
		}
		_, err := c.all(`SELECT note FROM ` + name(db.Name()) + `.t`)
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}
