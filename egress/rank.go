package egress

import (
	"cmp"
	"math"
	"slices"
)

// The weights were chosen on half of the databases of a public set of questions,
// and hold for the other half as well: measure_test.go.
const (
	asName   = 0.75 // a word in a name of the table
	asColumn = 0.52 // in a name of one of its columns
	asTold   = 0.4  // in a description
	asSchema = 0.9  // in the name of its schema
	whole    = 0.5  // the part of these that depends on how much of a name was said
	fade     = 0.85 // what a table that a key connects counts
)

// ranking is how tables and labels fit a question.
type ranking struct {
	order []int     // tables, the best first
	said  []float64 // by label: how much of it the question says, 0 to 1
}

// rank orders the tables by how much the question speaks of them. Tables of one
// question come from one neighbourhood, so what counts most is how many words of
// the question the table's group has a place for; then how many the table has
// itself, and those next to it; and whether its whole name was said. Ties keep
// the catalog's order, so that the same question makes the same prompt.
func (x *index) rank(q Question) ranking {
	score, said := x.score(x.terms(q))
	r := ranking{order: make([]int, len(x.tables)), said: said}
	for i := range r.order {
		r.order[i] = i
	}
	slices.SortFunc(r.order, score.compare)
	return r
}

// scores say how much a question speaks of each table.
type scores []float64

// compare puts the table that is spoken of more first.
func (s scores) compare(a, b int) int { return cmp.Or(cmp.Compare(s[b], s[a]), a-b) }

// best are the first of the ranking, at most so many, without ranking all.
func (s scores) best(most int) []int {
	var out []int
	for i := range s {
		if len(out) == most && s.compare(i, out[most-1]) > 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(out, i, s.compare)
		if out = slices.Insert(out, at, i); len(out) > most {
			out = out[:most]
		}
	}
	return out
}

// best are the tables that the terms speak of most, in the catalog's order.
func (x *index) best(terms []term, most int) []int {
	score, _ := x.score(terms)
	best := score.best(most)
	slices.Sort(best)
	return best
}

// score is how much the terms of a question speak of each table, and how much they
// say of each label.
func (x *index) score(terms []term) (scores, []float64) {
	said := x.said(terms)
	s := x.newSums()
	for _, t := range terms {
		s.add(x, t, said)
	}
	return s.scores(x, said), said
}

// said is how much of each label the terms say.
func (x *index) said(terms []term) []float64 {
	said := make([]float64, len(x.labels))
	best := map[*word]float64{}
	var inOrder []*word
	for _, t := range terms {
		for _, a := range t {
			if best[a.word] == 0 {
				inOrder = append(inOrder, a.word)
			}
			best[a.word] = max(best[a.word], a.like)
		}
	}
	for _, w := range inOrder {
		for _, f := range w.labels {
			said[f] += best[w] * w.idf / x.labels[f].mass
		}
	}
	for _, w := range inOrder {
		for _, f := range w.labels {
			said[f] = min(1, said[f])
		}
	}
	return said
}

// sums add up what the words of a question say of tables and groups. A word
// counts once for each, where it fits best.
type sums struct {
	own, near, best []float64 // by table; best: words that no table of the group fits better
	group           []float64
	now, beside     []float64 // of one word, by table
	top             []float64 // of one word, by group
}

func (x *index) newSums() *sums {
	tables := func() []float64 { return make([]float64, len(x.tables)) }
	groups := func() []float64 { return make([]float64, len(x.sizes)) }
	return &sums{own: tables(), near: tables(), best: tables(), now: tables(), beside: tables(), group: groups(), top: groups()}
}

func (s *sums) add(x *index, t term, said []float64) {
	clear(s.now)
	clear(s.top)
	for _, a := range t {
		for _, f := range a.word.labels {
			at := x.labels[f].table
			s.now[at] = max(s.now[at], a.like*a.word.idf*x.labels[f].kind.weight(said[f]))
		}
		for _, g := range a.word.groups {
			s.top[g] = max(s.top[g], a.like*a.word.idf*asSchema)
		}
	}
	copy(s.beside, s.now)
	for i, v := range s.now {
		if v == 0 {
			continue
		}
		s.own[i] += v
		s.top[x.group[i]] = max(s.top[x.group[i]], v)
		for _, j := range x.next[i] {
			s.beside[j] = max(s.beside[j], v*fade)
		}
	}
	for i, v := range s.beside {
		s.near[i] += v
		if s.now[i] > 0 && s.now[i] == s.top[x.group[i]] {
			s.best[i] += s.now[i]
		}
	}
	for g, v := range s.top {
		s.group[g] += v
	}
}

func (k labelKind) weight(said float64) float64 {
	switch k {
	case tableName:
		return asName * (1 - whole + whole*said)
	case columnName:
		return asColumn * (1 - whole + whole*said)
	case toldOf:
		return asTold
	default:
		panic("egress: unknown kind of label")
	}
}

// scores weigh the sums of each table.
func (s *sums) scores(x *index, said []float64) scores {
	most := slices.Max(append(s.group, 1e-9))
	score := make(scores, len(x.tables))
	for i := range score {
		group := s.group[x.group[i]]
		if group == 0 {
			score[i] = math.Inf(-1) // nothing was said of it
			continue
		}
		score[i] = 1.4*(group-most) + 1.9*group/most + 0.5*s.own[i] + 2.7*s.near[i]/group + 1.5*s.best[i]/group +
			x.named(i, said) - 1.1*math.Log(x.sizes[x.group[i]])
	}
	return score
}

// named is how much of a table's name was said, or of another name of it.
func (x *index) named(i int, said []float64) float64 {
	most := 0.0
	for f := x.first[i]; f < x.first[i+1]; f++ {
		if x.labels[f].kind == tableName {
			most = max(most, said[f])
		}
	}
	return most
}

// fit is how well the columns of a table fit: how much of their names, or of
// what was told about them, was said.
func (x *index) fit(i int, said []float64) func(column int) float64 {
	return func(column int) float64 {
		most := 0.0
		for f := x.first[i]; f < x.first[i+1]; f++ {
			if x.labels[f].column == int32(column)+1 {
				most = max(most, said[f])
			}
		}
		return most
	}
}
