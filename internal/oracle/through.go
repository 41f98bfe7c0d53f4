package oracle

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/release"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/dsn"
	"github.com/grille-dev/grille/run/postgres"
	"github.com/grille-dev/grille/sql/bind"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/syntax"
	"github.com/grille-dev/grille/viewer"
)

// Through is Grille before one database, for one viewer.
type Through struct {
	Engine run.Engine
	View   policy.View
	zone   *time.Location
}

// OpenPostgres is Grille's engine on a database of a test, with the tables of
// schema public.
func OpenPostgres(text string, log run.Log) (run.Engine, error) {
	return openPostgres(text, log, false)
}

func openPostgres(text string, log run.Log, writable bool) (run.Engine, error) {
	target, err := dsn.Parse(text)
	if err != nil {
		return nil, err
	}
	return postgres.New(postgres.Config{Target: target.(dsn.Postgres), TimeZone: "UTC", Concurrent: 2, Log: log, InsecureAllowWritableRole: writable})
}

// Setup is what stands beside an engine: the text of a rules file, the teams
// that exist, and who asks.
type Setup struct {
	Rules  string
	Teams  []string
	Viewer viewer.Viewer
}

// NewThrough reads the database's outline, compiles the rules and sees what the
// viewer sees.
func NewThrough(ctx context.Context, e run.Engine, s Setup) (*Through, error) {
	outline, err := e.Catalog(ctx)
	if err != nil {
		return nil, err
	}
	key, err := policy.NewSecret([]byte(secret))
	if err != nil {
		return nil, err
	}
	r, err := rules.Compile("rules.yaml", []byte(s.Rules), outline, rules.Options{Teams: s.Teams, Secret: key, Connection: connection})
	if err != nil {
		return nil, err
	}
	view, err := policy.See(s.Viewer, r, outline)
	return &Through{Engine: e, View: view, zone: time.UTC}, err
}

// panicked is a fault of Grille's, which is a finding whatever the copy says.
type panicked struct {
	cause any
	stack string
}

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v\n%s", p.cause, p.stack) }

// Statement is what would be run for a draft.
func (g *Through) Statement(text string) (s emit.Statement, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &panicked{p, string(debug.Stack())}
		}
	}()
	tree, err := syntax.Parse(text)
	if err != nil {
		return s, err
	}
	query, err := bind.Query(tree, g.View.Names(), bind.Env{Now: time.Now(), Zone: g.zone})
	if err != nil {
		return s, err
	}
	allowed, err := policy.Apply(g.View, query)
	if err != nil {
		return s, err
	}
	return emit.SQL(allowed)
}

// Query answers a draft as Grille answers it, all rows at once.
func (g *Through) Query(ctx context.Context, text string) Result {
	s, err := g.Statement(text)
	if err != nil {
		return Result{Err: err}
	}
	return g.Run(ctx, s)
}

// Run runs a statement to its end.
func (g *Through) Run(ctx context.Context, s emit.Statement) (out Result) {
	defer func() {
		if p := recover(); p != nil {
			out = Result{Err: &panicked{p, string(debug.Stack())}}
		}
	}()
	raw, err := g.Engine.Run(ctx, s, run.Limits{Rows: 1_000_000, Bytes: 1 << 30, Time: 20 * time.Second})
	if err != nil {
		return Result{Err: err}
	}
	rows, err := release.Open(raw)
	if err != nil {
		return Result{Err: err}
	}
	defer rows.Close()
	for _, c := range rows.Columns() {
		out.Names = append(out.Names, c.Name)
		out.Types = append(out.Types, c.Type)
	}
	for rows.Next() {
		cells := make([]Cell, len(out.Names))
		for i, v := range rows.Row() {
			cells[i] = Cell{v.Format(out.Types[i], time.UTC), v.IsNull()}
		}
		out.Rows = append(out.Rows, cells)
	}
	if err := rows.Err(); err != nil {
		return Result{Err: err}
	}
	return out
}
