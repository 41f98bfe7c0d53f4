package planner

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/words"
	"github.com/grille-dev/grille/sql/types"
)

// names are what a view's tables and columns are called, in order, so that what
// begins with some letters is found at once. They do not change, but for what is
// remembered of questions.
type names struct {
	tables, columns []called
	first           *lexicon // of the tables that are most useful to ask about
	words           func() *vocabulary
	mu              sync.Mutex
	drafts          map[string]string // by question; "" where it has none
}

// called is a name as people write it, with what is called so.
type called struct {
	text  string
	refs  []ref // the most useful first
	worth int
}

const (
	// mostNamesakes is how many columns of one name are told apart.
	mostNamesakes = 3
	// mostDrafts is of how many questions a view remembers whether they are answered.
	mostDrafts = 5_000
)

func newNames(known keptKnown) *names {
	c, n := known.named, &names{drafts: map[string]string{}}
	prefix := commonPrefix(c)
	tables, columns := map[string][]ref{}, map[string][]ref{}
	for _, t := range c.Tables {
		for _, name := range append([]string{strings.TrimPrefix(t.Name, prefix)}, t.Also...) {
			text := ofMany(inWords(name))
			tables[text] = append(tables[text], ref{table: t})
		}
		for _, col := range t.Columns {
			if col.Type.Kind == types.Unsupported {
				continue
			}
			for _, name := range append([]string{strings.TrimPrefix(col.Name, prefix)}, col.Also...) {
				text := inWords(name)
				columns[text] = append(columns[text], ref{table: t, col: col})
			}
		}
	}
	worth := worths(c)
	n.tables, n.columns = allCalled(tables, worth), allCalled(columns, worth)
	n.words = sync.OnceValue(n.newVocabulary)
	n.first = newPart(part{mostUseful(c, worth), c, known.Known})
	return n
}

// mostUseful is a catalog with the tables of which there is most to ask.
func mostUseful(c *catalog.Catalog, worth map[*catalog.Table]int) *catalog.Catalog {
	if len(c.Tables) <= mostTables {
		return c
	}
	order := slices.Clone(c.Tables)
	slices.SortStableFunc(order, func(a, b *catalog.Table) int { return cmp.Compare(worth[b], worth[a]) })
	chosen := map[*catalog.Table]bool{}
	for _, t := range order[:mostTables] {
		chosen[t] = true
	}
	return &catalog.Catalog{Engine: c.Engine, Path: c.Path, Version: c.Version, Tables: keys(chosen, c)}
}

// allCalled are names in order.
func allCalled(byText map[string][]ref, worth map[*catalog.Table]int) []called {
	var out []called
	for text, refs := range byText {
		if text == "" {
			continue
		}
		slices.SortStableFunc(refs, func(a, b ref) int { return cmp.Compare(worth[b.table], worth[a.table]) })
		out = append(out, called{text, slices.Clone(refs[:min(len(refs), mostNamesakes)]), worth[refs[0].table]})
	}
	slices.SortFunc(out, func(a, b called) int { return cmp.Compare(a.text, b.text) })
	return out
}

// worths say how much there is to ask about each table: what refers to others, and
// happens at some time, and has numbers; and what is referred to.
func worths(c *catalog.Catalog) map[*catalog.Table]int {
	worth := map[*catalog.Table]int{}
	byID := map[catalog.TableID]*catalog.Table{}
	for _, t := range c.Tables {
		byID[t.ID] = t
	}
	for _, t := range c.Tables {
		dates, numbers := 0, 0
		for _, col := range t.Columns {
			switch classOf(col) {
			case dateClass:
				dates++
			case numericClass:
				numbers++
			}
		}
		worth[t] += 1 + 2*min(len(t.Refers()), 4) + 2*min(dates, 2) + min(max(numbers-len(t.Refers()), 0), 3)
		for _, f := range t.Refers() {
			if to := byID[f.To]; to != nil && to != t {
				worth[to]++
			}
		}
	}
	return worth
}

// withPrefix are the most useful of some phrases that begin so, up to most.
func withPrefix(all []called, prefix string, most int) []called {
	at, _ := slices.BinarySearchFunc(all, prefix, func(p called, s string) int { return cmp.Compare(p.text, s) })
	better := func(a, b called) int { return cmp.Or(cmp.Compare(b.worth, a.worth), cmp.Compare(a.text, b.text)) }
	var out []called
	for _, p := range all[at:] {
		if !strings.HasPrefix(p.text, prefix) {
			break
		}
		if len(out) == most && better(p, out[most-1]) > 0 {
			continue
		}
		i, _ := slices.BinarySearchFunc(out, p, better)
		out = slices.Insert(out, i, p)
		out = out[:min(len(out), most)]
	}
	return out
}

// draft remembers what find says of a question.
func (n *names) draft(text string, find func() string) string {
	n.mu.Lock()
	sql, ok := n.drafts[text]
	n.mu.Unlock()
	if ok {
		return sql
	}
	sql = find()
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.drafts) >= mostDrafts {
		clear(n.drafts)
	}
	n.drafts[text] = sql
	return sql
}

// inWords is a name as people write it: stay_days is "stay days". One of
// abbreviations is written out.
func inWords(name string) string {
	var parts []string
	stems := ""
	for _, p := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		split := []string{strings.ToLower(p)}
		if strings.ContainsFunc(p, unicode.IsLower) {
			split = words.Split(p)
		}
		for _, w := range split {
			stems += words.Stem(w)
		}
		parts = append(parts, split...)
	}
	if meant := words.OfName(name); strings.Join(meant, "") != stems {
		parts = meant
	}
	return strings.Join(parts, " ")
}

// ofMany is a name for several rows, if that is understood.
func ofMany(name string) string {
	i := strings.LastIndexByte(name, ' ') + 1
	last := name[i:]
	more := last + "s"
	switch stem, ok := strings.CutSuffix(last, "y"); {
	case ok && stem != "" && !strings.HasSuffix(stem, "a") && !strings.HasSuffix(stem, "e") && !strings.HasSuffix(stem, "o"):
		more = stem + "ies"
	case strings.HasSuffix(last, "s") || strings.HasSuffix(last, "x") || strings.HasSuffix(last, "z") || strings.HasSuffix(last, "ch") || strings.HasSuffix(last, "sh"):
		more = last + "es"
	case last == "person":
		more = "people"
	}
	if last == "" || slices.Contains(uncounted, last) || words.Stem(last) != last || words.Stem(more) != last {
		return name
	}
	return name[:i] + more
}

// uncounted are words that have no plural.
var uncounted = []string{"staff", "personnel", "data", "news", "series", "species", "equipment", "information", "feedback", "inventory", "stock", "people", "payroll", "history", "media", "traffic"}

// ofOne is a name for one row.
func ofOne(name string) string {
	i := strings.LastIndexByte(name, ' ') + 1
	return name[:i] + words.Stem(name[i:])
}
