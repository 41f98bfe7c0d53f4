package ground

import "slices"

// Text is what somebody writes, taken apart once to be looked for in many
// indexes.
type Text struct{ asked, same, loose, single string }

// NewText takes a text apart.
func NewText(asked string) Text {
	s := same(asked)
	return Text{asked, s, loose(s), single(letters(s))}
}

// Holds reports whether a text is one of the values, or one but for case, accents,
// spaces, punctuation and being one or many, or what people call one. Of persons
// only case, accents and spaces make no difference.
func (x *Index) Holds(t Text) bool {
	if t.same == "" {
		return false
	}
	if _, ok := slices.BinarySearch(x.values, t.asked); ok || len(x.same[t.same]) > 0 || len(x.means[t.same]) > 0 {
		return true
	}
	return !x.persons && (t.loose != "" && len(x.loose[t.loose]) > 0 || t.single != "" && len(x.single[t.single]) > 0)
}

// Prose reports whether the values are texts of their own and no names of things:
// one in ten is longer than a name.
func (x *Index) Prose() bool { return 10*x.long > len(x.values) }

// Bytes is how many bytes the values have.
func (x *Index) Bytes() int { return x.size }

// longName is how many bytes a name has at most, as a rule.
const longName = 60
