package grille

import (
	"context"
	"slices"
	"time"

	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/model"
)

// Trace is what happened on the way of one question. It is for the viewer who
// asked: it holds nothing that this viewer may not see.
type Trace struct {
	Prompt egress.Prompt // the last one that was sent; zero with the planner
	Sent   []model.Entry // every request that left, exactly
	Model  string        // which model drafted last, as the configuration calls it; "": the planner
	Used   model.Usage   // of all that was sent, as far as servers count
	Draft  string        // the last draft, as it was written
	// Forgot: the conversation began anew, as it was somebody else's, or rights or
	// tables have changed since.
	Forgot bool
	// Reasons and Confidence are the drafter's own.
	Reasons    []model.Reason
	Confidence float64
	Gate       time.Duration // from the draft's text to the checked statement
}

func (t *Trace) drafted(d model.Draft) {
	t.Draft, t.Model, t.Reasons, t.Confidence = d.SQL, d.By, slices.Clone(d.Reasons), d.Confidence
}

// gate adds the time since start.
func (t *Trace) gate(start time.Time) { t.Gate += time.Since(start) }

// ledger keeps what leaves in the trace of its ask.
type ledger Trace

func (l *ledger) Append(_ context.Context, e model.Entry) error {
	e.Body = slices.Clone(e.Body)
	l.Sent = append(l.Sent, e)
	return nil
}
