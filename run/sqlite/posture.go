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
	var p run.Posture
	add := func(l run.Level, what, mend string) {
		p.Findings = append(p.Findings, run.Finding{Level: l, What: what, Mend: mend})
	}
	utf8, only := false, ""
	err := e.consult(ctx, func(c *conn) (err error) {
		utf8 = c.utf8
		only, err = c.one("SELECT query_only FROM pragma_query_only")
		return err
	})
	if err != nil {
		return run.Posture{}, err
	}
	if !utf8 {
		add(run.Red, "the file's encoding is not UTF-8", "sqlite3 old.db .dump | sqlite3 new.db")
	}
	if only != "1" {
		add(run.Red, "the connection could be told to write", "")
	}
	if e.path != "" {
		if f, err := os.OpenFile(e.path, os.O_WRONLY, 0); err == nil {
			_ = f.Close()
			add(run.Yellow, "this process may write to the file, though it never opens it for writing", "chmod a-w "+e.path)
		}
	}
	if len(p.Findings) == 0 || !p.Refused() {
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
