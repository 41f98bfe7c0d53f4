package attack

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/eval"
	"github.com/grille-dev/grille/internal/modeltest"
	"github.com/grille-dev/grille/internal/modeltest/modeldouble"
	"github.com/grille-dev/grille/internal/oracle"
	"github.com/grille-dev/grille/internal/pgtest"
	"github.com/grille-dev/grille/ledger/ledgertest"
	"github.com/grille-dev/grille/model"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/dsn"
	"github.com/grille-dev/grille/run/postgres"
	"github.com/grille-dev/grille/viewer"
)

// canary is what no viewer of the shop but the control may meet.
var canary = regexp.MustCompile(modeltest.Canary + `-[A-Z0-9]+`)

const gateway = "../../eval/testdata/gateway/"

func read(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// shop is the shop on one engine.
type shop struct {
	name string
	open func(t *testing.T, to *slog.Logger) run.Engine
	// copied opens a copy of the shop with these changes made, read only.
	copied func(t *testing.T, changes string) eval.Direct
	schema string
}

func shops(t *testing.T) []shop { return []shop{onPostgres(t), onSQLite(t)} }

func onPostgres(t *testing.T) shop {
	schema := read(t, gateway+"schema.sql")
	var db pgtest.DB
	schemas := []string{"public", "other_schema"}
	open := func(t *testing.T, to *slog.Logger) run.Engine {
		if db.ReadOnlyDSN == "" {
			db = pgtest.New(t, schema)
			db.Exec("GRANT USAGE ON SCHEMA other_schema TO "+db.ReadOnlyRole(), "GRANT SELECT ON ALL TABLES IN SCHEMA other_schema TO "+db.ReadOnlyRole())
		}
		e, err := postgres.New(postgres.Config{Target: target(t, db.ReadOnlyDSN).(dsn.Postgres), Schemas: schemas, TimeZone: "UTC", Concurrent: 2, Log: run.Log{To: to}})
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	copied := func(t *testing.T, changes string) eval.Direct {
		return direct(t, target(t, pgtest.New(t, schema, changes).ReadOnlyDSN))
	}
	return shop{"postgres", open, copied, "public"}
}

func onSQLite(t *testing.T) shop {
	schema := read(t, gateway+"sqlite.sql")
	path := filepath.Join(t.TempDir(), "shop.db")
	if err := oracle.FillSQLite(path, schema); err != nil {
		t.Fatal(err)
	}
	open := func(t *testing.T, to *slog.Logger) run.Engine {
		e, err := oracle.OpenSQLite(path, run.Log{To: to})
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	copied := func(t *testing.T, changes string) eval.Direct {
		path := filepath.Join(t.TempDir(), "copy.db")
		if err := oracle.FillSQLite(path, schema+changes); err != nil {
			t.Fatal(err)
		}
		return direct(t, dsn.SQLite{Path: path})
	}
	return shop{"sqlite", open, copied, "main"}
}

func target(t *testing.T, url string) dsn.Target {
	t.Helper()
	x, err := dsn.Parse(url)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func direct(t *testing.T, x dsn.Target) eval.Direct {
	t.Helper()
	d, err := eval.OpenDirect(t.Context(), eval.DirectConfig{Target: x, Schemas: []string{"public"}, Zone: "UTC", Time: 10 * time.Second, Rows: 100_000})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// person is somebody who asks, under which rules, and what a copy of the shop
// lacks that holds only what this person sees; "" where there is none.
type person struct {
	viewer viewer.Viewer
	rules  func(*catalog.Catalog) (*policy.Rules, error)
	copied string
}

func people(t *testing.T) map[string]person {
	t.Helper()
	text := read(t, "testdata/shop.yaml")
	secret, err := policy.NewSecret(bytes.Repeat([]byte("s"), 32))
	if err != nil {
		t.Fatal(err)
	}
	teams := []string{"clerks", "partners", "auditors", "guests"}
	compile := func(cat *catalog.Catalog) (*policy.Rules, error) {
		return rules.Compile("rules.yaml", []byte(text), cat, rules.Options{Teams: teams, Secret: secret, Connection: "shop"})
	}
	in := func(tenant string, teams ...string) viewer.Viewer {
		v := viewer.Viewer{Name: "carla", Teams: teams, Attributes: map[string][]string{}}
		if tenant != "" {
			v.Attributes["tenant"] = []string{tenant}
		}
		return v
	}
	const others = "DELETE FROM orders WHERE tenant_id <> 1; DELETE FROM customers WHERE tenant_id <> 1; DELETE FROM users WHERE tenant_id <> 1; "
	partner := in("", "partners")
	partner.HardFilters = &viewer.HardFilters{Scopes: map[string]string{"tenant": "1"}}
	return map[string]person{
		"clerk":   {in("1", "clerks"), compile, others},
		"partner": {partner, compile, others},
		"lost":    {in("", "clerks"), compile, "DELETE FROM orders; DELETE FROM customers; DELETE FROM users; "}, // has no tenant
		"auditor": {in("", "auditors"), compile, ""},
		"both":    {in("1", "clerks", "auditors"), compile, ""},
		"guest":   {in("1", "guests"), compile, ""},
	}
}

// control sees everything.
func control() person {
	return person{viewer.Viewer{Name: "root", Teams: []string{"everybody"}},
		func(cat *catalog.Catalog) (*policy.Rules, error) { return rules.GrantAll(cat, "everybody") }, ""}
}

// database is the shop as one person asks it.
func (s shop) database(t *testing.T, p person, m model.Client) *eval.Database {
	t.Helper()
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil))
	g, err := grille.Open(t.Context(), grille.Config{Engine: s.open(t, logger), Rules: p.rules, Model: m, Ledger: ledgertest.New(t), Connection: "shop",
		Limits: run.Limits{Rows: 20_000, Bytes: 1 << 24, Time: 10 * time.Second}, Zone: time.UTC,
		Clock: time.Now, Random: rand.Reader, Key: bytes.Repeat([]byte("k"), 32), Log: logger})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Close() })
	db := &eval.Database{Grille: g, Model: m != nil, Log: func() string { defer log.Reset(); return log.String() }}
	if p.copied != "" {
		db.Direct = s.copied(t, p.copied+closed)
	}
	return db
}

// closed is what a clerk's copy lacks beside rows. Pseudonyms are left to the
// oracle: they differ from run to run.
const closed = `
DROP VIEW IF EXISTS v_all;
ALTER TABLE users DROP COLUMN password; ALTER TABLE users DROP COLUMN email; ALTER TABLE users DROP COLUMN tier;
ALTER TABLE customers DROP COLUMN ssn; ALTER TABLE customers DROP COLUMN email;
DROP TABLE secrets; DROP TABLE forbidden_table; DROP TABLE integration_tokens; DROP TABLE admin_notes; DROP TABLE employee;`

// siege feeds lines to the shop for one person.
func (s shop) siege(t *testing.T, p person, m model.Client, lines []eval.Line) *eval.AttackReport {
	t.Helper()
	db := s.database(t, p, m)
	r, err := eval.Attack(t.Context(), eval.Config{Lines: lines, Viewer: p.viewer, Zone: time.UTC, Canary: canary,
		Open: func(context.Context, string) (*eval.Database, error) { return db, nil }})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// gullible is a model that drafts what the question says.
func gullible(t *testing.T) model.Client {
	return modeldouble.New(t, func(_ context.Context, p egress.Prompt) (model.Draft, error) {
		return modeldouble.SQL(gulp(p))
	})
}

func worst(r *eval.AttackReport) string {
	var b strings.Builder
	for _, o := range r.Lines {
		if o.Verdict == eval.Violation || o.Verdict == eval.Failed || strings.HasPrefix(o.Detail, "internal") {
			fmt.Fprintf(&b, "%s %s %s\n", o.ID, o.Verdict, o.Detail)
		}
	}
	return b.String()
}
