package mysql

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run"
)

// begin is the first message of every statement's transaction.
const begin = "START TRANSACTION READ ONLY"

// sqlMode is what the modes are, no others. Without ANSI_QUOTES our quoted names
// are texts, without PIPES_AS_CONCAT || is OR, and without NO_BACKSLASH_ESCAPES
// a pattern's \ vanishes (red team H1).
var sqlMode = []string{
	"ANSI_QUOTES", "ERROR_FOR_DIVISION_BY_ZERO", "NO_BACKSLASH_ESCAPES", "NO_ENGINE_SUBSTITUTION",
	"NO_ZERO_DATE", "NO_ZERO_IN_DATE", "ONLY_FULL_GROUP_BY", "PIPES_AS_CONCAT", "STRICT_ALL_TABLES", "STRICT_TRANS_TABLES",
}

// pin is one setting of the session that our text relies on.
type pin struct {
	name string
	set  string // as SET takes it
	want string // as the server shows it
}

func text(name, value string) pin   { return pin{name, "'" + value + "'", value} }
func number(name, value string) pin { return pin{name, value, value} }

// pinned are the settings that change what SQL means, what a value looks like,
// which rows come, or when the server gives up. init_connect, the server's own
// defaults and whoever had the session of a proxy before us decide over them
// otherwise.
func pinned(v version) []pin {
	pins := []pin{
		text("sql_mode", strings.Join(sqlMode, ",")),
		text("character_set_client", "utf8mb4"),
		text("character_set_connection", "utf8mb4"),
		text("character_set_results", "utf8mb4"),
		text("time_zone", "+00:00"),
		text("lc_time_names", "en_US"),
		number("default_week_format", "0"),
		number("div_precision_increment", "30"),
		number("group_concat_max_len", "1073741824"),
		number("sql_select_limit", "18446744073709551615"), // else results end early, without a word
		number("sql_auto_is_null", "0"),                    // x IS NULL would find what was inserted last
		number("sql_big_selects", "1"),
		number("sql_safe_updates", "0"),
		number("sql_notes", "0"),
		number("max_error_count", strconv.Itoa(mostWarnings)),
		number("max_sort_length", "4096"),     // bytes of a text that it is sorted by; each row of a sort may take them
		number("sort_buffer_size", "8388608"), // else a sort by several such texts has no room
		text("completion_type", "NO_CHAIN"),   // ROLLBACK begins no other transaction
		number("autocommit", "1"),
		number("timestamp", "0"), // 0: the clock
	}
	if v.maria {
		return append(pins, mariaPins(v)...)
	}
	return append(pins,
		text("collation_connection", "utf8mb4_0900_bin"),
		text("transaction_isolation", "REPEATABLE-READ"), number("transaction_read_only", "1"),
		number("windowing_use_high_precision", "1"), number("cte_max_recursion_depth", "100001"))
}

func mariaPins(v version) []pin {
	isolation, readOnly := "tx_isolation", "tx_read_only"
	if v.number >= 110100 {
		isolation, readOnly = "transaction_isolation", "transaction_read_only"
	}
	return []pin{
		text("collation_connection", "utf8mb4_nopad_bin"),
		text(isolation, "REPEATABLE-READ"), number(readOnly, "1"),
		text("old_mode", ""),
		text("default_regex_flags", ""),                  // EXTENDED would leave blanks out of patterns
		{"system_versioning_asof", "DEFAULT", "DEFAULT"}, // else tables are read as they were
		text("query_cache_type", "OFF"),
		number("max_recursive_iterations", "100001"), // a recursion that is longer ends early, with a warning
	}
}

// setText sets all pins with one statement, and the site's zone.
func (e *Engine) setText(pins []pin) string {
	zone := e.c.TimeZone
	if zone == "UTC" {
		zone = "+00:00" // for servers that know no names
	}
	parts := []string{"@grille_zone = " + literal(zone)}
	for _, p := range pins {
		parts = append(parts, "SESSION "+p.name+" = "+p.set)
	}
	return "SET " + strings.Join(parts, ", ")
}

// literal is a text that no mode reads another way.
func literal(s string) string { return "_utf8mb4 X'" + hex.EncodeToString([]byte(s)) + "'" }

// name is a quoted identifier, under ANSI_QUOTES.
func name(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// readExprs are the settings as the server shows them.
func readExprs(pins []pin) []string {
	out := make([]string, len(pins))
	for i, p := range pins {
		out[i] = "@@SESSION." + p.name
	}
	return out
}

// compare says which setting is not as pinned.
func compare(pins []pin, got []string) error {
	if len(got) != len(pins) {
		return errRow
	}
	for i, p := range pins {
		if !p.is(got[i]) {
			return fmt.Errorf("%w: %s", errSession, p.name)
		}
	}
	return nil
}

// errSession: a setting is not as it was set.
var errSession = errors.New("the session is not as it was pinned")

func (p pin) is(got string) bool {
	switch p.name {
	case "timestamp":
		return true // shown is the time
	case "sql_mode": // in an order of the server's
		have := strings.Split(got, ",")
		slices.Sort(have)
		return slices.Equal(have, sqlMode)
	default:
		return got == p.want
	}
}

// pin sets the session of a new connection and reads it back.
func (e *Engine) pin(c *conn) error {
	c.pins = pinned(c.version)
	if err := c.do(e.setText(c.pins)); err != nil {
		return &stageError{"pinning", err}
	}
	got, err := c.one("SELECT " + strings.Join(readExprs(c.pins), ", "))
	if err == nil {
		err = compare(c.pins, got)
	}
	if err != nil {
		return &stageError{"reading the session back", err}
	}
	return c.bound(askTime)
}

// askTime bounds our own questions about catalogs.
const askTime = 60 * time.Second

// bound gives the session a limit of time, if it has another one. The server
// gives up a little later than we do, so that it is we who say why.
func (c *conn) bound(limit time.Duration) error {
	if c.limit == limit {
		return nil
	}
	late := limit + time.Second
	seconds := strconv.Itoa(int(late/time.Second) + 1)
	var parts []string
	if c.version.maria {
		parts = append(parts, "max_statement_time = "+strconv.FormatFloat(late.Seconds(), 'f', 3, 64),
			"idle_readonly_transaction_timeout = "+seconds)
	} else {
		parts = append(parts, "max_execution_time = "+strconv.FormatInt(late.Milliseconds(), 10))
	}
	parts = append(parts, "lock_wait_timeout = "+seconds, "net_write_timeout = "+seconds)
	for i := range parts {
		parts[i] = "SESSION " + parts[i]
	}
	if err := c.do("SET " + strings.Join(parts, ", ")); err != nil {
		return &stageError{"setting the limit of time", err}
	}
	c.limit = limit
	return nil
}

// consult lends a connection, in a transaction and with the session read back,
// for questions of our own. One that turns out dead after it was idle is replaced.
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
		if err = e.ask(ctx, c, f); err == nil {
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

// ask runs questions of our own in one transaction.
func (e *Engine) ask(ctx context.Context, c *conn, f func(*conn) error) error {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	stop := context.AfterFunc(ctx, c.cut)
	defer stop()
	err := c.bound(askTime)
	if err == nil {
		err = c.do(begin)
	}
	if err == nil {
		err = c.gate(nil)
	}
	if err == nil {
		err = f(c)
	}
	if err == nil {
		err = c.do("ROLLBACK")
	}
	if err != nil {
		return e.refuse(ctx, err)
	}
	if ctx.Err() != nil {
		return e.c.Log.Refuse(run.TooSlow, ctx.Err())
	}
	return nil
}
