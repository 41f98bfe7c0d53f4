package syntax

import (
	"github.com/sqlc-dev/oliphant/ast"

	"github.com/grille-dev/grille/refusal"
)

// converter copies the parser's tree. Its methods panic with halt: there are
// some hundred places that can refuse.
//
// The rule of the copy: each method names every field of the parser's node,
// copies it or refuses a value in it. TestFieldsAreKnown fails if a new
// version of the parser has a field that is not named here.
type converter struct {
	guarded
	shift int32 // how much later the parser saw the text
}

// no refuses a construct. Where the parser keeps no position, the whole
// statement is meant.
func (c *converter) no(at Span, try, format string, args ...any) {
	if at.End == 0 {
		at = Span{Pos: c.toks[0].pos, End: c.toks[len(c.toks)-1].end}
	}
	panic(halt{refusal.New(refusal.Unsupported, try, format, args...).At(at)})
}

// strange is for a value that PostgreSQL's grammar never makes.
func (c *converter) strange(at Span, what string) {
	c.no(at, "write it another way", "this form of %s is not supported", what)
}

// at is the token at the parser's location, or the zero Span for a node that
// the grammar made.
func (c *converter) at(loc int32) Span {
	if i := c.index(loc); i >= 0 {
		return c.span(i)
	}
	return Span{}
}

// index is the token at the parser's location, or -1.
func (c *converter) index(loc int32) int32 {
	if loc -= c.shift; loc < 0 {
		return -1
	}
	return c.find(loc)
}

// reach is the token at loc with what belongs to it by brackets alone:
// a.b.f(...), ARRAY[...], CASE ... END, ( ... ).
func (c *converter) reach(loc int32) Span {
	i := c.index(loc)
	if i < 0 {
		return Span{}
	}
	start := c.toks[i].pos
	i = c.group(c.dots(i))
	return Span{Pos: start, End: c.toks[i].end}
}

// dots is the last part of the dotted name that begins at token i.
func (c *converter) dots(i int32) int32 {
	for c.has(i+2) && c.sym(i+1, '.') {
		i += 2
	}
	return i
}

// group is the end of the bracket that opens at token i or right behind it.
func (c *converter) group(i int32) int32 {
	if m := c.toks[i].match; m > i {
		return m
	}
	if c.has(i+1) && (c.sym(i+1, '(') || c.sym(i+1, '[')) && c.toks[i+1].match > i {
		return c.toks[i+1].match
	}
	return i
}

func (c *converter) has(i int32) bool { return i >= 0 && int(i) < len(c.toks) }

// last is the token that ends s.
func (c *converter) last(s Span) int32 {
	if s.End == 0 {
		return -1
	}
	return c.find(s.End - 1)
}

// cover is the smallest span around all; a zero Span counts for nothing.
func cover(spans ...Span) Span {
	var out Span
	for _, s := range spans {
		switch {
		case s.End == 0:
		case out.End == 0:
			out = s
		default:
			out = Span{Pos: min(out.Pos, s.Pos), End: max(out.End, s.End)}
		}
	}
	return out
}

// around is cover over nodes.
func around[N Node](s Span, nodes ...N) Span {
	for _, n := range nodes {
		s = cover(s, n.At())
	}
	return s
}

// name is a String node.
func (c *converter) name(n *ast.Node, at Span) string {
	s, ok := n.GetNode().(*ast.Node_String_)
	if !ok || s.String_.GetSval() == "" {
		c.strange(at, "a name")
	}
	return s.String_.Sval
}

// names is a list of String nodes.
func (c *converter) names(list []*ast.Node, at Span) []string {
	if len(list) == 0 {
		return nil
	}
	out := make([]string, len(list))
	for i, n := range list {
		out[i] = c.name(n, at)
	}
	return out
}

// wrote says whether the token at loc is the name, as a word or quoted.
func (c *converter) wrote(loc int32, name string) bool {
	i := c.index(loc)
	if i < 0 {
		return false
	}
	switch c.toks[i].kind {
	case word:
		return c.is(i, name)
	case quoted:
		return c.written(i) == `"`+name+`"`
	default:
		return false
	}
}
