package funcs

import (
	"fmt"
	re "regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/grille-dev/grille/sql/funcs/pgfn"
	"github.com/grille-dev/grille/sql/types"
)

// ConstMySQL spells a call that hangs on its constants: patterns, formats, zones
// and steps. consts are nil where an argument is none. The marks of the template
// are the arguments number at, counted from 0, and behind them the texts. It is
// "" for what is spelled in another way, or not at all.
func ConstMySQL(s *Sig, consts []*types.Value) (template string, at []int, texts []string) {
	c := constants(consts)
	switch name := s.Func.Name; name {
	case "~", "~*", "!~", "!~*", "regexp_like", "regexp_replace", "regexp_substr", "regexp_instr", "substring":
		return c.pattern(name)
	case "translate":
		return c.translate()
	case "num_nulls", "num_nonnulls":
		return c.nulls(name)
	case "date_bin":
		return c.bin(), []int{1, 2}, nil
	case "timezone":
		return c.zoned(s.Params[1]), []int{1}, nil
	case "to_date", "to_timestamp":
		return c.read(s.Result), []int{0}, nil
	}
	return "", nil, nil
}

type constants []*types.Value

// text is argument i, if it is a constant text.
func (c constants) text(i int) (string, bool) {
	if i >= len(c) || c[i] == nil || c[i].Kind() != types.Text {
		return "", false
	}
	return c[i].Text(), true
}

// pattern are regular expressions, in words that PCRE and ICU read like
// PostgreSQL. Whether one matches is the same everywhere; what it matches only if
// there is but one way.
func (c constants) pattern(name string) (template string, at []int, texts []string) {
	pattern, ok := c.text(1)
	flags, replaced := "", ""
	if last := len(c) - 1; ok && last > 1 {
		if name == "regexp_replace" {
			replaced, ok = c.text(2)
		}
		if name == "regexp_like" || last > 2 {
			known := false
			flags, known = c.text(last)
			ok = ok && known
		}
	}
	once := name != "regexp_replace" || strings.Contains(flags, "g")
	if !ok || strings.Trim(flags, "gi") != "" || strings.ContainsAny(replaced, `\$`) || !once || pgfn.CheckRegexp(pattern) != "" {
		return "", nil, nil
	}
	same := pgfn.Portable(pattern, strings.HasSuffix(name, "*") || strings.Contains(flags, "i"))
	switch at, texts = []int{0}, []string{same}; {
	case name == "regexp_like", name == "~", name == "~*":
		return "({1} REGEXP {2})", at, texts
	case name == "!~", name == "!~*":
		return "({1} NOT REGEXP {2})", at, texts
	case !oneWay(same):
		return "", nil, nil
	case name == "regexp_replace":
		return "REGEXP_REPLACE({1}, {2}, {3})", at, append(texts, replaced)
	case name == "regexp_instr" && len(c) == 2:
		return "REGEXP_INSTR({1}, {2})", at, texts
	case len(c) == 2:
		return "CASE WHEN {1} REGEXP {2} THEN REGEXP_SUBSTR({1}, {2}) END", at, texts
	}
	return "", nil, nil
}

// oneWay reports whether a pattern matches at a place in one way, and no empty
// text: at most one of its characters is repeated, as often as possible.
func oneWay(pattern string) bool {
	tree, err := re.Parse(pattern, re.Perl)
	if err != nil {
		return false
	}
	parts := []*re.Regexp{tree}
	if tree.Op == re.OpConcat {
		parts = tree.Sub
	}
	repeated, least := 0, 0
	for _, part := range parts {
		many := 1
		switch part.Op {
		case re.OpStar, re.OpQuest, re.OpPlus, re.OpRepeat:
			if part.Flags&re.NonGreedy != 0 {
				return false
			}
			repeated++
			many = map[re.Op]int{re.OpPlus: 1, re.OpRepeat: part.Min}[part.Op]
			part = part.Sub[0]
			if part.Op == re.OpLiteral && len(part.Rune) > 1 {
				return false
			}
		}
		switch part.Op {
		case re.OpLiteral, re.OpCharClass, re.OpAnyChar, re.OpAnyCharNotNL:
			least += many
		case re.OpBeginText, re.OpEndText:
		default:
			return false
		}
	}
	return repeated <= 1 && least > 0
}

// translate replaces one character after the other, if none is made that is
// replaced later.
func (c constants) translate() (template string, at []int, texts []string) {
	from, ok1 := c.text(1)
	to, ok2 := c.text(2)
	if !ok1 || !ok2 {
		return "", nil, nil
	}
	become := []rune(to)
	template = "{1}"
	var done []rune
	for i, r := range []rune(from) {
		if slices.Contains(done, r) {
			continue
		}
		done = append(done, r)
		with := ""
		if i < len(become) {
			with = string(become[i])
		}
		if strings.Contains(from, with) && with != "" {
			return "", nil, nil
		}
		texts = append(texts, string(r), with)
		template = fmt.Sprintf("REPLACE(%s, {%d}, {%d})", template, len(texts), len(texts)+1)
	}
	if len(texts) > 8 { // as many marks as there are
		return "", nil, nil
	}
	return template, []int{0}, texts
}

