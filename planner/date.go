package planner

import (
	"strconv"
	"strings"
	"time"

	"github.com/grille-dev/grille/calendar"
)

// period is a stretch of days [from, to); a zero end is open. Its ends are
// midnights in the asker's zone.
type period struct {
	from, to time.Time
	// years reports whether both ends are new year's, so that a column that holds
	// only a year can be compared.
	years bool
	// parts are the two points of "between 2023 and 2024", which may be meant each.
	parts []period
	// back is the unit of "the same period last year", which is no period by itself.
	back string
	// clock: an end is no midnight, so that days cannot be compared.
	clock bool
	unit  string // of "the last 3 months", which may be meant each
}

// periods reads stretches of days out of a question asked at one instant.
type periods struct {
	now    time.Time
	today  time.Time // midnight
	fiscal time.Month
	week   calendar.Week
}

func newCalendar(opt Options) periods {
	now := opt.Now.In(opt.Zone)
	return periods{now, time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, opt.Zone), opt.Fiscal, opt.Week}
}

// at is the longest period that begins at t[i], with its number of tokens; 0 if
// none does. Prepositions before it are part of it.
func (c periods) at(t []token, i int) (period, int) {
	for _, read := range []func([]token) (period, int){c.same, c.hours, c.bounded, c.since, c.plain} {
		if p, n := read(t[i:]); n > 0 {
			p.years = isNewYear(p.from) && isNewYear(p.to) && !(p.from.IsZero() && p.to.IsZero())
			for i := range p.parts {
				p.parts[i].years = isNewYear(p.parts[i].from) && isNewYear(p.parts[i].to)
			}
			return p, n
		}
	}
	return period{}, 0
}

// same reads "the same period last year", "the year before": as long a period as
// that before, so much earlier.
func (c periods) same(t []token) (period, int) {
	n := leading(t, []string{"the"})
	for _, form := range []struct{ words, back string }{
		{"same period of last year", "year"}, {"same period last year", "year"}, {"same time last year", "year"}, {"same period a year ago", "year"}, {"same period the year before", "year"},
		{"same month last year", "year"}, {"same quarter last year", "year"}, {"same week last year", "year"},
		{"same period last month", "month"}, {"same period last quarter", "quarter"}, {"same period last week", "week"},
		{"year before", "year"}, {"previous period", "before"}, {"period before", "before"},
	} {
		if m := leading(t[n:], strings.Fields(form.words)); m > 0 {
			return period{back: form.back}, n + m
		}
	}
	return period{}, 0
}

// shifted is p a unit earlier; "before" is its own length.
func (c periods) shifted(p period, unit string) period {
	if p.from.IsZero() || p.to.IsZero() {
		return p
	}
	if unit != "before" {
		p.from, p.to = c.add(p.from, unit, -1), c.add(p.to, unit, -1)
		return p
	}
	from := p.from
	for _, u := range []string{"year", "quarter", "month"} {
		if c.add(p.from, u, 1).Equal(p.to) {
			from = c.add(p.from, u, -1)
		}
	}
	if from.Equal(p.from) {
		from = p.from.Add(-p.to.Sub(p.from))
	}
	return period{from: from, to: p.from, years: isNewYear(from) && isNewYear(p.from)}
}

// isNewYear holds for an open end too.
func isNewYear(t time.Time) bool { return t.IsZero() || t.YearDay() == 1 }

// bounded reads "from March to May 2024", "between 2019 and 2021".
func (c periods) bounded(t []token) (period, int) {
	if len(t) < 4 || !oneOf(t[0], "from", "between") {
		return period{}, 0
	}
	for mid := 2; mid < min(len(t)-1, 8); mid++ {
		if !oneOf(t[mid], "to", "until", "till", "and", "through") {
			continue
		}
		from, n := c.point(t[1:mid])
		to, m := c.point(t[mid+1:])
		if n != mid-1 || m == 0 {
			continue
		}
		if from.from.After(to.from) && t[mid-1].year() == 0 { // from March to May 2024: both of 2024
			shift := to.from.Year() - from.from.Year()
			from.from = from.from.AddDate(shift, 0, 0)
		}
		p := period{parts: []period{from, to}}
		if from.from.Before(to.to) {
			p.from, p.to = from.from, to.to
		}
		if t[0].lower == "between" || from.from.Before(to.to) {
			return p, mid + 1 + m
		}
	}
	return period{}, 0
}

