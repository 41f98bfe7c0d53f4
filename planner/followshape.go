package planner

import (
	"slices"
	"strconv"
	"strings"

	"github.com/grille-dev/grille/catalog"
)

// regrouped puts another group in the place of the one before, of its kind if there
// are several.
func (f *followUp) regrouped(d *dissected, s segment) []rewording {
	said := f.said(s.from, s.to)
	name := f.said(s.at, s.to)
	if s.rank {
		return f.ranked(d, s)
	}
	phrase := said
	if strings.HasPrefix(phrase, "group by") {
		phrase = "per " + name
	}
	old := d.of(groupStretch)
	at := d.back()
	if len(old) > 0 {
		at = old[len(old)-1].to
	}
	add := func(way int) []rewording {
		out := []rewording{{changes: []change{{at, at, phrase}}, said: "added: " + said, way: way}}
		if len(old) > 0 && !old[len(old)-1].adverb {
			out = append([]rewording{{changes: []change{{at, at, "and " + name}}, said: "added: " + said, way: way}}, out...)
		}
		return out
	}
	switch {
	case len(old) == 0:
		return add(0)
	case f.also:
		return add(0)
	}
	swap := f.swapped(d, s, old, phrase)
	if f.says == weakly && !f.instead && len(old) == 1 && !(old[0].unit && s.unit) { // and by gender?
		return append(swap, add(1)...)
	}
	return swap
}

// swapped are the ways to say another group.
func (f *followUp) swapped(d *dissected, s segment, old []stretch, phrase string) (out []rewording) {
	same := slices.DeleteFunc(slices.Clone(old), func(p stretch) bool { return p.unit != s.unit })
	if len(old) == 1 || len(same) != 1 {
		same = old
	}
	var gone []change
	var was []string
	for _, p := range same {
		gone = append(gone, change{p.from, p.to, ""})
		was = append(was, d.said(p.from, p.to))
	}
	said := phrase + " instead of " + strings.Join(was, " ")
	one := same[0]
	if len(same) == 1 && !one.adverb {
		out = append(out, rewording{changes: []change{{one.at, one.end, singularly(f.said(s.at, s.to))}}, said: said})
	}
	moved := slices.Clone(gone)
	moved[len(moved)-1].text = phrase
	out = append(out, rewording{changes: moved, said: said})
	end := append(gone, change{d.back(), d.back(), phrase})
	return append(out, rewording{changes: end, said: said})
}

// singularly is "month" for "monthly" and "month by month".
func singularly(name string) string {
	unit, ok := map[string]string{"hourly": "hour", "daily": "day", "weekly": "week", "monthly": "month", "quarterly": "quarter", "yearly": "year", "annually": "year", "annual": "year"}[strings.ToLower(name)]
	if ok {
		return unit
	}
	if w := strings.Fields(name); len(w) == 3 && w[0] == w[2] {
		return w[0]
	}
	return name
}

// ranked is "by number of orders": what a top is by.
func (f *followUp) ranked(d *dissected, s segment) []rewording {
	if len(d.of(topStretch)) == 0 {
		return nil
	}
	name := f.said(s.at, s.to)
	for i := range d.tokens {
		if n := d.eachAt(i); n > 0 && oneOf(d.tokens[i], "by") {
			end := i + n
			for end < len(d.tokens) && (d.by[end] == 0 || d.parts[d.by[end]-1].kind == aggStretch || d.parts[d.by[end]-1].kind == nounStretch) {
				end++
			}
			return []rewording{{changes: []change{{i + n, end, name}}, said: "by " + name + " instead of " + d.said(i, end), moved: true}}
		}
	}
	return nil
}

// topped keeps the first so many.
func (f *followUp) topped(d *dissected, s segment) []rewording {
	said := f.said(s.at, s.to)
	n, _ := f.roleAt(s.at, topRole)
	count := f.tokens[s.at+n].small()
	limited := func(now *dissected) bool {
		return strings.HasSuffix(now.reading.Draft.SQL, " LIMIT "+strconv.Itoa(count))
	}
	if old := d.of(topStretch); len(old) == 1 {
		return []rewording{{changes: []change{{old[0].from, old[0].to, said}}, said: said + " instead of " + d.said(old[0].from, old[0].to), fits: limited}}
	}
	groups := d.of(groupStretch)
	measure, span, ok := d.measure()
	if len(groups) != 1 || groups[0].unit || !ok {
		return nil
	}
	// "how many visits per department last year": top 5 departments by number of
	// visits last year.
	names := d.plurally(groups[0])
	changes := []change{{span[0], span[1], said + " " + names + " by " + measure}, {groups[0].from, groups[0].to, ""}}
	for _, p := range d.of(orderStretch) {
		changes = append(changes, change{p.from, p.to, ""})
	}
	lead := 0
	for lead < span[0] && d.by[lead] == 0 {
		lead++
	}
	if lead > 0 {
		changes = append(changes, change{0, lead, ""})
	}
	return []rewording{{changes: changes, said: "only the " + said, fits: limited}}
}

