// Package ground makes of the texts in a draft what the viewer meant.
//
// A question leaves with personal data replaced by placeholders, and a model's
// draft comes back with them as literals. [Literals] makes them the real values
// again. A placeholder anywhere else is refused.
//
// People write nyc where the database has New York, and nobody tells a model
// what it has. [Texts] looks up what is compared with a stored column, and puts
// the stored value in its place where it is sure which one is meant; where it is
// not, it says so. What may be found is decided by whoever implements [Values];
// [Index] is how.
//
// All of it happens behind the last word that a model hears of a draft, and what
// is put in is a constant of the viewer's, which reaches the database as a
// parameter and never as text. The package decides nothing about rights and reads
// no row.
package ground

import (
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// Kept is what was taken out of the question; package egress has it.
type Kept interface {
	// Restore gives the value of a literal and whether it differs.
	Restore(literal string) (value string, changed bool, err error)
	// RestorePattern does so for the pattern of LIKE, escaping the value.
	RestorePattern(pattern string) (value string, changed bool, err error)
}

// Literals gives a copy of q in which every text that the draft holds is what
// the viewer meant. It decides nothing about rights.
func Literals(q *ir.Query, kept Kept) (*ir.Query, error) {
	q = ir.Clone(q)
	patterns := map[*ir.Const]bool{}
	var err error
	ir.Walk(q, func(n ir.Node) bool {
		switch n := n.(type) {
		case *ir.Call:
			if len(n.Args) > 1 && (n.Fn.Func.Name == "like" || n.Fn.Func.Name == "ilike") {
				if c := constant(n.Args[1]); c != nil {
					patterns[c] = true
				}
			}
		case *ir.Const:
			if err == nil && n.From == ir.FromDraft && n.Value.Kind() == types.Text {
				err = restore(n, kept, patterns[n])
			}
		}
		return err == nil
	})
	if err != nil {
		return nil, err
	}
	return q, nil
}

func restore(c *ir.Const, kept Kept, pattern bool) error {
	put := kept.Restore
	if pattern {
		put = kept.RestorePattern
	}
	value, changed, err := put(c.Value.Text())
	if err != nil {
		if r, ok := err.(*refusal.Refusal); ok {
			return r.At(c.At())
		}
		return err
	}
	if changed {
		c.Value, c.From = types.TextOf(value), ir.FromViewer
	}
	return nil
}

// constant looks through casts that nobody wrote.
func constant(e ir.Expr) *ir.Const {
	for c, ok := e.(*ir.Cast); ok; c, ok = e.(*ir.Cast) {
		e = c.X
	}
	c, _ := e.(*ir.Const)
	return c
}
