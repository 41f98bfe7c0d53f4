package trino

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/internal/trinotest"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/dsn"
	"github.com/grille-dev/grille/run/runtest"
)

// A user who may write is refused before anything runs, and the probe wrote nothing.
func TestPostureOfAWriter(t *testing.T) {
	db := trinotest.New(t, "CREATE TABLE t (id bigint)", "INSERT INTO t VALUES 1, 2")
	target := db.Target
	target.User = "writer"
	l := new(log)
	e := engine(t, target, l)
	p, err := e.Posture(t.Context())
	if err != nil || !p.Refused() {
		t.Fatal(p, err)
	}
	said := ""
	for _, f := range p.Findings {
		said += f.What + "\n"
	}
	for _, want := range []string{"may make tables in " + target.Catalog + ".default", "may make views in " + target.Catalog + ".default", "may write to 1 tables, first " + target.Catalog + ".default.t"} {
		if !strings.Contains(said, want) {
			t.Errorf("not said: %s in %s", want, said)
		}
	}
	c, err := e.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s, err := runtest.Statement(runtest.Open(t, c), "SELECT id FROM t")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Run(t.Context(), s, runtest.Limits()); refusal.CodeOf(err) != refusal.Posture {
		t.Errorf("a writer ran a statement: %v", err)
	}
	rows, err := db.Try("SELECT count(*) FROM t")
	if err != nil || rows[0][0] != int64(2) {
		t.Errorf("the probe wrote: %v %v", rows, err)
	}
	if tables, err := db.Try("SHOW TABLES"); err != nil || len(tables) != 1 {
		t.Errorf("the probe made a table: %v %v", tables, err)
	}
}

// Two catalogs are one database: names of three parts, and a join across.
func TestCatalogsTogether(t *testing.T) {
	a := trinotest.New(t, "CREATE TABLE t (id bigint, name varchar)", "INSERT INTO t VALUES (1, 'x'), (2, 'y')")
	b := trinotest.Generated(t)
	home, other := a.Target.Catalog+".default", b.Target.Catalog+".tiny"
	e := engine(t, a.Target, new(log), other, home)
	c, err := e.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if c.Path[0] != home {
		t.Errorf("names are looked up in %v", c.Path)
	}
	s, err := runtest.Statement(runtest.Open(t, c), "SELECT t.name, r.name FROM t JOIN "+other+".region r ON r.regionkey = t.id ORDER BY 1")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := e.Run(t.Context(), s, runtest.Limits())
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var got []string
	for rows.Next() {
		got = append(got, rows.Row()[0].Text()+" "+rows.Row()[1].Text())
	}
	if strings.Join(got, ", ") != "x AMERICA, y ASIA" || rows.Err() != nil {
		t.Error(got, rows.Err())
	}
}

// A reply that names another server is followed on the configured one, and a
// redirect is not followed at all.
func TestStaysWithItsServer(t *testing.T) {
	other := 0
	thief := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { other++ }))
	defer thief.Close()
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.URL.Path)
		switch r.URL.Path {
		case "/v1/statement":
			_, _ = w.Write([]byte(`{"nextUri": "` + thief.URL + `/v1/statement/queued/1"}`))
		case "/v1/statement/queued/1":
			http.Redirect(w, r, thief.URL, http.StatusTemporaryRedirect)
		}
	}))
	defer server.Close()
	at, err := netip.ParseAddrPort(strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	e := engine(t, dsn.Trino{Host: "127.0.0.1", Port: at.Port(), Catalog: "c", Schema: "s", User: "u", Plain: true}, new(log))
	if err := e.ask(t.Context(), "SELECT 1", func([]string) {}); err == nil {
		t.Error("a redirect is an answer")
	}
	if other != 0 || strings.Join(asked, ", ") != "POST /v1/statement, GET /v1/statement/queued/1, DELETE /v1/statement/queued/1" {
		t.Errorf("the other server was asked %d times; asked: %v", other, asked)
	}
	if _, err := e.client.next(t.Context(), &reply{NextURI: server.URL + "/v1/query"}); err == nil {
		t.Error("a page is fetched from anywhere")
	}
}

// What the server says is sorted by its name alone.
func TestWhy(t *testing.T) {
	for name, want := range map[string]run.Why{
		"DIVISION_BY_ZERO": run.BadValue, "TABLE_NOT_FOUND": run.Changed, "EXCEEDED_TIME_LIMIT": run.TooSlow,
		"SYNTAX_ERROR": run.Broken, "EXCEEDED_LOCAL_MEMORY_LIMIT": run.Stopped, "PERMISSION_DENIED": run.Gone,
	} {
		f := &failure{Name: name, Type: "USER_ERROR"}
		if name == "EXCEEDED_LOCAL_MEMORY_LIMIT" {
			f.Type = "INSUFFICIENT_RESOURCES"
		}
		if got := f.why(); got != want {
			t.Errorf("%s is %s", name, got)
		}
	}
}

// Rows are those that the client of the Trino project reads.
func TestSameAsTheClient(t *testing.T) {
	db := trinotest.New(t, `CREATE TABLE v (i bigint, d decimal(20, 4), s varchar, b varbinary, ok boolean, x double, at timestamp(6))`,
		`INSERT INTO v VALUES (9223372036854775807, DECIMAL '12345678901234.5678', 'ä''🦊', X'00FF', true, 0.1, TIMESTAMP '2024-07-01 10:00:00.123456')`)
	theirs, err := db.Try("SELECT i, d, s, b, ok, x, CAST(at AS varchar) FROM v")
	if err != nil {
		t.Fatal(err)
	}
	e := engine(t, db.Target, new(log))
	c, err := e.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s, err := runtest.Statement(runtest.Open(t, c), "SELECT * FROM v")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := e.Run(t.Context(), s, runtest.Limits())
	if err != nil || !rows.Next() {
		t.Fatal(err, rows.Err())
	}
	defer rows.Close()
	ours := rows.Row()
	want := theirs[0]
	if ours[0].Int() != want[0] || ours[1].Text() != want[1] || ours[2].Text() != want[2] || string(ours[3].Bytes()) != string(want[3].([]byte)) ||
		ours[4].Bool() != want[4] || ours[5].Float() != want[5] || ours[6].Format(s.Columns()[6].Type, time.UTC) != want[6] {
		t.Errorf("%v and %v", ours, want)
	}
}
