// Package modeldouble has models that are functions of a test. What they are
// sent is read by package modeltest as if it had left, so a test can have no
// model that is not watched.
package modeldouble

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"

	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/internal/modeltest"
	"github.com/grille-dev/grille/model"
)

// Func drafts from a prompt.
type Func func(context.Context, egress.Prompt) (model.Draft, error)

// New is a model that drafts with f. Like any, it first notes what it is sent.
func New(t testing.TB, f Func) model.Client { return double{t, f} }

type double struct {
	t testing.TB
	f Func
}

// Draft implements model.Client.
func (d double) Draft(ctx context.Context, p egress.Prompt, log model.Ledger) (model.Draft, error) {
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(struct {
		Messages []egress.Message
		Schema   json.RawMessage
	}{p.Messages(), p.Schema()}); err != nil {
		return model.Draft{}, err
	}
	if err := log.Append(ctx, model.Entry{Provider: "double", URL: "https://double.invalid/", Body: body.Bytes()}); err != nil {
		return model.Draft{}, err
	}
	modeltest.Check(d.t, modeltest.Request{Test: d.t.Name(), To: "double", Body: body.Bytes()})
	return d.f(ctx, p)
}

// Name implements model.Client.
func (d double) Name() string { return "double" }

// Private implements model.Client: it is a function of this process.
func (d double) Private() bool { return true }

// SQL is a draft of text.
func SQL(text string) (model.Draft, error) { return model.Draft{Kind: model.SQL, SQL: text}, nil }
