package policy

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/grille-dev/grille/sql/ir"
)

// Predicate is one way in which a counted block picked rows of a table with a
// minimum group.
type Predicate struct {
	Table  string // schema.table
	Digest string // equal for equal conditions, with equal constants
}

// Predicates are those of the query's counted blocks that have any. Two blocks
// that pick rows differently may differ by one entity, which no rule over one
// query can see; so whoever runs queries counts the different ones (redteam C1).
func (a Allowed) Predicates() []Predicate { return append([]Predicate(nil), a.a.predicates...) }

// picking is how the block picks rows, once for each table with a minimum group:
// what WHERE, the joins and FILTER say, and keys that are computed, for GROUP BY
// name = 'Ann' has a group without her.
func (b *block) picking() []Predicate {
	picks := &ir.Select{From: b.s.From, Where: b.s.Where}
	pick := func(e ir.Expr) {
		picks.Out = append(picks.Out, ir.Def{Column: ir.Column{ID: b.next(), Type: e.Type()}, Expr: e})
	}
	for _, a := range b.aggs {
		if a.holds != nil {
			pick(a.holds)
		}
	}
	for _, k := range b.s.Keys {
		if _, bare := column(k.Expr); !bare {
			pick(k.Expr)
		}
	}
	if picks.Where == nil && len(picks.Out) == 0 && len(b.tables) == 1 {
		return nil
	}
	sum := sha256.Sum256([]byte(ir.Fingerprint(&ir.Query{Body: picks})))
	var ps []Predicate
	for _, t := range b.counted {
		ps = append(ps, Predicate{t.Table.Schema + "." + t.Table.Name, hex.EncodeToString(sum[:])})
	}
	return ps
}
