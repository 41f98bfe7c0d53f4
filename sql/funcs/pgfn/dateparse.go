package pgfn

import (
	"strconv"
	"strings"

	"github.com/grille-dev/grille/sql/types"
)

var errFormat = &Error{"22007", "a text does not fit the format"}

// readFormatted is to_timestamp: the wall clock that s gives by the format.
func readFormatted(s string, tokens []dateToken) (int64, error) {
	p := formatted{rest: s, month: 1, day: 1} // the year is 1 BC by default
	for i, t := range tokens {
		if p.rest == "" { // what is missing has its default
			break
		}
		if t.key == "" {
			p.skip(t)
			continue
		}
		if err := p.take(t.key, !t.fill && i+1 < len(tokens) && isNumeric(tokens[i+1])); err != nil {
			return 0, err
		}
	}
	return p.wall()
}

// isNumeric: digits may follow at once, so that a number's width counts.
func isNumeric(t dateToken) bool {
	if t.key == "" {
		return t.text != "" && t.text[0] >= '0' && t.text[0] <= '9'
	}
	switch strings.ToUpper(t.key) {
	case "MONTH", "MON", "DAY", "DY", "AM", "PM", "A.M.", "P.M.", "AD", "BC", "A.D.", "B.C.", "RM", "TZ", "TZH", "OF":
		return false
	}
	return true
}

// formatted takes a text apart by a format.
type formatted struct {
	rest             string
	year, month, day int64
	doy              int64 // day of the year, 0: none
	julian           int64 // -1: none
	hasJulian        bool
	hour, min, sec   int64
	micros           int64
	hour12, pm, am   bool
	isoYear, isoWeek int64
	isoDay           int64
	bc               bool
}

// skip passes over text of the format: a separator matches one separator or
// none, quoted text as many characters as it has.
func (p *formatted) skip(t dateToken) {
	if t.quoted {
		_, p.rest = prefix(p.rest, runes(t.text))
		return
	}
	if isSeparator(t.text) {
		if t.text != " " {
			p.rest = strings.TrimLeft(p.rest, " ")
		}
		if p.rest != "" && isSeparator(p.rest[:1]) && !(t.text == " " && p.rest[0] != ' ' && p.rest[0] == '-') {
			p.rest = p.rest[1:]
		}
		return
	}
	_, p.rest = prefix(p.rest, 1)
}

func isSeparator(s string) bool {
	c := s[0]
	return c > 0x20 && c < 0x7f && !isWord(c) || c == ' '
}

func (p *formatted) take(key string, numberFollows bool) error {
	p.rest = strings.TrimLeft(p.rest, " \t\n")
	upper := strings.ToUpper(key)
	switch upper {
	case "MONTH":
		return p.name(&p.month, monthNames, 0)
	case "MON":
		return p.name(&p.month, monthNames, 3)
	case "DAY":
		var ignored int64
		return p.name(&ignored, dayNames, 0)
	case "DY":
		var ignored int64
		return p.name(&ignored, dayNames, 3)
	case "AM", "PM", "A.M.", "P.M.":
		return p.halfDay(len(upper) > 2)
	case "AD", "BC", "A.D.", "B.C.":
		return p.era(len(upper) > 2)
	case "MS", "US":
		return p.fraction(upper)
	case "Y,YYY":
		return p.thousandYear()
	}
	width, ok := readWidths[upper]
	if !ok {
		return fail("0A000", "this keyword of the format cannot be read")
	}
	n, digits, err := p.number(width, numberFollows)
	if err != nil {
		return err
	}
	p.set(upper, n, digits)
	return nil
}

var readWidths = map[string]int{
	"YYYY": 4, "YYY": 3, "YY": 2, "Y": 1, "MM": 2, "DD": 2, "DDD": 3, "J": 9, "HH": 2, "HH12": 2, "HH24": 2,
	"MI": 2, "SS": 2, "SSSS": 5, "SSSSS": 5, "IYYY": 4, "IW": 2, "ID": 1, "Q": 1, "D": 1,
}

func (p *formatted) set(key string, n int64, digits int) {
	switch key {
	case "YYYY":
		if p.year = n; n < 0 {
			p.year, p.bc = -n, true
		}
	case "YYY", "YY", "Y":
		p.year = n
		if digits < 4 {
			p.year = fullYear(n)
		}
	case "MM":
		p.month = n
	case "DD":
		p.day = n
	case "DDD":
		p.doy = n
	case "J":
		p.julian, p.hasJulian = n, true
	case "HH", "HH12":
		p.hour, p.hour12 = n, true
	case "HH24":
		p.hour = n
	case "MI":
		p.min = n
	case "SS":
		p.sec = n
	case "SSSS", "SSSSS":
		p.hour, p.min, p.sec = n/3600, n/60%60, n%60
	case "IYYY":
		p.isoYear = n
	case "IW":
		p.isoWeek = n
	case "ID":
		p.isoDay = min(n, 7)
		if n < 1 {
			p.isoDay = 7
		}
	}
}

