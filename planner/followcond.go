package planner

import (
	"regexp"
	"slices"
	"strings"

	"github.com/grille-dev/grille/internal/words"
)

// cleared takes something away: a condition, the stretch of time, the groups.
func (f *followUp) cleared(d *dissected, s segment) []rewording {
	said := f.said(s.from, s.to)
	groups, times, conds := d.of(groupStretch), d.of(periodStretch), d.of(condStretch)
	without := func(way int, all ...stretch) rewording {
		var changes []change
		var was []string
		for _, p := range all {
			changes = append(changes, change{p.from, p.to, ""})
			was = append(was, d.said(p.from, p.to))
		}
		return rewording{changes: changes, said: "without: " + strings.Join(was, ", "), way: way}
	}
	says := func(words ...string) bool {
		return slices.ContainsFunc(f.tokens[s.from:s.to], func(t token) bool { return oneOf(t, words...) })
	}
	switch {
	case says("grouped", "ungrouped", "overall", "total", "altogether", "grouping"):
		if len(groups) == 0 {
			return nil
		}
		return []rewording{without(0, groups...)}
	case says("years", "months", "dates", "date", "time", "times", "periods", "period", "year", "ever"):
		if len(times) == 0 {
			return nil
		}
		return []rewording{without(0, times...)}
	}
	if p, ok := f.spokenOf(d, s, conds); ok {
		return []rewording{without(0, p)}
	}
	if !says("filter", "filters", "condition", "conditions", "restriction", "restrictions") || strings.Contains(said, " on ") {
		return nil
	}
	all := append(slices.Clone(conds), times...)
	if len(all) == 0 {
		return nil
	}
	if says("filters", "conditions", "restrictions") || len(all) == 1 {
		return []rewording{without(0, all...)}
	}
	var out []rewording
	for way, p := range all {
		out = append(out, without(way, p))
	}
	return out
}

// spokenOf is the condition that has a word of the segment, or is of the column or
// table that it names.
func (f *followUp) spokenOf(d *dissected, s segment, conds []stretch) (stretch, bool) {
	for _, p := range conds {
		for i := s.from; i < s.to; i++ {
			if n, _ := f.roleAt(i, stopRole, inRole, ofRole, notRole); n > 0 || len(f.tokens[i].stem) < 3 {
				continue
			}
			for k := p.at; k < p.end; k++ {
				if d.tokens[k].stem == f.tokens[i].stem {
					return p, true
				}
			}
		}
	}
	for i := s.from; i < s.to; i++ {
		for _, n := range f.nounsAt(i) {
			for _, p := range conds {
				for _, x := range n.nouns {
					c := columnOf(p.sql)
					if x.score >= 0.7 && (x.col == nil && strings.HasPrefix(c, x.table.Name+".") || x.col != nil && bared(c) == quoteName(x.col.Name)) {
						return p, true
					}
				}
			}
		}
	}
	return stretch{}, false
}

var lhsShape = regexp.MustCompile(`^\(*(?:NOT )?(?:lower\()?((?:\w+\.)?(?:"[^"]*"|\w+))`)

// columnOf is the column that a condition is about.
func columnOf(sql string) string {
	if m := lhsShape.FindStringSubmatch(sql); m != nil {
		return m[1]
	}
	return sql
}

// spokenCond is a condition as a follow-up says it.
type spokenCond struct {
	whole string // with the words that join it
	body  string // without
	not   bool
	joint bool // has words that join it, or is a comparison
}

// conditioned adds a condition, or puts it in the place of one on the same column.
func (f *followUp) conditioned(d *dissected, s segment) []rewording {
	c, ok := f.condition(d, s)
	if !ok || oneOf(f.tokens[0], "or") && len(d.of(condStretch)) > 1 { // or what, of several
		return nil
	}
	if old, ok := f.mirrored(d, c); ok && !f.only {
		if all := f.replaced(d, c, []stretch{old}); slices.ContainsFunc(all, func(w rewording) bool { t, ok := f.try(d, w); return ok && t.Decision == Answer }) {
			return all
		}
	}
	added := f.additions(d, c)
	for _, w := range added {
		t, ok := f.try(d, w)
		if !ok || t.Decision != Answer {
			continue
		}
		old, same := d.sameColumn(t.now)
		if !same {
			return []rewording{w}
		}
		return f.replaced(d, c, []stretch{old})
	}
	conds := d.of(condStretch)
	slices.Reverse(conds)
	return append(f.replaced(d, c, conds), added...)
}

