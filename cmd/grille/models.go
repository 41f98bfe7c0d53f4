package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/grille-dev/grille/internal/config"
	"github.com/grille-dev/grille/model"
	"github.com/grille-dev/grille/model/anthropic"
	"github.com/grille-dev/grille/model/gemini"
	"github.com/grille-dev/grille/model/ollama"
	"github.com/grille-dev/grille/model/openai"
	"github.com/grille-dev/grille/model/quota"
)

// drafter is the models that the configuration chooses, in their order; nil is
// the planner.
func (s *site) drafter() (model.Client, error) {
	var clients []model.Client
	for _, m := range s.Drafters() {
		c, err := s.client(m)
		if err != nil {
			return nil, err
		}
		clients = append(clients, c)
	}
	if len(clients) == 0 {
		return nil, nil
	}
	return model.NewRoute(model.RouteConfig{Models: clients, Clock: s.clock})
}

// client is one model of the configuration.
func (s *site) client(m config.Model) (model.Client, error) {
	key, err := s.Secret(m.Key)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", m.Name, err)
	}
	e := model.EndpointConfig{
		Provider: m.Name, URL: m.URL, Plaintext: m.Plaintext, Private: m.Private, Region: m.Region,
		Timeouts: model.Timeouts(m.Timeouts),
	}
	if m.CA != "" {
		if e.RootPEM, err = os.ReadFile(m.CA); err != nil {
			return nil, fmt.Errorf("model %s: reading its certificate authority: %w", m.Name, err)
		}
	}
	c, err := provider(m, e, key.Reveal())
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", m.Name, err)
	}
	return c, nil
}

func provider(m config.Model, e model.EndpointConfig, key string) (*model.Provider, error) {
	switch m.Kind {
	case config.OpenAI:
		return openai.New(openai.Config{EndpointConfig: e, Model: m.ID, Key: key, NoStore: m.NoStore})
	case config.Azure:
		return openai.New(openai.Config{EndpointConfig: e, Model: m.ID, Key: key, NoStore: m.NoStore, Azure: &openai.Azure{APIVersion: m.APIVersion}})
	case config.Anthropic:
		e.Region = "" // in the request
		return anthropic.New(anthropic.Config{EndpointConfig: e, Model: m.ID, Key: key, Geo: m.Region})
	case config.Gemini:
		return gemini.New(gemini.Config{EndpointConfig: e, Model: m.ID, Key: key, NoStore: m.NoStore})
	case config.Ollama:
		return ollama.New(ollama.Config{EndpointConfig: e, Model: m.ID, Key: key, Context: m.Context, KeepAlive: m.KeepAlive})
	default:
		panic("grille: unknown kind of model")
	}
}

// quota is what each person may have models do in a day; nil: as much as they like.
func (s *site) quota() (*quota.Quota, error) {
	if !s.Budget.Set() {
		return nil, nil
	}
	if err := os.MkdirAll(s.StateDir(), 0o700); err != nil {
		return nil, fmt.Errorf("making the folder for budgets: %w", err)
	}
	return quota.New(quota.Config{File: filepath.Join(s.StateDir(), "budget.json"), Requests: s.Budget.Requests, Tokens: s.Budget.Tokens, Zone: s.Zone})
}

// drafter adds --model to a command.
func (p *program) drafter(c *cobra.Command) {
	c.Flags().StringVar(&p.flags.model, "model", "", "the `name` of the model that drafts, or planner for none; else as in the configuration")
}

// choose has the model draft that --model names.
func (p *program) choose(c *config.Config) error {
	if p.flags.model == "" {
		return nil
	}
	c.Order = []string{p.flags.model}
	if len(c.Drafters()) > 0 || p.flags.model == config.Planner {
		return nil
	}
	names := []string{config.Planner}
	for _, m := range c.Models {
		names = append(names, m.Name)
	}
	return usage("%s has no model %q: write one of %s", c.File, p.flags.model, strings.Join(names, ", "))
}
