// Package anthropic drafts with servers that speak Anthropic's Messages API.
//
// It asks for an answer that follows the prompt's JSON schema, as
// output_config.format, and for a stream. Of a model that knows no such formats
// it demands a tool call with the same schema instead. The API has no flag
// against storage: that is a matter of the contract.
package anthropic

import (
	"errors"
	"net/http"
	"strings"

	"github.com/grille-dev/grille/model"
)

// version is that of the protocol below, in the header anthropic-version.
const version = "2023-06-01"

// Config is one model.
type Config struct {
	// EndpointConfig has the provider's name, and as URL the base, such as
	// https://api.anthropic.com.
	model.EndpointConfig
	Model string // as the server calls it
	Key   string // "": none is sent
	Geo   string // in which region it may be computed, as inference_geo; "": as the account has set
}

// New checks c; it does not connect.
func New(c Config) (*model.Provider, error) {
	if c.Model == "" {
		return nil, errors.New("anthropic: model is missing: name one that the server has")
	}
	c.Header = http.Header{"Anthropic-Version": {version}}
	if c.Key != "" {
		c.Header.Set("X-Api-Key", c.Key)
	}
	c.URL = strings.TrimSuffix(strings.TrimRight(c.URL, "/"), "/v1") + "/v1/messages"
	return model.NewProvider(model.ProviderConfig{
		EndpointConfig: c.EndpointConfig, Protocol: protocol{model: c.Model, region: c.Geo},
		Optional: model.Schemas | model.Temperature, Hint: "that of a server with Anthropic's Messages API, without /v1/messages",
	})
}
