package ground

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/grille-dev/grille/internal/words"
)

const (
	// MaxLength is how many characters a value has at most that is matched.
	MaxLength = 200
	maxLike   = 3
	// similar is the part of trigrams that two texts share at least to be told as
	// alike; PostgreSQL's pg_trgm.similarity_threshold has the same.
	similar = 0.3
	// slipped is what two texts that differ by one slip share at least: two letters
	// the wrong way round in a word of five leave two of ten trigrams.
	slipped = 0.2
)

// Index is a set of stored values in which what people write is found. It never
// changes.
type Index struct {
	values   []string // sorted
	folded   []string // same of each
	same     map[string][]int32
	loose    map[string][]int32
	single   map[string][]int32
	initials map[string][]int32
	means    map[string][]int32
	size     int // bytes of values
	long     int // how many are longer than a name
	persons  bool
	likeness func() *trigrams // made when it is first needed: it takes most of the time
}

// trigrams say which values are alike.
type trigrams struct {
	of     map[gram][]int32
	counts []int32 // of different trigrams of each value
}

// Set is what an Index is made of.
type Set struct {
	Values []string
	// Means says what people call values: other words, and the stored value that is
	// meant. What is meant and is none of Values is nothing.
	Means map[string]string
	// Persons: the values are names or numbers of persons. One that is written a
	// little otherwise is another person, so initials and slips mean nobody.
	Persons bool
}

type gram [3]rune

// NewIndex indexes a set of values.
func NewIndex(of Set) *Index {
	n := len(of.Values)
	x := &Index{values: slices.Compact(slices.Sorted(slices.Values(of.Values))), same: make(map[string][]int32, n), loose: make(map[string][]int32, n),
		single: make(map[string][]int32, n), initials: map[string][]int32{}, means: map[string][]int32{}, persons: of.Persons}
	x.likeness = sync.OnceValue(x.trigrams)
	for i, v := range x.values {
		s := same(v)
		at := int32(i)
		x.folded = append(x.folded, s)
		x.same[s] = append(x.same[s], at)
		l := loose(s)
		x.loose[l] = append(x.loose[l], at)
		parts := letters(s)
		if one := single(parts); one != "" {
			x.single[one] = append(x.single[one], at)
		}
		if short := initials(parts); short != "" {
			x.initials[short] = append(x.initials[short], at)
		}
		x.size += len(v)
		if len(v) > longName {
			x.long++
		}
	}
	for called, stored := range of.Means {
		if i, ok := slices.BinarySearch(x.values, stored); ok {
			x.means[same(called)] = append(x.means[same(called)], int32(i))
		}
	}
	for called, at := range x.means {
		slices.Sort(at)
		x.means[called] = slices.Compact(at)
	}
	return x
}

// Size is about how many bytes x takes: 3.3 MiB were measured for 5,000 values
// of 54 bytes.
func (x *Index) Size() int { return 350*len(x.values) + 6*x.size }

// Found is what was found for one text.
type Found struct {
	// Exact: it is a stored value as it stands.
	Exact bool
	// Stored is the one value that is meant; "" where that is not sure.
	Stored string
	// Like are up to three values that may be meant, the likeliest first.
	Like []string
	// All: every value that the viewer sees was looked at.
	All bool
	// Grouped: none was, for they are seen in groups.
	Grouped bool
}

// Told is f where the text is to stay: the value that it means is one that it may mean.
func (f Found) Told() Found {
	if f.Stored != "" {
		f.Like, f.Stored = []string{f.Stored}, ""
	}
	return f
}

// Find looks for what asked means. What decides is one ordered list: the value
// itself; the same but for case, accents and spaces; another name for it; the
// same but for punctuation; one for many of it; its initials; one slip of the
// pen. The first of them
// that finds anything ends the search: one value is what is meant, and several
// are told. Values that are only alike are told, and never meant.
func (x *Index) Find(asked string) Found {
	if _, ok := slices.BinarySearch(x.values, asked); ok {
		return Found{Exact: true, All: true}
	}
	s := same(asked)
	if s == "" || utf8.RuneCountInString(asked) > MaxLength {
		return Found{}
	}
	for _, step := range []func(string) []int32{x.alike, x.called, x.loosely, x.singly, x.shortened} {
		if found := step(s); len(found) > 0 {
			return x.found(found)
		}
	}
	slips, near := x.near(s)
	if len(slips) > 0 && !x.persons {
		return x.found(slips)
	}
	return Found{Like: x.texts(near), All: true}
}