// since reads "since March", "before 2020", "after 1 May 2024", "until today".
func (c periods) since(t []token) (period, int) {
	for _, form := range []struct{ words, side string }{
		{"since", "since"}, {"starting from", "since"}, {"starting in", "since"}, {"starting on", "since"}, {"from", "since"}, {"on or after", "since"}, {"on and after", "since"}, {"as of", "since"},
		{"after", "after"}, {"later than", "after"}, {"since after", "after"},
		{"before", "before"}, {"prior to", "before"}, {"earlier than", "before"}, {"older than", "before"},
		{"until", "until"}, {"till", "until"}, {"up to", "until"}, {"on or before", "until"}, {"through", "until"},
	} {
		n := leading(t, strings.Fields(form.words))
		if n == 0 {
			continue
		}
		p, m := c.point(t[n:])
		if m == 0 || form.words == "from" && !followsOn(t[n+m:]) {
			continue
		}
		switch form.side {
		case "since":
			p.to = time.Time{}
		case "after":
			p.from, p.to = p.to, time.Time{}
		case "before":
			p.to, p.from = p.from, time.Time{}
		case "until":
			p.from = time.Time{}
		}
		return p, n + m
	}
	return period{}, 0
}

// followsOn: "from 2020 on", "from March onwards". A bare "from 2020" is plain.
func followsOn(t []token) bool { return len(t) > 0 && oneOf(t[0], "on", "onward", "onwards") }

// laterOn is the length of "or later", "and after", "onwards".
func laterOn(t []token) int {
	for _, form := range []string{"or later", "or after", "and later", "and after", "onwards", "onward", "and onwards"} {
		if n := leading(t, strings.Fields(form)); n > 0 {
			return n
		}
	}
	return 0
}

// plain reads a point with or without a preposition: "in March 2024", "last year".
func (c periods) plain(t []token) (period, int) {
	n := 0
	for n < len(t) && n < 3 && oneOf(t[n], "in", "on", "during", "of", "for", "over", "within", "at", "from", "the", "year") {
		n++
	}
	for ; n >= 0; n-- {
		if p, m := c.point(t[n:]); m > 0 {
			if later := laterOn(t[n+m:]); later > 0 { // "31 March 2025 or later"
				p.to = time.Time{}
				return p, n + m + later
			}
			if early := leading(t[n+m:], []string{"or", "earlier"}); early > 0 {
				p.from = time.Time{}
				return p, n + m + early
			}
			if n == 0 && m == 1 && !oneOf(t[0], "today", "yesterday", "tomorrow", "ytd", "mtd", "qtd") && !strings.HasPrefix(t[0].lower, "fy") && t[0].kind != dateToken && t[0].year() == 0 && !t[0].startsUpper() {
				continue // "march" alone is a word
			}
			return p, n + m
		}
	}
	return period{}, 0
}

// point reads a named stretch of days without a preposition.
func (c periods) point(t []token) (period, int) {
	skip := leading(t, []string{"the"})
	t = t[skip:]
	for _, read := range []func([]token) (period, int){c.fiscalPoint, c.date, c.weekday, c.beforeLast, c.soFar, c.relative, c.ago, c.toDate, c.quarter, c.monthOrDay, c.year} {
		if p, n := read(t); n > 0 {
			return p, n + skip
		}
	}
	return period{}, 0
}

func (c periods) date(t []token) (period, int) {
	if len(t) == 0 {
		return period{}, 0
	}
	if days, ok := map[string]int{"yesterday": -1, "today": 0, "tomorrow": 1}[t[0].lower]; ok {
		return c.span(c.today.AddDate(0, 0, days), "day", 1), 1
	}
	if d, n := c.slashed(t); n > 0 {
		return c.span(d, "day", 1), n
	}
	if t[0].kind != dateToken {
		return period{}, 0
	}
	d, err := time.ParseInLocation("2006-01-02", t[0].text, c.today.Location())
	if err != nil {
		return period{}, 0
	}
	return c.span(d, "day", 1), 1
}

