// Package dbt reads what a dbt project says of its tables, from the manifest.json
// that dbt writes into its target folder.
//
// It takes names, descriptions, keys and metrics, and from meta the classes, other
// names and units that somebody wrote there. It takes no value: what accepted_values
// tests and seeds hold stays where it is. It reads files and nothing else; what it
// makes is text for a person to read before anything uses it.
//
// What dbt tests is no promise of the database: unique with not_null, and
// relationships, become keys that a person declares (see package meaning), which are
// good for joins and warnings and restrict nothing.
//
// Begin with [Read], then [Project.Meaning] and [Project.Classes].
package dbt

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
)

const largest = 512 << 20 // bytes of a manifest

// Project is what a manifest says. The zero Project says nothing.
type Project struct {
	version   string // of the manifest's form, such as v12
	tables    []relation
	semantics []semantic
	metrics   []measured
	// Left says what was not taken, and why.
	Left []string
}

// relation is a table or view that dbt makes or reads.
type relation struct {
	id, schema, name string
	about            string
	said             said
	columns          []column
	keys             [][]string
	refers           []reference
}

type column struct {
	name, about string
	said        said
}

// said is what meta says in words of Grille's.
type said struct {
	class, unit string
	also        []string
}

// reference says that from refers to a column of the relation with the id to.
type reference struct{ from, to, column string }

var versioned = regexp.MustCompile(`^https?://schemas\.getdbt\.com/dbt/manifest/v(\d+)\.json$`)

// Read reads a manifest.json. Errors say what to do.
func Read(path string) (Project, error) {
	f, err := os.Open(path)
	if err != nil {
		return Project{}, fmt.Errorf("reading the manifest: %w", err)
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, largest+1))
	if err != nil {
		return Project{}, fmt.Errorf("reading the manifest: %w", err)
	}
	if len(text) > largest {
		return Project{}, fmt.Errorf("%s has more than %d MiB: it is no manifest of dbt's, or of too many models", path, largest>>20)
	}
	p, err := parse(text)
	if err != nil {
		return Project{}, fmt.Errorf("%s: %w", path, err)
	}
	return p, nil
}

func parse(text []byte) (Project, error) {
	var m manifest
	if err := json.Unmarshal(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), &m); err != nil {
		return Project{}, unreadable(text, err)
	}
	v := versioned.FindStringSubmatch(m.Metadata.Version)
	if v == nil {
		return Project{}, errors.New("this is no manifest of dbt's: name the file target/manifest.json that dbt compile or dbt docs generate writes")
	}
	switch v[1] {
	case "7", "8", "9", "10", "11", "12", "20":
	default:
		return Project{}, fmt.Errorf("this is a manifest of version %s, and Grille reads 7 to 12 and 20: write it with dbt 1.3 or newer", v[1])
	}
	p := Project{version: "v" + v[1]}
	p.readRelations(m)
	p.readTests(m)
	p.readSemantics(m)
	return p, nil
}

// unreadable says where a text stops to be JSON.
func unreadable(text []byte, err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("this is no JSON: line %d: %v", 1+bytes.Count(text[:min(int(syntax.Offset), len(text))], []byte("\n")), err)
	case errors.As(err, &kind):
		return fmt.Errorf("this is no manifest of dbt's: %s is a %s", kind.Field, kind.Value)
	default:
		return err
	}
}

// manifest is what is read of the file. dbt's own reference: Manifest JSON file.
type manifest struct {
	Metadata struct {
		Version string `json:"dbt_schema_version"`
	} `json:"metadata"`
	Nodes     map[string]node         `json:"nodes"`
	Sources   map[string]node         `json:"sources"`
	Semantics map[string]semanticNode `json:"semantic_models"`
	Metrics   map[string]metricNode   `json:"metrics"`
	Groups    map[string]struct {
		Name  string `json:"name"`
		Owner owner  `json:"owner"`
	} `json:"groups"`
}

type owner struct {
	Email loose `json:"email"`
	Name  loose `json:"name"`
}

func (o owner) String() string {
	if o.Email != "" {
		return string(o.Email)
	}
	return string(o.Name)
}

// loose is a text where somebody may have written anything: what is no text is "".
type loose string

func (l *loose) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		*l = loose(s)
	}
	return nil
}

type node struct {
	ID          string `json:"unique_id"`
	Kind        string `json:"resource_type"`
	Schema      string `json:"schema"`
	Name        string `json:"name"`
	Alias       string `json:"alias"`
	Identifier  string `json:"identifier"`
	Description loose  `json:"description"`
	Meta        meta   `json:"meta"`
	Config      config `json:"config"`
	Columns     map[string]struct {
		Name        string       `json:"name"`
		Description loose        `json:"description"`
		Meta        meta         `json:"meta"`
		Config      config       `json:"config"`
		Constraints []constraint `json:"constraints"`
	} `json:"columns"`
	Constraints []constraint `json:"constraints"`

	// Of tests.
	Test *struct {
		Name   string          `json:"name"`
		Kwargs json.RawMessage `json:"kwargs"`
	} `json:"test_metadata"`
	Attached  string `json:"attached_node"`
	Column    string `json:"column_name"`
	DependsOn struct {
		Nodes []string `json:"nodes"`
	} `json:"depends_on"`
}

type config struct {
	Materialized loose           `json:"materialized"`
	Where        json.RawMessage `json:"where"`
	Enabled      *bool           `json:"enabled"`
	Meta         meta            `json:"meta"`
	Group        loose           `json:"group"`
}

type constraint struct {
	Type    string   `json:"type"`
	Columns []string `json:"columns"`
}

// meta is what somebody wrote below meta: anything.
type meta map[string]json.RawMessage

// UnmarshalJSON takes what is no mapping for empty.
func (m *meta) UnmarshalJSON(b []byte) error {
	var all map[string]json.RawMessage
	if json.Unmarshal(b, &all) == nil {
		*m = all
	}
	return nil
}

// text is a text below meta, or below meta.grille.
func (m meta) text(key string) string {
	var own meta
	_ = json.Unmarshal(m["grille"], &own) // what is not there says nothing
	for _, from := range []meta{own, m} {
		var s loose
		if json.Unmarshal(from[key], &s) == nil && s != "" {
			return string(s)
		}
	}
	return ""
}

// list is a list of texts below meta, or below meta.grille.
func (m meta) list(key string) (all []string) {
	var own meta
	_ = json.Unmarshal(m["grille"], &own) // as in text
	for _, from := range []meta{own, m} {
		var texts []loose
		if json.Unmarshal(from[key], &texts) != nil {
			continue
		}
		for _, t := range texts {
			if t != "" {
				all = append(all, string(t))
			}
		}
	}
	return all
}

// sayings are those of several metas, the first that says something first.
func sayings(metas ...meta) (s said) {
	for _, m := range metas {
		if s.class == "" {
			s.class = m.text("class")
		}
		if s.unit == "" {
			s.unit = m.text("unit")
		}
		if len(s.also) == 0 {
			s.also = append(m.list("also"), m.list("synonyms")...)
		}
	}
	return s
}

// oneLine is the first paragraph of a description, which dbt renders as Markdown.
func oneLine(s loose) string {
	first, _, _ := strings.Cut(strings.TrimSpace(strings.ReplaceAll(string(s), "\r\n", "\n")), "\n\n")
	line := strings.Join(strings.Fields(strings.ToValidUTF8(first, "")), " ")
	if r := []rune(line); len(r) > maxAbout {
		line = string(r[:maxAbout-1]) + "…"
	}
	return line
}

const maxAbout = 500 // characters, as in package meaning
