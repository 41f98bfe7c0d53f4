package csv

import (
	"fmt"
	"strings"
)

// column is one that is being looked at.
type column struct {
	header, name string
	values       int // that are not empty
	empty        int
	again        int             // the line in which the header stands as a value
	seen         map[string]bool // the first values, of a column that its name calls a key
	repeats      bool            // one of them came twice
	forms        *[numForms]shape
	alive        uint32
	misses       [numForms]int // values that have not the form
	first        [numForms]int // the line of the first of them
}

func newColumn(header, name string) *column {
	c := &column{header: header, name: name, forms: forms(), alive: 1<<numForms - 1}
	if keyLike(name) {
		c.seen = map[string]bool{}
	}
	return c
}

// firstValues are looked at before an index is made to see whether a key repeats
// none.
const firstValues = 10_000

// see counts a value. A form that many values have not is no longer tried.
func (c *column) see(s string, line int) {
	if s == "" {
		c.empty++
		return
	}
	c.values++
	if c.seen != nil && !c.repeats && len(c.seen) < firstValues {
		c.repeats = c.seen[s]
		c.seen[strings.Clone(s)] = true
	}
	if c.alive == 1<<text {
		return
	}
	s = strings.Trim(s, " ")
	for f := range text {
		if c.alive&(1<<f) == 0 || c.forms[f].fits(s) {
			continue
		}
		if c.misses[f] == 0 {
			c.first[f] = line
		}
		if c.misses[f]++; c.misses[f] > 5+c.values/10 {
			c.alive &^= 1 << f
		}
	}
}

// all reports whether each value has the form.
func (c *column) all(f form) bool { return c.values > 0 && c.alive&(1<<f) != 0 && c.misses[f] == 0 }

// decide says what a column is, and why, if that is not plain.
func (c *column) decide() (form, string) {
	if c.values == 0 {
		return text, "text, as it has no value"
	}
	for _, f := range []form{truth, integer, digits} {
		if c.all(f) {
			return f, ""
		}
	}
	if c.all(yesNo) && !c.all(yes) && !c.all(no) {
		return yesNo, ""
	}
	for _, p := range pairs() {
		switch one, other := c.all(p.one), c.all(p.other); {
		case one && other:
			return text, "text, as " + p.why
		case one:
			return p.one, ""
		case other:
			return p.other, ""
		}
	}
	for _, f := range []form{isoDate, slashDate, dotDate, isoMoment, isoInstant, slashMoment, dotMoment, clock} {
		if c.all(f) {
			return f, ""
		}
	}
	if c.all(zeros) {
		return text, "text, so that zeros before other digits are kept"
	}
	return text, c.almost()
}

// pair are forms that the same value can have with two meanings.
type pair struct {
	one, other form
	why        string
}

func pairs() []pair {
	const days = "no value tells whether its dates begin with the day or the month: write them as 2024-12-31"
	return []pair{
		{pointed, commaed, "no value tells whether its points and commas part thousands or decimals: write 1234 or 1.50"},
		{dayFirst, monthFirst, days},
		{dayFirstDash, monthFirstDash, days},
		{dayFirstMoment, monthFirstMoment, days},
		{dayFirstDashMoment, monthFirstDashMoment, days},
	}
}

// almost says which form nearly all values have.
func (c *column) almost() string {
	best := text
	for f := range text {
		if c.alive&(1<<f) != 0 && c.misses[f] > 0 && (best == text || c.misses[f] < c.misses[best]) {
			best = f
		}
	}
	if best == text || c.misses[best]*2 >= c.values {
		return ""
	}
	return fmt.Sprintf("text, as %d of %s %s not %s, first in line %d", c.misses[best], counted(c.values, "value"), areIs(c.misses[best]), forms()[best].called, c.first[best])
}

func areIs(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}
