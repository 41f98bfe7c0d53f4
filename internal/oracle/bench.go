package oracle

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/viewer"
)

// Bench is where worlds are laid out, one after the other: a database for the
// whole data, one for the copy of each engine, and a folder for SQLite's file.
type Bench struct {
	full     string // its reading role's URL
	owner    *Direct
	copies   [engineCount]*Direct // by Engine, as are the others
	folder   string
	engines  [engineCount]*Through
	copyURL  string                // of the copy for PostgreSQL
	copy     string                // the text of that for SQLite
	controls [engineCount]*Through // see withoutHidden
	spare    string                // the owner's URL of the database of the copy for SQLite
	gone     [engineCount]string   // see withoutRows
	setup    [engineCount]Setup
	calm     [engineCount]*Through
	maria    *maria // nil: there is none
	number   int
	Log      run.Log
	said     strings.Builder // for Log
	Engines  []Engine        // those that are tried: PostgreSQL and SQLite, unless set
}

// NewBench takes the owner's and the reader's URL of one database and the
// owner's URLs of two more.
func NewBench(ctx context.Context, full, reader string, copies [2]string, folder string) (*Bench, error) {
	b := &Bench{full: reader, copyURL: copies[Postgres], spare: copies[SQLite], folder: folder, Engines: []Engine{Postgres, SQLite}}
	var err error
	if b.owner, err = OpenDirect(ctx, full, "public"); err != nil {
		return nil, err
	}
	for e, url := range copies {
		if b.copies[e], err = OpenDirect(ctx, url, Engine(e).Schema()); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// Close closes the connections.
func (b *Bench) Close() {
	b.clear()
	b.owner.Close()
	for _, d := range b.copies {
		if d != nil {
			d.Close()
		}
	}
}

func (b *Bench) clear() {
	for _, gs := range []*[engineCount]*Through{&b.engines, &b.controls, &b.calm} {
		for e, g := range gs {
			if g != nil {
				_ = g.Engine.Close()
			}
			gs[e] = nil
		}
	}
}

// Layout is a world as texts: all that is needed to repeat a draft.
type Layout struct {
	Full  [engineCount]string // by Engine, as are the others
	Gone  [engineCount]string // the whole data without hidden rows, planned as with them; may be ""
	Copy  [engineCount]string
	Setup [engineCount]Setup
}

// Layout writes the world down.
func (w *World) Layout() Layout {
	var l Layout
	for e := range engineCount {
		l.Full[e], l.Copy[e] = w.Full(e), w.Copy(e)
		l.Gone[e] = l.Full[e] + w.Gone(e)
		l.Setup[e] = Setup{Rules: w.Rules(e), Teams: w.Teams(), Viewer: w.viewer(e)}
	}
	return l
}

// Lay makes the databases of a world, in the place of those before.
func (b *Bench) Lay(ctx context.Context, l Layout) error {
	b.clear()
	b.copy, b.gone, b.setup = l.Copy[SQLite], l.Gone, l.Setup
	if err := b.owner.fresh(ctx, Postgres, l.Full[Postgres]); err != nil {
		return fmt.Errorf("the data on postgres: %w", err)
	}
	for _, e := range b.Engines {
		if err := b.copies[e].fresh(ctx, e, l.Copy[e]); err != nil {
			return fmt.Errorf("the copy for %s: %w", e, err)
		}
	}
	for _, e := range b.Engines {
		engine, err := b.open(e, l.Full[e])
		if err != nil {
			return err
		}
		if b.engines[e], err = NewThrough(ctx, engine, l.Setup[e].at(b.place(e))); err != nil {
			return fmt.Errorf("grille on %s: %w", e, err)
		}
	}
	return nil
}

// open opens an engine on the whole data, which for SQLite it fills first.
func (b *Bench) open(e Engine, setup string) (run.Engine, error) {
	switch e {
	case Postgres:
		return OpenPostgres(b.full, b.Log)
	case MariaDB:
		return b.maria.whole.open(setup, b.Log)
	}
	_ = os.Remove(b.Path()) // there may be none
	b.number++
	if err := FillSQLite(b.Path(), setup); err != nil {
		return nil, fmt.Errorf("the data on sqlite: %w", err)
	}
	return OpenSQLite(b.Path(), b.Log)
}

// fresh makes the schema anew and fills it.
func (d *Direct) fresh(ctx context.Context, e Engine, setup string) error {
	return d.Exec(ctx, fmt.Sprintf("DROP SCHEMA IF EXISTS %[1]s CASCADE; CREATE SCHEMA %[1]s; %s", e.Schema(), setup))
}

// Both runs a draft on the copy and through Grille.
func (b *Bench) Both(ctx context.Context, e Engine, draft string) (copied, grille Result) {
	return b.copies[e].Query(ctx, draft), b.engines[e].Query(ctx, at(b.place(e), draft))
}

// Try runs a draft both ways and judges it. Which of a query's expressions are
// computed, and on which rows, is for the planner to choose; so an error of
// Grille's where the copy has rows is looked into.
func (b *Bench) Try(ctx context.Context, e Engine, q *Query) (v Verdict, why string, copied, grille Result) {
	return b.try(ctx, e, e.Write(q.String()), q.Ordered())
}

func (b *Bench) try(ctx context.Context, e Engine, text string, ordered []int) (v Verdict, why string, copied, grille Result) {
	copied, grille = b.Both(ctx, e, text)
	v, why = Judge(copied, grille, ordered)
	if v == Different && e == MariaDB {
		v, why = Judge(rounded(copied), rounded(grille), ordered)
	}
	if v == Failed && b.Chance(ctx, e, text) {
		v = Chance
	}
	return v, why, copied, grille
}

// Chance reports whether a draft that fails through Grille can fail on the copy
// too, by another plan, so that its error tells of no hidden row.
func (b *Bench) Chance(ctx context.Context, e Engine, text string) bool {
	return b.otherPlan(ctx, e, text) || b.withoutHidden(ctx, e, text) || b.withoutRows(ctx, e, text)
}

// withoutRows reports whether Grille gives an error where the hidden rows are gone
// from the data, and the statistics are those with them: the plan is the same, so
// the error tells of no hidden row.
func (b *Bench) withoutRows(ctx context.Context, e Engine, text string) bool {
	if b.gone[e] == "" || b.spare == b.copyURL {
		return false
	}
	if b.calm[e] == nil {
		engine, err := b.openGone(ctx, e)
		if err != nil {
			return false
		}
		if b.calm[e], err = NewThrough(ctx, engine, b.setup[e].at(b.gonePlace(e))); err != nil {
			return false
		}
	}
	code := refusal.CodeOf(b.calm[e].Query(ctx, at(b.gonePlace(e), text)).Err)
	return code == refusal.Value || code == refusal.Limit
}

// openGone opens an engine on such data, on PostgreSQL in schema public of the
// database whose schema main is the copy for SQLite.
func (b *Bench) openGone(ctx context.Context, e Engine) (run.Engine, error) {
	if e == Postgres {
		here, back := "SET search_path = "+e.Schema()+";\n", "SET search_path = "+SQLite.Schema()
		if err := b.copies[SQLite].fresh(ctx, Postgres, here+b.gone[e]+back); err != nil {
			return nil, err
		}
		return openPostgres(b.spare, b.Log, true)
	}
	if e == MariaDB {
		return b.maria.gone.open(b.gone[e], b.Log)
	}
	path := filepath.Join(b.folder, fmt.Sprintf("gone%d.db", b.number))
	if err := FillSQLite(path, b.gone[e]); err != nil {
		return nil, err
	}
	return OpenSQLite(path, b.Log)
}

// otherPlan reports whether the copy gives an error under any of a few plans.
func (b *Bench) otherPlan(ctx context.Context, e Engine, text string) bool {
	c := b.copies[e]
	reset := "RESET ALL; " + session + e.Schema()
	defer func() { _ = c.Exec(ctx, reset) }() // it has worked before
	for _, off := range []string{"hashjoin", "hashjoin mergejoin", "nestloop", "hashagg", "sort", "hashjoin hashagg material", "seqscan"} {
		set := reset
		for _, what := range strings.Fields(off) {
			set += "; SET enable_" + what + " = off"
		}
		if c.Exec(ctx, set) == nil && c.Query(ctx, text).Err != nil {
			return true
		}
	}
	return false
}

// copyLite is SQLite on the copy, which plans as if it had all rows: the order of
// its loops depends on how many there are.
func (b *Bench) copyLite() (run.Engine, error) {
	plans, err := statistics(b.Path())
	if err != nil {
		return nil, err
	}
	path := filepath.Join(b.folder, fmt.Sprintf("copy%d.db", b.number))
	if err := FillSQLite(path, b.copy+plans); err != nil {
		return nil, err
	}
	return OpenSQLite(path, b.Log)
}

// Path is the file with the whole data.
func (b *Bench) Path() string { return filepath.Join(b.folder, fmt.Sprintf("world%d.db", b.number)) }

// withoutHidden reports whether Grille gives an error on the copy too, where
// every table is fenced as if it had hidden rows. Then the error tells of none.
func (b *Bench) withoutHidden(ctx context.Context, e Engine, text string) bool {
	if e == MariaDB { // withoutRows is as good
		return false
	}
	if b.controls[e] == nil {
		g, err := b.control(ctx, e)
		if err != nil {
			return false
		}
		b.controls[e] = g
	}
	code := refusal.CodeOf(b.controls[e].Query(ctx, text).Err)
	return code == refusal.Value || code == refusal.Limit
}

// control is Grille on the copy, of which everybody sees everything.
func (b *Bench) control(ctx context.Context, e Engine) (*Through, error) {
	var engine run.Engine
	var err error
	if e == Postgres {
		engine, err = openPostgres(b.copyURL, b.Log, true)
	} else {
		engine, err = b.copyLite()
	}
	if err != nil {
		return nil, err
	}
	outline, err := engine.Catalog(ctx)
	if err != nil {
		return nil, err
	}
	var rules strings.Builder
	rules.WriteString("version: 1\nclasses: {plain: {show: value}}\ntables:\n")
	for _, t := range outline.Tables {
		fmt.Fprintf(&rules, "  %s:\n    fence: always\n    grants: {alpha: {rows: all}}\n    columns:\n", yaml(t.Schema+"."+identifier(t.Name)))
		for _, c := range t.Columns {
			fmt.Fprintf(&rules, "      %s: plain\n", yaml(identifier(c.Name)))
		}
	}
	return NewThrough(ctx, engine, Setup{Rules: rules.String(), Teams: []string{"alpha"}, Viewer: viewer.Viewer{Teams: []string{"alpha"}}})
}

// Through is Grille on an engine.
func (b *Bench) Through(e Engine) *Through { return b.engines[e] }

// Copy is the copy for an engine.
func (b *Bench) Copy(e Engine) *Direct { return b.copies[e] }