// slashed reads 31/03/2025 and 31.3.2025, day first unless the second number can
// be no month.
func (c periods) slashed(t []token) (time.Time, int) {
	var parts []string
	n := 0
	for n < len(t) && len(parts) < 3 && n < 5 {
		switch {
		case t[n].kind == numberToken:
			parts = append(parts, strings.Split(t[n].text, ".")...)
		case !oneOf(t[n], "/", "."):
			return time.Time{}, 0
		}
		n++
	}
	if len(parts) != 3 || len(parts[2]) != 4 || n < 2 {
		return time.Time{}, 0
	}
	for _, form := range []string{"2/1/2006", "1/2/2006"} {
		if d, err := time.ParseInLocation(form, strings.Join(parts, "/"), c.today.Location()); err == nil {
			return d, n
		}
	}
	return time.Time{}, 0
}

var weekdays = func() map[string]time.Weekday {
	m := map[string]time.Weekday{}
	for d := time.Sunday; d <= time.Saturday; d++ {
		m[strings.ToLower(d.String())] = d
	}
	return m
}()

// weekday reads "Monday", "last Monday", "next Friday": the day itself, the last
// one unless it says next. Before a date it says nothing: "Monday 12 May".
func (c periods) weekday(t []token) (period, int) {
	n, next := 0, false
	if len(t) > 1 && oneOf(t[0], "last", "this", "next", "past", "previous") {
		n, next = 1, t[0].lower == "next"
	}
	if len(t) <= n || t[n].kind == quotedToken {
		return period{}, 0
	}
	day, ok := weekdays[t[n].lower]
	if !ok {
		return period{}, 0
	}
	if n == 0 {
		m := 1
		for m < len(t) && oneOf(t[m], ",", "the") {
			m++
		}
		for _, read := range []func([]token) (period, int){c.date, c.monthOrDay} {
			if p, k := read(t[m:]); k > 0 && p.to.Sub(p.from) < 30*time.Hour && p.from.Weekday() == day {
				return p, m + k
			}
		}
	}
	back := (int(c.today.Weekday()) - int(day) + 7) % 7
	switch {
	case next:
		back -= 7 // on a Monday that of the week after
	case n == 1 && back == 0 && t[0].lower != "this":
		back = 7
	}
	d := c.today.AddDate(0, 0, -back)
	return c.span(d, "day", 1), n + 1
}

// beforeLast reads "the day before yesterday", "the week before last", "the week
// of 28 April".
func (c periods) beforeLast(t []token) (period, int) {
	if leading(t, []string{"day", "before", "yesterday"}) > 0 {
		return c.span(c.today.AddDate(0, 0, -2), "day", 1), 3
	}
	if leading(t, []string{"day", "after", "tomorrow"}) > 0 {
		return c.span(c.today.AddDate(0, 0, 2), "day", 1), 3
	}
	unit, ok := unitOf(t, 0)
	switch {
	case !ok || len(t) < 3:
	case oneOf(t[1], "before") && oneOf(t[2], "last"):
		return c.span(c.add(c.start(c.today, unit), unit, -2), unit, 1), 3
	case oneOf(t[1], "after") && oneOf(t[2], "next"):
		return c.span(c.add(c.start(c.today, unit), unit, 2), unit, 1), 3
	case unit == "week" && oneOf(t[1], "of", "from", "starting"):
		for _, read := range []func([]token) (period, int){c.date, c.monthOrDay} {
			skip := leading(t[2:], []string{"the"})
			if p, n := read(t[2+skip:]); n > 0 && p.to.Sub(p.from) < 30*time.Hour {
				return c.span(c.start(p.from, "week"), "week", 1), 2 + skip + n
			}
		}
	}
	return period{}, 0
}