func (x *Index) alike(s string) []int32 { return x.same[s] }

// called are the values that people call s.
func (x *Index) called(s string) []int32 { return x.means[s] }

func (x *Index) loosely(s string) []int32 {
	if l := loose(s); l != "" {
		return x.loose[l]
	}
	return nil
}

// singly are the values that differ in being one or many: dogs, Dog.
func (x *Index) singly(s string) []int32 {
	if x.persons {
		return nil
	}
	return x.single[single(letters(s))]
}

func (x *Index) shortened(s string) []int32 {
	if x.persons {
		return nil
	}
	return x.initials[loose(s)]
}

func (x *Index) found(at []int32) Found {
	if len(at) == 1 {
		return Found{Stored: x.values[at[0]], All: true}
	}
	return Found{Like: x.texts(at), All: true}
}

func (x *Index) texts(at []int32) []string {
	var out []string
	for _, i := range at[:min(len(at), maxLike)] {
		out = append(out, x.values[i])
	}
	return out
}

func (x *Index) trigrams() *trigrams {
	t := &trigrams{of: map[gram][]int32{}}
	for i, s := range x.folded {
		gs := grams(letters(s))
		for _, g := range gs {
			t.of[g] = append(t.of[g], int32(i))
		}
		t.counts = append(t.counts, int32(len(gs)))
	}
	return t
}

// near are the values that one slip makes s of, and those that share the most
// trigrams with it, the most alike first.
func (x *Index) near(s string) (slips, alike []int32) {
	gs := grams(letters(s))
	known := x.likeness()
	shared := make([]int32, len(x.values))
	for _, g := range gs {
		for _, i := range known.of[g] {
			shared[i]++
		}
	}
	var best ranking
	for i, n := range shared {
		likeness := float64(n) / float64(int32(len(gs))+known.counts[i]-n)
		if likeness >= similar {
			best.add(int32(i), likeness)
		}
		if likeness >= slipped && slip(s, x.folded[i]) {
			slips = append(slips, int32(i))
		}
	}
	return slips, best.values
}

// ranking keeps the best few.
type ranking struct {
	values   []int32
	likeness []float64
}

func (r *ranking) add(value int32, likeness float64) {
	at := len(r.values)
	for at > 0 && r.likeness[at-1] < likeness {
		at--
	}
	if at == maxLike {
		return
	}
	r.values, r.likeness = slices.Insert(r.values, at, value), slices.Insert(r.likeness, at, likeness)
	r.values, r.likeness = r.values[:min(len(r.values), maxLike)], r.likeness[:min(len(r.likeness), maxLike)]
}

// grams are the different trigrams of words, as pg_trgm makes them: two spaces
// before each word and one behind.
func grams(words []string) []gram {
	var gs []gram
	for _, w := range words {
		g := gram{' ', ' ', ' '}
		for _, r := range w + " " {
			g = gram{g[1], g[2], r}
			gs = append(gs, g)
		}
	}
	slices.SortFunc(gs, func(a, b gram) int { return slices.Compare(a[:], b[:]) })
	return slices.Compact(gs)
}

// single are words of which the last is one, if it may be many; "" where it is too
// short to tell.
func single(parts []string) string {
	if len(parts) == 0 || utf8.RuneCountInString(parts[len(parts)-1]) < shortestNoun {
		return ""
	}
	return strings.Join(parts[:len(parts)-1], " ") + " " + words.Stem(parts[len(parts)-1])
}

// shortestNoun is how many letters a word has at least of which one and many are
// told apart.
const shortestNoun = 3

// initials are those of three words and more: two letters are too often
// something else.
func initials(words []string) string {
	if len(words) < 3 {
		return ""
	}
	var b strings.Builder
	for _, w := range words {
		r, _ := utf8.DecodeRuneInString(w)
		b.WriteRune(r)
	}
	return b.String()
}
