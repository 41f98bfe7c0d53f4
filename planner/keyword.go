package planner

import (
	"embed"
	"slices"
	"strings"
	"sync"
)

//go:embed english
var english embed.FS

// role is what a piece of the question does.
type role uint8

const (
	noRole       role = iota
	leadRole          // list, show, what is, which
	whoRole           // who
	whenRole          // when was
	whereRole         // where are
	oldRole           // how old, how tall
	countRole         // how many, number of
	aggRole           // average, total, maximum
	mostRole          // most, highest, oldest
	commonRole        // most common
	topRole           // top, first, bottom
	cmpRole           // more than, at least
	betweenRole       // between
	eachRole          // per, for each, by
	orderRole         // sorted by
	dirRole           // descending
	distinctRole      // different
	notRole           // not, without
	andRole           // and, comma
	orRole            // or
	bothRole          // both, either
	relRole           // that, who, whose
	haveRole          // with, have
	ofRole            // of: what follows owns what precedes
	inRole            // in, at, from, for, on
	isRole            // is, are
	namedRole         // named, called
	likeRole          // contains, starts with
	nullRole          // missing
	notnullRole       // known
	bucketRole        // month, monthly
	allRole           // all information
	figureRole        // growth, share of, versus
	cannotRole        // median, forecast: not supported
	stopRole          // means nothing by itself
	articleRole       // the, a: may stand inside a phrase
	verbRole          // a verb that only connects: made, belongs
	periodRole        // last month
	lastingRole       // shipped within 2 days
	nounRole          // a name of the catalog
	valueRole         // a value: quoted, capitalised
	numberRole        // a number
	endRole           // end of a sentence
	unknownRole       // a word that must not be ignored
)

var roleNames = map[string]role{
	"lead": leadRole, "who": whoRole, "when": whenRole, "where": whereRole, "old": oldRole, "count": countRole, "agg": aggRole, "most": mostRole,
	"common": commonRole, "top": topRole, "cmp": cmpRole, "between": betweenRole, "each": eachRole, "order": orderRole,
	"dir": dirRole, "distinct": distinctRole, "not": notRole, "and": andRole, "or": orRole, "both": bothRole, "rel": relRole,
	"have": haveRole, "of": ofRole, "in": inRole, "is": isRole, "named": namedRole, "like": likeRole, "null": nullRole,
	"notnull": notnullRole, "bucket": bucketRole, "all": allRole, "cannot": cannotRole, "figure": figureRole, "stop": stopRole, "article": articleRole,
}

// keyword is what a phrase of asking means.
type keyword struct {
	role role
	arg  string // of agg: avg sum max min; of most, top, dir, common: desc asc; of cmp: an operator; of like: the pattern; of bucket: the unit
	hint string // of most and cmp: names of the columns that an adjective may mean
}

// phrase is a keyword as its words.
type phrase struct {
	words []string
	keyword
}

// keywords are the phrases of asking by their first word.
type keywords struct {
	phrases  map[string][]phrase
	articles []string
	verbs    map[string]bool
}

// askingWords reads english/ once; what it returns is never changed.
var askingWords = sync.OnceValue(func() keywords {
	k := keywords{phrases: map[string][]phrase{}, verbs: map[string]bool{}}
	for _, line := range entries("keywords.txt") {
		head, phrases, _ := strings.Cut(line, ": ")
		name, arg, _ := strings.Cut(head, " ")
		k.add(keyword{role: roleNames[name], arg: arg, hint: hintOf(roleNames[name], arg)}, phrases)
	}
	for _, a := range adjectives {
		dir, op := "asc", "<"
		if a.large {
			dir, op = "desc", ">"
		}
		k.add(keyword{role: mostRole, arg: dir, hint: a.hint}, a.superlatives)
		k.add(keyword{role: cmpRole, arg: op, hint: a.hint}, a.comparatives)
	}
	for _, p := range k.phrases {
		for _, q := range p {
			if q.role == articleRole {
				k.articles = append(k.articles, q.words...)
			}
		}
	}
	for _, line := range entries("verbs.txt") {
		for verb := range strings.FieldsSeq(line) {
			for _, form := range forms(verb) {
				k.verbs[form] = true
			}
		}
	}
	return k
})

