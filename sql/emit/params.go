package emit

import "github.com/grille-dev/grille/sql/types"

// params numbers the constants of a statement. Equal values of equal type
// share a number: a GROUP BY key and the output that repeats it must be the
// same expression to the engine, and $1 and $2 never are.
type params struct {
	list  []Param
	known map[string]int // by Value.Key
}

// number is the parameter that holds v as a t: 1 and up.
func (ps *params) number(v types.Value, t types.Type) int {
	key := v.Key(t)
	if n, ok := ps.known[key]; ok {
		return n
	}
	ps.list = append(ps.list, Param{Value: v, Type: t})
	if ps.known == nil {
		ps.known = map[string]int{}
	}
	ps.known[key] = len(ps.list)
	return len(ps.list)
}