// measure is what is counted or worked out as one name, and where it stands: from
// its word for how to its noun.
func (d *dissected) measure() (string, [2]int, bool) {
	from, to := len(d.tokens), 0
	var b strings.Builder
	for _, p := range d.parts {
		if p.kind == aggStretch || p.kind == nounStretch {
			from, to = min(from, p.from), max(to, p.to)
		}
	}
	if from >= to {
		return "", [2]int{}, false
	}
	span := [2]int{from, to}
	if n, k := d.roleAt(from, countRole); n > 0 && k.role == countRole && d.by[from] > 0 && d.parts[d.by[from]-1].kind == aggStretch {
		b.WriteString("number of ")
		from += n
		for from < to && oneOf(d.tokens[from], "of") {
			from++
		}
	} else if d.counts() {
		b.WriteString("number of ")
	}
	b.WriteString(d.said(from, to))
	for from > 0 && d.by[from-1] > 0 && d.parts[d.by[from-1]-1].kind == condStretch && len(d.of(aggStretch)) == 0 { // "urgent visits per ward"
		from--
	}
	return b.String(), span, true
}

// counts: rows are counted, and no word says so: "visits per ward".
func (d *dissected) counts() bool {
	return len(d.of(aggStretch)) == 0 && slices.ContainsFunc(d.whole, func(r clausal) bool { return r.clause == "SELECT" && strings.HasPrefix(r.sql, "count(") })
}

// plurally names the groups in the plural.
func (d *dissected) plurally(p stretch) string {
	text := d.said(p.at, p.end)
	for _, n := range d.nounsAt(p.at) {
		if n.to == p.end && n.nouns[0].col == nil {
			return ofMany(inWords(n.nouns[0].table.Name))
		}
	}
	return ofMany(text)
}

// ordered sorts by something else, or the other way.
func (f *followUp) ordered(d *dissected, s segment) []rewording {
	said := f.said(s.from, s.to)
	if w := strings.Fields(said); oneOf(f.tokens[s.from], "sort", "order", "rank") {
		said = strings.Join(append([]string{map[string]string{"sort": "sorted", "order": "ordered", "rank": "ranked"}[strings.ToLower(w[0])]}, w[1:]...), " ")
		said = strings.Replace(strings.Replace(said, "sorted it by", "sorted by", 1), "sorted them by", "sorted by", 1)
	}
	sorted := func(now *dissected) bool { return strings.Contains(now.reading.Draft.SQL, "ORDER BY") }
	var changes []change
	for _, p := range d.of(orderStretch) {
		n, _ := f.roleAt(s.from, dirRole)
		if by, _ := d.roleAt(p.from, orderRole); n == s.to-s.from && by > 0 { // only the other way
			to := p.to
			for i := p.from; i < p.to; i++ {
				if k, _ := d.roleAt(i, dirRole); k > 0 {
					to = i
					break
				}
			}
			return []rewording{{changes: []change{{to, p.to, said}}, said: said, fits: sorted}}
		}
		changes = append(changes, change{p.from, p.to, ""})
	}
	out := []rewording{{changes: append(slices.Clone(changes), change{len(d.tokens), len(d.tokens), said}), said: said, fits: sorted, moved: true}}
	if n, _ := f.roleAt(s.from, dirRole); n == s.to-s.from {
		if measure, _, ok := d.measure(); ok {
			out = append([]rewording{{changes: append(slices.Clone(changes), change{len(d.tokens), len(d.tokens), "sorted by " + measure + " " + said}), said: said, fits: sorted, moved: true}}, out...)
		}
	}
	return out
}

// figured works a share, growth or running total out of what is measured.
func (f *followUp) figured(d *dissected, s segment) []rewording {
	said := f.said(s.at, s.to)
	_, k := f.roleAt(s.at, figureRole)
	figure := map[string]string{"share": "share of", "percent": "share of", "growth": "growth of", "change": "change in", "running": "running total of"}[k.arg]
	worked := func(now *dissected) bool {
		sql := now.reading.Draft.SQL
		switch k.arg {
		case "share", "percent":
			return strings.Contains(sql, "100")
		}
		return strings.Contains(sql, "OVER (")
	}
	measure, span, ok := d.measure()
	if !ok {
		return nil
	}
	measure = strings.TrimPrefix(measure, "number of ")
	var out []rewording
	for _, text := range []string{figure + " " + measure, figure + " " + strings.TrimPrefix(strings.TrimPrefix(measure, "total "), "sum of ")} {
		out = append(out, rewording{changes: []change{{span[0], span[1], text}}, said: said, fits: worked, loose: true, moved: true})
	}
	end := change{d.back(), d.back(), said}
	return append(out, rewording{changes: []change{end}, said: said, fits: worked, loose: true, moved: true})
}

// extreme takes the other end of what was ranked: "and the fewest?".
func (f *followUp) extreme(d *dissected, s segment) []rewording {
	said := f.said(s.at, s.to)
	for i := range d.tokens {
		if n, _ := d.roleAt(i, mostRole, commonRole); n > 0 {
			return []rewording{{changes: []change{{i, i + n, said}}, said: said + " instead of " + d.said(i, i+n)}}
		}
	}
	return nil
}

// root is the table that the rows are of.
func (d *dissected) root() *catalog.Table {
	name := rootOf(d.reading.Draft.SQL)
	name = name[strings.LastIndexByte(name, '.')+1:]
	for _, t := range d.lex.catalog.Tables {
		if t.Name == name {
			return t
		}
	}
	return nil
}
