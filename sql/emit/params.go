package emit

import (
	"bytes"
	"strconv"

	"github.com/grille-dev/grille/sql/types"
)

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

// place marks where a parameter of a positional dialect stands. Texts are
// printed and printed again; their order is known at the end.
func (p *printer) place(n int) {
	p.b = append(p.b, 0)
	p.int(n)
	p.b = append(p.b, 0)
}

// order makes each mark a ?, and the list of parameters that of the marks. No
// name holds a zero byte.
func (p *printer) order() {
	parts := bytes.Split(p.b, []byte{0})
	var out []byte
	var list []Param
	for i, part := range parts {
		if i%2 == 0 {
			out = append(out, part...)
			continue
		}
		if kept, ok := bytes.CutPrefix(part, []byte{'b'}); ok {
			out = append(out, p.keptAs(string(kept))...)
			continue
		}
		n, err := strconv.Atoi(string(part))
		if err != nil {
			panic("emit: a mark that is no number")
		}
		out, list = append(out, '?'), append(list, p.params.list[n-1])
	}
	p.b, p.params.list = out, list
}
