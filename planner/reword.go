package planner

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/grille-dev/grille/refusal"
)

// reworded are tokens with what people write in several ways written in one: a
// count that is asked for at the end comes first, numbers of several words are
// one, and what stands for no word is left out. Each token keeps its place in
// the question.
func reworded(t []token) []token {
	return countFirst(timeTaken(numbered(together(plain(t)))))
}

// together leaves out what a question ends with that is so anyway: "in total",
// "combined", "altogether".
func together(t []token) []token {
	end := len(t)
	for end > 0 && t[end-1].kind == endToken {
		end--
	}
	for _, tail := range []string{"in total", "all together", "altogether", "combined", "all in all"} {
		words := strings.Fields(tail)
		if k := end - len(words); k > 3 && leading(t[k:], words) > 0 && !oneOf(t[k-1], "many", "much", "and", "with", "column") {
			return append(append([]token{}, t[:k]...), t[end:]...)
		}
	}
	return t
}

// span is where tokens [i, j) stand in the question, though some may have been
// moved.
func (l *lattice) span(i, j int) refusal.Span {
	s := l.tokens[i].span
	for _, t := range l.tokens[i:j] {
		s.Pos, s.End = min(s.Pos, t.span.Pos), max(s.End, t.span.End)
	}
	return s
}

// inRow reports whether tokens [i, j) stand in the question as they do here.
func (l *lattice) inRow(i, j int) bool {
	return slices.IsSortedFunc(l.tokens[i:j], func(a, b token) int { return cmp.Compare(a.span.Pos, b.span.Pos) })
}

// plain leaves out "i.e." and "e.g.", whose full stops end no sentence.
func plain(t []token) []token {
	var out []token
	for i := 0; i < len(t); i++ {
		if i+3 < len(t) && t[i+1].text == "." && t[i+3].text == "." && (oneOf(t[i], "i") && oneOf(t[i+2], "e") || oneOf(t[i], "e") && oneOf(t[i+2], "g")) {
			i += 3
			continue
		}
		out = append(out, t[i])
	}
	return out
}

// scales are words that multiply the number before them.
var scales = map[string]float64{"hundred": 100, "dozen": 12, "thousand": 1e3, "grand": 1e3, "million": 1e6, "mio": 1e6, "mn": 1e6, "billion": 1e9, "bn": 1e9}

// numbered makes one number of "2.5 million", "half a million", "a hundred".
func numbered(t []token) []token {
	var out []token
	for i := 0; i < len(t); {
		f, n := scaled(t[i:])
		if i > 0 && i+1 < len(t) && oneOf(t[i], "a", "an") && oneOf(t[i-1], "least", "most", "than", "over", "under", "within", "exceeding") && timeUnit(t[i+1]) { // "at least a week"
			f, n = 1, 1
		}
		if n == 0 {
			out = append(out, t[i])
			i++
			continue
		}
		x := t[i]
		x.kind, x.number = numberToken, number(f)
		x.span.End = t[i+n-1].span.End
		x.text, x.lower, x.stem = x.number, x.number, x.number
		out = append(out, x)
		i += n
	}
	return out
}

func timeUnit(t token) bool {
	u := unitWord(t)
	return u >= 0 && unitsOf[u].kind == "time" || oneOf(t, "year", "month")
}

// scaled is the number that t begins with, if it has a word that multiplies.
func scaled(t []token) (float64, int) {
	f, n := 1.0, 0
	switch {
	case len(t) > 2 && oneOf(t[0], "half") && oneOf(t[1], "a"):
		f, n = 0.5, 2
	case len(t) > 1 && oneOf(t[0], "a"):
		n = 1
	case len(t) > 1 && t[0].kind == numberToken && scales[t[0].lower] == 0:
		var err error
		if f, err = strconv.ParseFloat(t[0].number, 64); err != nil {
			return 0, 0
		}
		n = 1
	default:
		return 0, 0
	}
	start := n
	for n < len(t) && t[n].kind != quotedToken && scales[t[n].lower] > 0 {
		f *= scales[t[n].lower]
		n++
	}
	if n == start {
		return 0, 0
	}
	return f, n
}

// countFirst moves a "how many" from the end to the front: "orders since March,
// how many were there?"
func countFirst(t []token) []token {
	end := len(t)
	for end > 0 && t[end-1].kind == endToken {
		end--
	}
	body := end
	for _, tail := range []string{"", "were there", "are there", "did we have", "do we have", "did we get", "in total", "altogether", "is it", "is that", "were they"} {
		words := strings.Fields(tail)
		if k := end - len(words); k > 0 && len(words) > 0 && leading(t[k:], words) > 0 {
			body = k
		}
	}
	at := body - 2
	if at < 2 || leading(t[at:], []string{"how", "many"}) == 0 || asksAlready(t[:at]) {
		return t
	}
	rest := t[:at]
	if rest[at-1].kind == endToken { // a question of its own
		return t
	}
	for len(rest) > 0 && oneOf(rest[len(rest)-1], ",", ":") {
		rest = rest[:len(rest)-1]
	}
	out := append([]token{}, t[at:body]...)
	return append(append(out, rest...), t[end:]...)
}

// asksAlready: a question before it stands for itself.
func asksAlready(t []token) bool {
	return oneOf(t[0], "how", "what", "which", "who", "when", "where", "show", "list", "give")
}

// timeTaken writes "how long does it take on average to close a ticket" as
// "average time to close a ticket", and "how many hours does each team need to
// close one" as "average hours to close one each team".
func timeTaken(t []token) []token {
	if len(t) < 6 || !oneOf(t[0], "how") || !oneOf(t[1], "long", "many") {
		return t
	}
	at, unit := 2, t[1]
	if oneOf(t[1], "many") {
		if !timeUnit(t[2]) {
			return t
		}
		at, unit = 3, t[2]
	} else {
		unit.text, unit.lower, unit.stem = "time", "time", "time"
	}
	if !oneOf(t[at], "does", "do", "did") {
		return t
	}
	who := at + 1
	verb := who
	for verb < min(len(t), who+4) && !oneOf(t[verb], "take", "need", "takes", "needs", "require") {
		verb++
	}
	to := verb + 1
	for to < min(len(t), verb+8) && !oneOf(t[to], "to", "until", "till") {
		to++
	}
	if to >= min(len(t), verb+8) || verb >= who+4 || verb == who {
		return t
	}
	average := t[0]
	average.text, average.lower, average.stem = "average", "average", "average"
	out := []token{average, unit}
	body, tail := t[to:], []token(nil)
	for len(body) > 0 && body[len(body)-1].kind == endToken {
		body, tail = body[:len(body)-1], append(tail, body[len(body)-1])
	}
	out = append(out, body...)
	for i := verb + 1; i+1 < to; i++ { // "in days"
		if oneOf(t[i], "in") && unitWord(t[i+1]) >= 0 {
			out = append(out, t[i], t[i+1])
		}
	}
	if oneOf(t[who], "each", "every") {
		out = append(out, t[who:verb]...)
	}
	return append(out, tail...)
}
