// Package calendar says when days, weeks and financial years begin for the people
// of a site. There is one calendar, which the planner reads periods by, models are
// told of, times are shown in and answers name, so that "last week" is the same
// days wherever it is said.
//
// It holds no date and reads no clock.
package calendar

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Calendar is that of a site.
type Calendar struct {
	Zone *time.Location // in which "today" is meant, and times are shown
	Week Week
	// Fiscal is the month in which the financial year begins, which is called after
	// the year in which it ends. 0: nobody has said.
	Fiscal time.Month
}

// Week is the day on which weeks begin, counted from Monday. The zero Week begins on
// Monday, as in ISO 8601 and PostgreSQL's date_trunc.
type Week uint8

// Weeks are the names of the days on which a week may begin, Monday first.
func Weeks() []string {
	return []string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}
}

// WeekFrom is the week that begins on the day called name, one of [Weeks].
func WeekFrom(name string) (Week, bool) {
	i := slices.Index(Weeks(), name)
	return Week(max(i, 0)), i >= 0
}

// String is the day's name, such as Sunday.
func (w Week) String() string {
	if int(w) >= len(Weeks()) {
		panic("calendar: unknown week")
	}
	name := Weeks()[w]
	return strings.ToUpper(name[:1]) + name[1:]
}

// Start is the first day of the week in which day lies.
func (w Week) Start(day time.Time) time.Time {
	fromMonday := (int(day.Weekday()) + 6) % 7
	return day.AddDate(0, 0, -((fromMonday - int(w) + 7) % 7))
}

// Ahead is by how many days the week's first day comes before a Monday: what
// date_trunc('week', d) needs added before, and taken off again.
func (w Week) Ahead() int { return (7 - int(w)) % 7 }

// Hints are sentences for whoever writes SQL, about what PostgreSQL does not do by
// itself; none for weeks from Monday and no financial year.
func (c Calendar) Hints() []string {
	var hints []string
	if n := c.Week.Ahead(); n > 0 {
		hints = append(hints, fmt.Sprintf("Weeks begin on %s: the week of a day d is CAST(date_trunc('week', d + INTERVAL '%d days') AS date) - %d.", c.Week, n, n))
	}
	if c.Fiscal != 0 {
		hints = append(hints, fmt.Sprintf("Financial years begin on 1 %s and are called after the year in which they end.", c.Fiscal))
	}
	return hints
}

// String is the calendar as an answer names it.
func (c Calendar) String() string {
	said := fmt.Sprintf("times of %s, weeks from %s", c.Zone, c.Week)
	if c.Fiscal != 0 {
		said += ", financial years from " + c.Fiscal.String()
	}
	return said
}
