// Package gemini drafts with Google's Gemini API, by streamGenerateContent.
//
// It asks for an answer that follows the prompt's JSON schema, as
// responseJsonSchema. The key goes in a header and never into an address.
package gemini

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/grille-dev/grille/model"
)

// Config is one model.
type Config struct {
	// EndpointConfig has the provider's name, and as URL the base, such as
	// https://generativelanguage.googleapis.com/v1beta.
	model.EndpointConfig
	Model   string // as the server calls it, without models/
	Key     string // "": none is sent
	NoStore bool   // send "store": false
}

// New checks c; it does not connect.
func New(c Config) (*model.Provider, error) {
	if !model.PathWord(c.Model) {
		return nil, errors.New("gemini: model is missing, or is no name: write one such as gemini-2.5-flash")
	}
	c.Header = http.Header{}
	if c.Key != "" {
		c.Header.Set("X-Goog-Api-Key", c.Key)
	}
	c.URL = strings.TrimRight(c.URL, "/") + "/models/" + c.Model + ":streamGenerateContent"
	c.Query = url.Values{"alt": {"sse"}}
	return model.NewProvider(model.ProviderConfig{
		EndpointConfig: c.EndpointConfig, Protocol: protocol{noStore: c.NoStore},
		Optional: model.Schemas | model.Temperature, Hint: "that of the Gemini API, ending in its version, such as /v1beta",
	})
}
