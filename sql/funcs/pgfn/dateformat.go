package pgfn

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/grille-dev/grille/sql/types"
)

// dateToken is one piece of a format of to_char, to_date and to_timestamp: a
// keyword with its modifiers, or text to copy.
type dateToken struct {
	key    string // as written: Month, HH24, ...; "" for text
	text   string
	quoted bool
	fill   bool   // FM: no padding
	suffix string // TH or th
}

// dateKeys are the keywords, longest first where one begins another.
var dateKeys = []string{
	"Y,YYY", "y,yyy", "SSSSS", "SSSS", "sssss", "ssss", "MONTH", "Month", "month",
	"HH24", "HH12", "hh24", "hh12", "IDDD", "iddd", "IYYY", "iyyy", "YYYY", "yyyy",
	"A.D.", "a.d.", "B.C.", "b.c.", "A.M.", "a.m.", "P.M.", "p.m.",
	"DAY", "Day", "day", "DDD", "ddd", "IYY", "iyy", "YYY", "yyy", "MON", "Mon", "mon", "TZH", "TZM",
	"AD", "ad", "BC", "bc", "AM", "am", "PM", "pm", "CC", "cc", "DD", "dd", "DY", "Dy", "dy", "HH", "hh", "ID", "id",
	"IW", "iw", "IY", "iy", "MI", "mi", "MM", "mm", "MS", "ms", "OF", "RM", "rm", "SS", "ss", "TZ", "tz", "US", "us",
	"WW", "ww", "YY", "yy", "D", "d", "I", "i", "J", "j", "Q", "q", "W", "w", "Y", "y",
}

// parseDateFormat reads a format. Letters that are no keyword must be quoted.
func parseDateFormat(f string) ([]dateToken, string) {
	var out []dateToken
	for f != "" {
		fill := false
		for strings.HasPrefix(f, "FM") || strings.HasPrefix(f, "fm") {
			fill, f = true, f[2:]
		}
		i := slices.IndexFunc(dateKeys, func(k string) bool { return strings.HasPrefix(f, k) })
		if i >= 0 {
			t := dateToken{key: dateKeys[i], fill: fill}
			f = f[len(t.key):]
			if strings.HasPrefix(f, "TH") || strings.HasPrefix(f, "th") {
				t.suffix, f = f[:2], f[2:]
			}
			out = append(out, t)
			continue
		}
		if fill && f != "" {
			return nil, "FM must stand before a keyword such as Month"
		}
		if f == "" {
			break
		}
		t, rest, why := formatText(f)
		if why != "" {
			return nil, why
		}
		out, f = append(out, t), rest
	}
	return out, ""
}

