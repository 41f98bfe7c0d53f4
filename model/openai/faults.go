package openai

import (
	"bytes"
	"fmt"
	"net/http"

	"github.com/grille-dev/grille/model"
	"github.com/grille-dev/grille/refusal"
)

// faulty says what a status other than 200 means and what to do. Of the body
// only known codes are looked at; none of it is quoted.
func (c *Client) faulty(r model.Reply) error {
	no := func(try, what string) error {
		return refusal.New(refusal.Model, try, "the model %s %s", c.name, what)
	}
	switch s := r.Status; {
	case s == http.StatusUnauthorized || s == http.StatusForbidden:
		return no("check the key of this model in the configuration", "does not accept the key")
	case s == http.StatusPaymentRequired || s == http.StatusTooManyRequests && bytes.Contains(r.Body, []byte("insufficient_quota")):
		return no("look at the account with the provider", "has no quota left for this key")
	case s == http.StatusNotFound || s == http.StatusMethodNotAllowed:
		return no("check the model's name, and that the URL ends as the server wants it, often in /v1", "is not at this URL under this name")
	case s == http.StatusRequestTimeout || s == http.StatusGatewayTimeout:
		return no("ask again", "took too long")
	case s == http.StatusRequestEntityTooLarge || tooLong(r.Body):
		return no("choose a model that reads more, or hide tables from models", "cannot read a prompt of this length")
	case s == http.StatusTooManyRequests:
		if r.RetryAfter > 0 {
			return no(fmt.Sprintf("ask again in %s", r.RetryAfter), "is busy")
		}
		return no("ask again later", "is busy")
	case s >= 500:
		return no("ask again later, or ask without a model", "has a fault of its own")
	case s >= 300 && s < 400:
		return no("write the final URL into the configuration: redirects are not followed", "points to another address")
	}
	return no("check the model's name and URL in the configuration", "does not accept the request")
}

// stranger is for an answer that is not of the protocol at all: a login page,
// an empty body.
func (c *Client) stranger() error {
	return refusal.New(refusal.Model, "check that the URL is that of an OpenAI-compatible server, often ending in /v1",
		"what answers as the model %s does not speak the protocol", c.name)
}

// tooLong recognises the codes and words of OpenAI, vLLM and llama.cpp.
func tooLong(body []byte) bool {
	for _, s := range []string{"context_length_exceeded", "maximum context length", "exceed_context_size", "string_above_max_length"} {
		if bytes.Contains(body, []byte(s)) {
			return true
		}
	}
	return false
}
