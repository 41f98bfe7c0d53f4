// Package openai drafts with any server that speaks OpenAI's chat completions:
// OpenAI, Azure OpenAI, vLLM, llama.cpp and others.
//
// It asks for an answer that follows the prompt's JSON schema, in the form of
// OpenAI or else in that of llama-cpp-python, and for a stream. A server that
// knows neither form, no temperature or no counts in a stream says so; the request
// is then sent once more without it, recorded like the first, and the client
// remembers. It never follows a redirect and never tries again by itself for any
// other reason.
package openai

import (
	"errors"
	"net/http"
	"strings"

	"github.com/grille-dev/grille/model"
)

// Config is one model on one server.
type Config struct {
	// EndpointConfig has the provider's name, and as URL the base, such as
	// https://api.openai.com/v1 or http://localhost:8080/v1.
	model.EndpointConfig
	Model   string // as the server calls it; with Azure the name of the deployment
	Key     string // "": none is sent
	NoStore bool   // send "store": false; not every server knows it
	Azure   *Azure // set: the server is Azure's
}

// Azure is what Azure OpenAI has of its own. URL is then that of the resource,
// such as https://NAME.openai.azure.com.
type Azure struct {
	// APIVersion is of the form 2024-10-21; "" is the API without versions, /openai/v1.
	APIVersion string
}

// New checks c; it does not connect.
func New(c Config) (*model.Provider, error) {
	if c.Model == "" {
		return nil, errors.New("openai: model is missing: name one that the server has")
	}
	hint := "that of an OpenAI-compatible server, often ending in /v1"
	c.Header = http.Header{}
	c.URL = strings.TrimRight(c.URL, "/")
	if c.Azure != nil {
		hint = "that of the resource, like https://NAME.openai.azure.com, and the model the name of a deployment"
		if err := c.azure(); err != nil {
			return nil, err
		}
	} else if c.Key != "" {
		c.Header.Set("Authorization", "Bearer "+c.Key)
	}
	c.URL += "/chat/completions"
	return model.NewProvider(model.ProviderConfig{
		EndpointConfig: c.EndpointConfig, Protocol: protocol{model: c.Model, noStore: c.NoStore},
		Optional: model.Schemas | model.Objects | model.Temperature | model.StreamUsage, Hint: hint,
	})
}

// azure completes URL, Query and Header.
func (c *Config) azure() error {
	if c.Key == "" {
		return errors.New("openai: Azure needs a key")
	}
	c.Header.Set("Api-Key", c.Key)
	if c.Azure.APIVersion == "" {
		c.URL += "/openai/v1"
		return nil
	}
	if !model.PathWord(c.Model) {
		return errors.New("openai: the name of an Azure deployment has letters, digits, dots, _ and - only")
	}
	c.URL += "/openai/deployments/" + c.Model
	c.Query = map[string][]string{"api-version": {c.Azure.APIVersion}}
	return nil
}
