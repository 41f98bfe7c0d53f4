package learned

import (
	"slices"
	"strconv"
)

// feature is one of a whole candidate.
type feature struct {
	hash  uint64
	value float64
}

// ranker looks at a whole candidate: whether it uses what the question says, and
// says what it uses.
type ranker struct {
	in   *Input
	plan *Plan
	out  []feature
	used []bool // by token
	// hinted are tokens that hint at a name that the plan uses.
	hinted []bool
	said   map[string]bool
	left   []int // tokens that mean something and have no part in the plan
	// names are the words of what the plan uses.
	names map[string]bool
	heads []head
	// guessed are tokens of values that nothing but their place makes one.
	guessed []int
	guess   bool // some value's column is not spoken of
	from    set  // tables, of all levels
	sketch  [4]uint64
}

// head is the last word of a name that the plan uses.
type head struct {
	kind uint64
	hash uint64
}

func (in *Input) rankFeatures(c *Candidate) []feature {
	r := &ranker{in: in, plan: c.Plan, used: make([]bool, len(in.Tokens)), hinted: make([]bool, len(in.Tokens)), said: map[string]bool{}, names: map[string]bool{}}
	for _, t := range in.Tokens {
		r.said[t.Lower] = true
	}
	r.base(c)
	p := c.Plan.sketch()
	for i := range p {
		r.sketch[i] = hashString(p[i])
		r.add("part"+strconv.Itoa(i)+p[i], 1)
		for k := range i {
			r.add("pair"+strconv.Itoa(i)+strconv.Itoa(k)+p[i]+"/"+p[k], 1)
		}
	}
	r.level(c.Plan, "")
	r.cues()
	r.beside(c.Plan)
	r.unused()
	r.spoken()
	c.Unused, c.heads, c.Guess = append(r.left, r.guessed...), r.heads, r.guess
	for _, k := range r.guessed {
		r.used[k] = false
	}
	c.unsaid = !slices.Contains(r.used, true)
	return r.out
}

func (r *ranker) add(name string, value float64) {
	if value != 0 {
		r.out = append(r.out, feature{hashString(name), value})
	}
}

func (r *ranker) flag(name string, on bool) {
	if on {
		r.add(name, 1)
	}
}

// level looks at one plan: its columns and joins.
func (r *ranker) level(p *Plan, depth string) {
	column := func(role string, x Item) {
		if x.Star {
			return
		}
		m := best(r.in.columns[x.Col])
		r.add(depth+role+"grade"+strconv.Itoa(m.grade), 1)
		r.flag(depth+role+"covered", m.covered && m.grade > 0)
		r.add("grade"+strconv.Itoa(m.grade), 1)
		r.use(r.in.columns[x.Col])
		r.use(r.in.tables[r.in.Schema.Columns[x.Col].Table])
		col := &r.in.Schema.Columns[x.Col]
		r.name(col.Words, lexical)
		r.name(r.in.Schema.Tables[col.Table].Words, lexicalTable)
		r.flag(role+x.Agg+"key", col.Key)
		r.flag(role+x.Agg+"foreign", col.Foreign && !col.Key)
		r.flag(role+"table not spoken of", best(r.in.tables[col.Table]).grade < 3 && m.grade < 3)
	}
	shown := map[Item]bool{}
	for _, x := range p.Select {
		column("S", x)
		r.flag("shown twice", shown[x])
		shown[x] = true
		for _, o := range p.Select {
			r.flag("shown bare and summed up", o.Agg != x.Agg && !o.Star && !x.Star && o.Col == x.Col)
		}
	}
	values := map[int]bool{}
	for i, c := range p.Where {
		column("W"+c.Op, c.Item)
		r.flag("kept by what is shown", shown[Item{Col: c.Col}])
		for _, d := range p.Where[:i] {
			r.flag("kept twice by a column"+c.Op+d.Op, d.Col == c.Col && !c.Or)
		}
		if c.Sub != nil {
			r.level(c.Sub, "sub")
		}
		for _, v := range c.Values {
			if v < 0 {
				continue
			}
			r.flag("value used twice", values[v])
			values[v] = true
			r.value(c, v)
		}
	}
	for _, g := range p.Group {
		column("G", Item{Col: g})
		r.flag("group is shown", shown[Item{Col: g}])
	}
	for _, c := range p.Having {
		column("H", c.Item)
		for _, v := range c.Values {
			if v >= 0 {
				r.value(c, v)
			}
		}
	}
	for _, o := range p.Order {
		column("O", o)
		r.flag("ordered by what is shown", shown[Item{Agg: o.Agg, Star: o.Star, Col: o.Col}])
	}
	if p.Count >= 0 {
		r.span(r.in.Values[p.Count].From, r.in.Values[p.Count].To)
	}
	if p.Table >= 0 {
		r.use(r.in.tables[p.Table])
		r.name(r.in.Schema.Tables[p.Table].Words, lexicalTable)
		r.add(depth+"T"+strconv.Itoa(best(r.in.tables[p.Table]).grade), 1)
	}
	tables := p.tables(r.in.Schema)
	r.from.join(tables)
	steps, _ := r.in.Schema.tree(tables.all())
	r.add("joins", float64(len(steps)))
	r.add(depth+"joins"+strconv.Itoa(min(len(steps), 4)), 1)
	for _, s := range steps {
		r.flag("guessed join", s.edge.Guessed)
		r.from.add(s.to)
		if !tables.has(s.to) {
			r.add("table between", 1)
			r.use(r.in.tables[s.to])
			r.name(r.in.Schema.Tables[s.to].Words, lexicalTable)
		}
	}
	if p.Right != nil {
		r.level(p.Right, "right")
	}
}

