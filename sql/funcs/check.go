package funcs

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/grille-dev/grille/sql/funcs/pgfn"
	"github.com/grille-dev/grille/sql/types"
)

// Checks of constants. Each returns what is wrong, or "". They quote no constant:
// it may come from a person's question.

type wordSet map[string]bool

func words(ws ...string) wordSet {
	set := wordSet{}
	for _, w := range ws {
		set[w] = true
	}
	return set
}

func union(a, b wordSet) wordSet {
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}

func without(a wordSet, drop string) wordSet {
	out := maps.Clone(a)
	delete(out, drop)
	return out
}

func (s wordSet) String() string { return strings.Join(slices.Sorted(maps.Keys(s)), ", ") }

type check = func(consts []*types.Value) string

func unit(v *types.Value) string { return pgfn.Unit(v.Text()) }

// oneOf wants a constant of the set. NULL will do: the result is NULL.
func oneOf(at int, set wordSet, what string) check {
	return func(consts []*types.Value) string {
		v := get(consts, at)
		switch {
		case v == nil:
			return "the " + what + " must be a constant"
		case v.IsNull() || set[unit(v)]:
			return ""
		}
		return "no such " + what + ": use one of " + set.String()
	}
}

func atLeast(at int, least int64, what string) check {
	return func(consts []*types.Value) string {
		if v := get(consts, at); v != nil && v.Kind() == types.Int8 && v.Int() < least {
			return fmt.Sprintf("%s must be at least %d", what, least)
		}
		return ""
	}
}

func notZero(at int, what string) check {
	return func(consts []*types.Value) string {
		if v := get(consts, at); v != nil && v.Kind() == types.Int8 && v.Int() == 0 {
			return what + " must not be zero"
		}
		return ""
	}
}

// character wants the code of a character that is not zero, as a constant.
func character(at int) check {
	return func(consts []*types.Value) string {
		v := get(consts, at)
		switch {
		case v == nil:
			return "the code of a character must be a constant"
		case v.Kind() == types.Int8 && (v.Int() < 1 || v.Int() > utf8.MaxRune || !utf8.ValidRune(rune(v.Int()))):
			return "there is no character of that code"
		}
		return ""
	}
}

// shift wants a constant number of bits that a number of that width has.
func shift(width int64) check {
	return func(consts []*types.Value) string {
		v := get(consts, 1)
		switch {
		case v == nil:
			return "the number of bits must be a constant"
		case v.Kind() == types.Int8 && (v.Int() < 0 || v.Int() >= width):
			return fmt.Sprintf("the number of bits must lie between 0 and %d", width-1)
		}
		return ""
	}
}

// bins wants a constant width of days or less: months differ in length.
func bins(at int) check {
	return func(consts []*types.Value) string {
		v := get(consts, at)
		if v == nil {
			return "the width of date_bin must be a constant"
		}
		if v.IsNull() {
			return ""
		}
		months, days, micros := v.Interval()
		switch {
		case months != 0:
			return "the width of date_bin must have no months: use date_trunc"
		case days < 0 || micros < 0 || days == 0 && micros == 0:
			return "the width of date_bin must be greater than zero"
		}
		return ""
	}
}

// pairsOf wants keys and values in turn.
func pairsOf(consts []*types.Value) string {
	if len(consts)%2 != 0 {
		return "write a key before each value"
	}
	return ""
}

// built wants a constant number of characters or repetitions that is not huge.
func built(at int, what string) check {
	return func(consts []*types.Value) string {
		v := get(consts, at)
		switch {
		case v == nil:
			return what + " must be a constant"
		case v.Kind() == types.Int8 && v.Int() > maxBuilt:
			return fmt.Sprintf("%s must be at most %d", what, maxBuilt)
		}
		return ""
	}
}

// fraction wants a number between 0 and 1.
func fraction(at int) check {
	return func(consts []*types.Value) string {
		v := get(consts, at)
		if v == nil {
			return "the fraction must be a constant"
		}
		zero, one := types.FloatOf(0), types.FloatOf(1)
		low, err1 := types.Compare(*v, zero)
		high, err2 := types.Compare(*v, one)
		if !v.IsNull() && (err1 != nil || err2 != nil || low < 0 || high > 0) {
			return "the fraction must lie between 0 and 1"
		}
		return ""
	}
}

