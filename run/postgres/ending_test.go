package postgres

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/grille-dev/grille/internal/pgtest"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/types"
)

// endless yields rows for as long as anybody reads.
func endless() query {
	return query{text: `SELECT generate_series(1, 1000000000)`, columns: cols(types.Int4), time: time.Minute}
}

func TestCancelInTheMiddle(t *testing.T) {
	db := pgtest.New(t)
	e := engine(t, db.ReadOnlyDSN)
	one(t, e, `SELECT 'warm'`)
	before := runtime.NumGoroutine()
	for name, end := range map[string]func(cancel func()){"cancel": func(c func()) { c() }, "close": func(func()) {}} {
		ctx, cancel := context.WithCancel(t.Context())
		src, err := e.query(ctx, endless())
		if err != nil {
			t.Fatal(err)
		}
		row := make([]types.Value, 1)
		for range 100_000 {
			if !src.Next(row) {
				t.Fatal(src.Err())
			}
		}
		if n := backends(t, db); n != 1 {
			t.Fatalf("%s: %d statements run", name, n)
		}
		end(cancel)
		if name == "cancel" {
			for src.Next(row) {
			}
			if !errors.Is(src.Err(), context.Canceled) {
				t.Errorf("%s: %v", name, src.Err())
			}
		}
		_ = src.Close()
		cancel()
		eventually(t, name+": the server stopped", func() bool { return backends(t, db) == 0 })
	}
	eventually(t, "goroutines ended", func() bool { return runtime.NumGoroutine() <= before })
	if got := one(t, e, `SELECT 'again'`); got != "again" {
		t.Error(got)
	}
}

func TestCancelBeforeTheFirstRow(t *testing.T) {
	db := pgtest.New(t)
	e := engine(t, db.ReadOnlyDSN)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	start := time.Now()
	// count(*) so that no row comes back before the end
	src, err := e.query(ctx, query{text: `SELECT count(*) FROM generate_series(1, 1000000000)`, columns: cols(types.Int8), time: time.Minute})
	if err == nil {
		src.Next(make([]types.Value, 1))
		err = src.Err()
		_ = src.Close()
	}
	if refusal.CodeOf(err) != refusal.Limit || time.Since(start) > 10*time.Second {
		t.Errorf("%v after %v", err, time.Since(start))
	}
	eventually(t, "the server stopped", func() bool { return backends(t, db) == 0 })
}

func TestTimeLimit(t *testing.T) {
	db := pgtest.New(t)
	l := new(log)
	e := engine(t, db.ReadOnlyDSN, l.into)
	q := query{text: `SELECT pg_sleep(30)::text`, columns: cols(types.Text), time: 300 * time.Millisecond}
	start := time.Now()
	_, err := all(e, t, q)
	refused(t, err, refusal.Limit, l)
	if time.Since(start) > 10*time.Second {
		t.Errorf("took %v", time.Since(start))
	}
	eventually(t, "the server stopped", func() bool { return backends(t, db) == 0 })
}

func TestNoFreeConnection(t *testing.T) {
	db := pgtest.New(t)
	e := engine(t, db.ReadOnlyDSN, func(c *Config) { c.Concurrent = 1 })
	src, err := e.query(t.Context(), endless())
	if err != nil {
		t.Fatal(err)
	}
	_, err = e.query(t.Context(), query{text: `SELECT 'a'`, columns: cols(types.Text), time: 100 * time.Millisecond})
	if refusal.CodeOf(err) != refusal.Limit {
		t.Error(err)
	}
	_ = src.Close()
	one(t, e, `SELECT 'a'`)
}

