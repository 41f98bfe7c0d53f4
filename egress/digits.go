package egress

import (
	"regexp"
	"strings"
)

// digitRun is digits with the separators that people write into numbers of
// cards and phones. A comma is not among them: 1,000,000 is an amount.
var digitRun = regexp.MustCompile(`(?:\+ ?|\(\+?)?[0-9](?:[ ()./-]{0,2}[0-9]){6,}(?:x[0-9]{1,5})?`)

// A numeral is a kind of number that is written in groups of digits.
type numeral struct {
	kind  Kind
	check func(string) bool
}

// numerals, the more certain first.
func numerals() []numeral {
	return []numeral{{Card, isCard}, {National, isNational}, {Phone, isPhone}, {ID, isLong}}
}

// longestNumber is how many digits a number of a person has at most.
const longestNumber = 19

// numbers marks the numbers of persons in text. A run of digits may hold several,
// or one beside a date ("4111 1111 1111 1111 12/27"): each stretch of its groups
// is tried, the longest first.
func numbers(text string) []Mark {
	var found marks
	runs := digitRun.FindAllStringIndex(text, -1)
	for _, n := range numerals() {
		for _, at := range runs {
			start, end := at[0], at[1]
			if inWord(text, start) || continues(text, end) {
				continue
			}
			found = found.with(n.within(text[start:end], start))
		}
	}
	return found
}

func (n numeral) within(run string, offset int) []Mark {
	if n.check(run) {
		return []Mark{{Kind: n.kind, Start: offset, End: offset + len(run)}}
	}
	if n.kind == Phone || n.kind == ID { // their shapes are too wide for parts
		return nil
	}
	var found []Mark
	groups := groupsOf(run)
	for i := 0; i < len(groups); i++ {
		for j := min(len(groups), i+longestNumber); j > i; j-- {
			if start, end := groups[i][0], groups[j-1][1]; end-start <= 2*longestNumber && n.check(run[start:end]) {
				found = append(found, Mark{Kind: n.kind, Start: offset + start, End: offset + end})
				i = j - 1
				break
			}
		}
	}
	return found
}

// groupsOf are the places of the digits between separators.
func groupsOf(run string) [][2]int {
	var groups [][2]int
	start := -1
	for i := 0; i <= len(run); i++ {
		digit := i < len(run) && run[i] >= '0' && run[i] <= '9'
		if digit && start < 0 {
			start = i
		}
		if !digit && start >= 0 {
			groups, start = append(groups, [2]int{start, i}), -1
		}
	}
	return groups
}

var dateShape = regexp.MustCompile(`^(?:[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4})(?:[ -]+|$)`)

// isCard is Luhn's checksum over 12 to 19 digits, ISO/IEC 7812-1.
func isCard(s string) bool {
	d := digitsOf(s)
	if len(d) < 12 || len(d) > longestNumber || d[0] == '0' || d[0] > '6' || strings.ContainsAny(s, "+()./x") || !luhn(d) {
		return false
	}
	if groups := groupsOf(s); len(groups) > 1 && groups[0][1] != 4 {
		return false
	}
	return d[0] > '1' || len(d) == 15 // 1800..., of JCB
}

func luhn(d string) bool {
	sum := 0
	for i := range len(d) {
		n := int(d[len(d)-1-i] - '0')
		if i%2 == 1 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum%10 == 0
}

// isPhone takes what starts as a phone number does (+, a bracket, a zero with
// separators), or is grouped like one. Dates and years in a row are none.
func isPhone(s string) bool {
	d := digitsOf(s)
	separators := strings.Count(s, "-") + strings.Count(s, ".") + strings.Count(s, " ") + strings.Count(s, "/")
	switch {
	case len(d) < 7 || len(d) > 20 || dateShape.MatchString(s) || allYears(s) || grouped(s) || isDrug(s):
		return false
	case strings.Contains(s, "x"):
		return true
	case len(d) > 15:
		return false
	case s[0] == '+' || strings.ContainsAny(s, "()"):
		return true
	case s[0] == '0' && (separators > 0 && len(d) >= 9 || len(d) >= 10):
		return true
	case separators >= 2 && !strings.Contains(s, "/") && (len(d) >= 9 || len(d) == 8 && even(s)):
		return true
	case separators == 1 && (len(d) == 7 || len(d) == 8) && (s[3] == '-' || s[3] == ' ' || s[4] == ' ' && len(d) == 8 && !rangeOf(s)):
		return true // 555-0123, 451 5986, 9472 7916
	}
	return false
}

// isDrug reports the groups of the United States' national drug code.
func isDrug(s string) bool {
	return writtenAs(s, "NNNN-NNNN-NN") || writtenAs(s, "NNNNN-NNNN-NN") || writtenAs(s, "NNNNN-NNN-NN") || writtenAs(s, "NNNNN-NNNN-N")
}

// even reports groups of two or three digits: 78 651 450.
func even(s string) bool {
	for _, g := range groupsOf(s) {
		if n := g[1] - g[0]; n != 2 && n != 3 {
			return false
		}
	}
	return true
}

// grouped reports an amount with its thousands apart: 12 000 000 or 1.250.000.
func grouped(s string) bool {
	groups := groupsOf(s)
	if len(groups) < 2 || strings.ContainsAny(s, "+()/-x") || s[0] == '0' {
		return false
	}
	zeros := false
	for i, g := range groups {
		if n := g[1] - g[0]; n > 3 || i > 0 && n != 3 {
			return false
		}
		zeros = zeros || s[g[0]:g[1]] == "000"
	}
	return zeros || strings.Contains(s, ".")
}

// rangeOf reports two numbers that bound a range: 1000 2000.
func rangeOf(s string) bool { return strings.HasSuffix(s, "00") || allYears(s) }

// isLong is a run of nine digits or more without a separator; 1000000000 is an amount.
func isLong(s string) bool {
	return len(s) >= 9 && len(digitsOf(s)) == len(s) && !strings.HasSuffix(s, "00000")
}

// allYears reports whether s lists years or months: 2023 2024, 2019-2021, 2024-01.
func allYears(s string) bool {
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return r < '0' || r > '9' }) {
		if len(part) != 4 || part[:2] != "19" && part[:2] != "20" {
			return false
		}
	}
	return true
}

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}
