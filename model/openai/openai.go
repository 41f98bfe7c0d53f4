// Package openai drafts with any server that speaks OpenAI's chat completions:
// OpenAI, vLLM, llama.cpp, Ollama and others.
//
// It asks for an answer that follows the prompt's JSON schema, in the form of
// OpenAI, or else in that of llama-cpp-python. A server that knows neither, or no
// temperature, says so; the request is then sent once more without it, recorded
// like the first, and the client remembers. It never streams, never follows a redirect and never tries again
// by itself for any other reason.
package openai

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/model"
	"github.com/grille-dev/grille/refusal"
)

// Config is one model on one server.
type Config struct {
	Name  string // of the provider, for messages and the ledger
	URL   string // base, such as https://api.openai.com/v1 or http://localhost:11434/v1
	Model string // as the server calls it
	Key   string // "": none is sent

	Timeout   time.Duration // of one attempt; 0 is a minute
	Roots     *x509.CertPool
	Dial      func(ctx context.Context, network, address string) (net.Conn, error)
	Plaintext bool // allow http:// to other machines
	NoStore   bool // send "store": false; not every server knows it
}

// Client drafts with one model.
type Client struct {
	endpoint *model.Endpoint
	name     string
	model    string
	noStore  bool
	lacks    atomic.Uint32 // features that the server turned out not to know
}

var _ model.Client = (*Client)(nil)

// What a server may not know.
const (
	schemas uint32 = 1 << iota // response_format: json_schema
	objects                    // response_format: json_object, with the schema beside it, as llama-cpp-python has it
	temperature
)

// New checks c; it does not connect.
func New(c Config) (*Client, error) {
	if c.Model == "" {
		return nil, errors.New("openai: model is missing: name one that the server has")
	}
	if strings.ContainsAny(c.Key, " \r\n\t") {
		return nil, errors.New("openai: key has blanks in it: check how it is read")
	}
	header := http.Header{}
	if c.Key != "" {
		header.Set("Authorization", "Bearer "+c.Key)
	}
	e, err := model.NewEndpoint(model.EndpointConfig{
		Provider: c.Name, URL: strings.TrimRight(c.URL, "/") + "/chat/completions", Header: header,
		Timeout: c.Timeout, Dial: c.Dial, Roots: c.Roots, Plaintext: c.Plaintext,
	})
	if err != nil {
		return nil, err
	}
	return &Client{endpoint: e, name: c.Name, model: c.Model, noStore: c.NoStore}, nil
}

// Draft implements model.Client.
func (c *Client) Draft(ctx context.Context, p egress.Prompt, log model.Ledger) (model.Draft, error) {
	lacks := c.lacks.Load()
	for {
		reply, err := model.Send(ctx, c.endpoint, p, c.body(p, lacks), log)
		if err != nil {
			return model.Draft{}, err
		}
		if missing := notKnown(reply, lacks); missing != 0 {
			lacks |= missing // each bit once: at most four rounds
			continue
		}
		if reply.Status == http.StatusOK {
			c.lacks.Store(lacks)
		}
		return c.read(reply)
	}
}

type (
	request struct {
		Model       string    `json:"model"`
		Messages    []message `json:"messages"`
		Temperature *float64  `json:"temperature,omitempty"`
		Format      *format   `json:"response_format,omitempty"`
		Store       *bool     `json:"store,omitempty"`
	}
	message struct {
		Role    egress.Role `json:"role"`
		Content string      `json:"content"`
	}
	format struct {
		Type   string          `json:"type"`
		Named  *named          `json:"json_schema,omitempty"`
		Schema json.RawMessage `json:"schema,omitempty"`
	}
	named struct {
		Name   string          `json:"name"`
		Strict bool            `json:"strict"`
		Schema json.RawMessage `json:"schema"`
	}
)

// body is what is sent: the prompt, the model's name, and how to answer.
func (c *Client) body(p egress.Prompt, lacks uint32) []byte {
	r := request{Model: c.model}
	for _, m := range p.Messages() {
		r.Messages = append(r.Messages, message{m.Role, m.Text})
	}
	if lacks&temperature == 0 {
		r.Temperature = new(float64)
	}
	switch {
	case lacks&schemas == 0:
		r.Format = &format{Type: "json_schema", Named: &named{"draft", true, p.Schema()}}
	case lacks&objects == 0:
		r.Format = &format{Type: "json_object", Schema: p.Schema()}
	}
	if c.noStore {
		r.Store = new(bool)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(r); err != nil {
		panic("openai: " + err.Error())
	}
	return bytes.TrimSpace(b.Bytes())
}

// notKnown is the feature that the server did not know, as far as its error
// tells; the schema if it tells nothing. A server may take its own inability for
// a fault of its own, status 500, and then names what it could not do.
func notKnown(r model.Reply, lacks uint32) uint32 {
	form := bytes.Contains(r.Body, []byte("response_format"))
	switch {
	case tooLong(r.Body):
		return 0
	case r.Status == http.StatusBadRequest, r.Status == http.StatusUnprocessableEntity, r.Status == http.StatusInternalServerError && form:
	default:
		return 0
	}
	switch {
	case lacks&temperature == 0 && !form && bytes.Contains(r.Body, []byte("temperature")):
		return temperature
	case lacks&schemas == 0:
		return schemas
	case lacks&objects == 0:
		return objects
	}
	return 0
}

// completion is the part of a reply that is read. Error is how some servers
// report a fault under status 200.
type completion struct {
	Choices []struct {
		Message struct {
			Content *string `json:"content"`
			Refusal *string `json:"refusal"`
		} `json:"message"`
		Finish string `json:"finish_reason"`
	} `json:"choices"`
	Error json.RawMessage `json:"error"`
}

func (c *Client) read(r model.Reply) (model.Draft, error) {
	if r.Status != http.StatusOK {
		return model.Draft{}, c.faulty(r)
	}
	var reply completion
	if err := json.Unmarshal(r.Body, &reply); err != nil {
		return model.Draft{}, c.stranger()
	}
	if len(reply.Choices) == 0 {
		if len(reply.Error) > 0 && string(reply.Error) != "null" {
			return model.Draft{}, refusal.New(refusal.Model, "ask again later, or look into the server's log",
				"the model %s reports a fault", c.name)
		}
		return model.Draft{}, c.stranger()
	}
	choice := reply.Choices[0]
	switch {
	case choice.Message.Refusal != nil && *choice.Message.Refusal != "", choice.Finish == "content_filter":
		return model.Draft{}, refusal.New(refusal.Model, "ask in other words, or choose another model",
			"the model %s declined to answer", c.name)
	case choice.Finish == "length":
		return model.Draft{}, refusal.New(refusal.Model, "ask for less at once, or let the server write longer answers",
			"the answer of the model %s was cut off", c.name)
	case choice.Message.Content == nil || strings.TrimSpace(*choice.Message.Content) == "":
		return model.Draft{}, refusal.New(refusal.Model, "ask again, or choose another model",
			"the model %s said nothing", c.name)
	}
	return model.ReadDraft(*choice.Message.Content)
}