func (c constants) nulls(name string) (template string, at []int, texts []string) {
	is := " IS NULL"
	if name == "num_nonnulls" {
		is = " IS NOT NULL"
	}
	if len(c) == 0 || len(c) > 9 {
		return "", nil, nil
	}
	var parts []string
	for i := range c {
		at = append(at, i)
		parts = append(parts, fmt.Sprintf("({%d}%s)", i+1, is))
	}
	return "(" + strings.Join(parts, " + ") + ")", at, nil
}

// bin is date_bin, of a step without months.
func (c constants) bin() string {
	if c[0] == nil || c[0].Kind() != types.Interval {
		return ""
	}
	months, days, micros := c[0].Interval()
	const day = 24 * 60 * 60 * 1000000
	if months != 0 || days < 0 || days > 100000 || micros < 0 || micros > 100000*day {
		return ""
	}
	step := strconv.FormatInt(int64(days)*day+micros, 10)
	if step == "0" {
		return ""
	}
	rest := "TIMESTAMPDIFF(MICROSECOND, {2}, {1}) % " + step
	return mysqlPresent("({1} - INTERVAL ("+rest+" + "+step+") % "+step+" MICROSECOND)", "DATETIME(6)", "{1}", "{2}")
}

// zoned is {1} in a time zone whose distance to UTC did not change since 1970; of
// others these engines need tables, and know other times where clocks are put back.
func (c constants) zoned(of types.Type) string {
	name, ok := c.text(0)
	if !ok {
		return ""
	}
	zone, known := types.Zone(name)
	if !known {
		return ""
	}
	seconds, steady := distance(zone)
	sign := " + "
	if of == timestamp {
		seconds = -seconds
	}
	if seconds < 0 {
		sign, seconds = " - ", -seconds
	}
	switch {
	case !steady:
		return ""
	case seconds == 0 && zone.String() == "UTC":
		return "{1}"
	}
	moved := "({1}" + sign + "INTERVAL " + strconv.Itoa(seconds) + " SECOND)"
	return "CASE WHEN {1} BETWEEN '1970-01-02' AND '2038-01-18' THEN " + moved +
		" WHEN {1} IS NOT NULL THEN CAST(" + mysqlFails("{1} IS NOT NULL") + " AS DATETIME(6)) END"
}

// distance are the seconds by which zone is before UTC, from 1970 to 2038.
func distance(zone *time.Location) (seconds int, steady bool) {
	at := time.Unix(0, 0).In(zone)
	_, seconds = at.Zone()
	for at.Year() < 2039 {
		if _, s := at.Zone(); s != seconds {
			return 0, false
		}
		_, end := at.ZoneBounds()
		if end.IsZero() {
			break
		}
		at = end
	}
	return seconds, true
}

// mysqlReads are the keywords of to_date and to_timestamp: how many digits, and
// the word of STR_TO_DATE.
var mysqlReads = map[string]struct {
	digits int
	word   string
}{"YYYY": {4, "%Y"}, "MM": {2, "%m"}, "DD": {2, "%d"}, "HH24": {2, "%H"}, "MI": {2, "%i"}, "SS": {2, "%s"}}

// read is to_date({1}, format), or to_timestamp. Texts are read strictly, as by
// CAST: what has not all the digits of its format is an error.
func (c constants) read(to types.Type) string {
	format, ok := c.text(1)
	if !ok {
		return ""
	}
	pattern, words, seen := "", "", map[string]bool{}
	for _, t := range pgfn.DateFormat(format) {
		key := strings.ToUpper(t.Key)
		word := mysqlReads[key]
		switch {
		case t.Suffix != "" || t.Fill || seen[key] && key != "":
			return ""
		case word.digits > 0:
			pattern, words, seen[key] = pattern+strings.Repeat("[0-9]", word.digits), words+word.word, true
		case key == "" && strings.Trim(t.Text, "-/.:_ ") == "":
			pattern, words = pattern+strings.ReplaceAll(t.Text, ".", "[.]"), words+t.Text
		default:
			return ""
		}
	}
	if !seen["YYYY"] || !seen["MM"] || !seen["DD"] {
		return ""
	}
	// As a text, since STR_TO_DATE finds nothing wrong with the 31st of a February.
	as, stamp := "DATE", "STR_TO_DATE({1}, '"+words+"')"
	out := "CAST(CAST(" + stamp + " AS CHAR) AS DATE)"
	if to != date {
		as, out = "DATETIME(6)", MySQLInstant("CAST(CAST("+stamp+" AS CHAR) AS DATETIME(6))")
	}
	return "CASE WHEN {1} REGEXP '^" + pattern + "$' AND YEAR(" + stamp + ") > 0 AND MONTH(" + stamp + ") > 0 AND DAYOFMONTH(" + stamp + ") > 0 THEN " +
		mysqlPresent(out, as, "{1}") + " WHEN {1} IS NOT NULL THEN CAST(" + mysqlFails("{1} IS NOT NULL") + " AS " + as + ") END"
}