func hintOf(r role, arg string) string {
	if r == oldRole {
		return arg
	}
	return ""
}

// entries are the lines of a file of english/: comments taken out, a line that
// begins with a blank joined to the one before.
func entries(name string) []string {
	text, err := english.ReadFile("english/" + name)
	if err != nil {
		panic("planner: " + err.Error())
	}
	var out []string
	for line := range strings.Lines(string(text)) {
		switch trimmed := strings.TrimSpace(line); {
		case trimmed == "" || strings.HasPrefix(trimmed, "# "):
		case line[0] == ' ' && len(out) > 0:
			out[len(out)-1] += " " + trimmed
		default:
			out = append(out, trimmed)
		}
	}
	return out
}

func (k keywords) add(kw keyword, phrases string) {
	for p := range strings.SplitSeq(phrases, ";") {
		for _, w := range alternatives(strings.Fields(p)) {
			k.phrases[w[0]] = append(k.phrases[w[0]], phrase{w, kw})
		}
	}
}

// alternatives writes "a|b c" out as "a c" and "b c".
func alternatives(pattern []string) [][]string {
	if len(pattern) == 0 {
		return nil
	}
	out := [][]string{nil}
	for _, w := range pattern {
		var longer [][]string
		for alt := range strings.SplitSeq(w, "|") {
			for _, p := range out {
				longer = append(longer, append(slices.Clone(p), alt))
			}
		}
		out = longer
	}
	return out
}

// forms are a regular verb's: make, makes, made is listed, making.
func forms(verb string) []string {
	stem, e := strings.CutSuffix(verb, "e")
	if e {
		return []string{verb, verb + "s", verb + "d", stem + "ing"}
	}
	if y, ok := strings.CutSuffix(verb, "y"); ok && len(y) > 1 && !strings.ContainsRune("aeou", rune(y[len(y)-1])) {
		return []string{verb, y + "ies", y + "ied", verb + "ing"}
	}
	last := verb[len(verb)-1:]
	return []string{verb, verb + "s", verb + "es", verb + "ed", verb + "ing", verb + last + "ed", verb + last + "ing"}
}

// at are the phrases that begin at t[i], with how many tokens each covers; at
// most one for each length.
func (k keywords) at(t []token, i int) map[int][]keyword {
	var out map[int][]keyword
	if t[i].kind == quotedToken || t[i].kind == alienToken {
		return nil
	}
	for _, p := range k.phrases[t[i].lower] {
		if n := k.covers(p.words, t[i:]); n > 0 {
			if out == nil {
				out = map[int][]keyword{}
			}
			out[n] = append(out[n], p.keyword)
		}
	}
	return out
}

// covers is how many tokens the phrase covers at the beginning of t, articles
// between its words included; 0 if it does not stand there.
func (k keywords) covers(phrase []string, t []token) int {
	i := 0
	for n, w := range phrase {
		for n > 0 && i < len(t) && t[i].lower != w && slices.Contains(k.articles, t[i].lower) {
			i++
		}
		if i >= len(t) || t[i].lower != w || t[i].kind == quotedToken {
			return 0
		}
		i++
	}
	return i
}

