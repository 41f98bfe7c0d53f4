// Package grille stands between people or programs, a language model and a
// database. A question goes in; an answer within the viewer's rights comes out,
// with a receipt.
//
// A model sees the outline of the data and never a stored value. What it
// drafts is never run: what runs is printed from Grille's own typed tree, after
// the rules of this viewer have rewritten or refused it.
//
// Begin with [Open] and [Grille.Ask]; the journey of a question is ask.go, on
// one screen.
package grille

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/text/language"

	"github.com/grille-dev/grille/answer"
	"github.com/grille-dev/grille/calendar"
	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/ledger"
	"github.com/grille-dev/grille/meaning"
	"github.com/grille-dev/grille/model"
	"github.com/grille-dev/grille/model/quota"
	"github.com/grille-dev/grille/planner"
	"github.com/grille-dev/grille/planner/taught"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/viewer"
)

// Config is one database with the rules that hold for it. Model, its Ledger and
// Log may be left out; nothing else has a default.
type Config struct {
	// Engine is the database; Open takes it over, and Close closes it.
	Engine run.Engine
	// Rules compiles the rules over a database as it is now. It is called again
	// when the database has changed.
	Rules func(*catalog.Catalog) (*policy.Rules, error)
	// Model drafts; nil: the planner, which uses no network.
	Model model.Client
	// Ledger records what leaves; needed where Model is set.
	Ledger Ledger
	// Purpose is for what something leaves; "": it follows from what is asked.
	Purpose ledger.Purpose
	// Quota is what one person may have models do in a day; nil: as much as they like.
	Quota *quota.Quota
	// Candidates is how many drafts of the planner a model is sent with a question,
	// at most three: they help a small one. Their texts are the question's, redacted
	// like it.
	Candidates int
	// Pairs are questions with queries that models may be sent as examples, in the
	// exact text that somebody approved.
	Pairs []egress.Pair
	// Taught is what the people of this workspace said of its words, for the planner.
	// nil: nothing. No model is sent any of it.
	Taught *taught.Lessons
	// Meaning is what people agreed on of the data, for everybody who sees them, and for
	// models too. nil: nothing. It opens nothing and closes nothing.
	Meaning    *meaning.Meaning
	Connection string // its name, for receipts
	Limits     run.Limits
	// Fiscal is the month in which the financial year begins, 0 if nobody asks for it.
	Fiscal time.Month
	Week   calendar.Week  // on which weeks begin; zero: Monday
	Zone   *time.Location // in which "today" is meant, and times are shown
	// Locale is the language in which people read numbers, language.Und for PostgreSQL's
	// form. Programs (JSON, CSV, Arrow) get them as they are.
	Locale language.Tag
	Clock  func() time.Time
	Random io.Reader // of cryptographic quality
	// Predicates is in how many different ways one viewer may pick rows of one
	// table with a minimum group in a day, UTC; 0: 100.
	Predicates int
	// Words is how many different words that may be names one viewer may have in
	// questions to a model in a day, UTC; 0: 1000.
	Words int
	// Names is the dictionary of the database's own names. It needs a key where the
	// rules name columns for it; a model is asked nothing otherwise.
	Names Names
	// Key makes the digests in receipts; 32 bytes, of the site or of the process.
	Key []byte
	Log *slog.Logger // for the operator; nil: nothing is logged
}

// Ledger records requests to a model. Package ledger has one.
type Ledger interface {
	// Append returns the entry's number once the entry is durable. On an error, which
	// is a refusal or ctx's, nothing is sent.
	Append(ctx context.Context, a ledger.Asker, e model.Entry) (int64, error)
}

// calendar is what the planner reads by, models are told and answers name.
func (c Config) calendar() calendar.Calendar {
	return calendar.Calendar{Zone: c.Zone, Week: c.Week, Fiscal: c.Fiscal}
}

func (c Config) check() error {
	switch {
	case c.Engine == nil:
		return errors.New("grille: Config.Engine is not set")
	case c.Rules == nil:
		return errors.New("grille: Config.Rules is not set: without rules nothing is visible")
	case c.Connection == "":
		return errors.New("grille: Config.Connection is not set")
	case c.Zone == nil:
		return errors.New("grille: Config.Zone is not set")
	case c.Fiscal < 0 || c.Fiscal > time.December:
		return errors.New("grille: Config.Fiscal is no month")
	case int(c.Week) >= len(calendar.Weeks()):
		return errors.New("grille: Config.Week is no day of the week")
	case c.Clock == nil:
		return errors.New("grille: Config.Clock is not set")
	case c.Random == nil:
		return errors.New("grille: Config.Random is not set")
	case c.Candidates < 0 || c.Candidates > 3:
		return errors.New("grille: Config.Candidates is not from 0 to 3")
	case c.Model != nil && c.Ledger == nil:
		return errors.New("grille: Config.Model is set and Config.Ledger is not: what leaves is recorded first; ledger.Open makes one")
	case c.Predicates < 0:
		return errors.New("grille: Config.Predicates is negative")
	case c.Words < 0:
		return errors.New("grille: Config.Words is negative")
	case c.Names.Age < 0:
		return errors.New("grille: Config.Names.Age is negative")
	case len(c.Key) < 32:
		return errors.New("grille: Config.Key has fewer than 32 bytes")
	}
	return c.Limits.Check()
}