// mirrored is the old condition that is said as the new one is: "from Spain", "from
// Portugal"; "Sales", "Marketing".
func (f *followUp) mirrored(d *dissected, c spokenCond) (stretch, bool) {
	how := strings.TrimSpace(strings.TrimSuffix(c.whole, c.body))
	for _, p := range slices.Backward(d.of(condStretch)) {
		if c.not || (d.tokens[p.at].startsUpper() && p.at > 0) != startsUpper(c.body) {
			continue
		}
		was := d.said(p.from, p.at)
		if how == "" && (startsUpper(c.body) || f.says == weakly) || how != "" && strings.EqualFold(how, was) || startsUpper(c.body) && places(how) && places(was) {
			return p, true
		}
	}
	return stretch{}, false
}

// places: what may stand before the name of where something was.
func places(how string) bool {
	return slices.Contains([]string{"in", "in the", "at", "at the", "for", "for the", "of", "of the"}, strings.ToLower(how))
}

func startsUpper(s string) bool { return token{text: s}.startsUpper() }

// condition takes a condition apart.
func (f *followUp) condition(d *dissected, s segment) (spokenCond, bool) {
	from, to := s.from, s.to
	c := spokenCond{}
	for from < to { // "those who", "the ones"
		n, _ := f.roleAt(from, notRole)
		m := 0
		if oneOf(f.tokens[from], "excluding", "except", "without", "exclude", "minus", "hide", "leave") {
			m = 1 + leading(f.tokens[from+1:to], []string{"out"}) + leading(f.tokens[from+1:to], []string{"for"})
		}
		switch {
		case max(n, m) > 0 && max(n, m) < to-from:
			c.not = true
			from += max(n, m)
			continue
		case oneOf(f.tokens[from], "the", "those", "these", "ones", "only", "just", "all", "of", "them", "and", ",") && from < to-1:
			from++
			continue
		}
		break
	}
	for to > from && oneOf(f.tokens[to-1], "ones", "one", "too", "only", ",") {
		to--
	}
	for to-1 > from && d.isRows(f.tokens[to-1]) { // "web orders"
		to--
	}
	if from >= to {
		return c, false
	}
	if !f.plausibly(from, to, f.says != nobody || f.joined(s)) {
		return c, false
	}
	at := from
	for at < to-1 {
		n, _ := f.roleAt(at, inRole, ofRole, haveRole, relRole, isRole, articleRole)
		if n == 0 || n >= to-at {
			break
		}
		at += n
	}
	cmp, _ := f.roleAt(at, cmpRole, betweenRole, likeRole, namedRole, nullRole)
	verb := f.tokens[at].kind == wordToken && at < to-1 && (f.kw.verbs[f.tokens[at].lower] || strings.HasSuffix(f.tokens[at].lower, "ed") || oneOf(f.tokens[at], "born"))
	c.whole, c.body, c.joint = f.said(from, to), f.said(at, to), at > from || cmp > 0 || verb
	if at == from+1 && oneOf(f.tokens[from], "the") {
		c.joint = cmp > 0 || verb
	}
	return c, true
}

// plausibly: at most one word is neither known nor written as a name is, and that
// only where something says that it belongs to what was before.
func (f *followUp) plausibly(from, to int, belongs bool) bool {
	strange := 0
	for i := from; i < to; i++ {
		n, _ := f.roleAt(i, inRole, ofRole, haveRole, relRole, isRole, articleRole, cmpRole, betweenRole, notRole, andRole, orRole, stopRole, likeRole, namedRole)
		if t := f.tokens[i]; n == 0 && t.kind == wordToken && !t.startsUpper() && len(f.alike[i]) == 0 && !f.kw.verbs[t.lower] {
			strange++
		} else if t.kind == alienToken || t.kind == endToken || oneOf(t, ",") {
			return false
		}
	}
	return strange == 0 || strange == 1 && belongs
}

// isRows reports whether a word names the rows.
func (d *dissected) isRows(t token) bool {
	if head, ok := d.head(); ok && t.stem == d.tokens[head.end-1].stem {
		return true
	}
	root := d.root()
	return root != nil && slices.Equal(words.OfName(root.Name), []string{t.stem})
}

// head is the noun of the rows.
func (d *dissected) head() (stretch, bool) {
	for _, p := range d.of(nounStretch) {
		for _, n := range d.nounsAt(p.at) {
			if n.to == p.end && n.nouns[0].col == nil {
				return p, true
			}
		}
	}
	return stretch{}, false
}

