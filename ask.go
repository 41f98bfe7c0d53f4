package grille

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"runtime/debug"
	"strings"
	"time"
	"unicode"

	"github.com/grille-dev/grille/answer"
	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/ledger"
	"github.com/grille-dev/grille/model"
	"github.com/grille-dev/grille/planner"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/release"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/sql/bind"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/ground"
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
	purpose ledger.Purpose
}

func (g *Grille) begin(ctx context.Context, who viewer.Viewer, trace *Trace) (k *ask, err error) {
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
	k.view, err = policy.See(who, rules, outline)
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
	return bind.Query(tree, view.Names(), bind.Env{Now: k.now, Zone: k.c.Zone, Held: held})
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
	return answer.From(rows, answer.Stamp{ID: k.id, Time: k.now, Zone: k.c.Zone, Connection: k.c.Connection, Key: k.c.Key,
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

// compose makes what a model is sent, and what is kept back.
func (k *ask) compose(ctx context.Context, question egress.Question) (egress.Prompt, egress.Kept, error) {
	c, err := k.composer(ctx)
	if err != nil {
		return egress.Prompt{}, egress.Kept{}, err
	}
	c.Candidates, c.Pairs, c.Binds = k.candidates(question), k.c.Pairs, k.binds
	prompt, kept, err := c.Compose(ctx, k.view, question)
	if err == nil {
		err = k.words.spend(k.view, kept, k.now)
	}
	if err != nil {
		return egress.Prompt{}, egress.Kept{}, err
	}
	return prompt, kept, nil
}

func (k *ask) composer(ctx context.Context) (egress.Composer, error) {
	c := egress.Composer{Random: k.c.Random, Outlines: &k.outlines, Samples: &sampler{ask: k}, Memory: k.after.recall(k), Choice: k.choice}
	if k.view.ModelsOff() {
		return c, nil // no question leaves
	}
	outline, rules, err := k.read(ctx)
	if err != nil {
		return c, err
	}
	d, err := k.dictionary(ctx, known{outline, rules, k.now}, false)
	if d != nil {
		c.Names = d
	}
	return c, err
}

// binds reports whether a query could be a model's draft for this viewer.
func (k *ask) binds(sql string) bool {
	return k.passes(k.view.ForModel(), sql, nil) == nil
}

// candidates are what the planner would draft with the names that a model has.
func (k *ask) candidates(question egress.Question) (all []string) {
	if k.c.Candidates == 0 {
		return nil
	}
	readings, err := planner.Readings(k.view.ForModel(), question, k.options())
	if err != nil {
		return nil // it understands nothing, and says nothing
	}
	for _, r := range readings[:min(len(readings), k.c.Candidates)] {
		all = append(all, r.Draft.SQL)
	}
	return all
}

// byModel answers with a model's draft. The values of placeholders come in when
// no model hears of the question any more.
func (k *ask) byModel(ctx context.Context, question egress.Question) (*answer.Answer, error) {
	prompt, kept, err := k.compose(ctx, question)
	if err != nil {
		return nil, err
	}
	draft, err := k.mended(ctx, prompt, kept.Untold())
	if err != nil {
		return nil, err
	}
	// Before kept values come in: what comes of them is not in what is sent later.
	k.after.remember(k, prompt, kept, draft)
	start := time.Now()
	query, err := k.bind(k.view.ForModel(), draft, kept)
	if err == nil {
		query, err = ground.Literals(query, kept)
	}
	k.trace.gate(start)
	if err != nil {
		return nil, err
	}
	return k.meant(ctx, k.view.ForModel(), query)
}

// mended is a draft of a model that the rules let pass. One that does not bind or
// pass goes back to the model. Neither kept values nor the database have been near
// it, so whether it does, and with which words, tells of neither.
func (k *ask) mended(ctx context.Context, prompt egress.Prompt, held egress.Untold) (string, error) {
	view := k.view.ForModel()
	for {
		d, err := k.send(ctx, prompt)
		if err != nil {
			return "", err
		}
		err = k.passes(view, d.SQL, held)
		var no *refusal.Refusal
		if err == nil || !errors.As(err, &no) {
			return d.SQL, err
		}
		if prompt, err = egress.ComposeRepair(prompt, egress.Attempt{By: d.By, SQL: d.SQL}, no.Code, no.Span); err != nil {
			switch refusal.CodeOf(err) {
			case "":
				err = no // not for a model to hear
			case refusal.Model:
				err = gaveUp(no)
			}
			return "", err
		}
	}
}

// gaveUp says what is wrong with the last draft, in the words that the model had of
// it: the refusal's own quote the draft, and a draft can say anything. It was read
// with the names that a model has, of which the viewer may see more.
func gaveUp(last *refusal.Refusal) error {
	why, _ := egress.Mendable(last.Code)
	return refusal.New(refusal.Model, "ask in other words, or ask the planner, which may use all that you may see: --model planner",
		"the model did not find a query that works; of its last one: %s", strings.TrimSuffix(why, ".")).At(last.Span)
}

// passes reports why a draft cannot run; nil: it can.
func (k *ask) passes(view policy.View, draft string, held bind.Held) error {
	if strings.IndexFunc(draft, unseen) >= 0 {
		return refusal.New(refusal.NotText, "ask again", "the draft has characters that cannot be seen")
	}
	query, err := k.bind(view, draft, held)
	if err == nil {
		_, err = allow(view, query)
	}
	return err
}

// unseen are characters that a draft of a model may not have, as it may be shown:
// they turn others around, or hide. The two joiners, which Persian and the Indic
// scripts need, are none of them.
func unseen(r rune) bool {
	const nonJoiner, joiner = '\u200c', '\u200d'
	return r != nonJoiner && r != joiner && unicode.In(r, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp)
}

// modelDraft is the first draft of a model.
func (k *ask) modelDraft(ctx context.Context, question egress.Question) (model.Draft, egress.Kept, error) {
	prompt, kept, err := k.compose(ctx, question)
	if err != nil {
		return model.Draft{}, kept, err
	}
	d, err := k.send(ctx, prompt)
	return d, kept, err
}

// send asks the model once; what is no query is a refusal in our own words.
func (k *ask) send(ctx context.Context, prompt egress.Prompt) (model.Draft, error) {
	k.trace.Prompt = prompt
	meter := k.c.Quota.Meter(person(k.view), k.now, recording{k, k.asker(prompt)})
	d, err := k.model().Draft(ctx, prompt, meter)
	meter.Used(d.Usage, err)
	k.trace.Used = k.trace.Used.Plus(d.Usage)
	if err != nil {
		return d, err
	}
	k.trace.drafted(d)
	switch d.Kind {
	case model.SQL:
		return d, nil
	case model.CannotAnswer:
		return d, refusal.New(refusal.CannotAnswer, "grille catalog lists what there is to ask about",
			"the model finds nothing in the data that answers this")
	case model.Clarify:
		return d, refusal.New(refusal.NotUnderstood, "ask again and say which "+string(d.What)+" is meant",
			"the question can mean more than one %s", d.What)
	case model.NoKind:
		return d, refusal.New(refusal.Model, "ask again, or ask without a model", "the model gave no draft")
	default:
		panic("grille: unknown kind of draft")
	}
}

// model is who drafts; nil is the planner, also where the rules let no model do it.
func (k *ask) model() model.Client {
	m := k.c.Model
	if m == nil || k.view.ModelsOff() || k.view.PrivateModels() && !m.Private() {
		return nil
	}
	return m
}

func (k *ask) options() planner.Options {
	return planner.Options{Now: k.now, Zone: k.c.Zone, Fiscal: k.c.Fiscal}
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