// fractions wants a list of such numbers.
func fractions(at int) check {
	return func(consts []*types.Value) string {
		v := get(consts, at)
		if v == nil {
			return "the fractions must be constants, as in ARRAY[0.25, 0.5]"
		}
		if v.IsNull() {
			return ""
		}
		one := fraction(0)
		for _, e := range v.List() {
			if why := one([]*types.Value{&e}); why != "" {
				return why
			}
		}
		return ""
	}
}

func zone(at int) check {
	return func(consts []*types.Value) string {
		v := get(consts, at)
		if v == nil {
			return "the time zone must be a constant"
		}
		if v.IsNull() {
			return ""
		}
		if _, ok := types.Zone(v.Text()); !ok {
			return "unknown time zone: use a name like 'Europe/Berlin' or 'UTC'"
		}
		return ""
	}
}

const badPattern = "the LIKE pattern ends in its escape character: write that character twice"

// likePattern wants a pattern that does not end in its escape character; escape
// is the position of an ESCAPE argument or -1.
func likePattern(at, escape int) check {
	return func(consts []*types.Value) string {
		esc := `\`
		if escape >= 0 {
			v := get(consts, escape)
			if v == nil {
				return "the ESCAPE character must be a constant"
			}
			esc = v.Text()
			if len([]rune(esc)) > 1 {
				return "ESCAPE takes one character"
			}
		}
		v := get(consts, at)
		if v == nil || v.IsNull() || esc == "" {
			return ""
		}
		pattern := v.Text()
		for pattern != "" {
			var ok bool
			if pattern, ok = strings.CutPrefix(pattern, esc); ok && pattern == "" {
				return badPattern
			}
			_, pattern = cutRune(pattern)
		}
		return ""
	}
}

func cutRune(s string) (first, rest string) {
	for i := range s {
		if i > 0 {
			return s[:i], s[i:]
		}
	}
	return s, ""
}

const maxSeries = 100_000

// series wants at most maxSeries rows where the bounds are constants, and a step
// that is one and is not zero. Bounds from the data are those of ids and years;
// what is wider is for the limit of time to end.
func series(consts []*types.Value) string {
	var bound [3]*types.Value
	copy(bound[:], consts)
	if bound[2] == nil && len(consts) < 3 {
		one := types.IntOf(1)
		bound[2] = &one
	}
	if bound[2] == nil {
		return "the step of generate_series must be a constant"
	}
	for _, b := range bound {
		if b != nil && b.IsNull() {
			return ""
		}
	}
	zero := types.IntOf(0)
	if c, err := types.Compare(*bound[2], zero); err != nil || c == 0 {
		return "the step of generate_series must not be zero"
	}
	if bound[0] != nil && bound[1] != nil && !fewRows(bound) {
		return fmt.Sprintf("generate_series makes more than %d rows", maxSeries)
	}
	return ""
}

func fewRows(bound [3]*types.Value) bool {
	var f [3]float64
	for i, b := range bound {
		switch b.Kind() {
		case types.Int8:
			f[i] = float64(b.Int())
		case types.Numeric:
			v, err := types.Parse(types.Of(types.Float8), b.Text(), nil)
			if err != nil {
				return false
			}
			f[i] = v.Float()
		default:
			return false
		}
	}
	rows := (f[1]-f[0])/f[2] + 1
	return rows <= maxSeries // not for NaN
}

// timeSeries estimates with the shortest meaning of the step.
func timeSeries(consts []*types.Value) string {
	from, to, step := get(consts, 0), get(consts, 1), get(consts, 2)
	if step == nil {
		return "the step of generate_series must be a constant"
	}
	if step.IsNull() || from != nil && from.IsNull() || to != nil && to.IsNull() {
		return ""
	}
	months, days, micros := step.Interval()
	width := (float64(months)*28+float64(days)*(23.0/24))*86400e6 + float64(micros)
	if width == 0 || months == 0 && days == 0 && micros == 0 {
		return "the step of generate_series must not be zero"
	}
	if from == nil || to == nil {
		// Bounds from the data (the first and last date of a table): the longest
		// span anybody stores, some 300 years, must do.
		if max(width, -width)*maxSeries < 86400e6*366 {
			return "the step of generate_series is too small for bounds that are not constants"
		}
		return ""
	}
	if from.IsInfinite() != 0 || to.IsInfinite() != 0 {
		return "the bounds of generate_series must be finite"
	}
	if span := float64(to.Micros2000()) - float64(from.Micros2000()); span/width+1 > maxSeries {
		return fmt.Sprintf("generate_series makes more than %d rows", maxSeries)
	}
	return ""
}
