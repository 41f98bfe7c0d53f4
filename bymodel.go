package grille

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode"

	"github.com/grille-dev/grille/answer"
	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/model"
	"github.com/grille-dev/grille/planner"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/bind"
	"github.com/grille-dev/grille/sql/fanout"
	"github.com/grille-dev/grille/sql/ground"
)

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
// pass goes back to the model; so does, once, one that counts rows more than once,
// and it is taken if nothing better comes. Neither kept values nor the database have
// been near a draft by then, so whether it goes back, and with which words, tells of
// neither.
func (k *ask) mended(ctx context.Context, prompt egress.Prompt, held egress.Untold) (string, error) {
	view := k.view.ForModel()
	var counts *model.Draft // one that passes, and counts rows more than once
	for {
		d, err := k.send(ctx, prompt)
		if err != nil {
			return k.better(ctx, counts, err)
		}
		alarms, err := k.passes(view, d.SQL, held)
		if err == nil && len(alarms) > 0 && counts == nil {
			counts, err = &d, fannedOut(alarms[0])
		}
		var no *refusal.Refusal
		if err == nil || !errors.As(err, &no) {
			return d.SQL, err
		}
		if prompt, err = egress.ComposeRepair(prompt, egress.Attempt{By: d.By, SQL: d.SQL}, no); err != nil {
			switch refusal.CodeOf(err) {
			case "":
				err = no // not for a model to hear
			case refusal.Model:
				err = gaveUp(no)
			}
			return k.better(ctx, counts, err)
		}
	}
}

// better is the draft that passed already, where what came after it failed.
func (k *ask) better(ctx context.Context, d *model.Draft, err error) (string, error) {
	if d == nil || ctx.Err() != nil {
		return "", err
	}
	k.trace.drafted(*d)
	return d.SQL, nil
}

// fannedOut is what a model hears of an aggregate over rows that a join repeats. Its
// words are of the draft and of names that the model sees.
func fannedOut(a fanout.Alarm) error {
	no := refusal.New(refusal.FanOut, a.Try, "%s", a.Says).At(a.Span)
	no.Mend = a.Try
	return no
}

// gaveUp says what is wrong with the last draft, in the words that the model had of
// it: the refusal's own quote the draft, and a draft can say anything. It was read
// with the names that a model has, of which the viewer may see more.
func gaveUp(last *refusal.Refusal) error {
	why, _ := egress.Mendable(last.Code)
	return refusal.New(refusal.Model, "ask in other words, or ask the planner, which may use all that you may see: --model planner",
		"the model did not find a query that works; of its last one: %s", strings.TrimSuffix(why, ".")).At(last.Span)
}

// passes reports why a draft cannot run, or, where it can, which of its aggregates
// count rows more than once.
func (k *ask) passes(view policy.View, draft string, held bind.Held) ([]fanout.Alarm, error) {
	if strings.IndexFunc(draft, unseen) >= 0 {
		return nil, refusal.New(refusal.NotText, "ask again", "the draft has characters that cannot be seen")
	}
	query, err := k.bind(view, draft, held)
	if err != nil {
		return nil, err
	}
	stmt, err := allow(view, query)
	if err != nil {
		return nil, err
	}
	return answer.Alarms(stmt.Allowed()), nil
}

// unseen are characters that a draft of a model may not have, as it may be shown:
// they turn others around, or hide. The two joiners, which Persian and the Indic
// scripts need, are none of them.
func unseen(r rune) bool {
	const nonJoiner, joiner = '\u200c', '\u200d'
	return r != nonJoiner && r != joiner && unicode.In(r, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp)
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

// modelDraft is the first draft of a model.
func (k *ask) modelDraft(ctx context.Context, question egress.Question) (model.Draft, egress.Kept, error) {
	prompt, kept, err := k.compose(ctx, question)
	if err != nil {
		return model.Draft{}, kept, err
	}
	d, err := k.send(ctx, prompt)
	return d, kept, err
}

// model is who drafts; nil is the planner, also where the rules let no model do it.
func (k *ask) model() model.Client {
	m := k.c.Model
	if m == nil || k.view.ModelsOff() || k.view.PrivateModels() && !m.Private() {
		return nil
	}
	return m
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
	c := egress.Composer{Random: k.c.Random, Outlines: &k.outlines, Samples: &sampler{ask: k}, Memory: k.after.recall(k), Choice: k.choice, Calendar: k.c.calendar()}
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
	_, err := k.passes(k.view.ForModel(), sql, nil)
	return err == nil
}

// candidates are what the planner would draft with the names that a model has, and
// without what was taught, which is for nobody else.
func (k *ask) candidates(question egress.Question) (all []string) {
	if k.c.Candidates == 0 {
		return nil
	}
	opt := k.options()
	opt.Taught = nil
	u, err := planner.Understand(k.view.ForModel(), question, opt)
	if err != nil {
		return nil // it understands nothing, and says nothing
	}
	for _, r := range whole(u.Readings) {
		all = append(all, r.Draft.SQL)
	}
	return all[:min(len(all), k.c.Candidates)]
}
