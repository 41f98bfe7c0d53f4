package postgres

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run"
)

// begin is the first message of every statement's transaction.
const begin = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"

// pin is one setting of the session that our text relies on.
type pin struct {
	name string
	want string // "": see Engine.pins
}

// pinned are the settings that change what SQL means, what a value looks like
// or when the server gives up. Each is set in the statement's own transaction,
// because a pooler may hand us another session for the next one, and because
// ALTER ROLE ... SET decides over a session's start (red team H1: with
// search_path = public an operator of anybody's replaced the = of a row
// filter).
func pinned(zone string, limit time.Duration) []pin {
	ms := strconv.FormatInt(max(limit.Milliseconds(), 1), 10)
	return []pin{
		{"role", "none"}, // ALTER ROLE ... SET role would change whose rights count
		{"search_path", "pg_catalog, pg_temp"},
		{"TimeZone", zone},
		{"timezone_abbreviations", "Default"},
		{"DateStyle", "ISO, YMD"},
		{"IntervalStyle", "postgres"},
		{"extra_float_digits", "1"},
		{"bytea_output", "hex"},
		{"client_encoding", "UTF8"},
		{"transform_null_equals", "off"}, // x = NULL would become x IS NULL
		{"standard_conforming_strings", "on"},
		{"array_nulls", "on"},
		{"lc_numeric", "C"}, // to_char
		{"lc_monetary", "C"},
		{"lc_time", "C"},
		{"gin_fuzzy_search_limit", "0"}, // else an index scan returns some of the rows
		{"row_security", "on"},
		{"client_min_messages", "error"},
		{"statement_timeout", ms},
		{"lock_timeout", ms},
		{"idle_in_transaction_session_timeout", ms},
	}
}

// setText sets all pins with one SELECT. The names are constants; the values
// are parameters. Nothing has been pinned yet when it is parsed, hence the
// qualified name and no operator.
func setText(pins []pin) string {
	var b strings.Builder
	b.WriteString("SELECT ")
	for i, p := range pins {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "pg_catalog.set_config('%s', $%d, true)", p.name, i+1)
	}
	return b.String()
}

// gateText fails the transaction, and with it everything that was sent behind
// it, unless the session is as pinned. $1 is what readText gives.
func gateText(pins []pin) string {
	return "SELECT CAST(CASE WHEN " + readExpr(pins) + " = $1 THEN '1' ELSE 'session' END AS pg_catalog.int4)"
}

// readExpr is the session's settings in one text.
func readExpr(pins []pin) string {
	var b strings.Builder
	b.WriteString("pg_catalog.concat_ws('|', pg_catalog.current_setting('transaction_read_only'), pg_catalog.current_setting('transaction_isolation')")
	for _, p := range pins {
		if p.name == "client_encoding" || strings.HasSuffix(p.name, "_timeout") {
			continue // shown in another unit or spelling; readBack compares these
		}
		fmt.Fprintf(&b, ", pg_catalog.current_setting('%s')", p.name)
	}
	b.WriteString(")")
	return b.String()
}

// readWant is what readExpr must give.
func readWant(pins []pin) string {
	out := []string{"on", "repeatable read"}
	for _, p := range pins {
		if p.name == "client_encoding" || strings.HasSuffix(p.name, "_timeout") {
			continue
		}
		out = append(out, p.want)
	}
	return strings.Join(out, "|")
}

func values(pins []pin) [][]byte {
	out := make([][]byte, len(pins))
	for i, p := range pins {
		out[i] = []byte(p.want)
	}
	return out
}

// readBack looks at what cannot be set, once for each connection.
func (e *Engine) readBack(ctx context.Context, c *conn) error {
	version, client := 0, ""
	err := e.ask(ctx, c, question{
		text: `SELECT current_setting('server_version_num'), current_setting('client_encoding')`,
		row: func(v [][]byte) error {
			version, _ = strconv.Atoi(string(v[0]))
			client = string(v[1])
			return nil
		},
	})
	switch {
	case err != nil:
		return err
	case version < oldest:
		return e.c.Log.Refuse(run.Gone, fmt.Errorf("the server is older than PostgreSQL %d", oldest/10000))
	case client != "UTF8":
		return e.c.Log.Refuse(run.Broken, fmt.Errorf("client_encoding is %s", client))
	}
	return nil
}

// oldest is the first version that Grille knows.
const oldest = 130000

// question is one of our own constant texts, and what to do with its rows.
type question struct {
	text   string
	params []string
	row    func(values [][]byte) error // NULL is nil; values are overwritten
}

// askTime bounds our own questions about catalogs.
const askTime = 60 * time.Second

// ask runs our own questions in one pinned transaction and one round trip.
// After an error the connection is closed.
func (e *Engine) ask(ctx context.Context, c *conn, qs ...question) error {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	pl := c.StartPipeline(ctx)
	e.sendSession(pl, askTime)
	for _, q := range qs {
		params := make([][]byte, len(q.params))
		for i, p := range q.params {
			params[i] = []byte(p)
		}
		pl.SendQueryParams(q.text, params, nil, nil, nil)
	}
	pl.SendQueryParams("ROLLBACK", nil, nil, nil, nil)
	err := pl.Sync()
	for i := 0; err == nil && i < sessionStages+len(qs)+1; i++ {
		row := ignore
		if n := i - sessionStages; n >= 0 && n < len(qs) {
			row = qs[n].row
		}
		err = each(pl, row)
	}
	if cerr := pl.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		c.kill()
		return e.refuse(ctx, err)
	}
	return nil
}

// consult lends a connection for questions of our own. One that turns out dead
// after it was idle is replaced.
func (e *Engine) consult(ctx context.Context, f func(*conn) error) error {
	for fresh := false; ; fresh = true {
		c, err := e.pool.get(ctx, fresh)
		if err != nil {
			return e.refuse(ctx, err)
		}
		if err := e.allowed(c); err != nil {
			e.pool.put(c)
			return err
		}
		if err = f(c); err == nil {
			e.pool.put(c)
			return nil
		}
		stale := c.used && !fresh && refusal.CodeOf(err) == refusal.Down
		e.pool.drop(c)
		if !stale {
			return err
		}
	}
}

func ignore([][]byte) error { return nil }

// each reads the next result of a pipeline.
func each(pl *pgconn.Pipeline, row func([][]byte) error) error {
	rr, err := next(pl)
	if err != nil {
		return err
	}
	for rr.NextRow() && err == nil {
		err = row(rr.Values())
	}
	if _, cerr := rr.Close(); err == nil {
		err = cerr
	}
	return err
}

// sessionStages is how many results sendSession brings.
const sessionStages = 3

// sendSession queues the messages that begin, pin and gate a transaction.
func (e *Engine) sendSession(pl *pgconn.Pipeline, limit time.Duration) {
	pins := pinned(e.c.TimeZone, limit)
	pl.SendQueryParams(begin, nil, nil, nil, nil)
	pl.SendQueryParams(setText(pins), values(pins), nil, nil, nil)
	pl.SendQueryParams(gateText(pins), [][]byte{[]byte(readWant(pins))}, nil, nil, nil)
}

// next is the next result of a pipeline.
func next(pl *pgconn.Pipeline) (*pgconn.ResultReader, error) {
	res, err := pl.GetResults()
	if err != nil {
		return nil, err
	}
	rr, ok := res.(*pgconn.ResultReader)
	if !ok {
		return nil, fmt.Errorf("the driver answered out of turn")
	}
	return rr, nil
}
