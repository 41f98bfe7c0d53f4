package check

import (
	"github.com/grille-dev/grille/sql/ir"
)

// guards requires that each stored table of q stands in a block that equals a
// policy relation which the rules call for, as often as they do.
func guards(q *ir.Query, w Want) error {
	wanted, err := wanted(w)
	if err != nil {
		return err
	}
	var wrong error
	ir.Walk(q, func(n ir.Node) bool {
		if wrong != nil {
			return false
		}
		switch n := n.(type) {
		case *ir.Table:
			wrong = fault("table %s stands alone", n.Table.Name)
		case *ir.Guarded:
			panic("check: bind made a guard")
		case *ir.Subquery:
			t := soleTable(n)
			if t == nil {
				return true
			}
			f := ir.Fingerprint(n)
			if wanted[f] == 0 {
				wrong = fault("table %s is read otherwise than the rules say", t.Table.Name)
				return true
			}
			wanted[f]--
			return false // its condition is the rules' own
		}
		return wrong == nil
	})
	if wrong != nil {
		return wrong
	}
	for _, left := range wanted {
		if left != 0 {
			return fault("a table that was allowed is not read")
		}
	}
	return nil
}

// wanted counts the policy relations by fingerprint, rendered afresh.
func wanted(w Want) (map[string]int, error) {
	found := map[string]int{}
	var wrong error
	ir.Walk(w.Query, func(n ir.Node) bool {
		g, ok := n.(*ir.Guarded)
		if !ok || wrong != nil {
			return wrong == nil
		}
		fresh, err := w.Guard(g)
		if err != nil {
			wrong = fault("the rules do not give table %s: %v", g.Table.Table.Name, err)
			return false
		}
		found[ir.Fingerprint(fresh)]++
		return false
	})
	return found, wrong
}

// soleTable is the table of (SELECT ... FROM table [WHERE ...] [OFFSET n]) AS t,
// or nil for any other block.
func soleTable(s *ir.Subquery) *ir.Table {
	q := s.Query
	if s.Lateral || len(q.With) > 0 || len(q.Order) > 0 || q.Limit != nil {
		return nil
	}
	b, ok := q.Body.(*ir.Select)
	if !ok || b.Grouped || b.Distinct {
		return nil
	}
	t, _ := b.From.(*ir.Table)
	return t
}
