package grille

import (
	"context"
	"encoding/hex"
	"io"
	"runtime/debug"
	"time"

	"github.com/grille-dev/grille/answer"
	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/ledger"
	"github.com/grille-dev/grille/planner"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/release"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/sql/bind"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/syntax"
	"github.com/grille-dev/grille/viewer"
)

// ask is one question on its way: one view, one instant, one zone.
type ask struct {
	*Grille
	view    policy.View
	id      string
	now     time.Time
	trace   *Trace
	after   *Conversation // nil: none
	choice  egress.Choice
	means   []planner.Choice
	purpose ledger.Purpose
}

func (g *Grille) begin(ctx context.Context, who viewer.Viewer, trace *Trace) (*ask, error) {
	return g.beginAs(ctx, asker{who, policy.See}, trace)
}

func (g *Grille) beginAs(ctx context.Context, who asker, trace *Trace) (k *ask, err error) {
	if trace == nil {
		trace = &Trace{}
	}
	*trace = Trace{}
	var raw [8]byte
	if _, err := io.ReadFull(g.c.Random, raw[:]); err != nil {
		return nil, err
	}
	k = &ask{Grille: g, id: hex.EncodeToString(raw[:]), now: g.c.Clock(), trace: trace, purpose: ledger.Ask}
	defer k.recover(&err)
	outline, rules, err := g.read(ctx)
	if err != nil {
		return nil, err
	}
	k.view, err = who.see(who.Viewer, rules, outline)
	return k, err
}

// draft reads an untrusted text against what view may name.
func (k *ask) draft(view policy.View, text string) (*ir.Query, error) {
	k.trace.Draft = text
	defer k.trace.gate(time.Now())
	return k.bind(view, text, nil)
}

// bind, allow and rows are the one way into the database: everything goes through
// these three. Held has what stands in a draft for values of the question.
func (k *ask) bind(view policy.View, text string, held bind.Held) (*ir.Query, error) {
	tree, err := syntax.Parse(text)
	if err != nil {
		return nil, err
	}
	q, err := bind.Query(tree, view.Names(), bind.Env{Now: k.now, Zone: k.c.Zone, Held: held})
	return q, closedName(view, text, err)
}

// gate rewrites a query by the rules of the view and prints it anew.
func (k *ask) gate(view policy.View, query *ir.Query) (emit.Statement, error) {
	defer k.trace.gate(time.Now())
	return allow(view, query)
}

// allow is gate without a trace.
func allow(view policy.View, query *ir.Query) (emit.Statement, error) {
	allowed, err := policy.Apply(view, query)
	if err != nil {
		return emit.Statement{}, err
	}
	return emit.SQL(allowed)
}

// statement is what a draft becomes; nothing is run.
func (k *ask) statement(d Draft) (emit.Statement, error) {
	query, err := k.draft(k.names(d), d.SQL)
	if err != nil {
		return emit.Statement{}, err
	}
	return k.gate(k.names(d), query)
}

// run answers a query that was bound against what view may name.
func (k *ask) run(ctx context.Context, view policy.View, query *ir.Query) (*answer.Answer, error) {
	stmt, err := k.gate(view, query)
	if err != nil {
		return nil, err
	}
	return k.start(ctx, stmt)
}

// start runs a statement as the answer.
func (k *ask) start(ctx context.Context, stmt emit.Statement) (*answer.Answer, error) {
	if stmt.Allowed().ShowOnly() {
		return nil, refusal.New(refusal.NotRun, "have it explained: grille explain shows what it would do", "the rules let this be explained, and not run")
	}
	if err := k.budget.spend(stmt.Allowed(), k.now); err != nil {
		return nil, err
	}
	rows, err := k.rows(ctx, stmt, k.c.Limits)
	if err != nil {
		return nil, err
	}
	return answer.From(rows, answer.Stamp{ID: k.id, Time: k.now, Calendar: k.c.calendar(), Locale: k.c.Locale, Connection: k.c.Connection, Key: k.c.Key,
		Ended: k.ended, Fault: k.fault})
}

// rows are those of a statement, as far as they may be shown.
func (k *ask) rows(ctx context.Context, stmt emit.Statement, limits run.Limits) (*release.Rows, error) {
	raw, err := k.c.Engine.Run(ctx, stmt, limits)
	if err != nil {
		k.ended(err)
		return nil, err
	}
	return release.Open(raw)
}

func (k *ask) options() planner.Options {
	return planner.Options{Now: k.now, Zone: k.c.Zone, Fiscal: k.c.Fiscal, Week: k.c.Week, Lexicons: &k.lexicons, Taught: k.c.Taught}
}

func (k *ask) names(d Draft) policy.View {
	if d.ByModel {
		return k.view.ForModel()
	}
	return k.view
}

func (k *ask) ended(err error) {
	if refusal.CodeOf(err) == refusal.Drift {
		k.forget()
	}
}

// recover turns a fault into a refusal with an id.
func (k *ask) recover(err *error) {
	if p := recover(); p != nil {
		*err = k.fault(p)
	}
}

// fault is the refusal for a panic; the stack is for the operator alone.
func (k *ask) fault(cause any) error {
	k.c.Log.Error("panic", "id", k.id, "cause", cause, "stack", string(debug.Stack()))
	return refusal.New(refusal.Internal, "who runs this Grille finds the cause in its log under "+k.id, "a fault inside Grille")
}
