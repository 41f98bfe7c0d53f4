package policy

import (
	"unicode"

	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// message is from how many letters on the texts of a draft that may be part of a
// value can say something. Labels such as 'minor' and formats are shorter.
const message = 12

// written reports whether texts that stand in the draft may be part of the
// column's values, whatever the data: a draft of a model can say something to its
// reader there. They are counted together, as || puts pieces together.
//
//	max('the session has expired')                 is no constant, and is written
//	CASE WHEN n > 9 THEN 'many' ELSE 'few' END      has too few letters
//	to_char(d, 'YYYY-MM')                           is a format
func (t *trace) written(c ir.Column) bool {
	if kind := c.Type.Kind; kind != types.Text && kind != types.Array && kind != types.JSON {
		return false
	}
	return (&writing{t, map[ir.ColID]bool{}}).column(c.ID) >= message
}

// writing counts letters.
type writing struct {
	*trace
	seen map[ir.ColID]bool
}

func (w *writing) column(id ir.ColID) (n int) {
	if w.seen[id] {
		return 0 // counted, or a cycle
	}
	w.seen[id] = true
	d := w.made[id]
	for _, e := range d.exprs {
		n += w.expr(e)
	}
	for _, from := range d.ids {
		n += w.column(from)
	}
	return n
}

// expr counts in what may become part of the value; conditions do not.
func (w *writing) expr(e ir.Expr) (n int) {
	switch e := e.(type) {
	case *ir.Const:
		if e.From == ir.FromDraft && e.Value.Kind() == types.Text {
			return letters(e.Value.Text())
		}
	case *ir.Ref:
		return w.column(e.Col)
	case *ir.Cast:
		return w.expr(e.X)
	case *ir.Case:
		for _, arm := range e.Arms {
			n += w.expr(arm.Then)
		}
		if e.Else != nil {
			n += w.expr(e.Else)
		}
	case *ir.List:
		n = w.all(e.Items)
	case *ir.Call:
		if e.Fn.Func.Name == "to_char" {
			return 0
		}
		n = w.all(e.Args)
	case *ir.Agg:
		n = w.all(e.Args)
	case *ir.Over:
		n = w.all(e.Args)
	case *ir.Scalar:
		for _, c := range ir.Outputs(e.Query.Body) {
			n += w.column(c.ID)
		}
	case *ir.Attr, *ir.Logic, *ir.Not, *ir.Is, *ir.In, *ir.AnyOf, *ir.InQuery, *ir.Exists:
	default:
		panic("policy: unknown expression")
	}
	return n
}

func (w *writing) all(es []ir.Expr) (n int) {
	for _, e := range es {
		n += w.expr(e)
	}
	return n
}

func letters(text string) (n int) {
	for _, r := range text {
		if unicode.IsLetter(r) {
			n++
		}
	}
	return n
}
