// Package model sends a prompt to a language model and returns what it drafts.
//
// It sends nothing but an [egress.Prompt], and records the exact bytes in a
// [Ledger] before they leave: [Send] is the only place that writes to the
// network. A [Draft] has no authority. It is parsed, bound, rewritten by the
// rules and printed anew before anything runs, and no free text of a model is
// ever shown.
//
// What goes wrong with a model is a refusal with the code model, which says
// what to do and quotes no byte that the server sent and no key. If it is the
// server that fails, and not what was asked, the refusal is in a [Down].
//
// Begin with [Client]. A [Provider] is one, made of a [Protocol]: the packages
// below this one have these. [Route] is one that has several.
package model

import (
	"context"

	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/refusal"
)

// Client drafts with one model, or with the first of several that can. A Client
// may be used concurrently.
type Client interface {
	// Draft asks each model at most once; it does not wait and try again. Every body
	// that leaves is in log first. The error is a *refusal.Refusal, mostly with code
	// model, or ctx's or log's own; the Draft then holds nothing but Usage and By.
	Draft(ctx context.Context, p egress.Prompt, log Ledger) (Draft, error)
	// Name is what the configuration calls it.
	Name() string
	// Private reports whether there is a model on a machine that the site controls.
	// A prompt that is for such models goes to no other.
	Private() bool
}

// Draft is what a model or the planner proposes: untrusted text.
type Draft struct {
	Kind Kind
	SQL  string // PostgreSQL; of kind SQL only
	What What   // of kind Clarify only
	// Reasons say which words of the question caused which part of SQL. Models
	// give none.
	Reasons []Reason
	// Confidence is from 0 to 1, and 0 where the drafter does not say.
	Confidence float64
	By         string // the model that drafted, as the configuration calls it; "": the planner
	Usage      Usage
}

// Reason is one part of a draft and the words that caused it.
type Reason struct {
	Part  refusal.Span // in Draft.SQL
	Asked refusal.Span // in the question's text
	Words string       // the text of Asked
}

// Kind is what a Draft is.
type Kind uint8

const (
	NoKind       Kind = iota
	SQL               // a query
	CannotAnswer      // the data cannot answer the question
	Clarify           // the question can mean two things
)

func (k Kind) String() string {
	switch k {
	case NoKind:
		return "none"
	case SQL:
		return "sql"
	case CannotAnswer:
		return "cannot_answer"
	case Clarify:
		return "clarify"
	default:
		panic("model: unknown kind of draft")
	}
}

// What is the choice that a clarifying question leaves open: a closed list, as
// its words are made here and never by a model.
type What string

const (
	WhichTable    What = "table"
	WhichColumn   What = "column"
	WhichValue    What = "value"
	WhichPeriod   What = "period"
	WhichMeasure  What = "measure"
	WhichGrouping What = "grouping"
)

// Whats is the closed list. The schema in package egress offers the same.
func Whats() []What {
	return []What{WhichTable, WhichColumn, WhichValue, WhichPeriod, WhichMeasure, WhichGrouping}
}

// Ledger keeps what leaves.
//
// Append returns when the entry is durable; if it returns an error, nothing is
// sent. It is called once for each attempt, may be called concurrently, and
// must not keep Entry.Body's memory. Who asked and when is for the Ledger to
// know: it is made for one ask.
type Ledger interface {
	Append(ctx context.Context, e Entry) error
}

// Entry is one request as it is about to leave. Headers are not part of it:
// they hold the key and nothing of the question.
type Entry struct {
	Provider string // as named in the configuration
	URL      string // where it goes
	Body     []byte // exactly what is sent
}
