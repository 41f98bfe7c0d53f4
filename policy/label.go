package policy

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/ir"
)

// Label is what a column of an answer is, for whoever decides where it may go.
// Labels are ordered, the strictest last.
type Label struct {
	Kind LabelKind
	Size int // of Aggregated: the least minimum group
	// Classes of what Restricted shows, sorted; empty where it is of rows alone,
	// as count(*) is.
	Classes []string
}

// LabelKind is the kind of a Label.
type LabelKind uint8

const (
	Written    LabelKind = iota // a constant of the query
	Public                      // of columns whose classes are `public: true`
	Aggregated                  // of COUNT, SUM and AVG of counted blocks, and of what is public
	Restricted                  // for the viewer alone
)

func (l Label) String() string {
	switch l.Kind {
	case Written:
		return "constant"
	case Public:
		return "public"
	case Aggregated:
		return fmt.Sprintf("aggregate(%d)", l.Size)
	case Restricted:
		if len(l.Classes) == 0 {
			return "rows"
		}
		return list(l.Classes)
	default:
		panic("policy: unknown label")
	}
}

// Label of the column. It is Aggregated only if nothing but COUNT, SUM and AVG of
// counted blocks, what is public, and constants is in it: max(email) over a
// thousand people is somebody's address, and a group's key is as it was in the
// rows (redteam H12).
func (o Output) Label() Label {
	switch {
	case o.Constant:
		return Label{Kind: Written}
	case o.Open && len(o.Groups) > 0:
		size := slices.MinFunc(o.Groups, func(a, b Group) int { return cmp.Compare(a.Size, b.Size) }).Size
		return Label{Kind: Aggregated, Size: size}
	}
	if o.Open && len(o.Origins) > 0 {
		return Label{Kind: Public}
	}
	l := Label{Kind: Restricted}
	for _, c := range o.Origins {
		if !slices.Contains(l.Classes, c.Class) {
			l.Classes = append(l.Classes, c.Class)
		}
	}
	slices.Sort(l.Classes)
	return l
}

// Audience is who is given rows that the viewer has not looked at: an agent, a
// scheduled export.
type Audience struct {
	// MinGroup lets Aggregated columns pass whose groups are at least so large;
	// 0: none.
	MinGroup int
}

// May says whether the answer may be given to an audience: each column is Public
// or Aggregated, and so is whatever else decides which rows there are. SELECT 1
// FROM patients WHERE name = 'Ann' shows a constant, and tells of Ann by its
// rows. The decision depends on the query and the rules, never on data.
func (a Allowed) May(to Audience) error {
	for _, o := range a.a.columns {
		if !o.Open {
			return notFor(fmt.Sprintf("%s shows %s", named(o.Name), o.Label()))
		}
	}
	for _, g := range a.a.groups {
		if to.MinGroup <= 0 || g.Size < to.MinGroup {
			return notFor(fmt.Sprintf("it is of %s in groups of at least %d", g.Table, g.Size))
		}
	}
	if a.a.decides != "" {
		return notFor(a.a.decides)
	}
	return nil
}

func named(column string) string {
	if column == "" {
		return "a column"
	}
	return fmt.Sprintf("%q", column)
}

func notFor(why string) error {
	return refusal.New(refusal.Label, "ask for counts, sums and averages of large groups, or have a person look at it", "this answer is for the viewer alone: %s", why)
}

// deciding says what decides on the rows of an answer outside of counted blocks
// that is not public, or "".
func (v *view) deciding(tables []*ir.Table, used map[*ir.Table][]ir.TableCol, blocks []*block) string {
	for _, t := range tables {
		if slices.ContainsFunc(blocks, func(b *block) bool { return slices.Contains(b.tables, t) }) {
			continue
		}
		s := v.tables[t.Table.ID]
		for _, c := range used[t] {
			if x := s.columns[c.Of]; !x.class.Public || x.mask.Show != Plain {
				return fmt.Sprintf("which rows it has depends on %s.%s", t.Table.Name, s.stored.Column(c.Of).Name)
			}
		}
		for _, c := range t.Table.Columns {
			if x := s.columns[c.ID]; len(used[t]) == 0 && (!x.class.Public || x.mask.Show != Plain) {
				return fmt.Sprintf("how many rows it has depends on %s", t.Table.Name)
			}
		}
	}
	return ""
}

// numbers finds which columns are made of numbers of counted blocks and of what
// is public, and of nothing else.
type numbers struct {
	view  *view
	trace *trace
	of    map[*ir.Agg]*block
}

func (v *view) numbers(t *trace, blocks []*block) numbers {
	n := numbers{v, t, map[*ir.Agg]*block{}}
	for _, b := range blocks {
		for _, a := range b.aggs {
			n.of[a.agg] = b
		}
	}
	return n
}

// column reports whether column id is made so, and lists the blocks.
func (n numbers) column(id ir.ColID) (blocks []*block, ok bool) {
	d, ok := n.trace.made[id]
	if !ok {
		return nil, false
	}
	if d.table != nil {
		x := n.view.tables[d.table.Table.ID].columns[d.of]
		return nil, x.class.Public && x.mask.Show == Plain
	}
	for _, e := range d.exprs {
		bs, fine := n.expr(e)
		blocks, ok = append(blocks, bs...), ok && fine
	}
	for _, from := range d.ids {
		bs, fine := n.column(from)
		blocks, ok = append(blocks, bs...), ok && fine
	}
	return blocks, ok
}

func (n numbers) expr(e ir.Expr) (blocks []*block, ok bool) {
	ok = true
	ir.Walk(e, func(x ir.Node) bool {
		switch x := x.(type) {
		case *ir.Agg:
			if b := n.of[x]; b != nil {
				blocks = append(blocks, b)
				return false
			}
		case *ir.Ref:
			bs, fine := n.column(x.Col)
			blocks, ok = append(blocks, bs...), ok && fine
		}
		return true
	})
	return blocks, ok
}
