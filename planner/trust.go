package planner

import (
	"math"
	"slices"
)

// Whether a reading may be run without asking. Both parsers say how sure they are,
// and each has been right where the other was not; what tells most is whether they
// agree. The bounds were chosen where neither was trained: on the 19 databases of
// Spider that are held back from the weights, on every other one first and later on
// all, and on the questions of testdata/language that may be looked at.
// docs/planner.md has the figures.
const (
	// leastConfidence: below it hardly a reading by hand was right.
	leastConfidence = 0.17
	// leastAlone is asked of one by hand that the learned parser has no better idea
	// of, or says less than.
	leastAlone = 0.3
	// noIdea is the learned confidence below which it has none.
	noIdea = 0.1
	// agreed is asked of what both say, on average.
	agreed = 0.44
	// enough is asked of one by hand otherwise.
	enough = 0.45
	// certain is asked of one by hand where the learned parser would rather pass
	// words over; another has to overcome it, too.
	certain = 0.6
	// sureEnough is asked of a reading that only the learned parser has.
	sureEnough = 0.4
)

// verdict is the reading that goes first, and whether it may be run.
type verdict struct {
	rated
	run bool
}

// judge weighs the first reading by hand, if there is one that uses every word,
// against the learned ones.
func judge(hand []rated, all []rated) (v verdict, ok bool) {
	switch {
	case len(hand) > 0 && len(all) > 0:
		if split(hand) {
			return verdict{hand[0], true}, true
		}
		return against(hand[0], all), true
	case len(hand) > 0: // dates, growth: the learned parser has no words for them
		return verdict{hand[0], true}, true
	}
	i := slices.IndexFunc(all, rated.whole)
	if i < 0 {
		return v, false
	}
	return verdict{all[i], i == 0 && all[i].safe()}, true
}

// against weighs a reading by hand against the learned ones.
func against(h rated, all []rated) verdict {
	best, sure := all[0], h.Draft.Confidence
	if i := slices.IndexFunc(all, h.same); i >= 0 {
		h.Draft.Confidence = rounded((sure + all[i].Draft.Confidence) / 2)
	}
	switch {
	case best.same(h):
		return verdict{h, h.Draft.Confidence >= agreed || sure >= enough}
	case h.gist == "": // not to be compared
		return verdict{h, sure >= enough}
	case best.gist == h.gist:
		return verdict{h, sure >= agreed}
	case best.odd, best.refers, best.Draft.Confidence < noIdea:
		return verdict{h, sure >= leastAlone}
	case !best.whole():
		return verdict{h, sure >= certain}
	case h.conds > best.conds && sure >= leastAlone:
		return verdict{h, true}
	case best.Draft.Confidence >= opposed(sure):
		return verdict{best, best.safe()}
	case best.joins > h.joins: // it goes round
		return verdict{h, sure >= leastAlone}
	default:
		return verdict{h, sure >= enough}
	}
}

// opposed is the learned confidence in another reading from which one by hand gives
// way: where both are whole and differ, the learned one is right more often.
func opposed(sure float64) float64 {
	if sure >= certain {
		return 0.6
	}
	return 0.45
}

// split reports whether the rules are unsure only of what column a value is of: the
// values that are stored tell, and whoever looks them up takes the first that is
// not known to be wrong.
func split(hand []rated) bool {
	return len(hand) > 1 && hand[0].loosely != "" && hand[0].loosely == hand[1].loosely &&
		hand[1].Draft.Confidence >= hand[0].Draft.Confidence-0.01
}

// safe reports whether a reading may be run on the word of the learned parser: it
// is sure of it, guesses no column from a value alone, and adds nothing up twice.
func (r rated) safe() bool {
	return r.Draft.Confidence >= sureEnough && !r.guess && !r.repeats && !r.odd
}

func (r rated) whole() bool       { return len(r.Passed) == 0 }
func (r rated) same(o rated) bool { return r.Draft.SQL == o.Draft.SQL }

// only are those of some readings for which keep is true.
func only(all []rated, keep func(rated) bool) []rated {
	return slices.DeleteFunc(slices.Clone(all), func(r rated) bool { return !keep(r) })
}

func rounded(x float64) float64 { return math.Round(100*x) / 100 }
