package policy

import (
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// value converts what the viewer has to the declared type; nothing is guessed.
// It fails where the attribute is missing, empty, has an element that is empty
// or does not convert exactly, or has several values and is no list. Then a
// grant that mentions it is false as a whole: "region <> viewer.region" must
// not open every region to somebody who has none.
func (a Attribute) value(texts []string) (types.Value, bool) {
	if len(texts) == 0 || !a.List && len(texts) != 1 {
		return types.Null, false
	}
	vs := make([]types.Value, len(texts))
	for i, text := range texts {
		if text == "" {
			return types.Null, false
		}
		v, err := types.Parse(a.Type, text, nil)
		if err != nil || v.IsNull() {
			return types.Null, false
		}
		if a.Type.IsInteger() && v.Format(a.Type, nil) != text {
			return types.Null, false // 00123 may be another customer's text
		}
		vs[i] = v
	}
	if a.List {
		return types.ListOf(vs), true
	}
	return vs[0], true
}

// fill is the condition for one viewer: a copy in which attributes are
// constants, or FALSE.
func (c *Condition) fill(have map[string][]string) ir.Expr {
	consts := map[string]types.Value{}
	for _, name := range c.mentioned() {
		v, ok := c.attrs[name].value(have[name])
		if !ok {
			return nobody()
		}
		consts[name] = v
	}
	replace := func(e ir.Expr) ir.Expr {
		a, ok := e.(*ir.Attr)
		if !ok {
			return e
		}
		v, ok := consts[a.Name]
		if !ok {
			panic("policy: an attribute that its condition does not list")
		}
		return &ir.Const{Span: a.Span, Value: v, T: a.T, From: ir.FromViewer}
	}
	e := ir.Clone(c.expr)
	ir.Rewrite(e, nil, replace)
	return replace(e)
}

// nobody is FALSE.
func nobody() ir.Expr {
	return &ir.Const{Value: types.BoolOf(false), T: types.Of(types.Bool), From: ir.FromRule}
}
