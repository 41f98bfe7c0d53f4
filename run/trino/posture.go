package trino

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run"
)

// Posture implements [run.Engine]. What a user may do is decided by the server's
// access control, which tells nobody; but it is asked when a statement is
// analysed, and EXPLAIN (TYPE VALIDATE) analyses one and runs nothing.
//
// DROP and ALTER are not analysed, whoever asks. Who may do either owns the table, and
// then may put another in its place, which is.
func (e *Engine) Posture(ctx context.Context) (run.Posture, error) {
	p, err := e.look(ctx)
	if err == nil {
		e.safe.found(unfit(p))
	}
	return p, err
}

func (e *Engine) look(ctx context.Context) (run.Posture, error) {
	var p run.Posture
	add := func(l run.Level, what, mend string) {
		p.Findings = append(p.Findings, run.Finding{Level: l, What: what, Mend: mend})
	}
	c, err := e.outlines(ctx)
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
	var asked []attempt
	for _, s := range e.c.Schemas {
		none := schemaName(s) + "." + identifier("grille_may_not_make_this")
		asked = append(asked,
			attempt{"make tables in " + s, []string{"CREATE TABLE " + none + " AS SELECT 1 AS c1"}},
			attempt{"make views in " + s, []string{"CREATE VIEW " + none + " AS SELECT 1 AS c1"}})
	}
	schemas := len(asked)
	for _, t := range c.Tables {
		if t.Kind == catalog.Ordinary {
			asked = append(asked, attempt{t.Schema + "." + t.Name, changes(t)})
		}
	}
	may, err := e.tryAll(ctx, asked)
	if err != nil {
		return err
	}
	n, first := 0, ""
	for i, yes := range may {
		switch {
		case !yes:
		case i < schemas:
			add(run.Red, "the user may "+asked[i].of, mend)
		default:
			if n++; first == "" {
				first = asked[i].of
			}
		}
	}
	if n > 0 {
		add(run.Red, fmt.Sprintf("the user may write to %d tables, first %s", n, first), mend)
	}
	return nil
}

// attempt is what is tried, of which none may be allowed.
type attempt struct {
	of    string
	texts []string
}

// changes are the ways to change a table or to be rid of it.
func changes(t *catalog.Table) []string {
	name := schemaName(t.Schema) + "." + identifier(t.Name)
	texts := []string{"INSERT INTO " + name + " SELECT * FROM " + name, "DELETE FROM " + name,
		"CREATE OR REPLACE TABLE " + name + " AS SELECT 1 AS c1"}
	if len(t.Columns) > 0 {
		c := identifier(t.Columns[0].Name)
		texts = append(texts, "UPDATE "+name+" SET "+c+" = "+c)
	}
	return texts
}

// atOnce is how many attempts the server is asked about at once.
const atOnce = 4

// tryAll tells of each attempt whether any of it is allowed.
func (e *Engine) tryAll(ctx context.Context, asked []attempt) ([]bool, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	may, next := make([]bool, len(asked)), make(chan int)
	var workers sync.WaitGroup
	for range atOnce {
		workers.Go(func() {
			for i := range next {
				yes, err := e.tryOne(ctx, asked[i])
				if err != nil {
					cancel(err)
				}
				may[i] = yes
			}
		})
	}
	for i := range asked {
		select {
		case next <- i:
		case <-ctx.Done():
		}
	}
	close(next)
	workers.Wait()
	return may, context.Cause(ctx)
}

func (e *Engine) tryOne(ctx context.Context, a attempt) (bool, error) {
	for _, text := range a.texts {
		if yes, err := e.may(ctx, text); yes || err != nil {
			return yes, err
		}
	}
	return false, nil
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

// permitted refuses to run anything as a user who may write.
func (e *Engine) permitted(ctx context.Context) error {
	if e.c.InsecureAllowWritableRole {
		return nil
	}
	return e.safe.wait(ctx, e.done)
}

// fit is an error where the user may do more than read, or cannot be asked about.
func (e *Engine) fit(ctx context.Context) error {
	p, err := e.look(ctx)
	if err != nil {
		return err
	}
	return unfit(p)
}

// unfit is why a user of that posture is not used; nil if it may only read.
func unfit(p run.Posture) error {
	if p.Refused() {
		return refusal.New(refusal.Posture, "whoever runs this Grille sees how to mend it with `grille connect`", "the database role may do more than read").
			ForOwner("%s", p.Worst().What)
	}
	return nil
}
