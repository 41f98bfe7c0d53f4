package egress

import (
	"regexp"
	"strings"
)

// digitRun is digits with the separators that people write into numbers of
// cards and phones. A comma is not among them: 1,000,000 is an amount.
var digitRun = regexp.MustCompile(`(?:\+ ?|\(\+?)?[0-9](?:[ ()./-]{0,2}[0-9]){6,}`)

var dateShape = regexp.MustCompile(`^(?:[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4})(?:[ -]+|$)`)

// checkCard is Luhn's checksum over 13 to 19 digits, ISO/IEC 7812-1.
func checkCard(s string) int {
	d := digitsOf(s)
	if len(d) < 13 || len(d) > 19 || d[0] < '2' || d[0] > '6' || strings.ContainsAny(s, "+()./") {
		return 0
	}
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
	if sum%10 != 0 {
		return 0
	}
	return len(s)
}

var ssnShape = regexp.MustCompile(`^[0-9]{3}([- ])[0-9]{2}([- ])[0-9]{4}$`)

// checkSSN: no area 000, 666 or 900 and up, no group 00, no serial 0000.
func checkSSN(s string) int {
	m := ssnShape.FindStringSubmatch(s)
	if m == nil || m[1] != m[2] || s[:3] == "000" || s[:3] == "666" || s[0] == '9' || s[4:6] == "00" || s[7:] == "0000" {
		return 0
	}
	return len(s)
}

// checkPhone takes what starts as a phone number does (+, a bracket, a zero
// with separators), or is grouped like one. Dates and years in a row are none.
func checkPhone(s string) int {
	d := digitsOf(s)
	separators := strings.Count(s, "-") + strings.Count(s, ".") + strings.Count(s, " ") + strings.Count(s, "/")
	switch {
	case len(d) < 7 || len(d) > 15 || dateShape.MatchString(s) || allYears(s):
		return 0
	case s[0] == '+' || strings.ContainsAny(s, "()"):
		return len(s)
	case s[0] == '0' && (separators > 0 || len(d) >= 10):
		return len(s)
	case separators >= 2 && !strings.Contains(s, "/") && len(d) >= 9:
		return len(s)
	case separators == 1 && len(d) == 7 && len(s) > 3 && s[3] == '-': // 555-0123
		return len(s)
	}
	return 0
}

// checkLong is a run of nine digits or more without a separator.
func checkLong(s string) int {
	if d := digitsOf(s); len(d) >= 9 && len(d) == len(s) {
		return len(s)
	}
	return 0
}

// allYears reports whether s lists years: 2023 2024, 2019-2021.
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
