package trino

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run"
)

// Posture implements [run.Engine]. What a user may do is decided by the server's
// access control, which tells nobody; but it is asked when a statement is
// analysed, and EXPLAIN (TYPE VALIDATE) analyses one and runs nothing.
func (e *Engine) Posture(ctx context.Context) (run.Posture, error) {
	var p run.Posture
	add := func(l run.Level, what, mend string) {
		p.Findings = append(p.Findings, run.Finding{Level: l, What: what, Mend: mend})
	}
	c, err := e.Catalog(ctx)
	if err != nil {
		return run.Posture{}, err
	}
	if err := e.writes(ctx, c, add); err != nil {
		return run.Posture{}, e.refuse(ctx, err)
	}
	add(run.Yellow, "the server keeps the text of statements, with their constants, where its administrators read it (system.runtime.queries, the web interface, event listeners)", "")
	if e.c.Target.Plain {
		add(run.Yellow, "the connection to this machine's own server is not encrypted, and the server takes the user's word for who it is", "")
	}
	if !p.Refused() {
		add(run.OK, "the user may not write to the tables that Grille asks, nor make any beside them", "")
	}
	return p, nil
}

const mend = "give the user rules that allow no more than SELECT: docs/trino.md has a file"

// writes tries what must not be allowed.
func (e *Engine) writes(ctx context.Context, c *catalog.Catalog, add func(run.Level, string, string)) error {
	for _, s := range e.c.Schemas {
		name := schemaName(s)
		may, err := e.may(ctx, "CREATE TABLE "+name+"."+identifier("grille_may_not_make_this")+" AS SELECT 1 AS c1")
		if err != nil {
			return err
		}
		if may {
			add(run.Red, "the user may make tables in "+s, mend)
		}
	}
	n, first := 0, ""
	for _, t := range c.Tables {
		if t.Kind != catalog.Ordinary {
			continue
		}
		name := schemaName(t.Schema) + "." + identifier(t.Name)
		for _, text := range []string{"INSERT INTO " + name + " SELECT * FROM " + name, "DELETE FROM " + name} {
			may, err := e.may(ctx, text)
			if err != nil {
				return err
			}
			if may {
				if n++; first == "" {
					first = t.Schema + "." + t.Name
				}
				break
			}
		}
	}
	if n > 0 {
		add(run.Red, fmt.Sprintf("the user may write to %d tables, first %s", n, first), mend)
	}
	return nil
}

// schemaName quotes catalog.schema.
func schemaName(s string) string {
	for i := range s {
		if s[i] == '.' {
			return identifier(s[:i]) + "." + identifier(s[i+1:])
		}
	}
	return identifier(s)
}

// may reports whether the server would run a text. What a connector cannot do, or
// what the user may not, is no; any other error is none of the answers.
func (e *Engine) may(ctx context.Context, text string) (bool, error) {
	err := e.ask(ctx, "EXPLAIN (TYPE VALIDATE) "+text, func([]string) {})
	var f *failure
	switch {
	case err == nil:
		return true, nil
	case errors.As(err, &f) && (f.Name == "PERMISSION_DENIED" || f.Name == "NOT_SUPPORTED"):
		return false, nil
	}
	return false, err
}

// safety remembers for a while that the posture was looked at.
type safety struct {
	sync.Mutex
	until time.Time
}

// trusted is how long.
const trusted = 10 * time.Minute

// permitted refuses to run anything as a user who may write.
func (e *Engine) permitted(ctx context.Context) error {
	e.safe.Lock()
	defer e.safe.Unlock()
	if e.c.InsecureAllowWritableRole || time.Now().Before(e.safe.until) {
		return nil
	}
	p, err := e.Posture(ctx)
	if err != nil {
		return err
	}
	if p.Refused() {
		return refusal.New(refusal.Posture, "whoever runs this Grille sees how to mend it with `grille connect`", "the database role may do more than read").
			ForOwner("%s", p.Worst().What)
	}
	e.safe.until = time.Now().Add(trusted)
	return nil
}
