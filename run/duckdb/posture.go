//go:build duckdb

package duckdb

import (
	"context"
	"os"

	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/sql/types"
)

// Posture implements [run.Engine]. DuckDB has no roles: what protects the data
// is how the file was attached, what the instance may do, and who else may write
// to the file.
func (e *Engine) Posture(ctx context.Context) (run.Posture, error) {
	c, err := e.conn(ctx, consultTime)
	if err != nil {
		return run.Posture{}, err
	}
	defer c.close()
	var p run.Posture
	add := func(l run.Level, what, mend string) {
		p.Findings = append(p.Findings, run.Finding{Level: l, What: what, Mend: mend})
	}
	for _, s := range e.settings() {
		reads, err := c.one("SELECT CAST(current_setting(" + literal(s.name) + ") AS VARCHAR)")
		if err != nil {
			return run.Posture{}, e.refuse(c.ctx, err)
		}
		if reads != s.reads {
			add(run.Red, "the setting "+s.name+" is not what Grille set", "")
		}
	}
	only, err := c.one("SELECT CAST(readonly AS VARCHAR) FROM duckdb_databases() WHERE database_name = '" + attached + "'")
	if err != nil {
		return run.Posture{}, e.refuse(c.ctx, err)
	}
	if only != "true" {
		add(run.Red, "the file could be written to", "")
	}
	if f, err := os.OpenFile(e.path, os.O_WRONLY, 0); err == nil {
		_ = f.Close()
		add(run.Yellow, "this process may write to the file, though it never opens it for writing", "chmod a-w "+e.path)
	}
	if !p.Refused() || len(p.Findings) == 0 {
		add(run.OK, "the file is attached read-only", "")
	}
	return p, nil
}

// one is the single text that one of our own constant texts gives.
func (c *conn) one(text string) (string, error) {
	out := ""
	err := c.ask(text, nil, func(r []types.Value) error { out = r[0].Text(); return nil })
	return out, err
}