// soFar reads "so far this year".
func (c periods) soFar(t []token) (period, int) {
	n := leading(t, []string{"so", "far"})
	if n == 0 || n >= len(t) || !oneOf(t[n], "this") {
		return period{}, 0
	}
	for _, read := range []func([]token) (period, int){c.fiscalPoint, c.relative} {
		if p, m := read(t[n:]); m > 0 {
			p.to = c.today.AddDate(0, 0, 1)
			return p, n + m
		}
	}
	return period{}, 0
}

// relative reads "last month", "this quarter so far", "past 30 days", "next 2 weeks".
func (c periods) relative(t []token) (period, int) {
	if len(t) < 2 || !oneOf(t[0], "this", "current", "last", "previous", "past", "prior", "next", "coming", "upcoming") {
		return period{}, 0
	}
	n, at := 1, 1
	counted := t[1].small() > 0 && t[1].small() <= 1000
	if counted {
		n, at = t[1].small(), 2
	}
	if counted && at < len(t) && t[at].stem == "hour" && oneOf(t[0], "last", "past", "previous", "prior") {
		return period{from: c.now.Add(-time.Duration(n) * time.Hour), to: c.now}, at + 1
	}
	unit, ok := unitOf(t, at)
	if !ok {
		return period{}, 0
	}
	at++
	if at+1 < len(t) && oneOf(t[at], "of", "in") && t[at+1].year() > 0 {
		return period{}, 0 // "the last quarter of 2024"
	}
	start := c.start(c.today, unit)
	tomorrow := c.today.AddDate(0, 0, 1)
	switch {
	case oneOf(t[0], "this", "current"):
		if m := leading(t[at:], []string{"so", "far"}); m > 0 {
			return period{from: start, to: tomorrow}, at + m
		}
		return c.span(start, unit, 1), at
	case oneOf(t[0], "next", "coming", "upcoming"):
		if counted {
			return period{from: c.today, to: c.add(tomorrow, unit, n)}, at
		}
		return c.span(c.add(start, unit, 1), unit, 1), at
	case counted || t[0].lower == "past": // rolling: up to and with today
		if m := withoutCurrent(t[at:], unit); m > 0 { // whole ones
			p := c.span(c.add(start, unit, -n), unit, n)
			p.unit = unit
			return p, at + m
		}
		return period{from: c.add(c.today, unit, -n), to: tomorrow, unit: unit}, at + withToday(t[at:])
	default:
		return c.span(c.add(start, unit, -1), unit, 1), at + max(withoutCurrent(t[at:], unit), withToday(t[at:]))
	}
}

// withoutCurrent is the length of ", excluding the current month".
func withoutCurrent(t []token, unit string) int {
	n := 0
	for n < len(t) && oneOf(t[n], ",", "(") {
		n++
	}
	found := false
	for _, form := range []string{"excluding", "exclusive of", "not including", "not counting", "without", "but not", "except", "before"} {
		if m := leading(t[n:], strings.Fields(form)); m > 0 {
			n, found = n+m, true
			break
		}
	}
	if !found {
		return 0
	}
	for n < len(t) && oneOf(t[n], "the", "this", "current", "present", "ongoing") {
		n++
	}
	if u, ok := unitOf(t, n); !ok || u != unit {
		return 0
	}
	if n++; n < len(t) && oneOf(t[n], ")") {
		n++
	}
	return n
}

// withToday is the length of ", inclusive of today", which is meant anyway.
func withToday(t []token) int {
	n := 0
	for n < len(t) && oneOf(t[n], ",", "(") {
		n++
	}
	switch {
	case leading(t[n:], []string{"inclusive", "of"}) > 0:
		n += 2
	case n < len(t) && oneOf(t[n], "including"):
		n++
	case n < len(t) && oneOf(t[n], "inclusive"):
		return n + 1
	default:
		return 0
	}
	for _, what := range []string{"today's date", "today date", "today", "the current day", "the current month", "the current week", "1 month ago", "one month ago", "both ends"} {
		if m := leading(t[n:], strings.Fields(what)); m > 0 {
			if n += m; n < len(t) && oneOf(t[n], ")") {
				n++
			}
			return n
		}
	}
	return 0
}

