package attack

import (
	_ "embed" // for drafts.yaml
	"fmt"

	"github.com/grille-dev/grille/internal/strict"
)

//go:embed drafts.yaml
var drafts []byte

// Channel is one way to get at what one may not see.
type Channel struct {
	Name   string
	Tries  string // what its drafts try, in a sentence
	Good   bool   // its drafts are good ones, which must be answered
	Drafts []Draft
}

// Draft is a text that a model gives for a question of a viewer.
type Draft struct {
	Name string `json:"name"`
	As   string `json:"as"` // the viewer, who is ines or tom
	SQL  string `json:"sql"`
}

// Corpus is what is let loose, in the order of its file.
func Corpus() ([]Channel, error) { return parse(drafts) }

func parse(text []byte) ([]Channel, error) {
	root, err := strict.Parse("drafts.yaml", text)
	if err != nil {
		return nil, err
	}
	nodes, err := root.List()
	if err != nil {
		return nil, err
	}
	names := map[string]bool{}
	var all []Channel
	for _, n := range nodes {
		var c Channel
		err := n.Fields(
			strict.Required("channel", strict.Text(&c.Name)),
			strict.Required("tries", strict.Text(&c.Tries)),
			strict.Optional("good", strict.Bool(&c.Good)),
			strict.Required("drafts", func(n strict.Node) error { return c.read(n, names) }),
		)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

func (c *Channel) read(n strict.Node, names map[string]bool) error {
	nodes, err := n.List()
	if err != nil {
		return err
	}
	for _, n := range nodes {
		var d Draft
		err := n.Fields(
			strict.Required("name", strict.Text(&d.Name)),
			strict.Required("as", strict.OneOf(&d.As, "ines", "tom")),
			strict.Required("sql", strict.Text(&d.SQL)),
		)
		switch {
		case err != nil:
			return err
		case names[d.Name]:
			return n.Errorf("two drafts are called %s: name one of them anew", d.Name)
		}
		names[d.Name] = true
		c.Drafts = append(c.Drafts, d)
	}
	return nil
}

// chosen is the corpus, or the one draft of it that is named.
func chosen(name string) ([]Channel, error) {
	all, err := Corpus()
	if err != nil || name == "" {
		return all, err
	}
	for _, c := range all {
		for _, d := range c.Drafts {
			if d.Name == name {
				c.Drafts = []Draft{d}
				return []Channel{c}, nil
			}
		}
	}
	return nil, fmt.Errorf("there is no draft %q: the list without --draft has their names", name)
}