// name notes the words of a name that is used.
func (r *ranker) name(words []string, kind uint64) {
	for _, w := range words {
		r.names[w] = true
	}
	if len(words) > 0 {
		r.heads = append(r.heads, head{kind, hashString(words[len(words)-1])})
	}
}

// idle are words that may stand beside a name that does not have them.
var idle = map[string]bool{"name": true, "title": true, "type": true, "kind": true, "amount": true, "value": true, "percentage": true, "percent": true, "info": true,
	"information": true, "rate": true, "detail": true, "status": true, "count": true, "number": true, "size": true, "score": true, "id": true, "code": true, "list": true, "year": true, "date": true}

// explained reports whether a token says a word of a name that is used, or stands
// idly beside one.
func (r *ranker) explained(k int) bool {
	for w, score := range r.in.Tokens[k].Alike {
		if score >= 0.7 && r.names[w] {
			return true
		}
	}
	beside := k > 0 && r.used[k-1] || k+1 < len(r.used) && r.used[k+1]
	return beside && idle[r.in.Tokens[k].Stem]
}

// value notes how a value was written, and whether near its column.
func (r *ranker) value(c Cond, v int) {
	x := &r.in.Values[v]
	kind := strconv.Itoa(int(x.Kind))
	if x.Upper {
		kind += "upper"
	}
	r.add("value"+kind, 1)
	r.flag("value is a name"+kind, r.in.owner[x.From].length > 0)
	r.flag("value could be longer", !x.whole)
	if h := x.heldBy(c.Col); h != notKnown && !c.Star && c.Agg == "" {
		r.add("value held"+strconv.Itoa(int(h)), 1)
		r.add("value held"+strconv.Itoa(int(h))+kind+c.Op, 1)
	}
	if !c.Star && c.Col >= 0 {
		m := nearest(r.in.columns[c.Col], x)
		r.guess = r.guess || x.Kind == Word && m.from < 0
		if x.Kind == Word && !x.Upper && (m.from < 0 || m.grade < 3) {
			for k := x.From; k < x.To; k++ {
				if !r.in.Tokens[k].Stop {
					r.guessed = append(r.guessed, k)
				}
			}
		}
		switch d := x.From - m.to; {
		case m.from < 0:
			r.add("value without its column"+kind, 1)
		case d < 0 && m.from < x.To:
			r.add("value within its column", 1)
		case d >= 0 && d <= 3 || d < 0 && m.from-x.To <= 2:
			r.add("value beside its column", 1)
		default:
			r.add("value far from its column", 1)
		}
	}
	r.span(x.From, x.To)
}

// use marks the tokens of the best mentions as used.
func (r *ranker) use(ms []mention) {
	for _, m := range ms {
		if m.grade == ms[0].grade && !m.hinted() {
			r.span(m.from, m.to)
		}
		for k := m.from; k < m.to && m.hinted(); k++ {
			r.hinted[k] = true
		}
	}
}

func (r *ranker) span(from, to int) {
	for k := from; k < to; k++ {
		r.used[k] = true
	}
}

func (r *ranker) any(words ...string) bool {
	for _, w := range words {
		if r.said[w] {
			return true
		}
	}
	return false
}

