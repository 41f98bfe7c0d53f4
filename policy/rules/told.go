package rules

import (
	"slices"

	"github.com/grille-dev/grille/internal/strict"
	"github.com/grille-dev/grille/policy"
)

const (
	maxAbout = 500 // characters
	maxAlso  = 20  // names
)

// readAbout reads about: "what it holds". It is for people and for models that
// may see the name, so it is one line of plain text.
func (c *compiler) readAbout(into *policy.Told) strict.Reader {
	return func(n strict.Node) (err error) {
		into.About, err = n.Line(maxAbout)
		c.warnOfQuotes(n, into.About)
		return err
	}
}

// readAlso reads also: [client, account], other names for the same.
func (c *compiler) readAlso(into *policy.Told) strict.Reader {
	return func(n strict.Node) error {
		items, err := n.List()
		if err != nil {
			return err
		}
		if len(items) > maxAlso {
			return n.Errorf("%d names: write at most %d", len(items), maxAlso)
		}
		for _, item := range items {
			name, err := item.Line(60)
			if err != nil {
				return err
			}
			if slices.Contains(into.Also, name) {
				return item.Errorf("%q stands here already: keep one of them", name)
			}
			into.Also = append(into.Also, name)
			c.warnOfQuotes(item, name)
		}
		return nil
	}
}

const maxMeans = 500 // words of a column

// readMeans reads means: {nyc: New York, big apple: New York}, what people call
// stored values.
func readMeans(into *map[string]string) strict.Reader {
	return func(n strict.Node) error {
		entries, err := n.Entries()
		if err != nil {
			return err
		}
		if len(entries) == 0 {
			return n.Errorf("nothing stands here: write a word and the value that is meant, or remove the key")
		}
		if len(entries) > maxMeans {
			return n.Errorf("%d words: write at most %d", len(entries), maxMeans)
		}
		*into = map[string]string{}
		for _, e := range entries {
			if _, err := e.Key.Line(maxValue); err != nil {
				return err
			}
			if (*into)[e.Name], err = e.Value.Line(maxValue); err != nil {
				return err
			}
		}
		return nil
	}
}

const maxValue = 200 // characters of a word for a value, and of the value
