// Package check reads again what package emit printed, and refuses it unless it
// says what was allowed.
//
// It knows the text, the catalog and the rules, and nothing of the rewriter or
// of the printer. A text for PostgreSQL is parsed and bound as if a stranger had
// written it. Then four things must hold. The text names nothing but what [own] allows:
// qualified functions, types and tables, our own aliases, typed parameters.
// Every stored table stands alone in a block that equals the policy relation
// rendered afresh from the rules for this viewer, fence included; inside of a
// fence conditions may follow that only narrow it (see [onlyNarrows]). Every
// function is one of the table's. And the bound tree equals the allowed tree.
//
// A text for another engine is taken apart by [reader], which knows the form of
// what is printed. The same holds of it, but for the last: of the tree outside of the
// policy relations only clauses are counted. And a policy relation is compared as a
// text, with the one that the rules give, printed alone; so a printer that spells
// it wrong does so in both.
//
// A text that fails never runs: the error is [refusal.Internal], for it is our
// fault and nobody else's. Begin with [Text].
package check

import (
	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/bind"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/syntax"
)

// Param is the value and the type of a numbered parameter.
type Param = bind.Param

// Want is what a text must say.
type Want struct {
	Full   *catalog.Catalog // the database as stored
	Query  *ir.Query        // the allowed tree, as it was printed
	Params []Param          // values and types of $1, $2, ...
	// Guard renders the policy relation that stands in the place of g afresh
	// from the rules, with the columns and the fence of g. Of g it may use those
	// and the table, and nothing else.
	Guard func(g *ir.Guarded) (*ir.Guarded, error)
	// Print prints a policy relation alone, for engines whose texts are not parsed:
	// fresh, which stands in the place of g, with those columns bare that are in g's
	// text and that fresh shows as they are stored.
	Print func(fresh, g *ir.Guarded) (string, []Param, error)
}

// Text checks one printed statement.
func Text(text string, w Want) error {
	if w.Full == nil || w.Query == nil || w.Guard == nil {
		return fault("nothing to check against")
	}
	if w.Full.Engine != catalog.Postgres {
		return spelledText(text, w)
	}
	tree, err := syntax.ParseOwn(text)
	if refusal.CodeOf(err) == refusal.TooLong {
		return refusal.New(refusal.TooLong, "ask for less in one statement", "the statement is too long or too deep to be checked")
	}
	if err != nil {
		return fault("it does not parse: %v", err)
	}
	if err := own(tree, len(w.Params)); err != nil {
		return err
	}
	q, err := bind.Own(tree, w.Full.All(), w.Params)
	if err != nil {
		return fault("it does not bind: %v", err)
	}
	return compare(q, w)
}

// fault is a failed check. What exactly is wrong is for owners: it may name
// what the viewer may not see.
func fault(format string, args ...any) error {
	return refusal.New(refusal.Internal, "ask in another way, and report this", "the SQL that was made did not pass its check").
		ForOwner(format, args...)
}
