package sqlite

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/types"
)

const canary = "kanarienvogel"

// refused checks a refusal's code, and that it and the log quote nothing.
func refused(t *testing.T, err error, code refusal.Code, l *log) {
	t.Helper()
	if refusal.CodeOf(err) != code {
		t.Fatalf("error is %v, want %s; the log: %s", err, code, l)
	}
	var r *refusal.Refusal
	errors.As(err, &r)
	if said := r.Msg + r.Try + r.Owner + l.String(); strings.Contains(said, canary) {
		t.Errorf("the canary is told: %s", said)
	}
}

func outline(t *testing.T, e *Engine) *catalog.Catalog {
	t.Helper()
	c, err := e.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const hospital = `
CREATE TABLE emp (id INTEGER PRIMARY KEY, ward int, ssn text, salary numeric);
INSERT INTO emp VALUES (1, 3, '` + canary + `', 10), (2, 4, 'x', 20);
CREATE TABLE secret (id INTEGER PRIMARY KEY, word text);
INSERT INTO secret VALUES (1, '` + canary + `');
CREATE VIEW v AS SELECT id, ward FROM emp WHERE ssn <> '';
CREATE VIEW vv AS SELECT id FROM v;
CREATE VIEW evil AS SELECT load_extension('x') AS a, id FROM emp;
CREATE INDEX emp_ward ON emp (ward);
CREATE TRIGGER tr AFTER INSERT ON emp BEGIN DELETE FROM secret; END;`

// A statement compiles only if it reads what it says it reads. None of these
// texts comes from package emit; they are what a fault in it could print.
func TestAuthorizer(t *testing.T) {
	l := new(log)
	e := engine(t, file(t, hospital), l.into)
	c := outline(t, e)
	emp, count := reads(t, c, "emp", "id", "ward"), reads(t, c, "emp")
	if c.All().Lookup("", "evil") != nil {
		t.Error("a view that calls a dangerous function is offered")
	}
	view, nested := reads(t, c, "v", "id", "ward"), reads(t, c, "vv", "id")
	for _, x := range []struct {
		text  string
		reads []emit.Read
		ok    bool
	}{
		{`SELECT t1.id FROM "main"."emp" AS t1`, []emit.Read{emp}, true},
		{`SELECT t1.ID FROM "main"."EMP" AS t1 WHERE t1.ward = 3`, []emit.Read{emp}, true},
		{`SELECT count(*) FROM "main"."emp" AS t1`, []emit.Read{count}, true},
		{`WITH w1 AS (SELECT t1.id AS c1 FROM "main"."emp" AS t1) SELECT t2.c1 FROM w1 AS t2`, []emit.Read{emp}, true},
		{`WITH w1 AS (SELECT t1.id AS c1 FROM "main"."emp" AS t1) SELECT count(*) FROM w1 AS t2`, []emit.Read{emp}, true},
		{`SELECT count(*) FROM (SELECT t1.id AS c1 FROM "main"."emp" AS t1) AS t2`, []emit.Read{emp}, true},
		{`SELECT max(t1.id) OVER () FROM "main"."emp" AS t1`, []emit.Read{emp}, true},
		{`SELECT t1.id FROM "main"."v" AS t1`, []emit.Read{view}, true},
		{`SELECT t1.id FROM "main"."vv" AS t1`, []emit.Read{nested}, true},
		{`SELECT 1`, nil, true},

		{`SELECT t1.id FROM "main"."emp" AS t1`, nil, false},
		{`SELECT t1.ssn FROM "main"."emp" AS t1`, []emit.Read{emp}, false},
		{`SELECT t1.id FROM "main"."emp" AS t1 WHERE t1.ssn = 'x'`, []emit.Read{emp}, false},
		{`SELECT t1.id FROM "main"."emp" AS t1 ORDER BY t1.ssn`, []emit.Read{emp}, false},
		{`SELECT t1.id FROM "main"."emp" AS t1`, []emit.Read{count}, false},
		{`SELECT * FROM "main"."emp" AS t1`, []emit.Read{emp}, false},
		{`SELECT word FROM secret`, []emit.Read{emp}, false},
		{`SELECT (SELECT word FROM "main"."secret") FROM "main"."emp"`, []emit.Read{emp}, false},
		{`WITH emp AS (SELECT word AS id FROM secret) SELECT id FROM emp`, []emit.Read{emp}, false},
		{`WITH v AS (SELECT ssn AS id FROM "main"."emp") SELECT id FROM v`, []emit.Read{emp}, false},
		{`SELECT count(*) FROM "main"."secret"`, []emit.Read{emp}, false},
		{`SELECT t1.id FROM "main"."v" AS t1`, []emit.Read{emp}, false},
		{`SELECT t1.ssn FROM "main"."emp" AS t1`, []emit.Read{view}, false},
		{`SELECT t1.id FROM "main"."evil" AS t1`, []emit.Read{view}, false},
		{`SELECT sql FROM sqlite_schema`, []emit.Read{emp}, false},
		{`SELECT sql FROM "main"."sqlite_schema"`, []emit.Read{emp}, false},
		{`SELECT name FROM pragma_table_list`, []emit.Read{emp}, false},
		{`SELECT t1.rowid FROM "main"."secret" AS t1`, []emit.Read{emp}, false},
		{`SELECT load_extension('x')`, nil, false},
		{`SELECT randomblob(100)`, nil, false},
		{`SELECT sqlite_version()`, nil, false},
		{`SELECT last_insert_rowid()`, nil, false},
		{`SELECT "hidden" = 'x'`, nil, false}, // no double-quoted texts
		{`WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT n FROM r`, nil, false},
		{`PRAGMA query_only = off`, nil, false},
		{`PRAGMA table_info(emp)`, []emit.Read{emp}, false},
		{`ATTACH 'x.db' AS x`, nil, false},
		{`INSERT INTO secret VALUES (9, 'x') RETURNING id`, []emit.Read{emp}, false},
		{`DELETE FROM emp RETURNING id`, []emit.Read{emp}, false},
		{`CREATE TEMP TABLE x AS SELECT 1`, nil, false},
		{`VACUUM INTO 'x.db'`, nil, false},
		{`EXPLAIN SELECT t1.ssn FROM emp AS t1`, []emit.Read{emp}, false},
		{`SELECT 1; SELECT 2`, nil, false},
		{`BEGIN`, nil, false},
		{`ROLLBACK`, nil, false},
		{``, nil, false},
		{`-- nothing`, nil, false},
	} {
		_, err := all(t, e, query{text: x.text, columns: cols(types.Int8), reads: x.reads})
		switch {
		case x.ok && err != nil:
			t.Errorf("%s: %v", x.text, err)
		case !x.ok && refusal.CodeOf(err) != refusal.Internal:
			t.Errorf("%s: %v", x.text, err)
		}
	}
}

// Were the authorizer not there, nothing could be written all the same.
func TestReadOnly(t *testing.T) {
	path := file(t, hospital)
	e := engine(t, path)
	before, _ := os.ReadFile(path)
	c, err := e.pool.get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer e.pool.put(c)
	c.gate = everything{}
	for _, text := range []string{
		`INSERT INTO secret VALUES (9, 'x')`, `DELETE FROM emp`, `CREATE TABLE x (a)`, `PRAGMA user_version = 7`, `DROP TABLE emp`,
		`PRAGMA query_only = off; DELETE FROM emp`, `ATTACH '` + filepath.Join(t.TempDir(), "x.db") + `' AS x`,
		`PRAGMA writable_schema = on; UPDATE sqlite_schema SET sql = ''`, `SELECT load_extension('x')`,
		`VACUUM INTO '` + filepath.Join(t.TempDir(), "y.db") + `'`,
	} {
		if err := c.Exec(text); err == nil {
			t.Errorf("%s: done", text)
		}
	}
	if after, _ := os.ReadFile(path); string(after) != string(before) {
		t.Error("the file changed")
	}
}

// everything is a gate that is not there.
type everything struct{}

func (everything) allows(action) bool { return true }

// A database lies below a listed folder, whatever links lead to it.
func TestWhereFilesMayLie(t *testing.T) {
	in, out := t.TempDir(), t.TempDir()
	good, bad := filepath.Join(in, "sub", "a.db"), filepath.Join(out, "b.db")
	if err := os.Mkdir(filepath.Dir(good), 0o700); err != nil {
		t.Fatal(err)
	}
	made := file(t, `CREATE TABLE t (a)`)
	copyFile(t, made, good)
	copyFile(t, made, bad)
	link := filepath.Join(in, "link.db")
	if err := os.Symlink(bad, link); err != nil {
		t.Fatal(err)
	}
	inward := filepath.Join(out, "inward.db")
	if err := os.Symlink(good, inward); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		path string
		dirs []string
		ok   bool
	}{
		{good, []string{in}, true},
		{good, []string{out, filepath.Dir(good)}, true},
		{filepath.Join(in, "sub", "..", "sub", "a.db"), []string{in}, true},
		{inward, []string{in}, true}, // what it leads to counts
		{good, nil, false},
		{good, []string{out}, false},
		{good, []string{good}, false},
		{bad, []string{in}, false},
		{link, []string{in}, false},
		{filepath.Join(in, "..", filepath.Base(out), "b.db"), []string{in}, false},
		{in, []string{filepath.Dir(in)}, false},
		{filepath.Join(in, "none.db"), []string{in}, false},
		{"/dev/zero", []string{"/dev"}, false},
	} {
		_, err := New(Config{Path: x.path, Dirs: x.dirs, TimeZone: "UTC", Concurrent: 1})
		if (err == nil) != x.ok {
			t.Errorf("%s in %v: %v", x.path, x.dirs, err)
		}
	}
}

