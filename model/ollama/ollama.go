// Package ollama drafts with Ollama's own API, by /api/chat.
//
// It asks for an answer that follows the prompt's JSON schema, as format. A
// prompt that is longer than the model's context is an error: by itself Ollama
// would cut it. A model that Ollama would have run on another machine is refused
// where the endpoint is private.
package ollama

import (
	"errors"
	"net/http"
	"strings"

	"github.com/grille-dev/grille/model"
)

// Config is one model on one server.
type Config struct {
	// EndpointConfig has the provider's name, and as URL the base, such as
	// http://localhost:11434.
	model.EndpointConfig
	Model   string // as ollama list has it
	Key     string // "": none is sent
	Context int    // tokens that the model reads at most; 0: what the server has set
	// KeepAlive is for how many seconds the server keeps the model in memory; 0: as
	// it has set.
	KeepAlive int
}

// New checks c; it does not connect.
func New(c Config) (*model.Provider, error) {
	switch {
	case c.Model == "":
		return nil, errors.New("ollama: model is missing: name one of ollama list")
	case c.Context < 0 || c.KeepAlive < 0:
		return nil, errors.New("ollama: context and keep_alive are not negative")
	case c.Private && Cloud(c.Model):
		return nil, errors.New("ollama: a cloud model runs on a machine of others: it is not private")
	}
	c.Header = http.Header{}
	if c.Key != "" {
		c.Header.Set("Authorization", "Bearer "+c.Key)
	}
	c.URL = strings.TrimSuffix(strings.TrimRight(c.URL, "/"), "/api") + "/api/chat"
	return model.NewProvider(model.ProviderConfig{
		EndpointConfig: c.EndpointConfig, Protocol: protocol{c.Model, c.Context, c.KeepAlive},
		Optional: model.Schemas | model.Objects, Hint: "that of an Ollama server, like http://localhost:11434",
	})
}

// Cloud reports whether a model is called as those that Ollama passes on to its
// own cloud.
func Cloud(name string) bool {
	return strings.HasSuffix(name, ":cloud") || strings.HasSuffix(name, "-cloud")
}
