package oracle

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/grille-dev/grille/run"
)

// Bench is where worlds are laid out, one after the other: a database for the
// whole data, one for the copy of each engine, and a folder for SQLite's file.
type Bench struct {
	full    string // its reading role's URL
	owner   *Direct
	copies  [2]*Direct // by Engine
	folder  string
	engines [2]*Through
	number  int
	Log     run.Log
	said    strings.Builder // for Log
	Engines []Engine // those that are tried; all, unless set
}

// NewBench takes the owner's and the reader's URL of one database and the
// owner's URLs of two more.
func NewBench(ctx context.Context, full, reader string, copies [2]string, folder string) (*Bench, error) {
	b := &Bench{full: reader, folder: folder, Engines: []Engine{Postgres, SQLite}}
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
		d.Close()
	}
}

func (b *Bench) clear() {
	for e, g := range b.engines {
		if g != nil {
			_ = g.Engine.Close()
		}
		b.engines[e] = nil
	}
}

// Layout is a world as texts: all that is needed to repeat a draft.
type Layout struct {
	Full  [2]string // by Engine, as are the others
	Copy  [2]string
	Setup [2]Setup
}

// Layout writes the world down.
func (w *World) Layout() Layout {
	var l Layout
	for _, e := range []Engine{Postgres, SQLite} {
		l.Full[e], l.Copy[e] = w.Full(e), w.Copy(e)
		l.Setup[e] = Setup{Rules: w.Rules(e), Teams: w.Teams(), Viewer: w.Viewer.Viewer}
	}
	return l
}

// Lay makes the databases of a world, in the place of those before.
func (b *Bench) Lay(ctx context.Context, l Layout) error {
	b.clear()
	if err := b.owner.fresh(ctx, Postgres, l.Full[Postgres]); err != nil {
		return fmt.Errorf("the data on postgres: %w", err)
	}
	for _, e := range []Engine{Postgres, SQLite} {
		if err := b.copies[e].fresh(ctx, e, l.Copy[e]); err != nil {
			return fmt.Errorf("the copy for %s: %w", e, err)
		}
	}
	for _, e := range b.Engines {
		engine, err := b.open(e, l.Full[e])
		if err != nil {
			return err
		}
		if b.engines[e], err = NewThrough(ctx, engine, l.Setup[e]); err != nil {
			return fmt.Errorf("grille on %s: %w", e, err)
		}
	}
	return nil
}

// open opens an engine on the whole data, which for SQLite it fills first.
func (b *Bench) open(e Engine, setup string) (run.Engine, error) {
	if e == Postgres {
		return OpenPostgres(b.full, b.Log)
	}
	path := func() string { return filepath.Join(b.folder, fmt.Sprintf("world%d.db", b.number)) }
	_ = os.Remove(path()) // there may be none
	b.number++
	if err := FillSQLite(path(), setup); err != nil {
		return nil, fmt.Errorf("the data on sqlite: %w", err)
	}
	return OpenSQLite(path(), b.Log)
}

// fresh makes the schema anew and fills it.
func (d *Direct) fresh(ctx context.Context, e Engine, setup string) error {
	return d.Exec(ctx, fmt.Sprintf("DROP SCHEMA IF EXISTS %[1]s CASCADE; CREATE SCHEMA %[1]s; %s", e.Schema(), setup))
}

// Both runs a draft on the copy and through Grille.
func (b *Bench) Both(ctx context.Context, e Engine, draft string) (copied, grille Result) {
	return b.copies[e].Query(ctx, draft), b.engines[e].Query(ctx, draft)
}

// Through is Grille on an engine.
func (b *Bench) Through(e Engine) *Through { return b.engines[e] }

// Copy is the copy for an engine.
func (b *Bench) Copy(e Engine) *Direct { return b.copies[e] }
