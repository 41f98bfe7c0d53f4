package policy

import (
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// uses refuses what could only mislead. Nothing here protects a value: the mask
// stands at the table's read, and everything above computes on what the viewer
// may see anyway (redteam S1).
type uses struct {
	view  *view
	trace *trace
}

// check refuses a redacted column that picks rows (it is NULL in each, so the
// answer would be empty and look like "there are none"), and a token compared
// with a text that somebody wrote.
func (u uses) check(q *ir.Query) error {
	var err error
	note := func(e error) {
		if err == nil {
			err = e
		}
	}
	ir.Walk(q, func(n ir.Node) bool {
		switch n := n.(type) {
		case *ir.Select:
			note(u.predicate(n.Where))
			note(u.predicate(n.Having))
		case *ir.Join:
			note(u.predicate(n.On))
		case *ir.Agg:
			note(u.predicate(n.Filter))
		case *ir.Over:
			note(u.predicate(n.Filter))
		case *ir.Const:
			if n.T.Kind == types.Token && !n.Value.IsNull() {
				note(refusal.New(refusal.MaskedLiteral, "compare it with the same column elsewhere, or group by it",
					"a pseudonym cannot be compared with a value that you write").At(n.At()))
			}
		}
		return err == nil
	})
	return err
}

// predicate refuses e if a redacted column decides it.
func (u uses) predicate(e ir.Expr) error {
	if e == nil {
		return nil
	}
	var err error
	look := func(id ir.ColID, at ir.Node) {
		for b := range u.trace.value(id) {
			x := u.view.tables[b.table.Table.ID].columns[b.of]
			if x.mask.Show == Redact && err == nil {
				c := b.table.Table.Column(b.of)
				err = refusal.New(refusal.MaskedFilter, "count it, or leave it out of the condition",
					"%s is hidden from you and may not be used to pick rows", c.Name).At(at.At()).
					ForOwner("closed by %s (class %s)", x.class.Where, x.class.Name)
			}
		}
	}
	outputs := func(q *ir.Query, at ir.Node) {
		for _, c := range ir.Outputs(q.Body) {
			look(c.ID, at)
		}
	}
	ir.Walk(e, func(n ir.Node) bool {
		switch n := n.(type) {
		case *ir.Ref:
			look(n.Col, n)
		case *ir.Scalar:
			outputs(n.Query, n)
		case *ir.InQuery:
			outputs(n.Query, n)
		case *ir.Query:
			return false // its own conditions are looked at by themselves
		}
		return true
	})
	return err
}
