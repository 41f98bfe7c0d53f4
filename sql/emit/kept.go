package emit

import (
	"strconv"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/sql/ir"
)

// kept are the columns that a guard gives as they are stored, beside those that it
// reads, for conditions above it that an index is to serve:
//
//	SELECT t1.c1 FROM (SELECT CONVERT(t2.`code` ...) AS c1, t2.`code` AS b1 FROM ...) AS t1 WHERE t1.c1 = ? AND t1.b1 = ?
//
// Which they are is known when all of the text is: a guard leaves a mark, as
// parameters do. They are columns that the viewer sees as they are, and stand in
// conditions that decide nothing.
type kept struct {
	number int
	outer  string // alias of the guard
	inner  string // alias of the stored table in it
	cols   []*catalog.Column
}

// keeps is called once for each time that g is declared.
func (p *printer) keeps(g *ir.Guarded) *kept {
	if !p.d.above || !policy.Stored(g.Table.Table.Kind) {
		return nil
	}
	k := &kept{number: len(p.kept), outer: p.aliases[g]}
	p.kept = append(p.kept, k)
	p.keeping[g] = k
	return k
}

// keep prints the mark.
func (p *printer) keep(g *ir.Guarded) {
	k := p.keeping[g]
	if k == nil {
		return
	}
	k.inner = p.aliases[g.Table]
	p.b = append(p.b, 0, 'b')
	p.int(k.number)
	p.b = append(p.b, 0)
}

// column is c above the guard.
func (k *kept) column(c *catalog.Column) string {
	i := 0
	for ; i < len(k.cols) && k.cols[i] != c; i++ {
	}
	if i == len(k.cols) {
		k.cols = append(k.cols, c)
	}
	return k.outer + ".b" + strconv.Itoa(i+1)
}

// keptAs is what stands in the place of a mark.
func (p *printer) keptAs(number string) string {
	n, err := strconv.Atoi(number)
	if err != nil {
		panic("emit: a mark that is no number")
	}
	k := p.kept[n]
	return p.text(func() {
		for i, c := range k.cols {
			p.str(", ", k.inner, ".")
			p.quote(c.Name)
			p.str(" AS b", strconv.Itoa(i+1))
		}
	})
}

// shows is the stored column that a guard gives as d, plainly; nil if it gives
// anything else.
func shows(g *ir.Guarded, d ir.Def) *catalog.Column {
	r, ok := d.Expr.(*ir.Ref)
	if !ok || r.T != d.Type {
		return nil
	}
	for _, c := range g.Table.Cols {
		if c.ID == r.Col {
			return g.Table.Table.Column(c.Of)
		}
	}
	return nil
}
