package calendar

import (
	"testing"
	"time"
)

// Whatever day a week begins on, every day lies in exactly one week, which begins
// on that day and holds seven; and the form that SQL is written in says the same.
func TestWeeks(t *testing.T) {
	for _, name := range Weeks() {
		w, ok := WeekFrom(name)
		if !ok {
			t.Fatalf("%s is no week", name)
		}
		for i := range 400 {
			day := time.Date(2023, 12, 1+i, 0, 0, 0, 0, time.UTC)
			start := w.Start(day)
			if start.Weekday().String() != w.String() {
				t.Errorf("the week of %s from %s begins on a %s", day, w, start.Weekday())
			}
			if n := day.Sub(start).Hours() / 24; n < 0 || n > 6 {
				t.Errorf("the week of %s from %s begins %v days before", day, w, n)
			}
			// date_trunc('week', d + n) - n, with date_trunc's Monday
			monday := Week(0).Start(day.AddDate(0, 0, w.Ahead()))
			if got := monday.AddDate(0, 0, -w.Ahead()); !got.Equal(start) {
				t.Errorf("by SQL the week of %s from %s begins on %s, not %s", day, w, got, start)
			}
		}
	}
	if _, ok := WeekFrom("Monday"); ok {
		t.Error("names of days are in small letters in a configuration")
	}
}
