package learned

import "slices"

// longestHeld is how many words a stored value is looked for in.
const longestHeld = 6

// hold notes which columns hold each value, and finds the values that nothing but
// a column makes one: "fancy red shoes", in small letters.
func (in *Input) hold(holds Holds) {
	if holds == nil {
		return
	}
	for i := range in.Values {
		if v := &in.Values[i]; v.Kind != Numeral && v.Kind != Day {
			v.Held = known(holds(v.Text))
		}
	}
	for i, t := range in.Tokens {
		if t.Kind == Sign || t.Kind == Quoted || t.Kind == Day || t.Stop && !t.Upper {
			continue
		}
		in.stretches(holds, i)
	}
}

// known is never nil.
func known(columns []int) []int {
	if columns == nil {
		return []int{}
	}
	return columns
}

// stretches are the values that begin with a token and are held by some column.
func (in *Input) stretches(holds Holds, i int) {
	text := ""
	for j := i; j < len(in.Tokens) && j < i+longestHeld; j++ {
		t := in.Tokens[j]
		if t.Kind == Quoted {
			return
		}
		if j > i && t.Kind != Sign {
			text += " "
		}
		text += t.Text
		at := func(v Value) bool { return v.From == i && v.To == j+1 }
		if t.Kind == Sign || t.Stop && !t.Upper || j == i && t.Kind == Numeral || slices.ContainsFunc(in.Values, at) {
			continue
		}
		if held := holds(text); len(held) > 0 {
			in.Values = append(in.Values, Value{From: i, To: j + 1, Kind: Word, Text: text, Held: held, whole: true})
		}
	}
}

// holding is what is known of a value and a column.
type holding uint64

const (
	notKnown  holding = iota
	nowhere           // no column holds it
	elsewhere         // others do
	hereToo           // this one does, among others
	hereOnly
)

// heldBy says what is known of a value in a column.
func (v *Value) heldBy(c int) holding {
	here := slices.Contains(v.Held, c)
	switch {
	case v.Held == nil:
		return notKnown
	case len(v.Held) == 0:
		return nowhere
	case !here:
		return elsewhere
	case len(v.Held) > 1:
		return hereToo
	}
	return hereOnly
}

// holds is the most that is known of a column and the values that do not overlap
// some others.
func (in *Input) holds(c int, without []int) holding {
	most := notKnown
	for i := range in.Values {
		v := &in.Values[i]
		free := !slices.ContainsFunc(without, func(o int) bool { return in.Values[o].From < v.To && v.From < in.Values[o].To })
		if h := v.heldBy(c); h > most && free && (h < hereToo || !in.namedAs(v)) {
			most = h
		}
	}
	return most
}

// namedAs reports whether a value is rather a name of the schema.
func (in *Input) namedAs(v *Value) bool { return in.owner[v.From].length >= v.To-v.From }