// Grille answers questions over one database. Its methods may be called
// concurrently.
type Grille struct {
	c  Config
	mu sync.Mutex
	// outline and rules belong together; nil when they must be read anew.
	outline *catalog.Catalog
	rules   *policy.Rules
	budget  budget
	values  values
	words   wordBudget
	names   names
	// outlines of views, for prompts.
	outlines egress.Outlines
	lexicons planner.Lexicons
	views    views // of who types
	samples  keptSamples
}

// Open reads the database's outline and compiles the rules over it. On an
// error it has closed the engine.
func Open(ctx context.Context, c Config) (*Grille, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	g := &Grille{c: c, budget: budget{most: cmp.Or(c.Predicates, defaultPredicates)},
		words: wordBudget{most: cmp.Or(c.Words, defaultWords), key: c.Key}}
	if _, _, err := g.read(ctx); err != nil {
		return nil, errors.Join(err, c.Engine.Close())
	}
	return g, nil
}

// Close closes the database.
func (g *Grille) Close() error { return g.c.Engine.Close() }

// Question is one question of one viewer in plain words.
type Question struct {
	Text   string
	Viewer viewer.Viewer
	// After is what a model or the planner hears of earlier questions; Ask adds this
	// one. nil: none.
	After *Conversation
	// Hide are words of the text that a model is not told, too; Keep are words that
	// it is told although they may be names. See [egress.Choice].
	Hide, Keep []string
	// Reading is which of the ways to understand the text is meant, from 1, as
	// Understand lists them; only the planner knows several. 0: the first, if it
	// needs no choice.
	Reading int
	// Means is what words of the text mean, where they could mean several things; the
	// planner's parts say what there is to choose.
	Means []planner.Choice
	Trace *Trace // filled if set, also where the answer is a refusal
}

func (q Question) choice() egress.Choice { return egress.Choice{Hide: q.Hide, Keep: q.Keep} }

// Draft is SQL in PostgreSQL's dialect, untrusted whoever wrote it.
type Draft struct {
	SQL    string
	Viewer viewer.Viewer
	// ByModel: the text may name only what a model may see.
	ByModel bool
	Texts   Texts // what its texts are
	Trace   *Trace
}

// Texts says what the texts of a draft are that are compared with a stored column.
// Where they are looked up, further statements run.
type Texts uint8

const (
	AsWritten Texts = iota // what they say
	Hinted                 // what they say; the answer tells which stored values may be meant
	Meant                  // the stored values that are meant, as in the drafts of Ask
)

// Ask answers a question. Errors are refusals (see package refusal), or
// context.Canceled. The answer must be closed.
func (g *Grille) Ask(ctx context.Context, q Question) (a *answer.Answer, err error) {
	k, err := g.begin(ctx, q.Viewer, q.Trace)
	if err != nil {
		return nil, err
	}
	defer k.recover(&err)
	k.after, k.choice, k.means = q.After, q.choice(), q.Means
	question, err := egress.ReadQuestion(q.Text)
	switch {
	case err != nil:
		return nil, err
	case (q.Reading != 0 || len(q.Means) > 0) && k.model() != nil:
		return nil, notByModel()
	}
	if k.model() != nil {
		return k.byModel(ctx, question)
	}
	return k.byPlanner(ctx, question, q.Reading)
}

// notByModel refuses to choose among readings where a model drafts.
func notByModel() error {
	return refusal.New(refusal.WhichReading, "ask the planner: --model planner", "a model drafts, and readings are chosen among the planner's only")
}

// SQL answers a draft, as Ask does a question. What a person has written is best
// left AsWritten or Hinted; Meant is for a draft that somebody chose from Understand.
func (g *Grille) SQL(ctx context.Context, d Draft) (a *answer.Answer, err error) {
	k, err := g.begin(ctx, d.Viewer, d.Trace)
	if err != nil {
		return nil, err
	}
	defer k.recover(&err)
	query, err := k.draft(k.names(d), d.SQL)
	if err != nil {
		return nil, err
	}
	switch d.Texts {
	case AsWritten:
		return k.run(ctx, k.names(d), query)
	case Hinted:
		return k.hinted(ctx, k.names(d), query)
	case Meant:
		return k.meant(ctx, k.names(d), query)
	default:
		panic("grille: unknown kind of texts")
	}
}