// additions are ways to say one more condition.
func (f *followUp) additions(d *dissected, c spokenCond) (out []rewording) {
	said := "added: " + c.body
	if c.not {
		said = "without: " + c.body
	} else if c.joint {
		said = "added: " + c.whole
	}
	put := func(at int, text string) {
		out = append(out, rewording{changes: []change{{at, at, text}}, said: said, fits: func(now *dissected) bool {
			p, ok := now.fresh(d)
			return ok && denies(p.sql) == c.not
		}})
	}
	head, named := d.head()
	rows := "rows"
	if t := d.root(); t != nil {
		rows = ofMany(inWords(t.Name))
	}
	end := d.back()
	if c.not {
		if !named {
			put(end, "for "+rows+" that are not "+c.body)
		}
		put(end, "that are not "+c.body)
		if named {
			put(head.end, "that are not "+c.body)
		}
		put(end, "except "+c.body)
		put(end, "not in "+c.body)
		put(end, "without "+c.body)
		put(end, "of "+rows+" that are not "+c.body)
		return out
	}
	if c.joint {
		if named {
			put(head.end, c.whole)
		}
		put(end, c.whole)
		put(end, "for "+rows+" "+c.whole)
		put(end, "of "+rows+" "+c.whole)
		return out
	}
	if named {
		put(head.at, c.body)
		put(head.end, "that are "+c.body)
	} else {
		put(end, "for "+c.body+" "+rows)
	}
	put(end, "that are "+c.body)
	put(end, "in "+c.body)
	put(end, "for "+c.body)
	put(end, "with "+c.body)
	put(end, "of "+c.body+" "+rows)
	put(end, "by "+c.body)
	return out
}

// fresh is the condition that d has beyond those before.
func (d *dissected) fresh(before *dissected) (stretch, bool) {
	for _, p := range append(d.of(condStretch), d.of(periodStretch)...) {
		if !slices.ContainsFunc(before.parts, func(o stretch) bool { return alike(o.sql, p.sql) }) {
			return p, true
		}
	}
	return stretch{}, false
}

// denies reports whether a condition says no.
func denies(sql string) bool {
	return strings.Contains(sql, "NOT ") || strings.Contains(sql, "<>") || strings.Contains(sql, "IS NULL")
}

// sameColumn is the old condition on the column that now has a new one.
func (d *dissected) sameColumn(now *dissected) (stretch, bool) {
	p, _ := now.fresh(d)
	for _, o := range append(d.of(condStretch), d.of(periodStretch)...) {
		if alike(columnOf(o.sql), columnOf(p.sql)) {
			return o, true
		}
	}
	return stretch{}, false
}

// replaced puts a condition in the place of old ones on its column.
func (f *followUp) replaced(d *dissected, c spokenCond, old []stretch) (out []rewording) {
	for way, p := range old {
		column := func(now *dissected) bool {
			n, ok := now.fresh(d)
			return ok && alike(columnOf(n.sql), columnOf(p.sql)) && (!f.also || now.either() > d.either())
		}
		put := func(from, to int, text string) {
			said := text + " instead of " + d.said(from, to)
			if f.also {
				text = d.said(from, to) + " or " + text
				said = "added: " + c.body
			}
			out = append(out, rewording{changes: []change{{from, to, text}}, said: said, fits: column, way: way})
		}
		if c.not {
			put(p.from, p.to, "that are not "+c.body)
			continue
		}
		for _, from := range d.comparisons(p) {
			if c.joint {
				put(from, p.end, c.body)
			}
		}
		put(p.at, p.end, c.body)
		if c.joint {
			put(p.from, p.to, c.whole)
		}
	}
	return out
}

// either counts the alternatives of a query.
func (d *dissected) either() int {
	sql := d.reading.Draft.SQL
	return strings.Count(sql, " OR ") + strings.Count(sql, " IN (")*10 + strings.Count(sql, ", '")
}

// comparisons are where "over 500" may begin in a condition, the last first.
func (d *dissected) comparisons(p stretch) (out []int) {
	for i := p.end - 1; i >= p.from; i-- {
		if n, _ := d.roleAt(i, cmpRole, betweenRole); n > 0 {
			out = append(out, i)
		}
	}
	return out
}

// measured puts something else in the place of what is counted or worked out.
func (f *followUp) measured(d *dissected, s segment) []rewording {
	said := f.said(s.at, s.to)
	n, k := f.roleAt(s.at, countRole, aggRole, mostRole)
	switch {
	case s.name:
		return f.renamed(d, s)
	case s.bare && k.role == countRole:
		return f.counted(d, s)
	case s.bare:
		return f.aggregated(d, f.said(s.at, s.at+n))
	}
	var changes []change
	nouns := d.of(nounStretch)
	for _, p := range append(d.of(aggStretch), nouns...) {
		changes = append(changes, change{p.from, p.to, ""})
	}
	if len(changes) == 0 {
		return nil
	}
	slices.SortFunc(changes, func(a, b change) int { return a.from - b.from })
	_, span, _ := d.measure()
	first := change{span[0], span[1], said}
	var inside []change
	for _, p := range d.of(condStretch) { // what stands between is kept
		if p.from >= span[0] && p.to <= span[1] {
			inside = append(inside, change{d.back(), d.back(), "that are " + d.said(p.at, p.end)})
		}
	}
	return []rewording{
		{changes: append([]change{first}, inside...), said: said + " instead of " + d.said(span[0], span[1]), loose: true},
		{changes: append([]change{first}, inside...), said: said + " instead of " + d.said(span[0], span[1]), moved: true, loose: true},
	}
}

