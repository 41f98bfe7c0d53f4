package eval

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/syntax"
)

// Ask asks each question and compares the answer with those of the gold queries:
// equal rows, columns in any order. An unanswerable question is right when it
// is refused.
func Ask(ctx context.Context, c Config) (*AskReport, error) {
	s := &exam{Config: c, report: &AskReport{Command: "ask", Refused: Refusals{}, Coverage: []Coverage{}, Lines: []Outcome{}, Run: Run{Seed: c.Seed}}}
	err := c.each(ctx,
		func(l Line, why string) { s.count(l.ID, Failed, why) },
		func(l Line, db *Database) { s.line(ctx, l, db) })
	s.report.N = len(c.Lines)
	s.report.MS = Took{P50: quantile(s.times, 0.5), P95: quantile(s.times, 0.95), P99: quantile(s.times, 0.99)}
	s.coverage()
	return s.report, err
}

type exam struct {
	Config
	report     *AskReport
	times      []float64
	answerable int
	given      []given
}

// given is one answer to an answerable question.
type given struct {
	confidence float64
	right      bool
}

func (s *exam) line(ctx context.Context, l Line, db *Database) {
	if l.Question == "" || len(l.SQL) == 0 && !l.Unanswerable {
		s.count(l.ID, Failed, "the line has no question, or no sql and is not unanswerable")
		return
	}
	var golds []gold
	if !l.Unanswerable {
		if golds = s.golds(ctx, l, db); len(golds) == 0 {
			s.count(l.ID, Skipped, "no gold text runs directly")
			return
		}
		s.answerable++
	}
	start := time.Now()
	all := s.answers(ctx, l, db)
	s.times = append(s.times, float64(time.Since(start).Microseconds())/1000)
	if refusal.CodeOf(all.first.err) == refusal.WhichReading {
		s.report.Offered++
	}
	if l.Unanswerable {
		s.unanswerable(l, all.first)
		return
	}
	place := slices.IndexFunc(all.readings, func(t took) bool { return t.err == nil && s.isRight(golds, t) }) + 1
	s.right(place)
	switch {
	case all.first.err != nil:
		s.report.Refused[all.first.code()]++
		s.count(l.ID, Refused, shortError(all.first.err))
		return
	case place == 1:
		s.report.Answered++
		s.count(l.ID, Right, "")
	default:
		s.count(l.ID, Wrong, "")
	}
	s.given = append(s.given, given{all.confidence, place == 1})
}

func (s *exam) unanswerable(l Line, t took) {
	if t.err == nil {
		s.count(l.ID, Wrong, "answered, and cannot be")
		return
	}
	s.right(1)
	s.report.Answered++
	s.count(l.ID, Right, string(t.code()))
}

// right counts an answer that is the placeth reading; 0: none is right.
func (s *exam) right(place int) {
	if place == 1 {
		s.report.Top1++
	}
	if place >= 1 && place <= 3 {
		s.report.Top3++
	}
	if place >= 1 && place <= 10 {
		s.report.Top10++
	}
}

// answers are what Ask gives, which may be a refusal, and then every reading run.
type answers struct {
	first      took
	confidence float64
	readings   []took // the first is what Ask gives, unless that is a refusal
}

func (s *exam) answers(ctx context.Context, l Line, db *Database) (all answers) {
	var trace grille.Trace
	q := grille.Question{Text: l.Question, Viewer: s.Viewer, Trace: &trace}
	all.first = drain(db.Grille.Ask(ctx, q))
	all.confidence = trace.Confidence
	if all.first.err == nil {
		all.readings = append(all.readings, all.first)
	}
	if db.Model {
		for _, e := range trace.Sent {
			s.report.BytesOut += len(e.Body)
		}
		return all
	}
	chosen := trace.Draft
	u, _ := db.Grille.Understand(ctx, q) // an error has been told already
	for _, r := range u.Readings {
		if all.first.err != nil || r.Draft.SQL != chosen {
			all.readings = append(all.readings, drain(db.Grille.SQL(ctx, grille.Draft{SQL: r.Draft.SQL, Viewer: s.Viewer, Texts: grille.Meant})))
		}
	}
	return all
}

type gold struct {
	cells   Cells
	ordered bool
}

func (s *exam) golds(ctx context.Context, l Line, db *Database) []gold {
	var golds []gold
	for _, text := range l.SQL {
		if cells, err := db.Direct.Query(ctx, text, 0); err == nil {
			tree, err := syntax.Parse(text)
			golds = append(golds, gold{cells, err == nil && len(tree.Order) > 0})
		}
	}
	return golds
}

func (s *exam) isRight(golds []gold, t took) bool {
	for _, g := range golds {
		if matches(g.cells.guess(s.Zone), retyped(t, s.Zone), g.ordered, s.Subset) {
			return true
		}
	}
	return false
}

// retyped writes an answer as cells and reads it as gold is read, so that types
// which only one side knows make no difference.
func retyped(t took, zone *time.Location) Table {
	c := Cells{Names: t.table.Names}
	for _, row := range t.table.Rows {
		cells := make([]*string, len(row))
		for i, v := range row {
			if !v.IsNull() {
				text := v.Format(t.types[i], zone)
				cells[i] = &text
			}
		}
		c.Rows = append(c.Rows, cells)
	}
	return c.guess(zone)
}

// coverage says how often the surest answers are right.
func (s *exam) coverage() {
	slices.SortStableFunc(s.given, func(a, b given) int {
		switch {
		case a.confidence > b.confidence:
			return -1
		case a.confidence < b.confidence:
			return 1
		default:
			return 0
		}
	})
	for _, share := range []float64{0.1, 0.3, 0.5, 0.7, 0.9, 1} {
		n := int(math.Ceil(share * float64(s.answerable)))
		if n == 0 || n > len(s.given) {
			continue
		}
		right := 0
		for _, g := range s.given[:n] {
			if g.right {
				right++
			}
		}
		s.report.Coverage = append(s.report.Coverage, Coverage{share, ratio(right, n)})
	}
}

func (s *exam) count(id string, v Verdict, detail string) {
	switch v {
	case Right, Refused: // counted by place, and by code
	case Wrong:
		s.report.Wrong++
	case Failed:
		s.report.Failed++
	case Skipped:
		s.report.Skipped++
	default:
		panic("eval: verdict " + v + " of ask")
	}
	s.report.Lines = append(s.report.Lines, Outcome{id, v, detail})
}
