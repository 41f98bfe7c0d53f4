package config

import (
	"net/url"
	"regexp"
	"slices"
	"time"

	"github.com/grille-dev/grille/internal/strict"
)

// Kinds of servers, by the protocol that they speak.
const (
	OpenAI    = "openai" // chat completions, whoever serves them
	Azure     = "azure"  // the same, as Azure OpenAI serves them
	Anthropic = "anthropic"
	Gemini    = "gemini"
	Ollama    = "ollama"
)

// Model is a language model that drafts.
type Model struct {
	Name       string
	Kind       string // one of the kinds above
	URL        string // the only place where its prompts go
	ID         string // the model's name on that server; of Azure the deployment's
	Key        string // where it is: env:NAME, file:PATH, or "" for none
	APIVersion string // Azure; "": the API without versions
	Timeouts   Timeouts
	CA         string // path of the authorities to trust for it; "": those of the system
	Region     string // which the server has to be in, as far as that can be checked; "": any
	Private    bool   // the site controls the machine
	Plaintext  bool   // http:// to another machine
	NoStore    bool   // ask the server not to store; Azure, Gemini, OpenAI
	Context    int    // Ollama: tokens that it reads; 0: as the server has set
	KeepAlive  int    // Ollama: seconds for which it stays loaded; 0: as the server has set
	// Candidates is how many drafts of the planner it is sent with a question.
	Candidates int
}

// Timeouts are those of one request; 0 is package model's.
type Timeouts struct{ Connect, FirstByte, Total time.Duration }

// Budget is what one person may have models do in a day; 0: as much as they like.
type Budget struct{ Requests, Tokens int }

// Set reports whether there is a budget.
func (b Budget) Set() bool { return b != Budget{} }

func (b *Budget) read(n strict.Node) error {
	const most = 1_000_000_000
	err := n.Fields(
		strict.Optional("requests", strict.Int(&b.Requests, 1, most)),
		strict.Optional("tokens", strict.Int(&b.Tokens, 1, most)),
	)
	if err == nil && !b.Set() {
		err = n.Errorf("a budget bounds something: write requests or tokens, or remove it")
	}
	return err
}

// StateDir is the folder for what Grille keeps: grille-state beside the file, if
// that says nothing.
func (c *Config) StateDir() string {
	if c.State == "" {
		return c.Path("grille-state")
	}
	return c.State
}

// Drafters are the models that Order names; none for the planner.
func (c *Config) Drafters() []Model {
	var ms []Model
	for _, name := range c.Order {
		if m, ok := c.ModelOf(name); ok {
			ms = append(ms, m)
		}
	}
	return ms
}

// ModelOf finds a model by its name.
func (c *Config) ModelOf(name string) (Model, bool) {
	i := slices.IndexFunc(c.Models, func(m Model) bool { return m.Name == name })
	if i < 0 {
		return Model{}, false
	}
	return c.Models[i], true
}

func (c *Config) readModel(name string, n strict.Node) error {
	if name == Planner {
		return n.Errorf("%s is the drafter that is built in: choose another name", Planner)
	}
	m := Model{Name: name}
	if err := n.Fields(
		strict.Required("kind", strict.OneOf(&m.Kind, OpenAI, Azure, Anthropic, Gemini, Ollama)),
		strict.Required("url", readURL(&m.URL)),
		strict.Required("model", strict.Text(&m.ID)),
		strict.Optional("key", reference(&m.Key)),
		strict.Optional("api_version", m.of(m.readVersion, Azure)),
		strict.Optional("timeout", m.Timeouts.read),
		strict.Optional("ca", c.path(&m.CA)),
		strict.Optional("region", m.readRegion),
		strict.Optional("private", strict.Bool(&m.Private)),
		strict.Optional("plaintext", strict.Bool(&m.Plaintext)),
		strict.Optional("store", m.readStore),
		strict.Optional("context", m.of(strict.Int(&m.Context, 1024, 10_000_000), Ollama)),
		strict.Optional("keep_alive", m.of(strict.Int(&m.KeepAlive, 1, 86400), Ollama)),
		strict.Optional("candidates", strict.Int(&m.Candidates, 0, 3)),
	); err != nil {
		return err
	}
	c.Models = append(c.Models, m)
	return m.check(n)
}

