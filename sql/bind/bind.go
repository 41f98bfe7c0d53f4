// Package bind gives every name of a draft its meaning: tables and columns
// become identities, functions become entries of the table in package funcs,
// every expression gets a type, as PostgreSQL would do it. What it cannot
// resolve is refused; it never guesses.
//
// Names resolve against a [catalog.Names] and nothing else, so what a viewer
// may not see does not exist here: a hidden column and a missing one give the
// same refusal, and suggestions name visible things only.
//
// Begin with [Query]. [Condition] binds the row conditions of a rules file, and
// [Own] re-reads text that Grille printed itself.
package bind

import (
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/syntax"
	"github.com/grille-dev/grille/sql/types"
)

// Env is the one instant and the one time zone of an ask. now() and
// current_date become constants of it.
type Env struct {
	Now  time.Time
	Zone *time.Location // nil: UTC
	Held Held           // nil: nothing is held back
}

// Held knows the placeholders that stand in a draft for what was taken out of the
// question. Where a text is meant they are texts like any other, and are bound as
// they stand; where a number, a uuid or a date is, their value is read here.
type Held interface {
	// Held is the value of a placeholder, and whether literal is one. The value is ""
	// as long as it is not to be told: the draft is then bound as with a NULL.
	Held(literal string) (value string, known bool)
}

// Param is the value of $n in text that Grille printed.
type Param struct {
	Value types.Value
	Type  types.Type
}

// Query binds a draft. Errors are refusals with a span in the draft's text.
func Query(tree *syntax.Query, names catalog.Names, env Env) (q *ir.Query, err error) {
	b := &binder{names: names, env: env}
	defer b.catch(&err)
	return b.top(tree), nil
}

// Own binds text that package emit printed: parameters have their values, and
// functions that no draft may name are known.
func Own(tree *syntax.Query, names catalog.Names, params []Param) (q *ir.Query, err error) {
	b := &binder{names: names, own: true, params: params}
	defer b.catch(&err)
	return b.top(tree), nil
}

type binder struct {
	names  catalog.Names
	env    Env
	own    bool
	params []Param
	attrs  map[string]Attr
	ctes   *cteScope
	last   ir.ColID
}

// bailout carries a refusal up to the entrance.
type bailout struct{ r *refusal.Refusal }

func (b *binder) catch(err *error) {
	switch p := recover().(type) {
	case nil:
	case bailout:
		*err = p.r
	default:
		panic(p)
	}
}

func fail(at syntax.Span, code refusal.Code, try, format string, args ...any) {
	panic(bailout{refusal.New(code, try, format, args...).At(at)})
}

func (b *binder) top(tree *syntax.Query) *ir.Query {
	q := b.query(tree, nil)
	for i, c := range ir.Outputs(q.Body) {
		if c.Type.Kind == types.Unsupported {
			fail(tree.At(), refusal.Types, "leave it out", "output %d has a type that Grille cannot show", i+1)
		}
	}
	return q
}

func (b *binder) id() ir.ColID { b.last++; return b.last }

func at(n syntax.Node) ir.Span { return ir.Span{Span: n.At()} }
