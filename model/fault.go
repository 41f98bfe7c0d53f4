package model

import (
	"bytes"
	"fmt"
	"net/http"
	"time"

	"github.com/grille-dev/grille/refusal"
)

// Down is a failure of a model's server that says nothing of the question: it is
// away, busy, slow or broken. Another model may be asked then; for no other error.
type Down struct {
	*refusal.Refusal
	RetryAfter time.Duration // what the server asked for; 0: nothing
}

// Unwrap gives the refusal.
func (d *Down) Unwrap() error { return d.Refusal }

// faulty says what a status other than 200 means and what to do. Of the body
// only known codes are looked at; none of it is quoted.
func (p *Provider) faulty(r *Reply, body []byte) error {
	no := func(try, what string) error { return p.no(try, what) }
	down := func(try, what string) error { return &Down{Refusal: p.no(try, what), RetryAfter: r.RetryAfter} }
	switch s := r.Status; {
	case s == http.StatusUnauthorized || s == http.StatusForbidden || has(body, badKey):
		return no("check the key of this model in the configuration", "does not accept the key")
	case s == http.StatusPaymentRequired || has(body, noQuota):
		return down("look at the account with the provider", "has no quota left for this key")
	case s == http.StatusNotFound || s == http.StatusMethodNotAllowed:
		return no("check the model's name, and that the URL is "+p.hint, "is not at this URL under this name")
	case s == http.StatusRequestTimeout || s == http.StatusGatewayTimeout:
		return down("ask again", "took too long")
	case s == http.StatusRequestEntityTooLarge || has(body, tooLong):
		return no("choose a model that reads more, or hide tables from models", "cannot read a prompt of this length")
	case s == http.StatusTooManyRequests:
		if r.RetryAfter > 0 {
			return down(fmt.Sprintf("ask again in %s", r.RetryAfter), "is busy")
		}
		return down("ask again later", "is busy")
	case s >= 500:
		return down("ask again later, or ask without a model", "has a fault of its own")
	case s >= 300 && s < 400:
		return no("write the final URL into the configuration: redirects are not followed", "points to another address")
	case has(body, filtered):
		return p.declined()
	}
	return no("check the model's name and URL in the configuration", "does not accept the request")
}

// What servers write into the body of an error, as far as a status does not say
// it: OpenAI and Azure, vLLM and llama.cpp, Anthropic, Gemini, Ollama.
var (
	badKey   = []string{"API_KEY_INVALID"}
	noQuota  = []string{"insufficient_quota", "billing_error", "credit balance is too low"}
	filtered = []string{"content_filter", "content_policy_violation"}
	tooLong  = []string{"context_length_exceeded", "maximum context length", "exceed_context_size", "string_above_max_length",
		"prompt is too long", "exceeds the maximum number of tokens", "exceeds the context length"}
)

func has(body []byte, codes []string) bool {
	for _, c := range codes {
		if bytes.Contains(body, []byte(c)) {
			return true
		}
	}
	return false
}

func (p *Provider) no(try, format string, args ...any) *refusal.Refusal {
	return refusal.New(refusal.Model, try, "the model %s "+format, append([]any{p.name}, args...)...)
}

func (p *Provider) declined() error {
	return p.no("ask in other words, or choose another model", "declined to answer")
}

// stranger is for an answer that is not of the protocol at all: a login page,
// an empty body.
func (p *Provider) stranger() error {
	return refusal.New(refusal.Model, "check that the URL is "+p.hint,
		"what answers as the model %s does not speak the protocol", p.name)
}