// of reads a key that only some kinds have.
func (m *Model) of(read strict.Reader, kind string) strict.Reader {
	return func(n strict.Node) error {
		if m.Kind != kind {
			return n.Errorf("this is for kind: %s: remove it", kind)
		}
		return read(n)
	}
}

// check looks at keys together.
func (m *Model) check(n strict.Node) error {
	u, err := url.Parse(m.URL)
	switch {
	case err != nil:
		return n.Errorf("this is no address of a model: write https://host/v1")
	case m.Kind == Azure && m.Key == "":
		return n.Errorf("Azure wants a key: write key: env:NAME or file:PATH")
	case u.Scheme == "https" && m.Plaintext:
		return n.Errorf("plaintext is for http, and this is https: remove it")
	case u.Scheme == "http" && m.CA != "":
		return n.Errorf("ca is for https, and this is http: remove it")
	}
	return nil
}

var version = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}(-preview)?$`)

func (m *Model) readVersion(n strict.Node) error {
	text, err := n.Text()
	if err == nil && !version.MatchString(text) {
		err = n.Errorf("%q is no version of the API: write one such as 2024-10-21, or remove it", text)
	}
	m.APIVersion = text
	return err
}

var region = regexp.MustCompile(`^[a-z0-9-]{2,40}$`)

func (m *Model) readRegion(n strict.Node) error {
	text, err := n.Text()
	if err == nil && !region.MatchString(text) {
		err = n.Errorf("%q is no region: write it as the provider does, such as eu or europe-west4", text)
	}
	m.Region = text
	return err
}

// readStore reads store: false. Where the API has no such flag the promise would
// be empty, so it is not accepted.
func (m *Model) readStore(n strict.Node) error {
	if _, err := n.OneOf("false"); err != nil {
		return err
	}
	switch m.Kind {
	case OpenAI, Azure, Gemini:
		m.NoStore = true
		return nil
	case Anthropic:
		return n.Errorf("this API has no flag for it: what is stored is a matter of your contract; remove store")
	case Ollama:
		return n.Errorf("this API has no flag for it: what the server logs is set there; remove store")
	default:
		panic("config: unknown kind of model")
	}
}

// read reads seconds for the whole, or a mapping.
func (t *Timeouts) read(n strict.Node) error {
	if n.Kind() == strict.KindText {
		return seconds(&t.Total)(n)
	}
	return n.Fields(
		strict.Optional("connect", seconds(&t.Connect)),
		strict.Optional("first_byte", seconds(&t.FirstByte)),
		strict.Optional("total", seconds(&t.Total)),
	)
}

func seconds(into *time.Duration) strict.Reader {
	return func(n strict.Node) error {
		s, err := n.Int(1, 3600)
		*into = time.Duration(s) * time.Second
		return err
	}
}

func readURL(into *string) strict.Reader {
	return func(n strict.Node) error {
		text, err := n.Text()
		if err != nil {
			return err
		}
		u, err := url.Parse(text)
		if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
			return n.Errorf("this is no address of a model: write https://host/v1")
		}
		if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			return n.Errorf("an address of a model has no user, query or fragment: write https://host/v1, and the key as key: env:NAME")
		}
		*into = text
		return nil
	}
}

// readDrafter reads a name, or names in the order in which they are asked.
func (c *Config) readDrafter(n strict.Node) error {
	names := []string{Planner}
	for _, m := range c.Models {
		names = append(names, m.Name)
	}
	if n.Kind() == strict.KindText {
		word, err := n.OneOf(names...)
		c.Order = []string{word}
		return err
	}
	items, err := n.List()
	if err != nil {
		return err
	}
	c.Order = nil
	for _, item := range items {
		word, err := item.OneOf(names[1:]...)
		if err != nil {
			return err
		}
		if slices.Contains(c.Order, word) {
			return item.Errorf("%q stands here twice: remove one", word)
		}
		c.Order = append(c.Order, word)
	}
	return nil
}