// ago reads "3 days ago": that day, week, month or year.
func (c periods) ago(t []token) (period, int) {
	if len(t) < 3 || t[0].small() < 1 || t[2].lower != "ago" {
		return period{}, 0
	}
	unit, ok := unitOf(t, 1)
	if !ok {
		return period{}, 0
	}
	return c.span(c.start(c.add(c.today, unit, -t[0].small()), unit), unit, 1), 3
}

// toDate reads "year to date", "ytd".
func (c periods) toDate(t []token) (period, int) {
	if len(t) == 0 {
		return period{}, 0
	}
	tomorrow := c.today.AddDate(0, 0, 1)
	if unit, ok := map[string]string{"ytd": "year", "qtd": "quarter", "mtd": "month"}[t[0].lower]; ok {
		return period{from: c.start(c.today, unit), to: tomorrow}, 1
	}
	if unit, ok := unitOf(t, 0); ok && leading(t[1:], []string{"to", "date"}) > 0 {
		return period{from: c.start(c.today, unit), to: tomorrow}, 3
	}
	return period{}, 0
}

// quarter reads "Q2 2025", "2025 Q2", "second quarter of last year", "first half of 2024".
func (c periods) quarter(t []token) (period, int) {
	if len(t) > 1 && t[0].year() > 0 {
		if from, months, n := quarterName(t[1:]); n > 0 {
			return c.span(c.newYear(t[0].year()).AddDate(0, from, 0), "month", months), n + 1
		}
	}
	from, months, n := quarterName(t)
	if n == 0 {
		return period{}, 0
	}
	year, m := c.ofYear(t[n:])
	start := c.newYear(year).AddDate(0, from, 0)
	if m == 0 && start.After(c.today) {
		start = start.AddDate(-1, 0, 0)
	}
	return c.span(start, "month", months), n + m
}

// quarterName is the first month (from 0), the number of months and of tokens.
func quarterName(t []token) (from, months, n int) {
	if len(t) == 0 {
		return 0, 0, 0
	}
	if w := t[0].lower; len(w) == 2 && w[1] >= '1' && w[1] <= '4' {
		switch i := int(w[1] - '1'); {
		case w[0] == 'q':
			return i * 3, 3, 1
		case w[0] == 'h' && i < 2:
			return i * 6, 6, 1
		}
	}
	if oneOf(t[0], "last", "final") && len(t) > 2 && oneOf(t[2], "of", "in") {
		switch t[1].stem {
		case "quarter":
			return 9, 3, 2
		case "half":
			return 6, 6, 2
		}
	}
	if i, ok := ordinal(t[0]); ok && len(t) > 1 {
		switch {
		case t[1].stem == "quarter" && i <= 4:
			return (i - 1) * 3, 3, 2
		case t[1].stem == "half" && i <= 2:
			return (i - 1) * 6, 6, 2
		}
	}
	return 0, 0, 0
}

// monthOrDay reads "March", "March 2024", "March 5, 2024", "5 March 2024",
// "the 5th of March".
func (c periods) monthOrDay(t []token) (period, int) {
	n, day := 0, 0
	if d := t; len(d) > 1 && d[0].small() >= 1 && d[0].small() <= 31 {
		day, n = d[0].small(), 1
		n += leading(t[n:], []string{"of"})
	}
	if n >= len(t) || months[t[n].lower] == 0 {
		return period{}, 0
	}
	month := months[t[n].lower]
	n++
	if day == 0 && n < len(t) && t[n].small() >= 1 && t[n].small() <= 31 && len(t[n].number) <= 2 {
		day, n = t[n].small(), n+1
	}
	year, m := c.ofYear(t[n:])
	d := time.Date(year, month, max(day, 1), 0, 0, 0, 0, c.today.Location())
	if d.Month() != month { // 31 April
		return period{}, 0
	}
	if m == 0 && d.After(c.today) {
		d = d.AddDate(-1, 0, 0)
	}
	if day > 0 {
		return c.span(d, "day", 1), n + m
	}
	return c.span(d, "month", 1), n + m
}

