package planner

import (
	"strconv"
	"strings"
	"time"
)

// hours reads "between 8am and noon today", "from 8:00 to 10:30 on 3 May", "this
// morning": a part of one day, of today where none is named.
func (c periods) hours(t []token) (period, int) {
	if p, n := c.partOfDay(t); n > 0 {
		return p, n
	}
	if len(t) < 4 || !oneOf(t[0], "from", "between") {
		return period{}, 0
	}
	from, n := clockTime(t[1:])
	if n == 0 || n+1 >= len(t) || !oneOf(t[n+1], "and", "to", "until", "till") {
		return period{}, 0
	}
	at := n + 2
	to, m := clockTime(t[at:])
	if m == 0 || to <= from {
		return period{}, 0
	}
	at += m
	day := c.today
	for _, read := range []func([]token) (period, int){c.date, c.weekday, c.monthOrDay} {
		skip := 0
		if at < len(t) && oneOf(t[at], "on", "of") {
			skip = 1
		}
		if p, k := read(t[min(at+skip, len(t)):]); k > 0 && p.to.Sub(p.from) < 30*time.Hour {
			day, at = p.from, at+skip+k
			break
		}
	}
	return period{from: onClock(day, from), to: onClock(day, to), clock: true}, at
}

var partsOfDay = map[string][2]time.Duration{"morning": {0, 12 * time.Hour}, "afternoon": {12 * time.Hour, 18 * time.Hour}, "evening": {18 * time.Hour, 24 * time.Hour}}

// partOfDay reads "this morning", "yesterday evening".
func (c periods) partOfDay(t []token) (period, int) {
	if len(t) < 2 || !oneOf(t[0], "this", "yesterday") {
		return period{}, 0
	}
	part, ok := partsOfDay[t[1].lower]
	if !ok {
		return period{}, 0
	}
	day := c.today
	if oneOf(t[0], "yesterday") {
		day = day.AddDate(0, 0, -1)
	}
	return period{from: onClock(day, part[0]), to: onClock(day, part[1]), clock: true}, 2
}

// onClock is a time of the day as clocks show it, also where they are set.
func onClock(day time.Time, at time.Duration) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), int(at/time.Hour), int(at%time.Hour/time.Minute), 0, 0, day.Location())
}

// clockTime reads "8am", "10:30", "2:15 pm", "noon", "midnight". A bare number is
// none.
func clockTime(t []token) (time.Duration, int) {
	if len(t) == 0 {
		return 0, 0
	}
	if h, ok := map[string]time.Duration{"noon": 12, "midday": 12, "midnight": 24}[t[0].lower]; ok {
		return h * time.Hour, 1
	}
	text, n := t[0].lower, 1
	if len(t) > 2 && t[0].kind == numberToken && oneOf(t[1], ":") && len(t[2].text) >= 2 {
		text, n = text+":"+t[2].lower, 3
	}
	half := ""
	for _, suffix := range []string{"am", "pm"} {
		if rest, ok := strings.CutSuffix(text, suffix); ok {
			text, half = rest, suffix
		} else if n < len(t) && oneOf(t[n], suffix) {
			half = suffix
			n++
			break
		}
	}
	hour, minute, colon := strings.Cut(text, ":")
	h, err := strconv.Atoi(hour)
	m, err2 := 0, error(nil)
	if colon {
		m, err2 = strconv.Atoi(minute)
	}
	switch {
	case err != nil || err2 != nil || h > 24 || h < 0 || m > 59 || m < 0 || half == "" && !colon || half != "" && (h > 12 || h == 0):
		return 0, 0
	case half == "pm" && h < 12:
		h += 12
	case half == "am" && h == 12:
		h = 0
	}
	return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute, n
}