// cues holds what is done against the words that ask for it.
func (r *ranker) cues() {
	has := map[string]bool{}
	r.done(r.plan, has)
	for _, c := range []struct {
		what string
		said bool
	}{
		{"avg", r.any("average", "avg", "mean", "averaged")},
		{"sum", r.any("total", "sum", "totals", "combined", "altogether")},
		{"max", r.any("maximum", "max", "highest", "largest", "most", "biggest", "longest", "oldest", "latest", "greatest", "maximal", "best", "top", "heaviest", "tallest")},
		{"min", r.any("minimum", "min", "lowest", "smallest", "least", "shortest", "youngest", "earliest", "fewest", "minimal", "worst", "cheapest")},
		{"count", r.any("many", "number", "count", "counts", "numbers", "often")},
		{"not", r.any("not", "without", "no", "never", "except", "don't", "doesn't", "didn't", "n't", "other", "neither", "excluding", "isn't", "aren't", "haven't", "hasn't", "nor", "but", "outside")},
		{"order", r.any("order", "ordered", "sort", "sorted", "alphabetical", "alphabetically", "descending", "ascending", "increasing", "decreasing", "rank", "ranked", "list")},
		{"one", r.any("most", "least", "highest", "lowest", "largest", "smallest", "oldest", "youngest", "maximum", "minimum", "longest", "shortest", "fewest", "greatest", "best", "latest", "earliest", "biggest", "max", "min", "top", "first", "last", "newest", "recent", "common", "popular", "cheapest")},
		{"group", r.any("each", "every", "per", "by", "respective", "different", "corresponding")},
		{"distinct", r.any("different", "distinct", "unique", "distinctive")},
		{"or", r.any("or", "either")},
		{"both", r.any("both", "and", "also")},
		{"between", r.any("between", "range", "from")},
		{"like", r.any("contain", "contains", "containing", "substring", "start", "starts", "starting", "begin", "begins", "beginning", "end", "ends", "ending", "includes", "include", "word", "letter", "prefix", "with", "contained", "like")},
		{"more", r.any("more", "over", "above", "greater", "larger", "higher", "older", "least", "after", "exceeds", "exceed", "longer", "than", "bigger", "later", "heavier")},
		{"less", r.any("less", "under", "below", "smaller", "lower", "younger", "before", "fewer", "most", "shorter", "than", "earlier")},
		{"some", r.any("top", "first", "most", "three", "five", "two", "3", "5", "2", "10", "last", "bottom", "least")},
	} {
		for _, tag := range r.tags() {
			r.flag("tag "+tag+"/"+c.what, has[c.what])
		}
		switch {
		case has[c.what] && c.said:
			r.add("does as said: "+c.what, 1)
		case has[c.what]:
			r.add("does unasked: "+c.what, 1)
		case c.said:
			r.add("does not: "+c.what, 1)
		}
	}
}

// tags are the question's, each once.
func (r *ranker) tags() []string {
	var out []string
	for _, t := range r.in.Tokens {
		if t.Tag != "" && !slices.Contains(out, t.Tag) {
			out = append(out, t.Tag)
		}
	}
	return out
}

// done notes what a plan does.
func (r *ranker) done(p *Plan, has map[string]bool) {
	item := func(x Item) {
		if x.Agg != "" {
			has[x.Agg] = true
		}
		if x.Distinct {
			has["distinct"] = true
		}
	}
	for _, x := range p.Select {
		item(x)
	}
	for _, o := range p.Order {
		item(o)
		has["order"] = true
		if o.Desc {
			has["max"] = true
		} else {
			has["min"] = true
		}
	}
	for _, c := range append(p.Where[:len(p.Where):len(p.Where)], p.Having...) {
		item(c.Item)
		switch c.Op {
		case "!=", "notin", "notlike":
			has["not"] = true
		case ">", ">=":
			has["more"] = true
		case "<", "<=":
			has["less"] = true
		default:
			has[c.Op] = true
		}
		if c.Or {
			has["or"] = true
		}
		if c.Sub != nil {
			r.done(c.Sub, has)
		}
	}
	has["distinct"] = has["distinct"] || p.Distinct
	has["group"] = has["group"] || len(p.Group) > 0
	has["one"] = has["one"] || p.Limit == One
	has["some"] = has["some"] || p.Limit == Some
	switch p.Set {
	case "except":
		has["not"] = true
	case "union":
		has["or"] = true
	case "intersect":
		has["both"] = true
	}
	if p.Right != nil {
		r.done(p.Right, has)
	}
}

// unused counts what the question says and the candidate does not use.
func (r *ranker) unused() {
	names, content := 0, 0
	for k, t := range r.in.Tokens {
		o := r.in.owner[k]
		if r.used[k] || t.Stop {
			continue
		}
		if r.explained(k) {
			r.add("word said again", 1)
			continue
		}
		if t.Kind != Sign && !t.Asks {
			r.left = append(r.left, k)
		}
		switch {
		case r.hinted[k]:
			r.add("word hints", 1)
		case t.Kind == Numeral:
			r.add("number unused", 1)
		case t.Kind == Quoted:
			r.add("quote unused", 1)
		case t.Kind == Code || t.Kind == Day:
			r.add("code unused", 1)
		case t.Upper && k > 0 && t.Kind == Word:
			r.add("capital unused", 1)
		case o.column >= 3 && !t.Asks:
			r.add("column unused", 1)
			names++
		case o.table >= 3 && !t.Asks:
			r.add("table unused", 1)
			names++
		case o.column > 0 && !t.Asks:
			r.add("part of a name unused", 1)
		case !t.Asks && t.Kind == Word:
			r.add("word unused", 1)
			content++
		}
	}
	r.add("names unused"+strconv.Itoa(min(names, 3)), 1)
	r.add("words unused"+strconv.Itoa(min(content, 4)), 1)
}