// Explain says what SQL would say of a draft, and runs nothing.
func (g *Grille) Explain(ctx context.Context, d Draft) (e answer.Explanation, err error) {
	k, err := g.begin(ctx, d.Viewer, d.Trace)
	if err != nil {
		return e, err
	}
	defer k.recover(&err)
	stmt, err := k.statement(d)
	if err != nil {
		return e, err
	}
	return answer.Explain(stmt.Allowed(), g.c.calendar()), nil
}

// Statement is the text that SQL would run for a draft, with its parameters, for
// whoever may read the rules (the role rules-admin): it names what the viewer may
// not see. A door must not give it to anybody else. Nothing is run.
func (g *Grille) Statement(ctx context.Context, d Draft) (text string, err error) {
	k, err := g.begin(ctx, d.Viewer, d.Trace)
	if err != nil {
		return "", err
	}
	defer k.recover(&err)
	stmt, err := k.statement(d)
	if err != nil {
		return "", err
	}
	return stmt.ForOwner(), nil
}

// Understand says what a question means: one or several readings from the planner,
// one from a model. Nothing of it is run; the planner looks up among stored values
// what Ask looks up, so that the readings are the same.
func (g *Grille) Understand(ctx context.Context, q Question) (u planner.Understanding, err error) {
	k, err := g.begin(ctx, q.Viewer, q.Trace)
	if err != nil {
		return u, err
	}
	defer k.recover(&err)
	k.after, k.choice, k.means, k.purpose = q.After, q.choice(), q.Means, ledger.Explain
	question, err := egress.ReadQuestion(q.Text)
	if err != nil {
		return u, err
	}
	switch {
	case k.model() != nil && (q.Reading != 0 || len(q.Means) > 0):
		return u, notByModel()
	case k.model() != nil:
		d, _, err := k.modelDraft(ctx, question)
		if err != nil {
			return u, err
		}
		return planner.Understanding{Decision: planner.Answer, Readings: []planner.Reading{{Draft: d}}}, nil
	}
	find, done := k.lookup(ctx)
	defer done()
	u, err = k.understand(question, find)
	return u, k.closedWords(ctx, question.Text(), err)
}

// Prompt is what a model would be sent for a question. Nothing is sent; samples
// are read, where the rules give some.
func (g *Grille) Prompt(ctx context.Context, q Question) (p egress.Prompt, err error) {
	k, err := g.begin(ctx, q.Viewer, q.Trace)
	if err != nil {
		return p, err
	}
	defer k.recover(&err)
	k.after, k.choice = q.After, q.choice()
	question, err := egress.ReadQuestion(q.Text)
	if err != nil {
		return p, err
	}
	p, _, err = k.compose(ctx, question)
	return p, err
}

// Review is what of a question would be sent to a model, and what not. Nothing is
// sent.
func (g *Grille) Review(ctx context.Context, q Question) (r egress.Review, err error) {
	k, err := g.begin(ctx, q.Viewer, q.Trace)
	if err != nil {
		return r, err
	}
	defer k.recover(&err)
	k.after, k.choice = q.After, q.choice()
	question, err := egress.ReadQuestion(q.Text)
	if err != nil {
		return r, err
	}
	c, err := k.composer(ctx)
	if err != nil {
		return r, err
	}
	r, kept, err := c.Review(k.view, question)
	if err == nil {
		err = k.words.spend(k.view, kept, k.now)
	}
	if err != nil {
		return egress.Review{}, err
	}
	return r, nil
}

// Outline is the database as it exists for a viewer: hidden tables and columns
// are absent, masked columns have the mask's type.
func (g *Grille) Outline(ctx context.Context, who viewer.Viewer) (c *catalog.Catalog, err error) {
	k, err := g.begin(ctx, who, nil)
	if err != nil {
		return nil, err
	}
	defer k.recover(&err)
	return k.view.Visible(), nil
}

// read gives outline and rules, from the database where they are not at hand.
func (g *Grille) read(ctx context.Context) (*catalog.Catalog, *policy.Rules, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.outline != nil {
		return g.outline, g.rules, nil
	}
	outline, err := g.c.Engine.Catalog(ctx)
	if err != nil {
		return nil, nil, err
	}
	outline, unfit := g.c.Meaning.Over(outline)
	for _, f := range unfit {
		g.c.Log.Warn("meaning", "left out", f.String())
	}
	rules, err := g.c.Rules(outline)
	if err != nil {
		return nil, nil, err
	}
	g.outline, g.rules = outline, rules
	return outline, rules, nil
}

// forget has outline and rules read anew: the database has changed.
func (g *Grille) forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.outline, g.rules = nil, nil
	g.values.clear()
	g.samples.clear()
	g.views.clear()
}
