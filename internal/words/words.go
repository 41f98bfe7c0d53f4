// Package words takes names and sentences of English apart: VisitCount is
// "visit count", "departments" and "department" are one word, deptno is
// "department number", and "physician" may mean a doctor.
//
// It knows no catalog; whoever ranks or reads questions brings that. Everything
// here is deterministic and allocates little.
package words

import (
	"strings"
	"unicode"
)

// Split takes an identifier apart at underscores, blanks, punctuation, changes
// of case and between letters and digits, and lowers it:
// "CustomerID2" is customer, id, 2.
func Split(name string) []string {
	if !strings.ContainsFunc(name, func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') }) { // as most are
		return strings.FieldsFunc(name, func(r rune) bool { return r == '_' })
	}
	var out []string
	runes := []rune(name)
	start := -1
	flush := func(end int) {
		if start >= 0 {
			out = append(out, strings.ToLower(string(runes[start:end])))
		}
		start = -1
	}
	for i, r := range runes {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			flush(i)
			continue
		case start >= 0 && breaks(runes, start, i):
			flush(i)
		}
		if start < 0 {
			start = i
		}
	}
	flush(len(runes))
	return out
}

// breaks reports whether a word ends before runes[i]: visitCount, ward2, IDCard.
func breaks(runes []rune, start, i int) bool {
	prev, cur := runes[i-1], runes[i]
	if unicode.IsDigit(prev) != unicode.IsDigit(cur) {
		return true
	}
	if unicode.IsLower(prev) && unicode.IsUpper(cur) {
		return true
	}
	return i+1 < len(runes) && i-start >= 1 && unicode.IsUpper(prev) && unicode.IsUpper(cur) &&
		unicode.IsLower(runes[i+1]) && !(runes[i+1] == 's' && i+2 == len(runes))
}

// Stem makes one word of a noun's singular and plural, and of its spellings in
// Britain and the United States.
func Stem(word string) string { return american(singular(word)) }

func singular(word string) string {
	if s, ok := irregular(word); ok {
		return s
	}
	n := len(word)
	switch {
	case n > 4 && strings.HasSuffix(word, "ies"):
		return word[:n-3] + "y"
	case n > 4 && hasAny(word, "sses", "shes", "ches", "xes", "zes"):
		return word[:n-2]
	case n > 3 && strings.HasSuffix(word, "s") && !hasAny(word, "ss", "us", "is"):
		return word[:n-1]
	}
	return word
}

func american(word string) string {
	if rest, ok := strings.CutSuffix(word, "isation"); ok {
		return rest + "ization"
	}
	switch word {
	case "colour", "behaviour", "favour", "harbour", "honour", "labour", "neighbour":
		return word[:len(word)-2] + "r"
	case "centre", "theatre", "metre", "litre", "kilometre":
		return word[:len(word)-2] + "er"
	case "licence", "defence", "offence":
		return word[:len(word)-2] + "se"
	case "programme", "catalogue", "cheque":
		return map[string]string{"programme": "program", "catalogue": "catalog", "cheque": "check"}[word]
	case "enrolment", "instalment":
		return word[:len(word)-4] + "lment"
	}
	return word
}

// Root makes one word of a verb and the nouns made of it, roughly: admitted,
// admits and admit; invoiced and invoice; enrollment and enrolled. It is
// shorter than a word and of use only for comparing.
func Root(word string) string {
	w := Stem(word)
	for range 2 { // registered, register, regist
		w = unsuffix(w)
	}
	if n := len(w); n > 3 && w[n-1] == w[n-2] && !strings.ContainsRune("aeious", rune(w[n-1])) {
		w = w[:n-1]
	}
	return w
}

func unsuffix(w string) string {
	for _, suffix := range []string{"ations", "ation", "ments", "ment", "ings", "ing", "ied", "ed", "ers", "er", "ors", "or", "ions", "ion", "al", "ly", "e", "y"} {
		if rest, ok := strings.CutSuffix(w, suffix); ok && len(rest) >= 4 {
			return rest
		}
	}
	return w
}

func irregular(word string) (string, bool) {
	switch word {
	case "people", "persons":
		return "person", true
	case "children":
		return "child", true
	case "men":
		return "man", true
	case "women":
		return "woman", true
	case "diagnoses", "analyses", "crises", "theses":
		return word[:len(word)-2] + "is", true
	case "statuses", "viruses", "campuses", "buses", "bonuses":
		return word[:len(word)-2], true
	case "status", "bus", "address", "series", "species", "news", "staff", "gps", "sms", "gas", "pos":
		return word, true
	case "movies", "cookies", "calories", "ties":
		return word[:len(word)-1], true
	case "data":
		return "data", true
	case "indices":
		return "index", true
	case "criteria":
		return "criterion", true
	case "matrices":
		return "matrix", true
	case "lives", "wives", "knives", "leaves":
		return word[:len(word)-3] + "fe", true
	case "halves", "shelves", "wolves":
		return word[:len(word)-3] + "f", true
	}
	return "", false
}

func hasAny(s string, suffixes ...string) bool {
	for _, x := range suffixes {
		if strings.HasSuffix(s, x) {
			return true
		}
	}
	return false
}

// Fields are the words of a sentence, lowered: letters and digits in a row.
func Fields(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
}

// OneSlip reports whether one letter is wrong, missing or too many, or two
// neighbours are swapped. In words of up to six letters only a swap or a missing
// or doubled letter counts: "wards" is not "cards".
func OneSlip(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	switch {
	case len(b)-len(a) == 1:
		return a[i:] == b[i+1:]
	case len(a) != len(b) || i+1 >= len(a):
		return false
	case a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]:
		return true
	}
	return len(a) > 6 && a[i+1:] == b[i+1:]
}
