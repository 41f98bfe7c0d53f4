package types

import (
	"math"
	"strconv"
	"strings"
	"time"
)

var dateTimeHints = map[Kind]string{
	Date:        "write it like 2024-01-31",
	Time:        "write it like 10:30:00",
	Timestamp:   "write it like 2024-01-31 10:30:00",
	TimestampTZ: "write it like 2024-01-31 10:30:00+01",
}

// clockWords are PostgreSQL's special inputs that depend on the clock.
var clockWords = map[string]bool{"now": true, "today": true, "yesterday": true, "tomorrow": true}

func parseDateTime(k Kind, s string, loc *time.Location) (Value, error) {
	if v, ok := ParsePrinted(k, s); ok {
		return v, nil
	}
	if strings.ContainsFunc(s, func(r rune) bool { return r > 0x7e }) { // the reader counts on ToLower keeping lengths
		return Null, notA(k, dateTimeHints[k])
	}
	low := strings.ToLower(s)
	if clockWords[low] {
		return Null, notA(k, "'"+low+"' depends on the clock: use current_date, or current_date - 1")
	}
	if k != Time {
		switch low {
		case "infinity", "+infinity":
			return InfinityOf(k, 1), nil
		case "-infinity":
			return InfinityOf(k, -1), nil
		}
	}
	r := dateTimeReader{rest: low, original: s}
	if !r.read(k == Time) {
		hint := dateTimeHints[k]
		if r.ambiguous {
			hint = "day and month could be swapped: " + hint
		}
		return Null, notA(k, hint)
	}
	v, ok := r.value(k, loc)
	if !ok {
		return Null, notA(k, "it is outside the calendar or the type's range: "+dateTimeHints[k])
	}
	return v, nil
}

// ParsePrinted is a short way for what Format prints of dates and timestamps of the
// years 1 to 9999, in UTC: results are read back by the million. It is not ok for
// most other texts, which Parse may read.
func ParsePrinted[S string | []byte](k Kind, s S) (Value, bool) {
	if k != Date && k != Timestamp && k != TimestampTZ || len(s) < 10 || s[4] != '-' || s[7] != '-' {
		return Null, false
	}
	y, ok1 := printedNumber(s[:4])
	m, ok2 := printedNumber(s[5:7])
	d, ok3 := printedNumber(s[8:10])
	if !ok1 || !ok2 || !ok3 || y == 0 || m < 1 || m > 12 || d < 1 || d > monthDays(y, m) {
		return Null, false
	}
	days := daysOf(y, m, d)
	if k == Date {
		return Value{kind: Date, n: days}, len(s) == 10
	}
	if len(s) < 19 || s[10] != ' ' || s[13] != ':' || s[16] != ':' {
		return Null, false
	}
	h, ok1 := printedNumber(s[11:13])
	min, ok2 := printedNumber(s[14:16])
	sec, ok3 := printedNumber(s[17:19])
	rest := s[19:]
	if k == TimestampTZ {
		n := len(rest) - len("+00")
		if n < 0 || string(rest[n:]) != "+00" {
			return Null, false
		}
		rest = rest[:n]
	}
	frac := int64(0)
	if len(rest) > 0 {
		var ok bool
		if frac, ok = printedNumber(rest[1:]); !ok || rest[0] != '.' || len(rest) > 7 {
			return Null, false
		}
		for i := len(rest); i < 7; i++ {
			frac *= 10
		}
	}
	if !ok1 || !ok2 || !ok3 || h > 23 || min > 59 || sec > 59 {
		return Null, false
	}
	return Value{kind: k, n: (days-days2000)*dayMicros + h*hourMicros + min*minMicros + sec*secMicros + frac}, true
}

// printedNumber reads a few digits.
func printedNumber[S string | []byte](s S) (n int64, ok bool) {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return 0, false
		}
		n = n*10 + int64(s[i]-'0')
	}
	return n, len(s) > 0
}

// dateTimeReader takes a literal apart from the left.
type dateTimeReader struct {
	rest      string // lower case, not yet read
	original  string
	ambiguous bool

	hasDate          bool
	year, month, day int64
	bc               bool

	hasClock bool
	clock    int64 // microseconds

	hasOffset bool
	offset    int
	zone      *time.Location
}

