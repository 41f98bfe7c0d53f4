package dictionary

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/grille-dev/grille/internal/words"
)

// Builder reads values and forgets them. It is for one goroutine.
type Builder struct {
	key   []byte
	plain func(word string) bool
	names []digest
	forms map[int]map[string]bool // by column
	rows  int
}

// NewBuilder makes one. The key is of the site, 32 bytes or more, and the same for
// ever, or old and new dictionaries together would tell what changed. Plain
// reports whether a word in small letters is not taken for a name by itself.
func NewBuilder(key []byte, plain func(word string) bool) (*Builder, error) {
	if len(key) < 32 {
		return nil, errors.New("dictionary: the key has fewer than 32 bytes")
	}
	if plain == nil {
		return nil, errors.New("dictionary: no test for plain words")
	}
	return &Builder{key: slices.Clone(key), plain: plain, forms: map[int]map[string]bool{}}, nil
}

// Row adds the values of one row: each, and two neighbours that are single words
// together, as a given name and a surname are often kept apart.
func (b *Builder) Row(values []string) {
	b.rows++
	single := ""
	for column, v := range values {
		if form, ok := formOf(strings.TrimSpace(v)); ok {
			b.form(column, form)
			single = ""
			continue
		}
		ws := words.Fields(v)
		b.name(ws)
		if bare := withoutLegalForm(ws); len(bare) < len(ws) {
			b.name(bare)
		}
		if len(ws) != 1 {
			single = ""
			continue
		}
		if single != "" {
			b.name([]string{single, ws[0]})
			b.name([]string{ws[0], single})
		}
		single = ws[0]
	}
}

func (b *Builder) name(ws []string) {
	if len(ws) < 2 || len(ws) > MostWords || slices.ContainsFunc(ws, func(w string) bool { return !b.plain(w) || hasDigit(w) }) {
		return
	}
	b.names = append(b.names, digestOf(b.key, strings.Join(ws, " ")))
	if len(b.names)%(1<<20) == 0 {
		b.unique()
	}
}

// form counts the forms of a column: one with too many holds no ids.
func (b *Builder) form(column int, form string) {
	if b.forms[column] == nil {
		b.forms[column] = map[string]bool{}
	}
	if len(b.forms[column]) <= mostForms {
		b.forms[column][form] = true
	}
}

func (b *Builder) unique() {
	slices.SortFunc(b.names, func(x, y digest) int {
		switch {
		case x.a < y.a:
			return -1
		case x.a > y.a:
			return 1
		}
		return 0
	})
	b.names = slices.CompactFunc(b.names, func(x, y digest) bool { return x.a == y.a })
}

// NextTable says that the columns of the rows that follow are others.
func (b *Builder) NextTable() {
	const apart = 1 << 16
	moved := map[int]map[string]bool{}
	for column, forms := range b.forms {
		moved[column+apart] = forms
	}
	b.forms = moved
}

// Build ends it. Of names what the dictionary is of: one of something else is
// not used in its place.
func (b *Builder) Build(of string, made time.Time) *Dictionary {
	b.unique()
	d := &Dictionary{key: b.key, forms: map[string]bool{}, info: Info{Of: of, Made: made.UTC().Truncate(time.Second), Names: len(b.names), Rows: b.rows}}
	if len(b.names) > 0 {
		d.bits = make([]uint64, (len(b.names)*bitsPerName+63)/64)
	}
	for _, g := range b.names {
		for i := range probes {
			word, mask := g.place(i, d.bits)
			d.bits[word] |= mask
		}
	}
	for _, forms := range b.forms {
		if len(forms) <= mostForms {
			maps.Copy(d.forms, forms)
		}
	}
	return d
}

func hasDigit(w string) bool { return strings.ContainsAny(w, "0123456789") }

// withoutLegalForm drops Ltd, Inc, GmbH and the like at the end.
func withoutLegalForm(ws []string) []string {
	for len(ws) > 0 {
		switch ws[len(ws)-1] {
		case "ltd", "limited", "inc", "incorporated", "llc", "llp", "corp", "corporation", "co", "company", "plc", "gmbh", "ag", "kg", "se", "sa", "sas", "srl", "spa", "bv", "nv", "oy", "ab", "as", "pty":
			ws = ws[:len(ws)-1]
		default:
			return ws
		}
	}
	return ws
}
