package eval

import (
	"context"
	"errors"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/refusal"
)

// SQL runs each text directly and through Grille and compares the rows.
func SQL(ctx context.Context, c Config) (*SQLReport, error) {
	s := &comparison{Config: c, report: &SQLReport{Command: "sql", Refused: Refusals{}, Lines: []Outcome{}, Run: Run{Seed: c.Seed}}}
	err := c.each(ctx,
		func(l Line, why string) {
			for _, id := range l.texts() {
				s.report.N++
				s.count(id, Failed, why)
			}
		},
		func(l Line, db *Database) { s.line(ctx, l, db) })
	s.report.GateUS = Gate{P50: quantile(s.gates, 0.5), P99: quantile(s.gates, 0.99)}
	return s.report, err
}

type comparison struct {
	Config
	report *SQLReport
	gates  []float64
}

func (s *comparison) line(ctx context.Context, l Line, db *Database) {
	if len(l.SQL) == 0 {
		s.report.N++
		s.count(l.ID, Failed, "the line has no sql")
		return
	}
	for i, id := range l.texts() {
		s.report.N++
		if l.foreign() {
			s.count(id, Skipped, "written in the dialect "+l.Dialect)
			continue
		}
		verdict, detail := s.text(ctx, db, l.SQL[i])
		s.count(id, verdict, detail)
	}
}

// text compares one text. The first pass through the gate warms it up and is not
// measured.
func (s *comparison) text(ctx context.Context, db *Database, text string) (Verdict, string) {
	cells, direct := db.Direct.Query(ctx, text, 0)
	var lacking *Lacking
	if errors.As(direct, &lacking) {
		return Skipped, lacking.What
	}
	_, _ = db.Grille.Explain(ctx, grille.Draft{SQL: text, Viewer: s.Viewer}) // the second time counts
	var trace grille.Trace
	t := drain(db.Grille.SQL(ctx, grille.Draft{SQL: text, Viewer: s.Viewer, Trace: &trace}))
	s.gates = append(s.gates, float64(trace.Gate.Nanoseconds())/1000)
	switch {
	case t.err != nil && t.code() == refusal.Internal:
		return s.refused(t)
	case t.err != nil && direct != nil:
		return FailedBoth, direct.Error() + " directly, " + string(t.code()) + " through Grille"
	case t.err != nil && t.whileRunning():
		return Failed, shortError(t.err)
	case t.err != nil:
		return s.refused(t)
	case direct != nil:
		return FailedDirect, direct.Error() + " directly"
	case t.cut:
		return Failed, "more rows than the limits of the connection allow"
	}
	return verify(ctx, db, s.Config, text, cells, t)
}

func (s *comparison) refused(t took) (Verdict, string) {
	s.report.Refused[t.code()]++
	return Refused, shortError(t.err)
}

// verify compares the rows of Grille with those that the text gave directly.
func verify(ctx context.Context, db *Database, c Config, text string, cells Cells, t took) (Verdict, string) {
	ordered, keys := order(ctx, db, c.Viewer, text)
	want := cells.as(t.types, c.Zone)
	found := difference(want, t.table, ordered)
	if found == "" || found == orderDiffers && keys != nil && keysInOrder(want, t.table, keys) {
		return Same, ""
	}
	// Does the database itself give other rows, or another order, when it goes
	// another way?
	for v := 1; v <= db.Direct.Variants(); v++ {
		other, err := db.Direct.Query(ctx, text, v)
		if err == nil && difference(want, other.as(t.types, c.Zone), ordered) != "" {
			return Unstable, "under another plan the database itself gives " + difference(want, other.as(t.types, c.Zone), ordered)
		}
	}
	return Differ, found
}

func (s *comparison) count(id string, v Verdict, detail string) {
	r := s.report
	switch v {
	case Same:
		r.Same++
	case Differ:
		r.Differ++
	case Unstable:
		r.Unstable++
	case Refused: // counted under its code
	case Failed:
		r.Failed++
	case FailedDirect:
		r.FailedDirectly++
	case FailedBoth:
		r.FailedBoth++
	case Skipped:
		r.Skipped++
	default:
		panic("eval: verdict " + v + " of sql")
	}
	r.Lines = append(r.Lines, Outcome{id, v, detail})
}
