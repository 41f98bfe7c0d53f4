package planner

import (
	"cmp"
	"slices"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/words"
	"github.com/grille-dev/grille/refusal"
)

// Part is one thing that a reading takes words of the question for: whoever is
// shown it can say that they meant another.
type Part struct {
	Kind PartKind
	// Asked are the words of the question that caused it, in their order; none if
	// no word did.
	Asked []refusal.Span
	Words string // the same as text
	// Slot is what a Choice is about: of "average stay" it is "stay". "" if no word
	// caused the part.
	Slot string
	// Means is what they were taken for, as the catalog calls it, and what a Choice
	// says: visits.stay_days, departments, average of visits.stay_days. "" where
	// there is nothing to choose.
	Means string
	// Taken is the same in plain words, with what is done with it.
	Taken string
	// Default: no word says so. It is what is usual.
	Default bool
	// Chosen: the asker says so.
	Chosen bool
	// Place is where in Draft.SQL it is; zero if it has no one place.
	Place refusal.Span
	// Others are what else the words could mean with all other parts as they are, the
	// likeliest first, at most five. Each can be chosen.
	Others []string
	what   string // what one has to choose: date, column, table, measure
	pick   ref
	far    []string          // far-fetched meanings, which are not offered
	fit    func(ref) float64 // how well what is known of values fits a column; nil: nothing is
	swaps  []swap            // what each of the Others gives
}

// PartKind is what a part is for.
type PartKind uint8

// The kinds of parts.
const (
	TablePart   PartKind = iota + 1 // rows of a table have to be there, or are listed
	ColumnPart                      // is shown
	MeasurePart                     // is counted or added up
	ValuePart                       // picks rows
	PeriodPart                      // picks rows by time
	GroupPart                       // rows are put together by it
	OrderPart                       // rows are ordered by it
	LimitPart                       // how many rows there are at most
	FigurePart                      // is worked out of a measure
)

// String is the kind in one word.
func (k PartKind) String() string {
	switch k {
	case TablePart:
		return "table"
	case ColumnPart:
		return "column"
	case MeasurePart:
		return "measure"
	case ValuePart:
		return "condition"
	case PeriodPart:
		return "period"
	case GroupPart:
		return "group"
	case OrderPart:
		return "order"
	case LimitPart:
		return "limit"
	case FigurePart:
		return "figure"
	default:
		panic("planner: unknown kind of part")
	}
}

// mostOthers is how many alternatives of a part there are at most.
const mostOthers = 5

// swap is a reading that has another meaning in one place.
type swap struct {
	means string
	pick  ref
	tied  bool // the words say it as well
	Reading
}

// origin is where a reading came from.
type origin interface {
	// parts of the reading, in the order of SQL.
	parts() []Part
}

// told gives the readings their parts.
func (u Understanding) told() Understanding {
	for i := range u.Readings {
		u.Readings[i] = u.Readings[i].told()
	}
	u.Readings = alsoOf(u.Readings)
	return u
}

// groundless: no word of the question says any part of it, nor names a table of one.
func (r Reading) groundless(question string) bool {
	said := words.OfName(question)
	return len(r.Parts) > 0 && !slices.ContainsFunc(r.Parts, func(p Part) bool {
		return len(p.Asked) > 0 || p.pick.table != nil && slices.ContainsFunc(words.OfName(p.pick.table.Name), func(w string) bool { return slices.Contains(said, w) })
	})
}

// told is r with its parts, what the question says first coming first.
func (r Reading) told() Reading {
	if r.from == nil || r.Parts != nil {
		return r
	}
	r.Parts = r.from.parts()
	for _, p := range r.Parts {
		for i := range p.swaps {
			p.swaps[i].Draft.Confidence, p.swaps[i].Passed = r.Draft.Confidence, r.Passed
		}
	}
	slices.SortStableFunc(r.Parts, func(a, b Part) int { return cmp.Compare(a.first(), b.first()) })
	return r
}

// first is where the words of a part begin; what no word caused comes last.
func (p Part) first() int32 {
	if len(p.Asked) == 0 {
		return 1 << 30
	}
	return p.Asked[0].Pos
}

// add notes another meaning of a part, unless it is known or there are enough.
func (p *Part) add(s swap) {
	if s.means != p.Means && len(p.Others) < mostOthers && !slices.Contains(p.Others, s.means) && !p.isFar(s.means, s.pick, false) && !same(p.pick, s.pick) {
		p.Others, p.swaps = append(p.Others, s.means), append(p.swaps, s)
	}
}

// isFar reports whether a meaning is not to be offered, or, if unasked, only where it
// is as well founded: of a value that stands in one column, no other is thought of.
func (p Part) isFar(means string, pick ref, unasked bool) bool {
	if slices.Contains(p.far, means) {
		return true
	}
	if p.fit == nil || pick.table == nil {
		return false
	}
	return p.fit(pick) < 0 || unasked && p.fit(p.pick) > 0 && p.fit(pick) == 0
}

// same reports whether one of two says which row the other is: the department of a
// visit is the same by its key and by its name. Nobody has to choose between them.
func same(a, b ref) bool { return refers(a, b) || refers(b, a) }

func refers(key, to ref) bool {
	return key.col != nil && to.table != nil && to.col == nil && slices.ContainsFunc(key.table.Refers(), func(f catalog.ForeignKey) bool {
		return f.To == to.table.ID && slices.Contains(f.Columns, key.col.ID)
	})
}

// alsoOf adds to the parts of each reading what likely ones take the same words
// for, where that is all in which they differ.
func alsoOf(all []Reading) []Reading {
	for i := range all {
		for j := range near(all) {
			d, ok := differ(all[i], all[j])
			for _, k := range d.parts {
				if ok {
					all[i].Parts[k].add(swap{means: d.means, pick: d.pick, Reading: all[j]})
				}
			}
		}
	}
	return all
}

// Choices are the Others as what an asker says: one each.
func (p Part) Choices() []Choice {
	var out []Choice
	for _, means := range p.Others {
		out = append(out, Choice{p.Slot, means})
	}
	return out
}

// wordsAt are the words of some spans as the question has them, with what joins them.
func wordsAt(text string, spans []refusal.Span) string {
	var b strings.Builder
	for i, s := range spans {
		switch {
		case i == 0:
		case s.Pos >= spans[i-1].End && joins(text[spans[i-1].End:s.Pos]):
			b.WriteString(text[spans[i-1].End:s.Pos])
		default:
			b.WriteString(" ... ")
		}
		b.WriteString(text[s.Pos:s.End])
	}
	return b.String()
}

// joins reports whether words of a question mean nothing between two others.
func joins(between string) bool {
	return !slices.ContainsFunc(strings.Fields(between), func(w string) bool {
		return !slices.Contains([]string{"of", "the", "a", "an", "or", "and", "than", "with", "in", "is", "are", "to", ","}, strings.ToLower(w))
	})
}

// inOrder sorts spans and drops those that others hold.
func inOrder(spans []refusal.Span) []refusal.Span {
	slices.SortFunc(spans, func(a, b refusal.Span) int { return cmp.Or(cmp.Compare(a.Pos, b.Pos), cmp.Compare(b.End, a.End)) })
	var out []refusal.Span
	for _, s := range spans {
		if n := len(out); n == 0 || s.End > out[n-1].End {
			out = append(out, s)
		}
	}
	return out
}
