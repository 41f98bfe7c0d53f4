package planner

import (
	"slices"
	"strings"
)

// Which is the one thing in which readings differ.
type Which struct {
	What  string // date, column, table or measure
	Words string // of the question; "" if none says it
	// Options are what may be meant, the likeliest first: at least two.
	Options []Choice
}

// String asks for it in one line: which date: admitted_at or discharged_at?
func (w Which) String() string {
	var names []string
	for _, o := range w.Options {
		names = append(names, o.Means)
	}
	return "which " + w.What + ": " + strings.Join(short(names), " or ") + "?"
}

// short leaves out the table where all names have the same.
func short(names []string) []string {
	table, _, _ := strings.Cut(names[0], ".")
	out := make([]string, len(names))
	for i, name := range names {
		of, column, ok := strings.Cut(name, ".")
		if !ok || of != table || strings.Contains(of, " ") {
			return names
		}
		out[i] = column
	}
	return out
}

// Which is the one thing in which the likeliest readings differ, if it is one and
// saying it settles the question: readings that pass words over have to be shown.
func (u Understanding) Which() (w Which, ok bool) {
	if len(u.Readings) == 0 || len(u.Readings[0].Passed) > 0 {
		return w, false
	}
	return WhichOf(u.Readings[:near(u.Readings)])
}

// Near are the choices that make the reading with the number n, from 1, one that is
// nearly as likely, or that the words say as well.
func (u Understanding) Near(n int) []Choice {
	var out []Choice
	r := u.Readings[n-1]
	for _, o := range u.Readings[:near(u.Readings)] {
		if d, ok := differ(r, o); ok && len(d.parts) > 0 && !r.Parts[d.parts[0]].isFar(d.means, d.pick, true) {
			out = append(out, Choice{r.Parts[d.parts[0]].Slot, d.means})
		}
	}
	for _, p := range r.Parts {
		for _, s := range p.swaps {
			if s.tied && !p.Chosen {
				out = append(out, Choice{p.Slot, s.means})
			}
		}
	}
	return once(out)
}

// WhichOf says in what readings differ, if it is one thing: some words that each
// takes for something else.
func WhichOf(all []Reading) (w Which, ok bool) {
	if len(all) < 2 {
		return w, false
	}
	first := all[0].told()
	at := -1
	for _, r := range all[1:] {
		d, ok := differ(first, r.told())
		switch {
		case ok && (len(d.parts) == 0 || first.Parts[d.parts[0]].isFar(d.means, d.pick, true)):
			continue
		case !ok || at >= 0 && at != d.parts[0]:
			return Which{}, false
		}
		at = d.parts[0]
		p := first.Parts[at]
		if w.Options == nil {
			w = Which{p.what, p.Slot, []Choice{{p.Slot, p.Means}}}
		}
		if c := (Choice{p.Slot, d.means}); !slices.Contains(w.Options, c) {
			w.Options = append(w.Options, c)
		}
	}
	return w, len(w.Options) > 1
}

// difference is where two readings differ: parts of the first, which all mean one
// thing there and another one in the second.
type difference struct {
	parts []int
	means string // in the second
	pick  ref
}

// differ compares two readings with parts; false if they differ in more than one
// thing. With no parts they mean the same.
func differ(a, b Reading) (d difference, ok bool) {
	if a.Asked != b.Asked || len(a.Parts) == 0 || len(a.Parts) != len(b.Parts) || !slices.Equal(a.Passed, b.Passed) {
		return d, false
	}
	for i, p := range a.Parts {
		q := b.Parts[i]
		switch {
		case p.Kind != q.Kind || p.Slot != q.Slot || !slices.Equal(p.Asked, q.Asked):
			return d, false
		case p.Means == q.Means && (p.Means != "" || p.Taken == q.Taken), same(p.pick, q.pick):
			continue
		case p.Means == "" || q.Means == "" || len(d.parts) > 0 && (d.means != q.Means || a.Parts[d.parts[0]].Means != p.Means):
			return d, false
		}
		d.parts, d.means, d.pick = append(d.parts, i), q.Means, q.pick
	}
	return d, true
}