// adjectives that stand for a column and a direction. The hint names the columns
// that may be meant, the likeliest first; a "-" says that its small values are
// large ones of the adjective: an old person has an early birthday.
var adjectives = []struct {
	large                      bool
	hint                       string
	superlatives, comparatives string
}{
	{true, "age|birth date-|birth year-|born-", "oldest; eldest; most senior", "older than; above|over age of; older; aged over|above"},
	{false, "age|birth date-|birth year-|born-", "youngest", "younger than; under|below age of; younger; aged under|below"},
	{true, "hire-|join-|signed-|sign-|start-|since-|registered-|created-|opened-", "longest serving|standing; longest-serving; longest-standing; most senior", "been|is|are with us for more than; been|is|are here for more than; been|is|are with us longer than; been|is|are here longer than; been|is|are with us for over; been|is|are here for over; worked here for more than; worked here longer than"},
	{true, "date|time|year", "latest; newest; most recent; most recently; most current", ""},
	{false, "date|time|year", "earliest; least recent; least recently; oldest", ""},
	{true, "height|tall", "tallest", "taller than; taller"},
	{false, "height|tall", "shortest", "shorter than"},
	{true, "length|duration|distance|runtime|stay|day|page", "longest; lengthiest; furthest; farthest", "longer than; longer; lasting|lasted|last|lasts more|longer than; lasting|lasted over; took|taking|takes more|longer than"},
	{false, "length|duration|distance|runtime|stay|day|page", "shortest; nearest; closest", "shorter than; lasting|lasted|last|lasts less than; took|taking|takes less than"},
	{true, "weight|heavy", "heaviest", "heavier than; heavier"},
	{false, "weight|heavy", "lightest", "lighter than"},
	{true, "price|cost|amount|fee|rate|rent|total|value", "most expensive; priciest; costliest", "more expensive than; costing|costs|cost more than; more expensive"},
	{false, "price|cost|amount|fee|rate|rent|total|value", "cheapest; least expensive", "cheaper than; less expensive than; costing|costs|cost less than; cheaper"},
	{true, "speed|velocity|duration-|load-", "fastest; quickest", "faster|quicker than"},
	{false, "speed|velocity|duration-|load-", "slowest", "slower than"},
	{true, "temperature", "hottest; warmest", "hotter|warmer than"},
	{false, "temperature", "coldest; coolest", "colder|cooler than"},
	{true, "amount|total|revenue|sale|spend|price", "spent|spends|spend|bought most; highest|biggest spending", "worth|totalling|totaling more than; worth over|above; spent|spends|spend|spending more than; spent|spends|spend|spending over|above"},
	{false, "amount|total|revenue|sale|spend|price", "spent|spends|spend least", "worth less than; worth under|below"},
	{true, "salary|wage|income", "best|highest paid; best-paid; highest-paid; richest; earn|earns|earning|makes|make most", "earning|earn|earns|paid|making|makes|make more than; earning|earn|earns|paid|making|makes|make over|above; paid over"},
	{false, "salary|wage|income", "lowest|worst paid; lowest-paid; earn|earns|earning|makes|make least", "earning|earn|earns|paid|making|makes|make less than; earning|earn|earns|paid|making|makes|make below|under"},
	{true, "population|size|area|capacity|bed|enrollment", "biggest; largest; most populous|populated", ""},
	{false, "population|size|area|capacity|bed|enrollment", "smallest; least populous", ""},
	{true, "rating|score|star|grade|point", "best; best|highest|top rated; best-rated; top-rated", ""},
	{false, "rating|score|star|grade|point", "worst; worst|lowest rated", ""},
}

// countries are names of countries.
var countries = sync.OnceValue(func() map[string]bool {
	set := map[string]bool{}
	for _, line := range entries("countries.txt") {
		for w := range strings.FieldsSeq(line) {
			set[w] = true
		}
	}
	return set
})

// isCountry reports whether a value names a country: "Germany", "South Korea".
func isCountry(value string) bool {
	w := strings.Fields(strings.ToLower(value))
	return len(w) > 0 && len(w) <= 3 && (countries()[w[len(w)-1]] || value == "United States" || value == "United Kingdom")
}

// reservedWords are names that need quotes in SQL.
var reservedWords = sync.OnceValue(func() map[string]bool {
	set := map[string]bool{}
	for _, line := range entries("reserved.txt") {
		for w := range strings.FieldsSeq(line) {
			set[w] = true
		}
	}
	return set
})
