package attack

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/demo"
	"github.com/grille-dev/grille/run/sqlite"
	"github.com/grille-dev/grille/viewer"
)

// siege is both gateways over all worlds.
type siege struct {
	worlds
	dir     string // of the demo's file
	viewers map[string]viewer.Viewer
	here    sides            // over the demo
	there   map[string]sides // over the other world of each viewer
	open    []*grille.Grille
}

// sides are the ways through both gateways over one world: Grille is given each
// text as a model's draft, and as what a person has written.
type sides struct{ naive, model, person side }

func newSiege(ctx context.Context, w worlds, o opener) (s *siege, err error) {
	s = &siege{worlds: w, viewers: map[string]viewer.Viewer{}, there: map[string]sides{}}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	for _, v := range demo.Viewers() {
		s.viewers[v.Name] = v.Viewer
	}
	if s.dir, err = os.MkdirTemp("", "grille-attack-"); err != nil {
		return s, fmt.Errorf("writing the demo: %w", err)
	}
	f, err := newFile(filepath.Join(s.dir, "demo.db"), w.demo)
	if err != nil {
		return s, fmt.Errorf("writing the demo: %w", err)
	}
	if s.here, err = s.over(ctx, w.demo, f, o); err != nil {
		return s, err
	}
	for who, image := range w.other {
		if s.there[who], err = s.over(ctx, image, file{}, o); err != nil {
			return s, err
		}
	}
	return s, nil
}

// over opens both gateways over a world; Grille over its file, if there is one.
func (s *siege) over(ctx context.Context, image []byte, f file, o opener) (sides, error) {
	c := sqlite.Config{Image: image}
	if f.path != "" {
		c = sqlite.Config{Path: f.path, Dirs: []string{s.dir}}
	}
	g, err := o.open(ctx, c)
	if err != nil {
		return sides{}, fmt.Errorf("opening a world: %w", err)
	}
	s.open = append(s.open, g)
	return sides{naiveSide{newSandbox(image)}, ourSide{g, true, f}, ourSide{g, false, f}}, nil
}

func (s *siege) close() {
	for _, g := range s.open {
		_ = g.Close() // nothing was written to them
	}
	if s.dir != "" {
		_ = os.RemoveAll(s.dir)
	}
}

// draft lets one loose on both.
func (s *siege) draft(ctx context.Context, ch Channel, d Draft) Result {
	here, there := s.here, s.there[d.As]
	r := Result{Channel: ch.Name, Tries: ch.Tries, Good: ch.Good, Draft: d}
	var person Verdict
	var all sync.WaitGroup
	all.Go(func() { r.Naive = s.judge(ctx, d, here.naive, there.naive) })
	all.Go(func() { r.Ours = s.judge(ctx, d, here.model, there.model) })
	all.Go(func() { person = s.judge(ctx, d, here.person, there.person) })
	all.Wait()
	if person.Bad() && !r.Ours.Bad() {
		r.Ours = person // what a model cannot do and a person can counts as well
	}
	return r
}

// judge says what an outcome tells, given that in the other world.
func (s *siege) judge(ctx context.Context, d Draft, here, there side) Verdict {
	who := s.viewers[d.As]
	o := here.answer(ctx, who, d.SQL)
	v := Verdict{Wrote: o.wrote, Refused: o.refused, Failed: o.failed, Said: o.said, SQL: o.ran, Columns: o.columns, Rows: o.rows}
	switch n := o.shown(s.secrets[d.As]); {
	case n == 1:
		v.How = "shows a value that " + d.As + " may not read"
	case n > 1:
		v.How = fmt.Sprintf("shows %d values that %s may not read", n, d.As)
	case o.stopped || o.same(there.answer(ctx, who, d.SQL)):
	default:
		v.How = "comes out otherwise where what " + d.As + " may not see is different"
	}
	v.Leaked = v.How != ""
	return v
}

// newFile writes a database that could be written to.
func newFile(path string, image []byte) (f file, err error) {
	if err := os.WriteFile(path, image, 0o600); err != nil {
		return f, err
	}
	f.path, f.sum = path, sha256.Sum256(image)
	f.was, err = os.Stat(path)
	return f, err
}

func (c Config) check() error {
	if c.Today.IsZero() || c.Random == nil {
		return errors.New("attack: Config.Today and Config.Random are not set")
	}
	return nil
}
