// Package pairs reads and writes the file of questions with queries that models
// may be sent as examples:
//
//   - question: how many urgent visits per ward?
//     sql: SELECT ward_id, count(*) FROM visits WHERE urgent GROUP BY ward_id
//     approved: {by: ana, digest: 3b0c...}
//
// Approved says who has read both halves as they will be sent, and the digest
// which text that was. What is not approved, or was edited since, is in the file
// and never sent: [Sent] leaves it out.
package pairs

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/internal/strict"
)

// Entry is one pair of the file.
type Entry struct {
	egress.Proposal
	By     string // who approved it; "" if nobody has
	Digest string // of what they approved
}

// State is how an Entry stands.
type State uint8

const (
	Proposed State = iota // nobody approved it
	Edited                // it is not the text that was approved
	Ready
)

func (s State) String() string {
	switch s {
	case Proposed:
		return "not approved"
	case Edited:
		return "edited since it was approved"
	case Ready:
		return "approved"
	default:
		panic("pairs: unknown state")
	}
}

// State says whether e is sent.
func (e Entry) State() State {
	if e.Digest == "" {
		return Proposed
	}
	if _, err := e.Approved(e.Digest); err != nil {
		return Edited
	}
	return Ready
}

// Parse reads a file; path is where it stands.
func Parse(path string, text []byte) ([]Entry, error) {
	root, err := strict.Parse(path, text)
	if err != nil {
		return nil, err
	}
	nodes, err := root.List()
	if err != nil {
		return nil, err
	}
	var all []Entry
	for _, n := range nodes {
		var e Entry
		if err := e.read(n); err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}

func (e *Entry) read(n strict.Node) error {
	err := n.Fields(
		strict.Required("question", strict.Text(&e.Question)),
		strict.Required("sql", strict.Text(&e.SQL)),
		strict.Optional("approved", func(n strict.Node) error {
			return n.Fields(strict.Required("by", filled(&e.By)), strict.Required("digest", filled(&e.Digest)))
		}),
	)
	if err != nil {
		return err
	}
	if _, err := e.Said(); err != nil {
		return n.Errorf("%v", err)
	}
	return nil
}

func filled(into *string) strict.Reader {
	return func(n strict.Node) error {
		text, err := n.Text()
		if err == nil && text == "" {
			return n.Errorf("it is empty: approve the pair with grille pairs approve, or remove the key approved")
		}
		*into = text
		return err
	}
}

// Sent are the pairs that models may be sent.
func Sent(all []Entry) (some []egress.Pair) {
	for _, e := range all {
		if p, err := e.Approved(e.Digest); err == nil && e.By != "" {
			some = append(some, p)
		}
	}
	return some
}

// Format is a file of these entries, at least one. Comments of the file that was read are lost.
func Format(all []Entry) []byte {
	var b strings.Builder
	b.WriteString("# Questions with queries that answer them, as examples for models. Only approved\n# ones are sent, exactly as they stand: grille pairs list, add, approve.\n")
	for _, e := range all {
		fmt.Fprintf(&b, "- question: %s\n  sql: %s\n", quoted(e.Question), quoted(e.SQL))
		if e.Digest != "" {
			fmt.Fprintf(&b, "  approved: {by: %s, digest: %s}\n", quoted(e.By), quoted(e.Digest))
		}
	}
	return []byte(b.String())
}

// quoted is a text as JSON has it, which YAML reads too.
func quoted(text string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(text); err != nil {
		panic("pairs: " + err.Error())
	}
	return strings.TrimSpace(b.String())
}