// terminate ends Grille's sessions as an administrator would.
func terminate(t *testing.T, db pgtest.DB) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), db.DSN)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	if _, err := c.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'grille' AND datname = current_database()`); err != nil {
		t.Fatal(err)
	}
}

func TestDroppedInTheMiddleOfRows(t *testing.T) {
	db := pgtest.New(t)
	l := new(log)
	e := engine(t, db.ReadOnlyDSN, l.into)
	src, err := e.query(t.Context(), endless())
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	row := make([]types.Value, 1)
	if !src.Next(row) {
		t.Fatal(src.Err())
	}
	terminate(t, db)
	for src.Next(row) {
	}
	refused(t, src.Err(), refusal.Down, l)
}

// A connection that died while nobody used it is replaced without a word.
func TestIdleConnectionDied(t *testing.T) {
	db := pgtest.New(t)
	e := engine(t, db.ReadOnlyDSN)
	for range 3 {
		one(t, e, `SELECT 'a'`)
		terminate(t, db)
		time.Sleep(50 * time.Millisecond)
	}
}

func TestDatabaseDown(t *testing.T) {
	l := new(log)
	for _, dsn := range []string{
		"postgres://a@127.0.0.1:1/b",                // nobody listens
		"postgres://a:" + canary + "@localhost:1/b", // and the password is in no log
	} {
		e := engine(t, dsn, l.into)
		_, err := e.Catalog(t.Context())
		refused(t, err, refusal.Down, l)
		_, err = e.Posture(t.Context())
		refused(t, err, refusal.Down, l)
		_, err = all(e, t, query{text: `SELECT 'a'`, columns: cols(types.Text)})
		refused(t, err, refusal.Down, l)
	}
	db := pgtest.New(t)
	e := engine(t, db.ReadOnlyDSN+"x", l.into) // no such database
	_, err := e.Posture(t.Context())
	refused(t, err, refusal.Down, l)
}

func TestIdleConnectionsAreClosed(t *testing.T) {
	db := pgtest.New(t)
	e := engine(t, db.ReadOnlyDSN, func(c *Config) { c.Idle = 100 * time.Millisecond })
	one(t, e, `SELECT 'a'`)
	eventually(t, "closed", func() bool {
		e.pool.mu.Lock()
		defer e.pool.mu.Unlock()
		return len(e.pool.free) == 0
	})
}

func TestErrorsOfExecution(t *testing.T) {
	db := pgtest.New(t, `CREATE TABLE t (a text, n int); INSERT INTO t VALUES ('`+canary+`', 0), ('2', 1)`)
	l := new(log)
	e := engine(t, db.ReadOnlyDSN, l.into)
	for text, code := range map[string]refusal.Code{
		`SELECT a::int FROM public.t`:                 refusal.Value,
		`SELECT a::int FROM public.t ORDER BY a DESC`: refusal.Value,
		`SELECT 1 / n FROM public.t`:                  refusal.Value,
		`SELECT (SELECT n FROM public.t)`:             refusal.Value,
		`SELECT CAST($1 AS int4)`:                     refusal.Internal, // no parameter was sent
		`SELECT nothing FROM public.t`:                refusal.Limit,
		`SELECT n FROM public.` + canary:              refusal.Limit,
		`SELECT a FROM public.t`:                      refusal.Internal, // typed int4 by us
		`SELECT n, n FROM public.t`:                   refusal.Internal,
		`DO $$ BEGIN RAISE EXCEPTION '` + canary + `' USING ERRCODE = '42501'; END $$`: refusal.Limit,
	} {
		_, err := all(e, t, query{text: text, columns: cols(types.Int4)})
		if refusal.CodeOf(err) != code {
			t.Errorf("%s: %v", text, err)
			continue
		}
		refused(t, err, code, l)
		one(t, e, `SELECT 'the next statement works'`)
	}
}

// A row that is too long for memory is a limit, not a fault.
func TestLongRow(t *testing.T) {
	db := pgtest.New(t)
	l := new(log)
	e := engine(t, db.ReadOnlyDSN, l.into)
	_, err := all(e, t, query{text: `SELECT repeat('x', 100000000)`, columns: cols(types.Text)})
	refused(t, err, refusal.Limit, l)
	one(t, e, `SELECT 'the next statement works'`)
}