// fullYear is the year next to 2020 that ends so.
func fullYear(n int64) int64 {
	switch {
	case n < 70:
		return n + 2000
	case n < 100:
		return n + 1900
	case n < 520:
		return n + 2000
	case n < 1000:
		return n + 1000
	}
	return n
}

// number reads digits: exactly so many at most if another number follows.
func (p *formatted) number(width int, fixed bool) (int64, int, error) {
	end := 0
	s := p.rest
	sign := 0
	if s != "" && (s[0] == '-' || s[0] == '+') {
		sign = 1
	}
	for end = sign; end < len(s) && s[end] >= '0' && s[end] <= '9' && (!fixed || end-sign < width); end++ {
	}
	n, err := strconv.ParseInt(s[:end], 10, 32)
	if err != nil || fixed && end < width {
		return 0, 0, errFormat
	}
	p.rest = s[end:]
	return n, end - sign, nil
}

// name reads the name of a month or day, in any case, cut to so many letters
// (0: in full).
func (p *formatted) name(to *int64, names []string, cut int) error {
	for i, n := range names {
		if cut > 0 {
			n = n[:cut]
		}
		if len(p.rest) >= len(n) && strings.EqualFold(p.rest[:len(n)], n) {
			*to, p.rest = int64(i+1), p.rest[len(n):]
			return nil
		}
	}
	return errFormat
}

func (p *formatted) halfDay(dots bool) error {
	want := map[string]bool{"AM": false, "PM": true}
	if dots {
		want = map[string]bool{"A.M.": false, "P.M.": true}
	}
	for word, pm := range want {
		if len(p.rest) >= len(word) && strings.EqualFold(p.rest[:len(word)], word) {
			p.pm, p.am, p.rest = pm, !pm, p.rest[len(word):]
			p.hour12 = true
			return nil
		}
	}
	return errFormat
}

func (p *formatted) era(dots bool) error {
	want := map[string]bool{"AD": false, "BC": true}
	if dots {
		want = map[string]bool{"A.D.": false, "B.C.": true}
	}
	for word, bc := range want {
		if len(p.rest) >= len(word) && strings.EqualFold(p.rest[:len(word)], word) {
			p.bc, p.rest = bc, p.rest[len(word):]
			return nil
		}
	}
	return errFormat
}

// fraction reads milliseconds or microseconds as the digits after a point: 5 is
// five tenths.
func (p *formatted) fraction(key string) error {
	width := 3
	if key == "US" {
		width = 6
	}
	end := 0
	for end < len(p.rest) && end < width && p.rest[end] >= '0' && p.rest[end] <= '9' {
		end++
	}
	if end == 0 {
		return errFormat
	}
	n, _ := strconv.ParseInt(p.rest[:end]+strings.Repeat("0", 6-end), 10, 64)
	p.micros += n
	p.rest = p.rest[end:]
	return nil
}

func (p *formatted) thousandYear() error {
	head, tail, ok := strings.Cut(p.rest, ",")
	if !ok || len(tail) < 3 {
		return errFormat
	}
	n, err := strconv.ParseInt(head+tail[:3], 10, 32)
	if err != nil {
		return errFormat
	}
	p.year, p.rest = n, tail[3:]
	return nil
}

// wall puts the fields together.
func (p *formatted) wall() (int64, error) {
	if p.hour12 {
		if p.hour < 1 || p.hour > 12 {
			return 0, errFormat
		}
		if p.pm && p.hour < 12 {
			p.hour += 12
		} else if !p.pm && p.hour == 12 {
			p.hour = 0
		}
	}
	if p.hour < 0 || p.hour > 23 || p.min < 0 || p.min > 59 || p.sec < 0 || p.sec > 59 {
		return 0, errFormat
	}
	clock := p.hour*hourMicros + p.min*minMicros + p.sec*secMicros + p.micros
	days, err := p.date()
	if err != nil {
		return 0, err
	}
	return join(days, clock), nil
}

func (p *formatted) date() (int64, error) {
	if p.bc && p.year > 0 {
		p.year = 1 - p.year
	}
	switch {
	case p.hasJulian:
		return p.julian - 2440588, nil
	case p.isoYear < 0:
		return 0, errDate
	case p.isoYear != 0 && p.isoWeek != 0:
		if p.isoWeek < 1 || p.isoWeek > 53 {
			return 0, errFormat
		}
		jan4 := types.DaysOf(p.isoYear, 1, 4)
		return jan4 - weekday(jan4) + (p.isoWeek-1)*7 + max(p.isoDay, 1) - 1, nil
	case p.doy != 0:
		if p.doy < 1 || p.doy > 366 || p.doy == 366 && types.MonthDays(p.year, 2) == 28 {
			return 0, errFormat
		}
		return types.DaysOf(p.year, 1, 1) + p.doy - 1, nil
	}
	if p.month < 1 || p.month > 12 || p.day < 1 || p.day > types.MonthDays(p.year, p.month) {
		return 0, fail("22008", "date/time field value out of range")
	}
	return types.DaysOf(p.year, p.month, p.day), nil
}