// formatText takes "quoted text", an escaped or a plain character.
func formatText(f string) (t dateToken, rest, why string) {
	if f[0] == '"' {
		end := strings.IndexByte(f[1:], '"')
		if end < 0 || strings.Contains(f[:end+1], `\`) {
			return t, "", "a quote is not closed, or holds a backslash"
		}
		return dateToken{text: f[1 : end+1], quoted: true}, f[end+2:], ""
	}
	r, n := utf8.DecodeRuneInString(f)
	switch {
	case r == '\\':
		return t, "", "a backslash is not supported: quote the text"
	case r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z':
		return t, "", `unknown keyword: put text between double quotes, like "at"`
	}
	return dateToken{text: f[:n]}, f[n:], ""
}

// CheckDateFormat says what is wrong with a format of dates, or "".
func CheckDateFormat(f string) string {
	_, why := parseDateFormat(f)
	return why
}

// moment is what to_char prints.
type moment struct {
	year, month, day int64
	days, clock      int64
	loc              *time.Location // nil: no zone
	instant          int64
}

func momentOf(wall int64, loc *time.Location, instant int64) moment {
	days, clock := split(wall)
	y, m, d := types.Civil(days)
	return moment{y, m, d, days, clock, loc, instant}
}

func toChar(m moment, tokens []dateToken) string {
	var b strings.Builder
	for _, t := range tokens {
		if t.key == "" {
			b.WriteString(t.text)
			continue
		}
		m.write(&b, t)
	}
	return b.String()
}

func (m *moment) write(b *strings.Builder, t dateToken) {
	if n, width, ok := m.number(strings.ToUpper(t.key)); ok {
		s := strconv.FormatInt(n, 10)
		if key := strings.ToUpper(t.key); !t.fill || key == "MS" || key == "US" {
			s = zeros(s, width)
		}
		b.WriteString(s)
		if t.suffix != "" {
			b.WriteString(ordinal(s, t.suffix))
		}
		return
	}
	s, width := m.word(t.key)
	if !t.fill {
		s += strings.Repeat(" ", max(0, width-len(s)))
	}
	b.WriteString(s)
}

func zeros(s string, width int) string {
	return strings.Repeat("0", max(0, width-len(s))) + s
}

// ordinal is st, nd, rd or th.
func ordinal(s, suffix string) string {
	out := "th"
	if n := len(s); n < 2 || s[n-2] != '1' {
		switch s[n-1] {
		case '1':
			out = "st"
		case '2':
			out = "nd"
		case '3':
			out = "rd"
		}
	}
	if suffix == "TH" {
		return strings.ToUpper(out)
	}
	return out
}

// number is the value of a numeric keyword and its width.
func (m *moment) number(key string) (n int64, width int, ok bool) {
	hour := m.clock / hourMicros
	isoYear, week := isoWeek(m.days)
	switch key {
	case "HH", "HH12":
		return (hour+11)%12 + 1, 2, true
	case "HH24":
		return hour, 2, true
	case "MI":
		return m.clock / minMicros % 60, 2, true
	case "SS":
		return m.clock / secMicros % 60, 2, true
	case "SSSS", "SSSSS":
		return m.clock / secMicros, 0, true
	case "MS":
		return m.clock % secMicros / 1000, 3, true
	case "US":
		return m.clock % secMicros, 6, true
	case "MM":
		return m.month, 2, true
	case "DD":
		return m.day, 2, true
	case "DDD":
		return m.days - types.DaysOf(m.year, 1, 1) + 1, 3, true
	case "IDDD":
		return (week-1)*7 + weekday(m.days) + 1, 3, true
	case "D":
		return (weekday(m.days)+1)%7 + 1, 0, true
	case "ID":
		return weekday(m.days) + 1, 0, true
	case "WW":
		return (m.days-types.DaysOf(m.year, 1, 1))/7 + 1, 2, true
	case "IW":
		return week, 2, true
	case "W":
		return (m.day-1)/7 + 1, 0, true
	case "Q":
		return (m.month-1)/3 + 1, 0, true
	case "CC":
		return era(m.year, 100), 2, true
	case "J":
		return m.days + 2440588, 0, true
	case "YYYY":
		return m.year, 4, true
	case "YYY":
		return m.year % 1000, 3, true
	case "YY":
		return m.year % 100, 2, true
	case "Y":
		return m.year % 10, 1, true
	case "IYYY":
		return isoYear, 4, true
	case "IYY":
		return isoYear % 1000, 3, true
	case "IY":
		return isoYear % 100, 2, true
	case "I":
		return isoYear % 10, 1, true
	}
	return 0, 0, false
}

var monthNames = []string{"January", "February", "March", "April", "May", "June", "July",
	"August", "September", "October", "November", "December"}

var dayNames = []string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}

var roman = []string{"I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"}

// word is the text of a keyword that is no number, and the width it fills.
func (m *moment) word(key string) (string, int) {
	switch strings.ToUpper(key) {
	case "MONTH":
		return likeKey(monthNames[m.month-1], key), 9
	case "MON":
		return likeKey(monthNames[m.month-1][:3], key), 0
	case "DAY":
		return likeKey(dayNames[weekday(m.days)], key), 9
	case "DY":
		return likeKey(dayNames[weekday(m.days)][:3], key), 0
	case "RM":
		return likeKey(roman[m.month-1], key), 4
	case "AM", "PM":
		return likeKey(half(m.clock)+"M", key), 0
	case "A.M.", "P.M.":
		return likeKey(half(m.clock)+".M.", key), 0
	case "AD", "BC":
		return likeKey("AD", key), 0
	case "A.D.", "B.C.":
		return likeKey("A.D.", key), 0
	case "Y,YYY":
		return fmt.Sprintf("%d,%03d", m.year/1000, m.year%1000), 0
	}
	return m.zoneWord(key), 0
}

// likeKey gives a word the capitals of its keyword.
func likeKey(word, key string) string {
	switch {
	case key == strings.ToUpper(key):
		return strings.ToUpper(word)
	case key == strings.ToLower(key):
		return strings.ToLower(word)
	}
	return word
}

func half(clock int64) string {
	if clock/hourMicros%24 < 12 {
		return "A"
	}
	return "P"
}

func (m *moment) zoneWord(key string) string {
	offset := 0
	name := ""
	if m.loc != nil {
		at := time.Unix(floorDiv(m.instant, secMicros)+days2000*86400, 0).In(m.loc)
		name, offset = at.Zone()
	}
	sign := "+"
	if offset < 0 {
		sign, offset = "-", -offset
	}
	switch key {
	case "TZH":
		return sign + zeros(strconv.Itoa(offset/3600), 2)
	case "TZM":
		return zeros(strconv.Itoa(offset/60%60), 2)
	case "OF":
		out := sign + zeros(strconv.Itoa(offset/3600), 2)
		if offset%3600 != 0 {
			out += ":" + zeros(strconv.Itoa(offset/60%60), 2)
		}
		return out
	}
	return likeKey(name, key)
}
