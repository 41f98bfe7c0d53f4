package meaning

import (
	"regexp"
	"slices"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/strict"
	"github.com/grille-dev/grille/planner/taught"
)

// metric is one that was read and is not bound to a catalog.
type metric struct {
	named
	also         []string
	about, owner string
	shape        catalog.Shape
	figures      []figure // one, or two of a quotient
	is           strict.Pos
	where        taught.Comparisons
	whereAt      strict.Pos
}

// figure is agg([distinct] table.column), or count(table).
type figure struct {
	agg      string
	distinct bool
	path     []string
}

var (
	figureForm = regexp.MustCompile(`^(?i:(sum|avg|min|max|count))\s*\(\s*(?i:(distinct)\s+)?([^()]+?)\s*\)`)
	overForm   = regexp.MustCompile(`^\s*/\s*`)
)

const whatWorks = "write sum(invoices.amount), avg, min or max of a column, count(invoices), count(distinct invoices.customer_id), or one such divided by another: sum(invoices.amount) / count(invoices)"

const maxIs = 400 // bytes

func (m *Meaning) readMetrics(n strict.Node) error {
	entries, err := n.Entries()
	if err != nil {
		return err
	}
	if len(entries) > maxMetrics {
		return n.Errorf("%d metrics: write at most %d", len(entries), maxMetrics)
	}
	taken := map[string]bool{}
	for _, e := range entries {
		x := metric{named: named{at: e.Key.Pos()}}
		if x.name, err = phrase(e.Key, e.Name, taken); err != nil {
			return err
		}
		if err := x.read(e.Value, taken); err != nil {
			return err
		}
		m.metrics = append(m.metrics, x)
	}
	return nil
}

// phrase is a name that people say, of which no other metric has the same.
func phrase(n strict.Node, text string, taken map[string]bool) (string, error) {
	p, err := taught.Phrase(text)
	if err != nil {
		return "", n.Errorf("%q is no name for a metric: write one to six words of letters, digits, - and '", text[:min(len(text), maxName)])
	}
	if taken[p] {
		return "", n.Errorf("%q is the name of a metric already: keep one of them", p)
	}
	taken[p] = true
	return p, nil
}

func (x *metric) read(n strict.Node, taken map[string]bool) error {
	var is strict.Node
	var where *strict.Node // after is, whatever their order in the file
	if err := n.Fields(
		strict.Required("is", func(n strict.Node) error { is = n; return nil }),
		strict.Optional("where", func(n strict.Node) error { where = &n; return nil }),
		strict.Optional("unit", unit(&x.shape)),
		strict.Optional("format", format(&x.shape)),
		strict.Optional("about", line(&x.about, maxAbout)),
		strict.Optional("owner", line(&x.owner, maxOwner)),
		strict.Optional("also", func(n strict.Node) error { return x.readAlso(n, taken) }),
	); err != nil {
		return err
	}
	if err := x.readIs(is); err != nil {
		return err
	}
	if where == nil {
		return nil
	}
	return x.readWhere(*where)
}

func (x *metric) readWhere(n strict.Node) error {
	x.whereAt = n.Pos()
	text, err := n.Line(maxIs)
	if err != nil {
		return err
	}
	if x.where, err = taught.Compare(text, x.tablePath()); err != nil {
		return n.Errorf("%v", err)
	}
	return nil
}

func (x *metric) readAlso(n strict.Node, taken map[string]bool) error {
	items, err := n.List()
	if err != nil {
		return err
	}
	if len(items) > maxAlso {
		return n.Errorf("%d names: write at most %d", len(items), maxAlso)
	}
	for _, item := range items {
		text, err := item.Text()
		if err != nil {
			return err
		}
		p, err := phrase(item, text, taken)
		if err != nil {
			return err
		}
		x.also = append(x.also, p)
	}
	return nil
}

func (x *metric) readIs(n strict.Node) error {
	x.is = n.Pos()
	text, err := n.Line(maxIs)
	if err != nil {
		return err
	}
	for {
		m := figureForm.FindStringSubmatch(text)
		if m == nil {
			return n.Errorf("this is no metric: %s", whatWorks)
		}
		path, ok := taught.Path(m[3])
		f := figure{strings.ToLower(m[1]), m[2] != "", path}
		if !ok || f.distinct && f.agg != "count" || f.agg != "count" && len(path) < 2 {
			return n.Errorf("this is no metric: %s", whatWorks)
		}
		x.figures = append(x.figures, f)
		text = text[len(m[0]):]
		over := overForm.FindString(text)
		switch {
		case text == "":
			return nil
		case over == "" || len(x.figures) == 2:
			return n.Errorf("this is no metric: %s", whatWorks)
		}
		text = text[len(over):]
	}
}

// tablePath is the table as the first figure writes it, as far as the text alone
// tells: of count(a.b) the catalog decides which a is.
func (x *metric) tablePath() []string {
	f := x.figures[0]
	if f.agg == "count" && len(f.path) == 1 {
		return f.path
	}
	return slices.Clone(f.path[:max(1, len(f.path)-1)])
}
