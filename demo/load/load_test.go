package load

import (
	"context"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/grille-dev/grille/demo"
	"github.com/grille-dev/grille/internal/pgtest"
	"github.com/grille-dev/grille/run/dsn"
)

var today = time.Date(2026, 3, 15, 9, 0, 0, 0, time.UTC)

func at(t *testing.T, url string) dsn.Postgres {
	t.Helper()
	target, err := dsn.Parse(url)
	if err != nil {
		t.Fatal(err)
	}
	return target.(dsn.Postgres)
}

func texts(t *testing.T, db pgtest.DB, query string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), db.DSN)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var text string
	if err := conn.QueryRow(t.Context(), query).Scan(&text); err != nil {
		t.Fatal(err)
	}
	return text
}

const there = "SELECT count(*)::text FROM pg_namespace WHERE nspname = 'grille_demo'"

// All rows arrive, with every key that a table declares, and are told of on the way.
func TestAllIsThere(t *testing.T) {
	db := pgtest.New(t)
	told := 0
	rows, err := Postgres(t.Context(), Config{Target: at(t, db.DSN), Today: today, Told: func(n int) {
		if n < told {
			t.Errorf("told of %d rows after %d", n, told)
		}
		told = n
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := 0
	for _, table := range demo.Tables(today) {
		want += table.Len()
	}
	if rows != want || told != want {
		t.Errorf("%d rows, told of %d, want %d", rows, told, want)
	}
	for query, want := range map[string]string{
		"SELECT count(*)::text FROM pg_tables WHERE schemaname = 'grille_demo'":                                                   "22",
		"SELECT count(*)::text FROM grille_demo.visits":                                                                           "20000",
		"SELECT max(worked_on)::text FROM grille_demo.shifts":                                                                     "2026-03-14",
		"SELECT count(*)::text FROM pg_constraint WHERE contype = 'f' AND NOT convalidated":                                       "0",
		"SELECT (count(*) > 20)::text FROM pg_constraint WHERE contype = 'f' AND conrelid::regclass::text ~ 'grille_demo'":        "true",
		"SELECT (count(*) > 0)::text FROM grille_demo.visits WHERE notes IS NULL":                                                 "true",
		"SELECT (sum(reltuples) > 200000)::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'grille_demo'::regnamespace": "true",
	} {
		if got := texts(t, db, query); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}

	// A second time nothing is touched.
	_, err = Postgres(t.Context(), Config{Target: at(t, db.DSN), Today: today.AddDate(0, 0, 1)})
	if err == nil || !strings.Contains(err.Error(), "has a schema grille_demo already") {
		t.Errorf("loaded twice: %v", err)
	}
	if got := texts(t, db, "SELECT max(worked_on)::text FROM grille_demo.shifts"); got != "2026-03-14" {
		t.Errorf("the second time left %s", got)
	}
}

// Each way in which it cannot be done says what to do, and leaves nothing.
func TestRefusals(t *testing.T) {
	db := pgtest.New(t)
	name, url := db.Role("")
	role := at(t, url)
	wrong := at(t, strings.Replace(url, ":"+role.Password.Reveal()+"@", ":guess@", 1))
	nowhere := at(t, db.DSN)
	nowhere.Database = "grille_test_no_such"
	closed := at(t, db.DSN)
	closed.Port = freePort(t)
	readOnly, readOnlyURL := db.Role("")
	db.Exec("GRANT CREATE ON DATABASE "+db.ReadOnlyRole()+" TO "+readOnly, "ALTER ROLE "+readOnly+" SET default_transaction_read_only = on")
	for _, c := range []struct {
		target dsn.Postgres
		want   string
	}{
		{role, "GRANT CREATE ON DATABASE " + db.ReadOnlyRole() + " TO " + name},
		{wrong, "does not let " + name + " in"},
		{nowhere, "createdb grille_test_no_such"},
		{closed, "cannot be reached"},
		{at(t, readOnlyURL), "read only"},
	} {
		_, err := Postgres(t.Context(), Config{Target: c.target, Today: today})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %q", err, c.want)
		}
		if err != nil && (strings.Contains(err.Error(), "guess") || strings.Contains(err.Error(), role.Password.Reveal())) {
			t.Errorf("%v has the password", err)
		}
	}
	if texts(t, db, there) != "0" {
		t.Error("something was left")
	}
}

// Whatever ends it halfway, nothing is left: a wire that breaks, a person who stops it.
func TestNothingIsLeft(t *testing.T) {
	db := pgtest.New(t)
	target := at(t, db.DSN)
	cut := target
	cut.Port = breaking(t, target)
	if _, err := Postgres(t.Context(), Config{Target: cut, Today: today}); err == nil || !strings.Contains(err.Error(), "broke, and nothing was left") {
		t.Errorf("over a wire that breaks: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	_, err := Postgres(ctx, Config{Target: target, Today: today, Told: func(rows int) {
		if rows > 50_000 {
			stop()
		}
	}})
	if err != context.Canceled {
		t.Errorf("stopped: %v", err)
	}
	if texts(t, db, there) != "0" {
		t.Error("something was left")
	}
}

func freePort(t *testing.T) uint16 {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return uint16(l.Addr().(*net.TCPAddr).Port)
}

// breaking is a port from which a wire leads to the server, and breaks after a megabyte.
func breaking(t *testing.T, to dsn.Postgres) uint16 {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		s, err := net.Dial("tcp", net.JoinHostPort(to.Host, strconv.Itoa(int(to.Port))))
		if err != nil {
			return
		}
		defer s.Close()
		go func() { _, _ = io.Copy(c, s) }()
		_, _ = io.CopyN(s, c, 1<<20)
	}()
	return uint16(l.Addr().(*net.TCPAddr).Port)
}
