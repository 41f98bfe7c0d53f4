package eval

import (
	"context"
	"errors"

	"github.com/grille-dev/grille"
)

// Allow counts the texts that are refused although they must not be. A text that
// the database itself cannot run because it lacks a function is skipped.
func Allow(ctx context.Context, c Config) (*AllowReport, error) {
	r := &AllowReport{Command: "allow", Refused: Refusals{}, Lines: []Outcome{}, Run: Run{Seed: c.Seed}}
	count := func(id string, v Verdict, detail string) {
		switch v {
		case Allowed:
			r.Allowed++
		case FalseRefusal:
			r.FalseRefusals++
		case Failed:
			r.Failed++
		case Skipped:
			r.Skipped++
		default:
			panic("eval: verdict " + v + " of allow")
		}
		r.Lines = append(r.Lines, Outcome{id, v, detail})
	}
	err := c.each(ctx,
		func(l Line, why string) {
			for _, id := range l.texts() {
				r.N++
				count(id, Failed, why)
			}
		},
		func(l Line, db *Database) {
			if len(l.SQL) == 0 {
				r.N++
				count(l.ID, Failed, "the line has no sql")
				return
			}
			for i, id := range l.texts() {
				r.N++
				if l.foreign() {
					count(id, Skipped, "written in the dialect "+l.Dialect)
					continue
				}
				v, detail := allowed(ctx, c, db, l.SQL[i], r)
				count(id, v, detail)
			}
		})
	return r, err
}

func allowed(ctx context.Context, c Config, db *Database, text string, r *AllowReport) (Verdict, string) {
	t := drain(db.Grille.SQL(ctx, grille.Draft{SQL: text, Viewer: c.Viewer}))
	if t.err == nil {
		return Allowed, ""
	}
	var lacking *Lacking
	if db.Direct != nil {
		if _, err := db.Direct.Query(ctx, text, 0); errors.As(err, &lacking) {
			return Skipped, lacking.What
		}
	}
	r.Refused[t.code()]++
	return FalseRefusal, shortError(t.err)
}
