package mysql

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/grille-dev/grille/internal/mytest"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/types"
)

// What the text means is what emit printed it for.
func TestSession(t *testing.T) {
	e := engine(t, mytest.New(t).ReadOnlyDSN, func(c *Config) { c.TimeZone = "Europe/Berlin" })
	for text, want := range map[string]string{
		`SELECT 'x' || 'y'`:              "xy",
		`SELECT 'a\nb'`:                  `a\nb`,
		`SELECT concat('a' = 'A')`:       "0",
		`SELECT concat('a' = 'a ')`:      "0",
		`SELECT concat('é' = 'e')`:       "0",
		`SELECT collation('a')`:          "utf8mb4_nopad_bin",
		`SELECT @@time_zone`:             "+00:00",
		`SELECT @grille_zone`:            "Europe/Berlin",
		`SELECT CAST(2/3 AS CHAR)`:       "0." + strings.Repeat("6", 29) + "7",
		`SELECT monthname('2024-03-01')`: "March",
	} {
		if got := one(t, e, text); got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
}

// A session that is another one than we pinned is not used: behind a proxy it
// may be anybody's.
func TestSessionOfSomebodyElse(t *testing.T) {
	db := mytest.New(t)
	for _, p := range pinned(version{maria: true, number: 101100}) {
		if p.name == "timestamp" || p.name == "character_set_results" || p.name == "query_cache_type" {
			continue // not shown as set; without it nothing is read back; the server has none
		}
		t.Run(p.name, func(t *testing.T) {
			e := engine(t, db.ReadOnlyDSN)
			one(t, e, "SELECT 'a'")
			c := e.pool.free[0]
			if err := c.do("SET SESSION " + p.name + " = " + other(p)); err != nil {
				t.Fatal(err)
			}
			if err := c.gate(nil); err == nil || !strings.Contains(err.Error(), p.name) && p.name != "character_set_client" {
				t.Fatalf("the gate says %v", err)
			}
			one(t, e, "SELECT 'a'")
			if slices.Contains(e.pool.free, c) {
				t.Error("it is still used")
			}
		})
	}
}

// other is another value of a setting.
func other(p pin) string {
	switch {
	case p.name == "sql_mode":
		return "'" + strings.Join(append([]string{"PAD_CHAR_TO_FULL_LENGTH"}, sqlMode...), ",") + "'"
	case strings.HasPrefix(p.name, "character_set"):
		return "latin1"
	case p.name == "system_versioning_asof":
		return "'2020-01-01 00:00:00'"
	case p.name == "query_cache_type":
		return "DEMAND"
	}
	if v, ok := map[string]string{
		"collation_connection": "utf8mb4_general_ci", "tx_isolation": "'READ-COMMITTED'", "old_mode": "'UTF8_IS_UTF8MB3'",
		"lc_time_names": "'de_DE'", "time_zone": "'+02:00'", "completion_type": "'CHAIN'",
		"default_week_format": "3", "div_precision_increment": "4", "group_concat_max_len": "1024", "sql_select_limit": "10",
		"sql_big_selects": "0", "autocommit": "0", "tx_read_only": "0", "max_recursive_iterations": "10", "max_sort_length": "1024", "sort_buffer_size": "65536",
		"max_error_count": "10",
	}[p.name]; ok {
		return v
	}
	return "1"
}

// No statement writes, whatever the user may.
func TestReadOnly(t *testing.T) {
	db := mytest.New(t, `CREATE TABLE t (n int); CREATE SEQUENCE s`)
	l := new(log)
	e := engine(t, db.DSN, l.into, func(c *Config) { c.InsecureAllowWritableRole = true })
	for _, text := range []string{"INSERT INTO $db.t VALUES (1)", "SELECT nextval($db.s)", "DELETE FROM $db.t", "UPDATE $db.t SET n = 1"} {
		_, err := all(e, t, query{text: text, columns: cols(types.Int8)})
		refused(t, err, refusal.Limit, l)
	}
	if !strings.Contains(l.String(), "1792") {
		t.Errorf("the log does not say that it is read only: %s", l)
	}
}

// The wrong word for a server is an error that says the right one, also to a viewer.
func TestWrongScheme(t *testing.T) {
	e := engine(t, strings.Replace(mytest.New(t).ReadOnlyDSN, "mariadb:", "mysql:", 1))
	if _, err := e.Catalog(context.Background()); refusal.CodeOf(err) != refusal.Engine || !strings.Contains(err.Error(), "MariaDB") {
		t.Error(err)
	}
}