// ofYear reads the year after a month or quarter: "2024", ", 2024", "of last
// year". Without one it is this year, and n is 0.
func (c periods) ofYear(t []token) (year, n int) {
	for n < len(t) && n < 2 && (oneOf(t[n], "of", "in", ",", "the")) {
		n++
	}
	switch {
	case n < len(t) && t[n].year() > 0:
		return t[n].year(), n + 1
	case n+1 < len(t) && t[n+1].lower == "year" && oneOf(t[n], "last", "previous"):
		return c.today.Year() - 1, n + 2
	case n+1 < len(t) && t[n+1].lower == "year" && oneOf(t[n], "this", "current"):
		return c.today.Year(), n + 2
	}
	return c.today.Year(), 0
}

// year reads "2024" and "the 1990s".
func (c periods) year(t []token) (period, int) {
	if len(t) == 0 {
		return period{}, 0
	}
	if y := t[0].year(); y > 0 {
		return c.span(c.newYear(y), "year", 1), 1
	}
	if decade, ok := strings.CutSuffix(t[0].lower, "s"); ok && len(decade) == 2 && decade[1] == '0' { // the 90s
		if y, err := strconv.Atoi(decade); err == nil {
			if y += 1900; y < 1930 {
				y += 100
			}
			return c.span(c.newYear(y), "year", 10), 1
		}
	}
	if decade, ok := strings.CutSuffix(t[0].lower, "s"); ok && len(decade) == 4 && decade[3] == '0' {
		if y, err := strconv.Atoi(decade); err == nil && y >= 1900 && y < 2100 {
			return c.span(c.newYear(y), "year", 10), 1
		}
	}
	return period{}, 0
}

func (c periods) newYear(year int) time.Time {
	return time.Date(year, 1, 1, 0, 0, 0, 0, c.today.Location())
}

// span is n units from start.
func (c periods) span(start time.Time, unit string, n int) period {
	return period{from: start, to: c.add(start, unit, n)}
}

func (c periods) add(t time.Time, unit string, n int) time.Time {
	switch unit {
	case "day":
		return t.AddDate(0, 0, n)
	case "week":
		return t.AddDate(0, 0, 7*n)
	case "month":
		return addMonths(t, n)
	case "quarter":
		return addMonths(t, 3*n)
	case "year":
		return addMonths(t, 12*n)
	default:
		panic("planner: unknown unit " + unit)
	}
}

// addMonths keeps to the month's end: a month before 31 March is 28 February.
func addMonths(t time.Time, n int) time.Time {
	first := time.Date(t.Year(), t.Month()+time.Month(n), 1, 0, 0, 0, 0, t.Location())
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(t.Day(), last)-1)
}

// start is the first day of the unit in which t lies.
func (c periods) start(t time.Time, unit string) time.Time {
	switch unit {
	case "day":
		return t
	case "week":
		return c.week.Start(t)
	case "month":
		return t.AddDate(0, 0, 1-t.Day())
	case "quarter":
		return time.Date(t.Year(), (t.Month()-1)/3*3+1, 1, 0, 0, 0, 0, t.Location())
	case "year":
		return c.newYear(t.Year())
	default:
		panic("planner: unknown unit " + unit)
	}
}

func unitOf(t []token, i int) (string, bool) {
	if i >= len(t) {
		return "", false
	}
	switch t[i].stem {
	case "day", "week", "month", "quarter", "year":
		return t[i].stem, true
	}
	return "", false
}

var months = func() map[string]time.Month {
	m := map[string]time.Month{"sept": 9}
	for i := time.January; i <= time.December; i++ {
		name := strings.ToLower(i.String())
		m[name], m[name[:3]] = i, i
	}
	return m
}()

// ordinal reads first to fourth, 1st to 4th.
func ordinal(t token) (int, bool) {
	n, ok := map[string]int{"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}[t.lower]
	return n, ok
}

func oneOf(t token, words ...string) bool {
	for _, w := range words {
		if t.lower == w && t.kind != quotedToken {
			return true
		}
	}
	return false
}

// leading is len(words) if t begins with them, else 0.
func leading(t []token, words []string) int {
	if len(t) < len(words) {
		return 0
	}
	for i, w := range words {
		if !oneOf(t[i], w) {
			return 0
		}
	}
	return len(words)
}
