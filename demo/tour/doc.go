// Package tour is the demo as a guided tour: seven scenes, in each of which
// somebody asks the hospital of package demo something, and sees what was asked,
// sent, run and answered.
//
// Nothing in it is written down beforehand: numbers, SQL and bytes are those of
// the run. Each scene ends in claims, and a claim is looked at before it is
// printed. One that does not hold ends the tour with a [Broken], so that nothing
// is claimed that did not happen.
//
// Where a model is needed, one is made up on this machine ([standIn]): a server
// that answers from a script and keeps every byte that it is sent. It is asked
// through the same client and the same ledger as any other model, and the tour
// says that it is scripted.
//
// Begin with [Run]; a scene is a file.
package tour

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/model"
)

// Config is what a tour needs of the world.
type Config struct {
	// Image is the demo's database, in which names are looked for.
	Image []byte
	// Open opens it under the demo's rules. A model drafts where there is one.
	Open func(context.Context, model.Client, grille.Ledger) (*grille.Grille, error)
	// Dir is an empty folder for a ledger; whoever made it removes it.
	Dir    string
	Clock  func() time.Time
	Random io.Reader // of cryptographic quality
	// Only is the number of the one scene to show; 0: all.
	Only int
	Screen
}

// Result is a scene that was shown.
type Result struct {
	Scene  int      `json:"scene"`
	Title  string   `json:"title"`
	Viewer string   `json:"viewer"`
	Claims []string `json:"claims"` // each was true
}

// Broken is a claim that does not hold, or a scene that could not be played.
type Broken struct {
	Scene int
	Title string
	Why   error
}

func (b *Broken) Error() string {
	return fmt.Sprintf("the tour ends, as scene %d (%s) is not as it claims: %v", b.Scene, b.Title, b.Why)
}

func (b *Broken) Unwrap() error { return b.Why }

// scene is one of them. Play does what the scene is about, shows it, and keeps
// what happened; claims are what must be true of that.
type scene interface {
	about() about
	play(context.Context, *stage) error
	claims() []claim
}

type about struct{ title, viewer, why string }

// claim is a sentence about what happened, and whether it is true.
type claim struct {
	says  string
	holds bool
}

func scenes() []scene {
	return []scene{&numbers{}, &twoRights{}, &aName{}, &groups{}, &follow{}, &hostile{}, &proof{}}
}

// Scenes is how many there are.
func Scenes() int { return len(scenes()) }

// Run shows the scenes in turn. An error is a *Broken, or what ctx or [Screen.Next]
// ended it with.
func Run(ctx context.Context, c Config) ([]Result, error) { return play(ctx, c, scenes()) }

func play(ctx context.Context, c Config, all []scene) (shown []Result, err error) {
	s := &stage{Config: c, ctx: ctx}
	defer func() { err = errors.Join(err, s.close()) }()
	for i, sc := range all {
		if c.Only != 0 && c.Only != i+1 {
			continue
		}
		if len(shown) > 0 {
			if err := c.wait(ctx); err != nil {
				return shown, err
			}
		}
		r, err := s.show(ctx, i+1, sc)
		if err != nil {
			return shown, err
		}
		shown = append(shown, r)
	}
	if c.Only == 0 {
		s.end()
	}
	return shown, s.err
}

// end is the last card: how to go on.
func (s *stage) end() {
	s.rest()
	s.title("Now yours")
	s.say("Connect your own database. Grille looks at what its role may do, sorts the columns by name and type, reads no row, and opens nothing before you accept:")
	s.line("")
	s.line("  grille connect postgres://grille_ro@127.0.0.1:5432/clinic")
	s.line("")
	s.say("Or ask this hospital yourself: grille demo")
}

// show plays a scene and looks at its claims.
func (s *stage) show(ctx context.Context, number int, sc scene) (Result, error) {
	a := sc.about()
	r := Result{Scene: number, Title: a.title, Viewer: a.viewer}
	s.title(fmt.Sprintf("%d of %d: %s", number, Scenes(), a.title))
	s.say(a.why)
	if err := sc.play(ctx, s); err != nil {
		if ctx.Err() != nil || errors.Is(err, ErrQuit) {
			return r, err
		}
		return r, &Broken{number, a.title, err}
	}
	s.heading("What was checked just now")
	for _, c := range sc.claims() {
		if !c.holds {
			return r, &Broken{number, a.title, fmt.Errorf("it is not true that %s", c.says)}
		}
		s.item(c.says)
		r.Claims = append(r.Claims, c.says)
	}
	return r, s.err
}
