package oracle

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Shrink looks for a smaller draft, and then for fewer rows, with which the
// verdict is the same. The world keeps the fewer rows.
func (b *Bench) Shrink(ctx context.Context, w *World, e Engine, q *Query, v Verdict) *Query {
	still := func(q *Query) bool {
		got, _, _, _ := b.Try(ctx, e, q)
		return got == v
	}
	tries := 0
	for again := true; again && tries < 400; {
		again = false
		for _, s := range q.smaller() {
			tries++
			if c := (&Query{block: s, Hidden: q.Hidden}); still(c) {
				q, again = c, true
				break
			}
		}
	}
	for _, t := range w.Tables {
		b.fewerRows(ctx, w, t, func() bool { return still(q) })
	}
	_ = b.Lay(ctx, w.Layout()) // it was laid before
	return q
}

// fewerRows leaves out halves, quarters and so on of a table's rows.
func (b *Bench) fewerRows(ctx context.Context, w *World, t *Table, still func() bool) {
	for size := (len(t.Rows) + 1) / 2; size > 0; size /= 2 {
		for i := 0; i < len(t.Rows); {
			all := t.Rows
			t.Rows = slices.Concat(all[:i], all[min(i+size, len(all)):])
			// A row that another refers to cannot be left out: then there is an error.
			if b.Lay(ctx, w.Layout()) != nil || !still() {
				t.Rows = all
				i += size
			}
		}
		if size > 8 && size < 16 {
			size = 2 // the last few one by one, and no more than it needs
		}
	}
}

// Page is all that is needed to see a draft fail again: a file for testdata.
func (w *World) Page(e Engine, q *Query, what string) string {
	l := w.Layout()
	who, err := json.Marshal(l.Setup[e].Viewer)
	if err != nil {
		panic(err)
	}
	var b strings.Builder
	section := func(command, input, output string) {
		fmt.Fprintf(&b, "%s\n%s\n----\n%s\n\n", command, strings.TrimRight(input, "\n"), output)
	}
	fmt.Fprintf(&b, "# %s\n", what)
	section("data engine="+e.String(), l.Full[e], "ok")
	section("copy engine="+e.String(), l.Copy[e], "ok")
	section("rules engine="+e.String(), l.Setup[e].Rules, "ok")
	section("viewer", string(who), "ok")
	section("query", e.Write(q.String()), "same")
	return b.String()
}
