package mysql

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/internal/mytest"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/types"
)

// endless yields rows for as long as anybody reads, computing takes as long and
// yields none.
func endless() query {
	return query{text: `SELECT seq FROM $db.seq_1_to_10000000000`, columns: cols(types.Int8), time: time.Minute}
}

func computing() query {
	return query{text: `SELECT count(*) FROM $db.seq_1_to_10000000000 WHERE seq % 3 = 1`, columns: cols(types.Int8), time: time.Minute}
}

// in is a query with the database that it is asked in.
func in(db mytest.DB, q query) query {
	q.text = strings.ReplaceAll(q.text, "$db", name(db.Name()))
	return q
}

func TestCancelInTheMiddle(t *testing.T) {
	db := mytest.New(t)
	e := engine(t, db.ReadOnlyDSN)
	one(t, e, `SELECT 'warm'`)
	before := runtime.NumGoroutine()
	for name, end := range map[string]func(cancel func()){"cancel": func(c func()) { c() }, "close": func(func()) {}} {
		ctx, cancel := context.WithCancel(t.Context())
		src, err := e.query(ctx, in(db, endless()))
		if err != nil {
			t.Fatal(err)
		}
		row := make([]types.Value, 1)
		for range 100_000 {
			if !src.Next(row) {
				t.Fatal(src.Err())
			}
		}
		if n := working(t, db); n != 1 {
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
		eventually(t, name+": the server stopped", func() bool { return working(t, db) == 0 })
	}
	eventually(t, "goroutines ended", func() bool { return runtime.NumGoroutine() <= before })
	if got := one(t, e, `SELECT 'again'`); got != "again" {
		t.Error(got)
	}
}

// A server that computes is told: it would not notice that its client is gone.
func TestCancelBeforeTheFirstRow(t *testing.T) {
	db := mytest.New(t)
	l := new(log)
	e := engine(t, db.ReadOnlyDSN, l.into)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(300*time.Millisecond, cancel)
	start := time.Now()
	src, err := e.query(ctx, in(db, computing()))
	if err == nil {
		src.Next(make([]types.Value, 1))
		err = src.Err()
		_ = src.Close()
	}
	if !errors.Is(err, context.Canceled) || time.Since(start) > 10*time.Second {
		t.Errorf("%v after %v", err, time.Since(start))
	}
	eventually(t, "the server stopped", func() bool { return working(t, db) == 0 })
}

func TestTimeLimit(t *testing.T) {
	db := mytest.New(t)
	l := new(log)
	e := engine(t, db.ReadOnlyDSN, l.into)
	for _, q := range []query{{text: `SELECT CAST(sleep(30) AS CHAR)`, columns: cols(types.Text)}, computing(), endless()} {
		q.time = 300 * time.Millisecond
		start := time.Now()
		_, err := all(e, t, q)
		refused(t, err, refusal.Limit, l)
		if time.Since(start) > 10*time.Second {
			t.Errorf("took %v", time.Since(start))
		}
		eventually(t, "the server stopped", func() bool { return working(t, db) == 0 })
	}
}

// The server has a limit of its own, for when nobody can tell it to stop.
func TestServersOwnLimit(t *testing.T) {
	db := mytest.New(t)
	e := engine(t, db.ReadOnlyDSN)
	c, err := e.pool.get(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	defer e.pool.drop(c)
	if err := c.bound(300 * time.Millisecond); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if _, err := c.all(strings.ReplaceAll(computing().text, "$db", name(db.Name()))); err == nil || time.Since(start) > 20*time.Second {
		t.Errorf("%v after %v", err, time.Since(start))
	}
}

func TestNoFreeConnection(t *testing.T) {
	db := mytest.New(t)
	e := engine(t, db.ReadOnlyDSN, func(c *Config) { c.Concurrent = 1 })
	src, err := e.query(t.Context(), in(db, endless()))
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

func TestDroppedInTheMiddleOfRows(t *testing.T) {
	db := mytest.New(t)
	l := new(log)
	e := engine(t, db.ReadOnlyDSN, l.into)
	src, err := e.query(t.Context(), in(db, endless()))
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
	db := mytest.New(t)
	e := engine(t, db.ReadOnlyDSN)
	for range 3 {
		one(t, e, `SELECT 'a'`)
		terminate(t, db)
		gone(t, db)
	}
}

func TestDatabaseDown(t *testing.T) {
	l := new(log)
	for _, dsn := range []string{
		"mariadb://a@127.0.0.1:1/b",                // nobody listens
		"mariadb://a:" + canary + "@localhost:1/b", // and the password is in no log
	} {
		e := engine(t, dsn, l.into)
		_, err := e.Catalog(t.Context())
		refused(t, err, refusal.Down, l)
		_, err = e.Posture(t.Context())
		refused(t, err, refusal.Down, l)
		_, err = all(e, t, query{text: `SELECT 'a'`, columns: cols(types.Text)})
		refused(t, err, refusal.Down, l)
	}
	e := engine(t, mytest.New(t).ReadOnlyDSN+"x", l.into) // no such database
	_, err := e.Posture(t.Context())
	refused(t, err, refusal.Down, l)
}

func TestIdleConnectionsAreClosed(t *testing.T) {
	e := engine(t, mytest.New(t).ReadOnlyDSN, func(c *Config) { c.Idle = 100 * time.Millisecond })
	one(t, e, `SELECT 'a'`)
	eventually(t, "closed", func() bool {
		e.pool.mu.Lock()
		defer e.pool.mu.Unlock()
		return len(e.pool.free) == 0
	})
}

func TestErrorsOfExecution(t *testing.T) {
	db := mytest.New(t, `CREATE TABLE t (a varchar(20), n int); INSERT INTO t VALUES ('`+canary+`', 0), ('2', 1)`)
	l := new(log)
	e := engine(t, db.ReadOnlyDSN, l.into)
	for text, code := range map[string]refusal.Code{
		`SELECT 9223372036854775807 + (n = 0) FROM $db.t`:                                   refusal.Value,
		`SELECT (SELECT n FROM $db.t)`:                                                      refusal.Value,
		`SELECT 9223372036854775807 + n FROM $db.t`:                                         refusal.Value,
		`WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT n FROM r`: refusal.Limit,
		`SELECT length(group_concat(repeat('x', 20000000)))`:                                refusal.Value,
		`SELECT a REGEXP '(' FROM $db.t`:                                                    refusal.Value,
		`SELECT CAST(? AS SIGNED)`:                                                          refusal.Internal, // no parameter was sent
		`SELECT nothing FROM $db.t`:                                                         refusal.Limit,
		`SELECT n FROM $db.` + canary:                                                       refusal.Limit,
		`SELECT a FROM $db.t`:                                                               refusal.Internal, // typed int8 by us
		`SELECT n, n FROM $db.t`:                                                            refusal.Internal,
		`SELECT 1; SELECT 2`:                                                                refusal.Limit,
		`SELECT 1 INTO OUTFILE '/tmp/` + canary + `'`:                                       refusal.Limit,
		`SIGNAL SQLSTATE '42501' SET MESSAGE_TEXT='` + canary + `'`:                         refusal.Limit,
	} {
		_, err := all(e, t, query{text: text, columns: cols(types.Int8)})
		if refusal.CodeOf(err) != code {
			t.Errorf("%s: %v\n%s", text, err, l.String())
			continue
		}
		refused(t, err, code, l)
		one(t, e, `SELECT 'the next statement works'`)
	}
}

// A row that is too long for memory is a limit, not a fault.
func TestLongRow(t *testing.T) {
	l := new(log)
	e := engine(t, mytest.New(t).ReadOnlyDSN, l.into)
	r := "repeat('x', 15000000)"
	q := query{text: "SELECT " + r + "," + r + "," + r + "," + r + "," + r + "," + r, columns: cols(types.Text, types.Text, types.Text, types.Text, types.Text, types.Text)}
	_, err := all(e, t, q)
	refused(t, err, refusal.Limit, l)
	one(t, e, `SELECT 'the next statement works'`)
}