// renamed is "the same for patients": another noun.
func (f *followUp) renamed(d *dissected, s segment) []rewording {
	said := f.said(s.at, s.to)
	var noun noun
	for _, p := range f.nounsAt(s.at) {
		if p.to == s.to {
			noun = p.nouns[0]
		}
	}
	var out []rewording
	if head, ok := d.head(); ok && noun.col == nil {
		out = append(out, rewording{changes: []change{{head.at, head.at, said + " with"}}, said: said + " instead of " + d.said(head.at, head.end)})
		out = append(out, rewording{changes: []change{{head.at, head.end, said}}, said: said + " instead of " + d.said(head.at, head.end), moved: true, loose: true})
	}
	for _, p := range d.of(nounStretch) {
		if noun.col != nil && isMeasure(noun.ref) && len(d.of(aggStretch)) > 0 {
			out = append(out, rewording{changes: []change{{p.at, p.end, said}}, said: said + " instead of " + d.said(p.at, p.end)})
		}
	}
	if noun.col != nil && isMeasure(noun.ref) && len(out) == 0 {
		if _, span, ok := d.measure(); ok {
			out = append(out, rewording{changes: []change{{span[0], span[1], said}}, said: said + " instead of " + d.said(span[0], span[1]), loose: true})
		}
	}
	if groups := d.of(groupStretch); len(groups) == 1 && !groups[0].unit && noun.col == nil && f.says == weakly {
		out = append(out, rewording{changes: []change{{groups[0].at, groups[0].end, said}}, said: "per " + said + " instead of " + d.said(groups[0].from, groups[0].to), way: 1})
	}
	return out
}

// aggregated is "average instead": another word for how.
func (f *followUp) aggregated(d *dissected, how string) (out []rewording) {
	of := func(d *dissected) string { // what is put together
		for _, r := range d.whole {
			if m := sumShape.FindStringSubmatch(r.sql); m != nil && r.clause == "SELECT" {
				return m[1]
			}
		}
		return ""
	}
	fits := func(now *dissected) bool { return of(d) != "" && alike(of(now), of(d)) }
	ways := []string{how}
	if a := map[string]string{"average": "avg", "mean": "avg", "total": "sum"}[strings.ToLower(how)]; a != "" {
		ways = append(ways, a)
	}
	for _, how := range ways {
		for _, p := range d.of(aggStretch) {
			if n, k := d.roleAt(p.at, aggRole); n > 0 && k.role == aggRole {
				out = append(out, rewording{changes: []change{{p.at, p.end, how}}, said: ways[0] + " instead of " + d.said(p.at, p.end), fits: fits})
			}
		}
		if nouns := d.of(nounStretch); len(d.of(aggStretch)) == 0 && len(nouns) > 0 {
			out = append(out, rewording{changes: []change{{nouns[0].at, nouns[0].at, how}}, said: ways[0], fits: fits})
		}
	}
	return out
}

var sumShape = regexp.MustCompile(`\b(?:sum|avg|min|max)\(((?:\w+\.)?(?:"[^"]*"|\w+))\)`)

// counted is "how many are there?", of what was listed.
func (f *followUp) counted(d *dissected, s segment) []rewording {
	lead := 0
	for lead < len(d.tokens) {
		n, _ := d.roleAt(lead, leadRole, whoRole)
		if n == 0 || len(d.alike[lead]) > 0 {
			break
		}
		lead += n
	}
	lead = d.past(lead)
	who := lead > 0 && oneOf(d.tokens[0], "who")
	text := "how many"
	if t := d.root(); who && t != nil {
		text += " " + ofMany(inWords(t.Name))
	}
	counts := func(now *dissected) bool { return strings.HasPrefix(now.reading.Draft.SQL, "SELECT count(") }
	base := rewording{changes: []change{{0, lead, text}}, said: "how many", fits: counts, loose: true, moved: true}
	return []rewording{base}
}

// numeric reports whether d asks for a number already.
func (d *dissected) numeric() bool {
	return slices.ContainsFunc(d.whole, func(r clausal) bool { return r.clause == "SELECT" && isAggregate(r.sql) })
}