// Files that are no databases, or broken ones, are "down" and crash nothing.
func TestBrokenFiles(t *testing.T) {
	l := new(log)
	sound, _ := os.ReadFile(file(t, hospital))
	half := append([]byte(nil), sound[:len(sound)/2]...)
	torn := append([]byte(nil), sound...)
	for i := 4096; i < len(torn); i += 7 {
		torn[i] ^= 0x5a
	}
	for name, content := range map[string][]byte{"text": []byte(strings.Repeat("no database", 1000)), "half": half, "torn": torn} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.db")
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			e := engine(t, path, l.into)
			c, err := e.Catalog(t.Context())
			if err != nil {
				refused(t, err, refusal.Down, l)
				return
			}
			_, err = all(t, e, query{text: `SELECT t1.id FROM "main"."emp" AS t1`, columns: cols(types.Int8), reads: []emit.Read{reads(t, c, "emp", "id")}})
			if err != nil {
				refused(t, err, refusal.Down, l)
			}
		})
	}
}

// What is stored is not what was declared; what arrives is never another type.
func TestMisfits(t *testing.T) {
	e := engine(t, file(t, `CREATE TABLE t (n int, d date, f real, b blob, s text, g bool);
		INSERT INTO t VALUES ('`+canary+`', '`+canary+`', 'x', 'x', x'00ff', 7)`))
	l := new(log)
	e.c.Log = logTo(l)
	r := []emit.Read{reads(t, outline(t, e), "t", "n", "d", "f", "b", "s", "g")}
	for column, kind := range map[string]types.Kind{"n": types.Int8, "d": types.Date, "f": types.Float8, "b": types.Bytea, "s": types.Text, "g": types.Bool} {
		_, err := all(t, e, query{text: `SELECT t1.` + column + ` FROM "main"."t" AS t1`, columns: cols(kind), reads: r})
		refused(t, err, refusal.Value, l)
	}
	// Bytes that are no UTF-8 are replaced, not refused: a text is a text.
	rows, err := all(t, e, query{text: `SELECT CAST(x'61ff62' AS TEXT)`, columns: cols(types.Text)})
	if err != nil || rows[0][0].Text() != "a\uFFFDb" {
		t.Error(rows, err)
	}
}

