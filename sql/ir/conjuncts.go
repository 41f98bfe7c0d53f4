package ir

// Conjuncts are the parts of e that AND joins, at any depth; none of nil.
func Conjuncts(e Expr) []Expr {
	if e == nil {
		return nil
	}
	l, ok := e.(*Logic)
	if !ok || l.Or {
		return []Expr{e}
	}
	var all []Expr
	for _, x := range l.Args {
		all = append(all, Conjuncts(x)...)
	}
	return all
}

// And joins es by AND; nil for none.
func And(es ...Expr) Expr {
	switch len(es) {
	case 0:
		return nil
	case 1:
		return es[0]
	}
	return &Logic{Args: es}
}

// Where is the whole condition of the block that g stands for: what the rules
// want and, after it, what was pushed. Nil for all rows.
func (g *Guarded) Where() Expr {
	if g.Pushed == nil {
		return g.Filter
	}
	return And(append(Conjuncts(g.Filter), Conjuncts(g.Pushed)...)...)
}
