package learned

import "slices"

// Fixed is a comparison that no word of the question has to be found for: Test is SQL
// and stands behind the column.
type Fixed struct {
	Col      int
	Test     string
	From, To int // the tokens that ask for it
}

// Keep is a candidate with comparisons besides, each in the one query of its plan
// that reads the column's table; false where several do, so that it is not clear of
// which rows they have to hold.
func (in *Input) Keep(c Candidate, all []Fixed) (Candidate, bool) {
	p := c.Plan.clone()
	for _, f := range all {
		table := in.Schema.Columns[f.Col].Table
		var at []*Plan
		for _, q := range p.queries() {
			if tables, ok := in.Schema.closure(q.tables(in.Schema)); ok && tables.has(table) {
				at = append(at, q)
			}
		}
		switch {
		case len(at) == 0 && p.Right == nil:
			p.Fixed = append(p.Fixed, f)
		case len(at) == 1:
			at[0].Fixed = append(at[0].Fixed, f)
		default:
			return c, false
		}
	}
	text, parts, ok := in.Print(p)
	c.Plan, c.SQL, c.Parts = p, text, parts
	return c, ok
}

// queries are a plan and those within it.
func (p *Plan) queries() []*Plan {
	if p == nil {
		return nil
	}
	out := []*Plan{p}
	for _, all := range [][]Cond{p.Where, p.Having} {
		for _, c := range all {
			out = append(out, c.Sub.queries()...)
		}
	}
	return append(out, p.Right.queries()...)
}

// fixed writes comparisons behind those of WHERE.
func (w *printer) fixed(p *Plan, names scope) {
	for i, f := range p.Fixed {
		w.b.WriteString(map[bool]string{true: " WHERE ", false: " AND "}[i == 0 && len(p.Where) == 0])
		start := w.b.Len()
		w.bare(f.Col, names)
		w.b.WriteString(f.Test)
		w.because(start, mention{from: f.From, to: f.To})
	}
}

// fixedColumns are those that a plan's comparisons name.
func (p *Plan) fixedColumns() []int {
	var out []int
	for _, f := range p.Fixed {
		if !slices.Contains(out, f.Col) {
			out = append(out, f.Col)
		}
	}
	return out
}
