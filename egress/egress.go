// Package egress decides what a language model may see.
//
// It is the only package that can make a [Prompt], and a Prompt is the only
// thing package model will send. To audit what leaves the building, read this
// package and nothing else.
//
// A Prompt holds fixed instructions (the files in prompts/), the names, types
// and keys of tables that this viewer may see and the model too, and the
// question with personal data replaced by placeholders. It never holds a stored
// value: enum labels, defaults, checks and comments of the database count as
// values, and no sample, row, count or error text is ever added. What a
// placeholder stands for is [Kept] here and put back locally.
//
// Begin with [ReadQuestion], then [Compose].
package egress

import (
	"embed"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"text/template"

	"github.com/grille-dev/grille/catalog"
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

// Compose makes the prompt for one question of one viewer. The view is narrowed
// to what a model may see. Placeholders get ids from random, so that a question
// cannot contain one by chance or by design; Kept says what they stand for.
//
// A draft that comes back must be bound against view.ForModel().Names(), and
// its literals go through [Kept.Restore].
func Compose(view policy.View, q Question, random io.Reader) (Prompt, Kept, error) {
	if !view.Made() {
		panic("egress: zero View")
	}
	if view.ModelsOff() {
		return Prompt{}, Kept{}, refusal.New(refusal.NoAccess, "ask without a model: the planner needs none", "the rules let no model draft for you")
	}
	return compose(view.ForModel().Visible(), q, random)
}

func compose(visible *catalog.Catalog, q Question, random io.Reader) (Prompt, Kept, error) {
	if !q.Made() {
		panic("egress: zero Question")
	}
	text, kept, err := redact(q.text, random)
	if err != nil {
		return Prompt{}, Kept{}, err
	}
	outline := outlineOf(visible, words(q), outlineBudget)
	if outline == "" {
		return Prompt{}, Kept{}, refusal.New(refusal.NoAccess,
			"ask without a model, or ask an administrator to show a table to models",
			"there is no table that a model may see for you")
	}
	p := &prompt{
		messages: []Message{
			{System, fixed("system.txt")},
			{User, filled("question.txt", map[string]string{"Outline": outline, "Question": text})},
		},
		schema: json.RawMessage(fixed("answer.schema.json")),
	}
	return Prompt{p}, kept, nil
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
func filled(name string, blanks map[string]string) string {
	var b strings.Builder
	t := template.Must(template.New(name).Option("missingkey=error").Parse(fixed(name)))
	if err := t.Execute(&b, blanks); err != nil {
		panic("egress: " + err.Error())
	}
	return b.String()
}
