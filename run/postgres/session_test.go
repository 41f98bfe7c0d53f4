package postgres

import (
	"testing"
	"time"

	"github.com/grille-dev/grille/internal/pgtest"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/types"
)

// Whatever the role and the database say, a statement runs in the session that
// its text was printed for.
func TestHostileDefaults(t *testing.T) {
	db := pgtest.New(t, `
		CREATE TABLE t (a varchar); INSERT INTO t VALUES ('x'), (NULL);
		CREATE FUNCTION public.always(varchar, varchar) RETURNS bool LANGUAGE sql AS 'SELECT true';
		CREATE OPERATOR public.= (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = public.always);
		CREATE DOMAIN public.int4 AS text;`)
	role := db.ReadOnlyRole()
	db.Exec(`DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET TimeZone = %L', current_database(), 'Pacific/Auckland');
		EXECUTE format('ALTER DATABASE %I SET extra_float_digits = -5', current_database()); END $$`)
	for _, s := range []string{
		`search_path = public, pg_catalog`, `transform_null_equals = on`, `DateStyle = 'German'`, `IntervalStyle = iso_8601`,
		`standard_conforming_strings = off`, `bytea_output = escape`, `row_security = off`, `lc_numeric = 'C.UTF-8'`,
		`gin_fuzzy_search_limit = 5`, `array_nulls = off`, `timezone_abbreviations = 'India'`, `client_min_messages = debug5`,
		`default_transaction_read_only = off`, `default_transaction_isolation = 'serializable'`, `statement_timeout = '1h'`,
	} {
		db.Exec(`ALTER ROLE ` + role + ` SET ` + s)
	}
	l := new(log)
	e := engine(t, db.ReadOnlyDSN, l.into, func(c *Config) { c.TimeZone = "Europe/Berlin" })
	for text, want := range map[string]string{
		`SELECT count(*)::text FROM public.t WHERE a = CAST('y' AS varchar)`:                      "0",
		`SELECT count(*)::text FROM public.t WHERE a = NULL`:                                      "0",
		`SELECT CAST('5' AS int4)::text || pg_typeof(CAST('5' AS int4))`:                          "5integer",
		`SELECT (timestamptz '2024-07-01 12:00+00')::text`:                                        "2024-07-01 14:00:00+02",
		`SELECT (date '2024-07-31')::text || (interval '1 day 2 hours')`:                          "2024-07-311 day 02:00:00",
		`SELECT (0.1::float8 + 0.2::float8)::text`:                                                "0.30000000000000004",
		`SELECT (bytea '\x00ff')::text`:                                                           `\x00ff`,
		`SELECT '\n'`:                                                                             `\n`,
		`SELECT array_length('{NULL}'::text[], 1)::text`:                                          "1",
		`SELECT current_setting('row_security')`:                                                  "on",
		`SELECT current_setting('transaction_isolation')`:                                         "repeatable read",
		`SELECT current_setting('statement_timeout')`:                                             "10s",
		`SELECT current_setting('application_name') || current_setting('gin_fuzzy_search_limit')`: "grille0",
		`SELECT coalesce(array_position('{a,NULL}'::text[], NULL)::text, 'x')`:                    "2",
	} {
		if got := one(t, e, text); got != want {
			t.Errorf("%s\n  %s, want %s", text, got, want)
		}
	}
}

// A session role that the operator did not name does not decide.
func TestRoleSetting(t *testing.T) {
	db := pgtest.New(t)
	other, _ := db.Role("")
	db.Exec(`GRANT ` + other + ` TO ` + db.ReadOnlyRole())
	db.Exec(`ALTER ROLE ` + db.ReadOnlyRole() + ` SET role = ` + other)
	if got := one(t, engine(t, db.ReadOnlyDSN), `SELECT current_user::text`); got != db.ReadOnlyRole() {
		t.Errorf("current_user is %s", got)
	}
}

// Even where the role could write, the session does not.
func TestReadOnly(t *testing.T) {
	db := pgtest.New(t, `CREATE TABLE t (a int); CREATE SEQUENCE s; CREATE TABLE keep (a int); INSERT INTO keep VALUES (1);
		CREATE FUNCTION grow() RETURNS int LANGUAGE sql AS 'INSERT INTO public.t VALUES (1) RETURNING a'`)
	l := new(log)
	e := engine(t, db.DSN, l.into, func(c *Config) { c.InsecureAllowWritableRole = true })
	for _, text := range []string{
		`INSERT INTO public.t VALUES (1) RETURNING a`,
		`WITH w AS (DELETE FROM public.keep RETURNING a) SELECT a FROM w`,
		`SELECT public.grow()`,
		`SELECT nextval('public.s')::int4`,
		`CREATE TABLE public.more (a int)`,
		`COPY public.keep TO PROGRAM 'cat'`,
		`SET TRANSACTION READ WRITE`,
		`SELECT 1; SELECT 2`,
		`COMMIT`,
	} {
		_, err := all(e, t, query{text: text, columns: cols(types.Int4)})
		if code := refusal.CodeOf(err); code != refusal.Limit && code != refusal.Internal {
			t.Errorf("%s: %v", text, err)
		}
	}
	if got := one(t, e, `SELECT (SELECT count(*) FROM public.t) || '|' || (SELECT count(*) FROM public.keep)`); got != "0|1" {
		t.Errorf("t and keep have %s rows", got)
	}
}

// The gate opens in a session that is as it has to be, and in no other: a pooler
// may have handed us one in which the settings before it did not take.
func TestGate(t *testing.T) {
	e := engine(t, pgtest.New(t).ReadOnlyDSN)
	pins := pinned(e.c.TimeZone, time.Second)
	gate := func(c *conn) error {
		return c.ExecParams(t.Context(), gateText(pins), [][]byte{[]byte(readWant(pins))}, nil, nil, nil).Read().Err
	}
	for name, c := range map[string]struct {
		before string // in the transaction, after all is set
		open   bool
	}{
		"as pinned":       {"", true},
		"another path":    {"SET LOCAL search_path = public", false},
		"another zone":    {"SET LOCAL TimeZone = 'Asia/Tokyo'", false},
		"NULL is equal":   {"SET LOCAL transform_null_equals = on", false},
		"no row security": {"SET LOCAL row_security = off", false},
	} {
		conn, err := e.pool.get(t.Context(), true)
		if err != nil {
			t.Fatal(err)
		}
		exec := func(text string) {
			if _, err := conn.Exec(t.Context(), text).ReadAll(); err != nil {
				t.Fatal(err)
			}
		}
		exec(begin)
		if err := conn.ExecParams(t.Context(), setText(pins), values(pins), nil, nil, nil).Read().Err; err != nil {
			t.Fatal(err)
		}
		exec(c.before)
		if err := gate(conn); (err == nil) != c.open {
			t.Errorf("%s: %v", name, err)
		}
		exec("ROLLBACK")
		if err := gate(conn); err == nil {
			t.Errorf("%s: open outside of the transaction", name)
		}
		e.pool.drop(conn)
	}
}
