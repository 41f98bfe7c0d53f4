package sqlite

import (
	"context"
	"os"

	"github.com/ncruces/go-sqlite3"

	"github.com/grille-dev/grille/run"
)

// Posture implements [run.Engine]. SQLite has no roles: what protects the data
// is how the file was opened, and who else may write to it.
func (e *Engine) Posture(ctx context.Context) (run.Posture, error) {
	c, err := e.pool.get(ctx)
	if err != nil {
		return run.Posture{}, e.refuse(ctx, err)
	}
	defer e.pool.put(c)
	c.SetInterrupt(ctx)
	defer c.SetInterrupt(context.Background())
	var p run.Posture
	add := func(l run.Level, what, mend string) {
		p.Findings = append(p.Findings, run.Finding{Level: l, What: what, Mend: mend})
	}
	encoding, err := c.one("SELECT encoding FROM pragma_encoding")
	if err != nil {
		return run.Posture{}, e.refuse(ctx, err)
	}
	if encoding != "UTF-8" {
		add(run.Red, "the file's encoding is "+encoding+", and Grille needs UTF-8", "sqlite3 new.db < <(sqlite3 old.db .dump)")
	}
	if only, err := c.one("SELECT query_only FROM pragma_query_only"); err != nil || only != "1" {
		add(run.Red, "the connection could be told to write", "")
	}
	if e.path != "" {
		if f, err := os.OpenFile(e.path, os.O_WRONLY, 0); err == nil {
			_ = f.Close()
			add(run.Yellow, "this process may write to the file, though it never opens it for writing", "chmod a-w "+e.path)
		}
	}
	if !p.Refused() || len(p.Findings) == 0 {
		add(run.OK, "the database is opened read-only", "")
	}
	return p, nil
}

// one is the single text that one of our own constant texts gives.
func (c *conn) one(text string) (string, error) {
	out := ""
	err := c.ask(text, nil, func(r *sqlite3.Stmt) error { out = r.ColumnText(0); return nil })
	return out, err
}
