package config

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var rewriteDocs = flag.Bool("docs", false, "write docs/config.md anew")

const docsPath = "../../docs/config.md"

// docs/config.md is the schema for people: write it anew with
//
//	go test ./internal/config -run TestDocs -docs
func TestDocs(t *testing.T) {
	var p page
	p.write(t)
	if *rewriteDocs {
		if err := os.WriteFile(docsPath, []byte(p.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(docsPath)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(p.String(), string(got)); diff != "" {
		t.Errorf("docs/config.md is not what the schema says; write it with -docs:\n%s", diff)
	}
}

const intro = `# grille.yaml

<!-- go test ./internal/config -run TestDocs -docs makes this page of internal/config/schema.json -->

%s

` + "```yaml" + `
# yaml-language-server: $schema=grille.schema.json
connections:
  clinic: {dsn: "postgres://grille_ro@127.0.0.1:5432/clinic", password: env:CLINIC_PASSWORD, schemas: [public], rules: clinic-rules.yaml}
model: planner
models:
  house: {kind: openai, url: "https://llm.internal/v1", model: qwen3-coder, key: file:/run/secrets/llm}
viewers:
  ana: {teams: [analysts], attributes: {wards: [3, 4]}}
calendar: {timezone: Europe/Berlin, fiscal_year: april}
limits: {rows: 1000000, bytes: 1GiB, seconds: 60, concurrent: 4}
ledger: {checkpoints: [{syslog: "unix:/dev/log"}]}
secret: file:site.secret
` + "```" + `

The first line tells an editor with a YAML language server which keys there are, as you type: ` + "`grille schema config > grille.schema.json`" + ` writes that file. What is left out has the value under *else*, and no other. ` + "`grille doctor`" + ` says whether a file works. What is off for a viewer may be so for everybody (` + "`switches`" + `), a team or a table as well ([rules.md](rules.md#switches)); levels add up, and what one switches off, no other switches on.
`

type page struct {
	strings.Builder
	defs map[string]*entry
}

// entry is what the page says of a schema.
type entry struct {
	Ref         string          `json:"$ref"`
	Additional  json.RawMessage `json:"additionalProperties"`
	Enum        []any
	Required    []string
	Description string
	Default     json.RawMessage
	Properties  members
	Defs        map[string]*entry `json:"$defs"`
	Items       *entry
	AnyOf       []*entry
}

// members are keys in the order of the file.
type members []member

type member struct {
	key   string
	value *entry
}

func (m *members) UnmarshalJSON(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	if _, err := d.Token(); err != nil {
		return err
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		one := member{key: key.(string)}
		if err := d.Decode(&one.value); err != nil {
			return err
		}
		*m = append(*m, one)
	}
	return nil
}

func (p *page) write(t *testing.T) {
	var root entry
	if err := json.Unmarshal(Schema(), &root); err != nil {
		t.Fatal(err)
	}
	p.defs = root.Defs
	fmt.Fprintf(p, intro, root.Description)
	p.section("", &root)
}

// section is a table of the keys of a mapping, and then a section for each key
// that has keys of its own.
func (p *page) section(path string, e *entry) {
	if path != "" {
		fmt.Fprintf(p, "\n## %s\n", path)
	}
	p.WriteString("\n| key | | else |\n|---|---|---|\n")
	for _, m := range e.Properties {
		value, said := p.follow(m.value)
		without := ""
		switch {
		case slices.Contains(e.Required, m.key):
			without = "needed"
		case value.Default != nil:
			without = "`" + strings.Trim(string(value.Default), `"`) + "`"
		}
		fmt.Fprintf(p, "| `%s` | %s%s | %s |\n", m.key, said, words(value), without)
	}
	for _, m := range e.Properties {
		if inner, at := p.inner(m.value, strings.TrimPrefix(path+"."+m.key, ".")); inner != nil {
			p.section(at, inner)
		}
	}
}

// follow is where a reference leads, with what is said beside it or there.
func (p *page) follow(e *entry) (*entry, string) {
	if e.Ref == "" {
		return e, e.Description
	}
	there := *p.defs[strings.TrimPrefix(e.Ref, "#/$defs/")]
	if e.Default != nil {
		there.Default = e.Default
	}
	if e.Description != "" {
		return &there, e.Description
	}
	return &there, there.Description
}

// words are those of which one is written.
func words(e *entry) string {
	var all []string
	for _, v := range e.Enum {
		if s, ok := v.(string); ok && s != "true" && s != "false" {
			all = append(all, "`"+s+"`")
		}
	}
	switch {
	case len(e.Enum) == 4:
		return " `true` or `false`."
	case len(e.Enum) == 2 && len(all) == 0:
		return " `false`."
	case len(all) == 0:
		return ""
	}
	return " " + strings.Join(all, ", ") + "."
}

// inner finds the mapping with fixed keys in a value: itself, one of its
// alternatives, each item or each entry.
func (p *page) inner(e *entry, path string) (*entry, string) {
	e, _ = p.follow(e)
	if e.Properties != nil {
		return e, path
	}
	for _, one := range e.AnyOf {
		if found, at := p.inner(one, path); found != nil {
			return found, at
		}
	}
	if e.Items != nil {
		return p.inner(e.Items, path+"[]")
	}
	var each entry
	if len(e.Additional) > 0 && json.Unmarshal(e.Additional, &each) == nil {
		return p.inner(&each, path+".NAME")
	}
	return nil, ""
}
