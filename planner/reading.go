package planner

import "slices"

// reading is what a question asks for, before its names have found their
// columns: the sketch of a query without FROM.
type reading struct {
	outs    []out
	conds   []cond
	groups  []group
	havings []having
	orders  []order
	needs   []need // tables that are spoken of
	limit   int    // 0: none
	top     int    // the piece that sets the limit; -1: none
	all     bool   // every column of the first table
	which   bool   // asked for by "which", "who": name things rather than describe them
	who     bool   // asked for by "who": people
	when    bool   // asked by "when"
	where   bool   // asked by "where"
	figure  figure // what is worked out of it
	keys    []ref  // chosen: by which tables are joined that have several; none: the first
	said    []ref  // such keys that a word of the question names
	named   []ref  // columns that refer, of which the names of what they refer to are shown
}

// slot is a place that a name fills.
type slot struct {
	nouns []noun // what it may be, the likeliest first
	piece int    // the piece that caused it; -1: none
	want  want
	pick  ref // what it turned out to be, once resolved
	flip  bool
	own   bool // may also be the date by which a table is known
}

// want is what a slot's column has to be good for.
type want uint8

const (
	wantAny     want = iota
	wantTable        // a table
	wantName         // a table, of which the names are meant
	wantMeasure      // numbers that may be added up
	wantOrdered      // numbers or dates
	wantNumber
	wantText
	wantDate // or a year
	wantBool
	wantColumn // any column
)

type (
	// out is agg(slot), shown; a table's out is its name.
	out struct {
		agg      aggregate
		distinct bool
		slot     slot
		pieces   []int // of the aggregate
	}
	// cond is slot op values; several values of = are alternatives.
	cond struct {
		slot    slot
		op      string // = <> > >= < <= between period null notnull true like taught
		not     bool
		or      bool // joined to the cond before it by OR
		values  []string
		number  bool // values are numbers
		exact   bool // values are as written; else their case is a guess
		pattern string
		period  period
		agg     aggregate // compare with agg(slot) over all rows
		years   int       // compare a birthday with so many years ago
		aside   int       // picks rows for one side of a figure, and not of the whole
		place   bool      // says where something is
		never   bool      // of true: for no row at all
		unit    int       // of the values, as in comparison
		factor  string    // of agg: "2" times it
		within  slot      // of agg: only over rows that are alike in this; no nouns: over all
		pieces  []int
	}
	// group is what rows are put together by.
	group struct {
		slot slot
		unit string // of dates: hour, weekday, day, week, month, quarter, year
		each bool   // asked for by "per", "for each"
		per  bool   // by "per" itself
		led  bool   // by a word of its own
	}
	// having is agg(slot) op number.
	having struct {
		agg     aggregate
		slot    slot
		op      string
		number  string
		high    string // of between
		average bool   // compared with factor times the average of its like
		factor  string
		pieces  []int
	}
	// order is by agg(slot), or by slot alone.
	order struct {
		agg    aggregate
		slot   slot
		desc   bool
		most   bool // a superlative: NULLs are no candidates
		rows   bool // by count(*) of what the groups are made of
		shown  bool // and that number is shown
		pieces []int
	}
	// need is a table whose rows have to be there, or not.
	need struct {
		slot slot
		not  bool
	}
)

// aggregate is an aggregate function.
type aggregate string

const (
	noAgg    aggregate = ""
	countAgg aggregate = "count"
	sumAgg   aggregate = "sum"
	avgAgg   aggregate = "avg"
	minAgg   aggregate = "min"
	maxAgg   aggregate = "max"
)

// clone makes r's lists its own, so that two states can grow apart.
func (r reading) clone() reading {
	r.outs, r.conds, r.groups = slices.Clone(r.outs), slices.Clone(r.conds), slices.Clone(r.groups)
	r.figure.per = slices.Clone(r.figure.per)
	r.havings, r.orders, r.needs = slices.Clone(r.havings), slices.Clone(r.orders), slices.Clone(r.needs)
	r.keys = slices.Clone(r.keys)
	return r
}

// slots are all places of r that a name fills.
func (r *reading) slots() []*slot {
	var all []*slot
	for i := range r.outs {
		all = append(all, &r.outs[i].slot)
	}
	for i := range r.groups {
		all = append(all, &r.groups[i].slot)
	}
	for i := range r.conds {
		all = append(all, &r.conds[i].slot)
		if len(r.conds[i].within.nouns) > 0 {
			all = append(all, &r.conds[i].within)
		}
	}
	for i := range r.havings {
		all = append(all, &r.havings[i].slot)
	}
	for i := range r.orders {
		if !r.orders[i].rows {
			all = append(all, &r.orders[i].slot)
		}
	}
	for i := range r.needs {
		all = append(all, &r.needs[i].slot)
	}
	for i := range r.figure.per {
		all = append(all, &r.figure.per[i].slot)
	}
	return all
}
