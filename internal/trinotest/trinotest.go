// Package trinotest gives each test catalogs of its own on a Trino server.
//
//	db := trinotest.New(t, `CREATE TABLE t (id bigint)`)
//	e, err := trino.New(trino.Config{Target: db.Target, ...})
//
// There is one where GRILLE_TRINO is its address, http://127.0.0.1:PORT:
// serve.sh starts it and make trino runs all that use it. Elsewhere tests skip,
// saying so, unless GRILLE_REQUIRE_ENGINES names trino.
//
// Its users are admin, who may do anything, grille_ro, who may only read, and
// writer (access.json). What tests set up they send with the client of the Trino
// project, and so not with what they test.
package trinotest

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strconv"
	"testing"

	client "github.com/trinodb/trino-go-client/trino"

	"github.com/grille-dev/grille/internal/testserver"
	"github.com/grille-dev/grille/run/dsn"
)

// DB is a catalog that belongs to one test.
type DB struct {
	// Target is its schema, for a user who may only read.
	Target dsn.Trino
	t      testing.TB
}

// Missing says what to do where there is no server; "" where there is one.
func Missing() string {
	if os.Getenv("GRILLE_TRINO") != "" {
		return ""
	}
	return "run make trino, or set GRILLE_TRINO to the address of its server"
}

// New makes a catalog in memory, and runs setup in its schema default.
func New(t testing.TB, setup ...string) DB {
	t.Helper()
	db := attach(t, "memory", "default", "")
	db.Exec(setup...)
	return db
}

// Generated makes a catalog of the data that the server makes up: TPC-H's.
func Generated(t testing.TB) DB {
	t.Helper()
	return attach(t, "tpch", "tiny", "")
}

// Postgres makes a catalog of a PostgreSQL database, by the URL of a user there.
func Postgres(t testing.TB, at string) DB {
	t.Helper()
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	pass, _ := u.User.Password()
	return attach(t, "postgresql", "public", fmt.Sprintf(` WITH ("connection-url" = 'jdbc:postgresql://%s%s', "connection-user" = '%s', "connection-password" = '%s')`,
		u.Host, u.Path, u.User.Username(), pass))
}

// In is db for another test that it belongs to.
func (db DB) In(t testing.TB) DB { db.t = t; return db }

// Required skips where there is no server.
func Required(t testing.TB) { t.Helper(); server(t) }

func attach(t testing.TB, connector, schema, with string) DB {
	t.Helper()
	u := server(t)
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	if err != nil {
		t.Fatal(err)
	}
	name := "grille_test_" + testserver.RandomHex(6)
	db := DB{t: t, Target: dsn.Trino{Host: u.Hostname(), Port: uint16(port), Catalog: name, Schema: schema, User: "grille_ro", Plain: true}}
	db.Exec("CREATE CATALOG " + name + " USING " + connector + with)
	t.Cleanup(func() {
		if _, err := ask(context.Background(), u, "admin", dsn.Trino{}, "DROP CATALOG "+name); err != nil {
			t.Error(err)
		}
	})
	return db
}

func server(t testing.TB) *url.URL {
	t.Helper()
	switch why := Missing(); {
	case why != "" && testserver.Required("trino"):
		t.Fatal("GRILLE_REQUIRE_ENGINES asks for trino: " + why)
	case why != "":
		t.Skip("no Trino for tests: " + why)
	}
	u, err := url.Parse(os.Getenv("GRILLE_TRINO"))
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// Exec runs texts of one statement each, as admin.
func (db DB) Exec(texts ...string) {
	db.t.Helper()
	for _, text := range texts {
		if _, err := db.Try(text); err != nil {
			db.t.Fatalf("%.200s: %.300v", text, err)
		}
	}
}

// Try runs a text as admin and gives its rows as the client does.
func (db DB) Try(text string) ([][]driver.Value, error) {
	db.t.Helper()
	return ask(context.Background(), server(db.t), "admin", db.Target, text)
}

// ask runs one statement to its end.
func ask(ctx context.Context, at *url.URL, user string, in dsn.Trino, text string) ([][]driver.Value, error) {
	u := *at
	u.User = url.User(user)
	config := client.Config{ServerURI: u.String(), Source: "grille-test", Catalog: in.Catalog, Schema: in.Schema, SessionProperties: map[string]string{}}
	config.SessionProperties["query_max_run_time"] = "5m"
	name, err := config.FormatDSN()
	if err != nil {
		return nil, err
	}
	conn, err := (&client.Driver{}).Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	stmt, err := conn.(driver.ConnPrepareContext).PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	defer func() { _ = stmt.Close() }()
	zone := []driver.NamedValue{{Name: "X-Trino-Time-Zone", Value: "UTC"}, {Name: "X-Trino-User", Value: user}}
	rows, err := stmt.(driver.StmtQueryContext).QueryContext(ctx, zone)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out [][]driver.Value
	for {
		row := make([]driver.Value, len(rows.Columns()))
		switch err := rows.Next(row); {
		case errors.Is(err, io.EOF), err != nil && err.Error() == "sql: no rows in result set":
			return out, nil
		case err != nil:
			return nil, err
		}
		out = append(out, row)
	}
}