func TestDrift(t *testing.T) {
	for name, c := range map[string]struct {
		change string
		drift  bool
	}{
		"nothing":       {`SELECT 1`, false},
		"rows":          {`INSERT INTO secret VALUES (7, 'x')`, false},
		"another table": {`CREATE TABLE more (a)`, false},
		"an index":      {`CREATE INDEX i ON secret (word)`, false},
		"vacuum":        {`VACUUM`, false},
		"renamed":       {`ALTER TABLE secret RENAME COLUMN word TO was`, true},
		"added":         {`ALTER TABLE secret ADD COLUMN more`, true},
		"dropped":       {`DROP TABLE secret`, true},
		"made again":    {`DROP TABLE secret; CREATE TABLE secret (word text, id int)`, true},
		"now a view":    {`DROP TABLE secret; CREATE VIEW secret AS SELECT id, ssn AS word FROM emp`, true},
	} {
		t.Run(name, func(t *testing.T) {
			l := new(log)
			path := file(t, hospital)
			e := engine(t, path, l.into)
			q := query{text: `SELECT t1.id FROM "main"."secret" AS t1`, columns: cols(types.Int8), reads: []emit.Read{reads(t, outline(t, e), "secret", "id")}}
			if _, err := all(t, e, q); err != nil {
				t.Fatal(err)
			}
			owner(t, path, c.change)
			_, err := all(t, e, q)
			if c.drift {
				refused(t, err, refusal.Drift, l)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

// owner runs a text on the file as whoever may write to it.
func owner(t *testing.T, path, text string) {
	t.Helper()
	db, err := sqlite3.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Exec(text); err != nil {
		t.Fatal(err)
	}
}

// A sort that does not fit into memory is refused; nothing is written to disk.
func TestMemory(t *testing.T) {
	l := new(log)
	e := engine(t, file(t, `CREATE TABLE t (n int, s text); INSERT INTO t WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 60000) SELECT n, printf('%0500d', n) FROM r`),
		l.into, func(c *Config) { c.Memory = 16 << 20 })
	r := []emit.Read{reads(t, outline(t, e), "t", "n", "s")}
	_, err := all(t, e, query{text: `SELECT t1.s FROM "main"."t" AS t1 ORDER BY upper(t1.s) DESC`, columns: cols(types.Text), reads: r})
	refused(t, err, refusal.Limit, l)
	if _, err := all(t, e, query{text: `SELECT t1.n FROM "main"."t" AS t1`, columns: cols(types.Int8), reads: r}); err != nil {
		t.Error(err)
	}
}

// A writer that holds the file is waited for, but not beyond the limit.
func TestBusy(t *testing.T) {
	l := new(log)
	path := file(t, hospital)
	e := engine(t, path, l.into)
	r := []emit.Read{reads(t, outline(t, e), "emp", "id")}
	db, err := sqlite3.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Exec(`BEGIN EXCLUSIVE`); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	_, err = all(t, e, query{text: `SELECT t1.id FROM "main"."emp" AS t1`, columns: cols(types.Int8), reads: r, time: 300 * time.Millisecond})
	refused(t, err, refusal.Limit, l)
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("took %v", took)
	}
	if err := db.Exec(`ROLLBACK`); err != nil {
		t.Fatal(err)
	}
	if _, err = all(t, e, query{text: `SELECT t1.id FROM "main"."emp" AS t1`, columns: cols(types.Int8), reads: r}); err != nil {
		t.Error(err)
	}
}

// A file that somebody writes to in WAL mode is read as it was committed.
func TestWAL(t *testing.T) {
	path := file(t, `PRAGMA journal_mode = wal; CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)`)
	db, err := sqlite3.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Exec(`INSERT INTO t VALUES (2); BEGIN; INSERT INTO t VALUES (3)`); err != nil {
		t.Fatal(err)
	}
	e := engine(t, path)
	q := query{text: `SELECT t1.id FROM "main"."t" AS t1`, columns: cols(types.Int8), reads: []emit.Read{reads(t, outline(t, e), "t", "id")}}
	for want := 2; want <= 3; want++ {
		rows, err := all(t, e, q)
		if err != nil || len(rows) != want {
			t.Errorf("%d rows, want %d: %v", len(rows), want, err)
		}
		if want == 2 {
			if err := db.Exec(`COMMIT`); err != nil {
				t.Fatal(err)
			}
		}
	}
}
