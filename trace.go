package grille

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/ledger"
	"github.com/grille-dev/grille/model"
	"github.com/grille-dev/grille/planner"
	"github.com/grille-dev/grille/refusal"
)

// Trace is what happened on the way of one question. It is for the viewer who
// asked: it holds nothing that this viewer may not see.
type Trace struct {
	Prompt egress.Prompt // the last one that was sent; zero with the planner
	Sent   []Sent        // every request that left, exactly
	Model  string        // which model drafted last, as the configuration calls it; "": the planner
	Used   model.Usage   // of all that was sent, as far as servers count
	Draft  string        // the last draft, as it was written
	// Forgot: the conversation began anew, as it was somebody else's, or rights or
	// tables have changed since.
	Forgot bool
	// Reasons and Confidence are the drafter's own.
	Reasons    []model.Reason
	Confidence float64
	// Understood is what the planner made of the question, also where it is a
	// refusal; Reading is which of its readings was answered, from 1, or 0.
	Understood planner.Understanding
	Reading    int
	Gate       time.Duration // from the draft's text to the checked statement
}

func (t *Trace) drafted(d model.Draft) {
	t.Draft, t.Model, t.Reasons, t.Confidence = d.SQL, d.By, slices.Clone(d.Reasons), d.Confidence
}

// gate adds the time since start.
func (t *Trace) gate(start time.Time) { t.Gate += time.Since(start) }

// Sent is one request that left, and where the ledger has it.
type Sent struct {
	model.Entry
	Number int64 // of the ledger's entry
}

// recording is the ledger of one request: first the site's, then the trace.
type recording struct {
	*ask
	ledger.Asker
}

func (r recording) Append(ctx context.Context, e model.Entry) error {
	n, err := r.c.Ledger.Append(ctx, r.Asker, e)
	if err != nil {
		var no *refusal.Refusal
		if errors.As(err, &no) {
			r.c.Log.Error("ledger", "id", r.id, "cause", no.Owner)
		}
		return err
	}
	e.Body = slices.Clone(e.Body)
	r.trace.Sent = append(r.trace.Sent, Sent{e, n})
	return nil
}

// asker is for whom and what the prompt is about to leave.
func (k *ask) asker(p egress.Prompt) ledger.Asker {
	return ledger.Asker{Viewer: k.view.Viewer().Name, Team: strings.Join(k.view.Teams(), ", "), Ask: k.id,
		Connection: k.c.Connection, Purpose: cmp.Or(k.c.Purpose, k.purpose), Round: p.Repairs()}
}