func (r *dateTimeReader) read(dateOptional bool) bool {
	if !r.date() && !dateOptional {
		return false
	}
	r.space()
	if r.hasDate && strings.HasPrefix(r.rest, "t") && len(r.rest) > 1 && isDigit(r.rest[1]) {
		r.rest = r.rest[1:]
	}
	if r.rest != "" && isDigit(r.rest[0]) && !r.readClock() {
		return false
	}
	r.space()
	if r.rest != "" && !r.era() && !r.readZone() {
		return false
	}
	r.space()
	return r.rest == "" || r.era() && r.rest == ""
}

func (r *dateTimeReader) space() { r.rest = strings.TrimLeftFunc(r.rest, isSpace) }

func (r *dateTimeReader) era() bool {
	switch {
	case !r.hasDate:
		return false
	case r.rest == "bc":
		r.bc = true
	case r.rest != "ad":
		return false
	}
	r.rest = ""
	return true
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// date reads 2024-01-31, 2024/1/31, 20240131, 2024-Jan-31, 31 Jan 2024,
// 31-Jan-2024, Jan 31, 2024 and Wednesday, January 31, 2024.
func (r *dateTimeReader) date() bool {
	start := r.rest
	if !r.dateParts() {
		r.rest = start
		return false
	}
	r.hasDate = true
	return true
}

func (r *dateTimeReader) dateParts() bool {
	if name := r.word(); weekdays[name] {
		r.rest = strings.TrimLeft(r.rest[len(name):], ", ")
	}
	if m, ok := months[r.word()]; ok { // Jan 31, 2024
		r.month = m
		r.rest = r.rest[len(r.word()):]
		return r.separator(" ,") && r.number(&r.day, 1, 2) && r.separator(" ,") && r.number(&r.year, 4, 7)
	}
	run, after := digits(r.rest)
	switch {
	case len(run) == 8 && (after == "" || after[0] == ' ' || after[0] == 't'):
		r.year, r.month, r.day = number(run[:4]), number(run[4:6]), number(run[6:])
		r.rest = after
		return true
	case len(run) >= 4 && len(run) <= 7 && after != "" && (after[0] == '-' || after[0] == '/'):
		r.year, r.rest = number(run), after[1:]
		if m, ok := months[r.word()]; ok {
			r.month = m
			r.rest = r.rest[len(r.word()):]
		} else if !r.number(&r.month, 1, 2) {
			return false
		}
		if !strings.HasPrefix(r.rest, after[:1]) {
			return false
		}
		r.rest = r.rest[1:]
		return r.number(&r.day, 1, 2)
	case len(run) == 1 || len(run) == 2: // 31 Jan 2024
		r.day, r.rest = number(run), after
		between := " ,"
		if strings.HasPrefix(r.rest, "-") {
			between = "-"
		}
		if !r.separator(between) {
			r.ambiguous = strings.HasPrefix(r.rest, "/") || strings.HasPrefix(r.rest, ".")
			return false
		}
		m, ok := months[r.word()]
		if !ok {
			r.ambiguous = r.rest != "" && isDigit(r.rest[0]) && strings.HasPrefix(after, "-")
			return false
		}
		r.month = m
		r.rest = r.rest[len(r.word()):]
		return r.separator(between) && r.number(&r.year, 4, 7)
	}
	return false
}

// word is the run of letters at the start.
func (r *dateTimeReader) word() string {
	i := 0
	for i < len(r.rest) && isLetter(r.rest[i]) {
		i++
	}
	return r.rest[:i]
}

// separator skips one hyphen, or spaces with at most one comma.
func (r *dateTimeReader) separator(of string) bool {
	trimmed := r.rest
	if of == "-" {
		trimmed = strings.TrimPrefix(trimmed, "-")
	} else {
		trimmed = strings.TrimLeft(trimmed, " ")
		trimmed = strings.TrimLeft(strings.TrimPrefix(trimmed, ","), " ")
	}
	ok := len(trimmed) < len(r.rest)
	r.rest = trimmed
	return ok
}

func (r *dateTimeReader) number(to *int64, least, most int) bool {
	run, rest := digits(r.rest)
	if len(run) < least || len(run) > most {
		return false
	}
	*to, r.rest = number(run), rest
	return true
}

func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return math.MaxInt64
	}
	return n
}

