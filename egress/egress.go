// Package egress decides what a language model may see.
//
// It is the only package that can make a [Prompt], and a Prompt is the only
// thing package model will send. To audit what leaves the building, read this
// package and nothing else.
//
// A Prompt holds fixed instructions (the files in prompts/), the names, types
// and keys of tables that this viewer may see and the model too, with what a
// person wrote about them in the rules file, and the question, in which what may be
// personal data is replaced by placeholders: most of it, docs/redaction.md says how
// much. What is replaced depends on the text alone, but for phrases that a
// [Names] knows. It holds no stored value but for samples, which a
// class has to ask for and which any switch stops: up to three of a text column,
// short, each from many rows that this viewer may see, none that looks like
// personal data. Enum labels, defaults, checks and comments of the database count
// as values, and no row, count or error text is ever added. What a placeholder
// stands for is [Kept] here and put back locally.
//
// Begin with [ReadQuestion], then [Composer].
package egress

import (
	"context"
	"embed"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"text/template"

	"github.com/grille-dev/grille/calendar"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/refusal"
)

//go:embed prompts
var files embed.FS

// Prompt is what may be sent to a model. Only this package makes one; the zero
// Prompt is refused by package model.
type Prompt struct{ p *prompt }

type prompt struct {
	messages []Message
	schema   json.RawMessage
	repairs  int
	private  bool
	only     string // the model that may be sent it; "": any
	asked    string // the question as it is said, with placeholders
}

// Message is one message of a Prompt.
type Message struct {
	Role Role
	Text string
}

// Role is who speaks in a Message.
type Role string

const (
	System    Role = "system"
	User      Role = "user"
	Assistant Role = "assistant" // an earlier draft of the model itself
)

// Made reports whether p was made by this package.
func (p Prompt) Made() bool { return p.p != nil }

// Messages is a copy of what will be said, in order.
func (p Prompt) Messages() []Message { return slices.Clone(p.p.messages) }

// Schema is a copy of the JSON schema that the reply has to follow.
func (p Prompt) Schema() json.RawMessage { return slices.Clone(p.p.schema) }

// Repairs is how many earlier drafts p speaks of: 0, 1 or 2.
func (p Prompt) Repairs() int { return p.p.repairs }

// For is the model whose draft p speaks of; no other is sent it. "": p speaks of
// none.
func (p Prompt) For() string { return p.p.only }

// Private reports whether p is for models that the site calls private, and for
// no other: package model sends it nowhere else.
func (p Prompt) Private() bool { return p.p.private }

// Composer makes prompts. What is not set adds nothing to one, but for Random,
// which is needed.
type Composer struct {
	// Random gives placeholders their ids, so that a question cannot contain one by
	// chance or by design.
	Random io.Reader
	// Memory is of earlier turns. A view with other rights hears nothing of it; Kept
	// has its values too.
	Memory Memory
	// Candidates are drafts of the planner over what a model may name, as it made
	// them; at most three are sent.
	Candidates []string
	// Outlines keeps what is known of a view; nil: it is found out for each question.
	Outlines *Outlines
	// Pairs are examples that an administrator approved; those like the question are
	// sent, at most three. Binds reports whether a query names only what a model may
	// see for this viewer, and would be allowed; without it no pair is sent.
	Pairs []Pair
	Binds func(sql string) bool
	// Names knows the names of the site's own data; nil: there is no dictionary.
	Names Names
	// Calendar is the site's; of it a model hears when weeks and financial years begin.
	Calendar calendar.Calendar
	// Choice is what the viewer says about single words of the question.
	Choice Choice

	// Samples gives stored values of columns whose class and switches allow it; nil:
	// there are none.
	Samples Sampler

	view   policy.View // of the viewer; zero: no samples
	strict bool        // a word that may be a name leaves only if Choice says so
}

// sections are the parts of what is said to a model for one question, in their
// order; an empty one is left out. The file prompts/question.txt puts them together.
type sections struct {
	Outline  string // tables that it may use
	Notes    string // what is said in the outline besides names, types and keys
	Pairs    string // questions and queries that an administrator approved
	Calendar string // what weeks and years are here, where PostgreSQL does not know it
	Before   string // earlier turns of the conversation
	Drafts   string // what the planner makes of the question
	Question string // with placeholders
}

// Compose makes the prompt for one question of one viewer. The view is narrowed
// to what a model may see. Kept says what the placeholders stand for.
//
// A draft that comes back must be bound against view.ForModel().Names(), and
// its literals go through [Kept.Restore].
func (c Composer) Compose(ctx context.Context, view policy.View, q Question) (Prompt, Kept, error) {
	if !view.Made() || view.Service() {
		panic("egress: zero View, or the dictionary's")
	}
	if view.ModelsOff() {
		return Prompt{}, Kept{}, refusal.New(refusal.NoAccess, "ask without a model: the planner needs none", "the rules let no model draft for you")
	}
	if !c.Memory.Fits(view) {
		c.Memory = Memory{}
	}
	c.strict, c.view = view.StrictPrivacy(), view
	p, kept, err := c.write(ctx, c.Outlines.of(view), q)
	if err == nil {
		p.p.private = view.PrivateModels()
	}
	return p, kept, err
}

func (c Composer) write(ctx context.Context, x *index, q Question) (Prompt, Kept, error) {
	if !q.Made() {
		panic("egress: zero Question")
	}
	if c.Random == nil {
		panic("egress: no source of randomness")
	}
	text, kept, err := c.redaction(x).redact(q.text)
	if err != nil {
		return Prompt{}, Kept{}, err
	}
	outline := x.outline(q, outlineBudget, c.samples(ctx))
	said := sections{Outline: outline.text, Notes: outline.notes(), Pairs: c.pairsFor(text), Calendar: strings.Join(c.Calendar.Hints(), "\n"), Before: c.Memory.lines(),
		Drafts: candidates(c.Candidates, kept), Question: text}
	if said.Outline == "" {
		return Prompt{}, Kept{}, refusal.New(refusal.NoAccess,
			"ask without a model, or ask an administrator to show a table to models",
			"there is no table that a model may see for you")
	}
	return Prompt{&prompt{
		messages: []Message{{System, fixed("system.txt")}, {User, filled("question.txt", said)}},
		schema:   json.RawMessage(fixed("answer.schema.json")),
		asked:    text,
	}}, kept, nil
}

func (c Composer) samples(ctx context.Context) *samples {
	if !c.view.Made() {
		return &samples{}
	}
	return &samples{ctx: ctx, from: c.Samples, view: c.view}
}

func (c Composer) redaction(x *index) redaction {
	return redaction{Detector: Detector{Catalog: x.speaksOf, Names: c.Names, Keep: c.Choice.kept()}, choice: c.Choice, strict: c.strict,
		earlier: c.Memory.kept(), random: c.Random}
}

// fixed is a file of prompts/ as it is.
func fixed(name string) string {
	text, err := files.ReadFile("prompts/" + name)
	if err != nil {
		panic("egress: " + err.Error())
	}
	return strings.TrimSpace(string(text))
}

// filled is a template of prompts/ with its blanks filled in.
func filled(name string, blanks any) string {
	var b strings.Builder
	t := template.Must(template.New(name).Option("missingkey=error").Parse(fixed(name)))
	if err := t.Execute(&b, blanks); err != nil {
		panic("egress: " + err.Error())
	}
	return b.String()
}
