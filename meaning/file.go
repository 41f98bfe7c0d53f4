package meaning

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"unicode"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/strict"
	"github.com/grille-dev/grille/planner/taught"
)

// Meaning is one file. nil is none. It never changes; share it freely.
type Meaning struct {
	version string
	tables  []table
	metrics []metric
}

// named is a name in the file, and where it stands.
type named struct {
	name string
	at   strict.Pos
}

type table struct {
	path          []string
	at            strict.Pos
	told          told
	date, measure named
	key           []named
	refers        []reference
	columns       []column
}

// told is what models and people hear of a name.
type told struct {
	about string
	also  []string
}

// reference says that each row has at most one row of another table.
type reference struct {
	named
	to []string
}

type column struct {
	named
	told  told
	shape catalog.Shape
}

const (
	maxAbout   = 500  // characters
	maxAlso    = 20   // names
	maxName    = 60   // characters of another name
	maxOwner   = 100  // characters
	maxUnit    = 20   // characters
	maxKey     = 16   // columns
	maxMetrics = 1000 // in a file
)

// Parse reads a file; path is where it stands. Errors have the place.
func Parse(path string, text []byte) (*Meaning, error) {
	root, err := strict.Parse(path, text)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	m := &Meaning{version: hex.EncodeToString(sum[:])}
	return m, m.read(root)
}

func (m *Meaning) read(root strict.Node) error {
	version := 0
	return root.Fields(
		strict.Required("version", strict.Int(&version, 1, 1)),
		strict.Optional("tables", m.readTables),
		strict.Optional("metrics", m.readMetrics),
	)
}

func (m *Meaning) readTables(n strict.Node) error {
	entries, err := n.Entries()
	if err != nil {
		return err
	}
	for _, e := range entries {
		path, ok := taught.Path(e.Name)
		if !ok || len(path) > 2 {
			return e.Key.Errorf("%q is no table: write its name, and schema.table where the name is not enough", e.Name)
		}
		t := table{path: path, at: e.Key.Pos()}
		if err := t.read(e.Value); err != nil {
			return err
		}
		m.tables = append(m.tables, t)
	}
	return nil
}

func (t *table) read(n strict.Node) error {
	return n.Fields(
		strict.Optional("about", line(&t.told.about, maxAbout)),
		strict.Optional("also", names(&t.told.also)),
		strict.Optional("date", one(&t.date)),
		strict.Optional("measure", one(&t.measure)),
		strict.Optional("key", t.readKey),
		strict.Optional("refers", t.readRefers),
		strict.Optional("columns", t.readColumns),
	)
}

func (t *table) readKey(n strict.Node) error {
	items, err := n.List()
	if err != nil {
		return err
	}
	if len(items) > maxKey {
		return n.Errorf("%d columns: a key has at most %d", len(items), maxKey)
	}
	for _, item := range items {
		var k named
		if err := one(&k)(item); err != nil {
			return err
		}
		if slices.ContainsFunc(t.key, func(o named) bool { return o.name == k.name }) {
			return item.Errorf("%q stands here already: keep one of them", k.name)
		}
		t.key = append(t.key, k)
	}
	return nil
}

func (t *table) readRefers(n strict.Node) error {
	entries, err := n.Entries()
	if err != nil {
		return err
	}
	for _, e := range entries {
		text, err := e.Value.Text()
		if err != nil {
			return err
		}
		to, ok := taught.Path(text)
		if !ok || len(to) < 2 {
			return e.Value.Errorf("%q is no column: write table.column, the one that tells the rows of that table apart", text)
		}
		t.refers = append(t.refers, reference{named{e.Name, e.Key.Pos()}, to})
	}
	return nil
}

func (t *table) readColumns(n strict.Node) error {
	entries, err := n.Entries()
	if err != nil {
		return err
	}
	for _, e := range entries {
		c := column{named: named{e.Name, e.Key.Pos()}}
		if err := e.Value.Fields(
			strict.Optional("about", line(&c.told.about, maxAbout)),
			strict.Optional("also", names(&c.told.also)),
			strict.Optional("unit", unit(&c.shape)),
			strict.Optional("format", format(&c.shape)),
		); err != nil {
			return err
		}
		t.columns = append(t.columns, c)
	}
	return nil
}

func one(into *named) strict.Reader {
	return func(n strict.Node) (err error) {
		into.at = n.Pos()
		into.name, err = n.Text()
		return err
	}
}

func line(into *string, most int) strict.Reader {
	return func(n strict.Node) (err error) {
		*into, err = n.Line(most)
		return err
	}
}

// names are other names for the same.
func names(into *[]string) strict.Reader {
	return func(n strict.Node) error {
		items, err := n.List()
		if err != nil {
			return err
		}
		if len(items) > maxAlso {
			return n.Errorf("%d names: write at most %d", len(items), maxAlso)
		}
		for _, item := range items {
			name, err := item.Line(maxName)
			if err != nil {
				return err
			}
			if slices.Contains(*into, name) {
				return item.Errorf("%q stands here already: keep one of them", name)
			}
			*into = append(*into, name)
		}
		return nil
	}
}

// unit is what a number is counted in: letters, digits and signs that mean nothing
// to a terminal, to Markdown or to HTML.
func unit(into *catalog.Shape) strict.Reader {
	return func(n strict.Node) error {
		text, err := n.Line(maxUnit)
		if err != nil {
			return err
		}
		if strings.ContainsFunc(text, func(r rune) bool {
			return !unicode.In(r, unicode.L, unicode.N, unicode.Sc) && !strings.ContainsRune(" %‰°/·-.²³'", r)
		}) {
			return n.Errorf("%q is no unit: write letters, digits, signs of currencies and %% ° / · - . only", text)
		}
		into.Unit = text
		return nil
	}
}

const maxDecimals = 10

func format(into *catalog.Shape) strict.Reader {
	return func(n strict.Node) error {
		into.Padded = true
		return n.Fields(strict.Required("decimals", strict.Int(&into.Decimals, 0, maxDecimals)))
	}
}
