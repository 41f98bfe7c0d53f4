package policy

import (
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/ir"
)

// A text may be doubled in each of a few queries within each other:
//
//	SELECT y || y AS y FROM (SELECT y || y AS y FROM (SELECT name || '...' AS y FROM emp) a) b
//
// and one day is longer than the engine can hold, which is an error; so || is not
// total at any size. And engines put such queries into one another before they
// plan, where x + x of x + x has four times the nodes.
//
// growth measures both, with everything put in its place.
type growth struct {
	trace   *trace
	weights map[ir.ColID]int
	nodes   map[ir.ColID]int
}

func newGrowth(t *trace) *growth {
	return &growth{t, map[ir.ColID]int{}, map[ir.ColID]int{}}
}

const (
	// maxWeight is of how many stored texts a text may be built that is total. The
	// least limit of an engine is that of SQLite, 64 MB as it is opened here.
	maxWeight = 32
	// maxExpanded is how many nodes a query may have with everything put in place.
	maxExpanded = 200_000
	saturated   = 1 << 30
)

// total is whether e cannot fail for its size.
func (g *growth) total(e ir.Expr) bool {
	c, ok := e.(*ir.Call)
	return !ok || !joins(c) || g.weight(c) <= maxWeight
}

func joins(c *ir.Call) bool {
	switch c.Fn.Func.Name {
	case "||", "concat", "concat_ws":
		return true
	}
	return false
}

// weight is of how many texts, each as long as what is stored or as 1,000
// characters, the longest text is built that e can be.
func (g *growth) weight(e ir.Expr) int {
	if c, ok := e.(*ir.Const); ok {
		return 1 + len(c.Value.Text())/1000
	}
	if r, ok := e.(*ir.Ref); ok {
		return g.column(r.Col)
	}
	if c, ok := e.(*ir.Call); ok && joins(c) {
		sum := 0
		for i, a := range c.Args {
			w := g.weight(a)
			if i == 0 && c.Fn.Func.Name == "concat_ws" {
				w = product(w, len(c.Args))
			}
			sum = min(sum+w, saturated)
		}
		return sum
	}
	// Whatever else makes a text makes none that is longer than its arguments, or
	// than a constant that is limited.
	most := 1
	ir.Children(e, func(x ir.Expr) ir.Expr {
		most = max(most, g.weight(x))
		return x
	})
	return most
}

func (g *growth) column(id ir.ColID) int {
	if w, ok := g.weights[id]; ok {
		return w
	}
	g.weights[id] = 1 // a cycle adds nothing
	d := g.trace.made[id]
	most := 1
	for _, e := range d.exprs {
		most = max(most, g.weight(e))
	}
	for _, from := range d.ids {
		most = max(most, g.column(from))
	}
	g.weights[id] = most
	return most
}

func product(a, b int) int {
	if a > saturated/max(b, 1) {
		return saturated
	}
	return a * b
}

// expanded is how many nodes n has with everything put in its place.
func (g *growth) expanded(n ir.Node) int {
	count := 0
	ir.Walk(n, func(n ir.Node) bool {
		count++
		switch n := n.(type) {
		case *ir.Ref:
			count += g.nodesOf(n.Col)
		case *ir.CTERef:
			count += g.expanded(n.CTE.Query)
		}
		count = min(count, saturated)
		return count < saturated
	})
	return count
}

func (g *growth) nodesOf(id ir.ColID) int {
	if n, ok := g.nodes[id]; ok {
		return n
	}
	g.nodes[id] = 1
	d := g.trace.made[id]
	count := 1
	for _, e := range d.exprs {
		count = min(count+g.expanded(e), saturated)
	}
	for _, from := range d.ids {
		count = min(count+g.nodesOf(from), saturated)
	}
	g.nodes[id] = count
	return count
}

// check refuses a query that is too large for an engine to put together.
func (g *growth) check(q *ir.Query) error {
	if g.expanded(q) <= maxExpanded {
		return nil
	}
	return refusal.New(refusal.TooLong, "use fewer queries within each other, or repeat less in each", "this is too large once its subqueries are put together")
}