// readClock reads hh:mm[:ss[.ffffff]] [am|pm].
func (r *dateTimeReader) readClock() bool {
	var h, m, s int64
	if !r.number(&h, 1, 2) || !strings.HasPrefix(r.rest, ":") {
		return false
	}
	r.rest = r.rest[1:]
	if !r.number(&m, 1, 2) {
		return false
	}
	frac := int64(0)
	if strings.HasPrefix(r.rest, ":") {
		r.rest = r.rest[1:]
		if !r.number(&s, 1, 2) {
			return false
		}
		if strings.HasPrefix(r.rest, ".") {
			run, rest := digits(r.rest[1:])
			f, _ := strconv.ParseFloat("0."+run+"0", 64)
			frac, r.rest = int64(math.RoundToEven(f*secMicros)), rest
		}
	}
	r.space()
	if half := r.word(); half == "am" || half == "pm" {
		if h > 12 {
			return false
		}
		if h == 12 {
			h = 0
		}
		if half == "pm" {
			h += 12
		}
		if r.rest = r.rest[2:]; r.rest != "" && r.rest[0] != ' ' {
			return false
		}
	}
	r.clock = h*hourMicros + m*minMicros + s*secMicros + frac
	r.hasClock = true
	return m <= 59 && s <= 60 && r.clock <= dayMicros
}

// readZone reads Z, +hh[[:]mm[:ss]] or a name of the IANA database.
func (r *dateTimeReader) readZone() bool {
	if r.rest[0] == '+' || r.rest[0] == '-' {
		return r.hasClock && r.readOffset()
	}
	name := r.original[len(r.original)-len(r.rest):]
	if i := strings.IndexFunc(name, isSpace); i >= 0 {
		name = name[:i]
	}
	loc, ok := Zone(name)
	if !ok {
		return false
	}
	r.zone, r.rest = loc, r.rest[len(name):]
	return true
}

func (r *dateTimeReader) readOffset() bool {
	sign := 1
	if r.rest[0] == '-' {
		sign = -1
	}
	r.rest = r.rest[1:]
	var h, m, s int64
	if run, _ := digits(r.rest); len(run) == 4 {
		h, m, r.rest = number(run[:2]), number(run[2:]), r.rest[4:]
	} else {
		if !r.number(&h, 1, 2) {
			return false
		}
		if strings.HasPrefix(r.rest, ":") {
			r.rest = r.rest[1:]
			if !r.number(&m, 2, 2) {
				return false
			}
			if strings.HasPrefix(r.rest, ":") {
				r.rest = r.rest[1:]
				if !r.number(&s, 2, 2) {
					return false
				}
			}
		}
	}
	r.offset, r.hasOffset = sign*int(h*3600+m*60+s), true
	return h <= 15 && m <= 59 && s <= 59
}

func (r *dateTimeReader) value(k Kind, loc *time.Location) (Value, bool) {
	if r.hasDate && !r.fixDate() {
		return Null, false
	}
	if k == Time {
		return Value{kind: Time, n: r.clock}, r.hasClock
	}
	days := daysOf(r.year, r.month, r.day)
	if k == Date {
		return Value{kind: Date, n: days}, days >= minDate && days <= maxDate
	}
	if days < minDate || days > days2000+endTimestamp/dayMicros { // beyond any timestamp
		return Null, false
	}
	wall := (days-days2000)*dayMicros + r.clock
	if k == TimestampTZ {
		switch {
		case r.hasOffset:
			wall -= int64(r.offset) * secMicros
		case r.zone != nil:
			wall = InstantMicros(wall, r.zone)
		default:
			wall = InstantMicros(wall, loc)
		}
	}
	return Value{kind: k, n: wall}, wall >= minTimestamp && wall < endTimestamp
}

func (r *dateTimeReader) fixDate() bool {
	if r.year == 0 || r.year > 5874897 {
		return false
	}
	if r.bc {
		r.year = 1 - r.year
	}
	return r.month >= 1 && r.month <= 12 && r.day >= 1 && r.day <= monthDays(r.year, r.month)
}

var months = map[string]int64{
	"january": 1, "jan": 1, "february": 2, "feb": 2, "march": 3, "mar": 3, "april": 4, "apr": 4,
	"may": 5, "june": 6, "jun": 6, "july": 7, "jul": 7, "august": 8, "aug": 8,
	"september": 9, "sep": 9, "sept": 9, "october": 10, "oct": 10, "november": 11, "nov": 11,
	"december": 12, "dec": 12,
}

var weekdays = map[string]bool{
	"monday": true, "mon": true, "tuesday": true, "tue": true, "tues": true, "wednesday": true, "wed": true,
	"weds": true, "thursday": true, "thu": true, "thur": true, "thurs": true, "friday": true, "fri": true,
	"saturday": true, "sat": true, "sunday": true, "sun": true,
}
