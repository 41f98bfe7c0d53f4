package eval

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/answer"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/bind"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/syntax"
	"github.com/grille-dev/grille/sql/types"
	"github.com/grille-dev/grille/viewer"
)

// Config is one run over the lines of a file.
type Config struct {
	Lines []Line
	// Open gives the database that a line names, "" being the run's own. It is
	// called for each line and is expected to keep what it has opened.
	Open   func(ctx context.Context, name string) (*Database, error)
	Viewer viewer.Viewer
	Zone   *time.Location
	Seed   uint64
	// Canary matches what the viewer must never see. For Attack.
	Canary *regexp.Regexp
	// Subset lets an answer have further columns. For Ask.
	Subset bool
	// Progress, unless nil, hears how many lines are done.
	Progress func(done, all int)
}

// Database is a connection under test.
type Database struct {
	Grille *grille.Grille
	// Direct is the database itself; for Attack a filtered copy of it, or nil.
	Direct Direct
	// Model: a language model drafts, not the planner.
	Model bool
	// Log gives what Grille logged since it was last called. For Attack.
	Log func() string
}

// each calls f for every line, with its database, and counts those that could
// not be tried. A panic in f is an error of its line.
func (c Config) each(ctx context.Context, broken func(Line, string), f func(Line, *Database)) error {
	for i, l := range c.Lines {
		if err := ctx.Err(); err != nil {
			return err
		}
		if c.Progress != nil {
			c.Progress(i, len(c.Lines))
		}
		if l.Broken != "" {
			broken(l, l.Broken)
			continue
		}
		db, err := c.Open(ctx, l.DB)
		if err != nil {
			broken(l, "the connection cannot be opened: "+err.Error())
			continue
		}
		func() {
			defer func() {
				if p := recover(); p != nil {
					broken(l, fmt.Sprintf("a fault of eval: %v", p))
				}
			}()
			f(l, db)
		}()
	}
	if c.Progress != nil {
		c.Progress(len(c.Lines), len(c.Lines))
	}
	return ctx.Err()
}

// took is what Grille made of a text: a table, or why not.
type took struct {
	table Table
	types []types.Type
	cut   bool
	err   error
}

// code is that of a refusal; anything else that is no answer is a fault.
func (t took) code() refusal.Code {
	if c := refusal.CodeOf(t.err); c != "" {
		return c
	}
	return refusal.Internal
}

// whileRunning reports a refusal that came from running an allowed statement.
func (t took) whileRunning() bool {
	switch t.code() {
	case refusal.Limit, refusal.Value, refusal.Down, refusal.Posture, refusal.Drift:
		return true
	default:
		return false
	}
}

func drain(a *answer.Answer, err error) took {
	if err != nil {
		return took{err: err}
	}
	defer func() { _ = a.Close() }()
	t := took{}
	for _, c := range a.Columns {
		t.table.Names = append(t.table.Names, c.Label)
		t.types = append(t.types, c.Type)
	}
	for a.Next() {
		t.table.Rows = append(t.table.Rows, append([]types.Value(nil), a.Row()...))
	}
	t.err = a.Err()
	t.cut = t.err == nil && !a.Receipt().Complete
	return t
}

// order says whether the outermost query of a text orders its rows, and by which
// of its outputs, as far as these are shown.
func order(ctx context.Context, db *Database, who viewer.Viewer, text string) (ordered bool, keys []int) {
	tree, err := syntax.Parse(text)
	if err != nil || len(tree.Order) == 0 {
		return false, nil
	}
	outline, err := db.Grille.Outline(ctx, who)
	if err != nil {
		return true, nil
	}
	q, err := bind.Query(tree, outline.All(), bind.Env{Now: time.Now()})
	if err != nil {
		return true, nil
	}
	for _, s := range q.Order {
		shown := false
		for i, c := range ir.Outputs(q.Body) {
			if c.ID == s.Col {
				keys, shown = append(keys, i), true
			}
		}
		if !shown {
			return true, nil
		}
	}
	return true, keys
}

func shortError(err error) string {
	var r *refusal.Refusal
	if errors.As(err, &r) {
		return string(r.Code) + ": " + r.Msg
	}
	return err.Error()
}
