package learned

import (
	"cmp"
	"slices"
	"strings"
)

// Token is a word of the question; Alike are words of names that it may stand
// for, and how well.
type Token struct {
	Kind  TokenKind
	Text  string // as written; of a numeral as SQL writes it
	Raw   string // of a numeral: as written
	Lower string
	Stem  string
	Alike map[string]float64
	Upper bool // begins with a capital
	Stop  bool // means nothing by itself
	Asks  bool // belongs to asking: "average", "sorted"
	// Tag is what the phrase that the token belongs to asks for, such as
	// "cmp >"; "" for none.
	Tag string
}

// TokenKind is what a token looks like.
type TokenKind uint8

const (
	Word TokenKind = iota
	Numeral
	Quoted
	Code
	Day
	Sign
)

// Value is a stretch of the question that may be a value.
type Value struct {
	From, To int // tokens
	Kind     TokenKind
	Text     string // of a numeral: as SQL writes it
	Raw      string // of a numeral: as the question writes it
	Upper    bool   // capitals throughout
	// Held are the columns that hold this text as a stored value; nil: it is not
	// known, and none if it is known that no column does.
	Held  []int
	whole bool // cannot be made longer
}

// Holds says which columns, by number, hold a text as a stored value, however it
// is written in capitals; nil if that is not known of any column.
type Holds func(text string) []int

// Input is a question against a schema.
type Input struct {
	Schema *Schema
	Tokens []Token
	Values []Value
	// by column and by table: where it is spoken of, the best first
	columns, tables [][]mention
	hashes          []uint64 // of stems
	owner           []owner  // by token
	shape           []uint64 // the question with names taken out
	cues            []uint64 // hashes of words that no name explains
	said            []uint64 // features, kept while training
	tags            []uint64 // hashes of the tokens' tags, 0 for none
	closures        map[set]closure
	ofColumns       []*columnFeatures
	tagged          []uint64 // the outline with phrases of asking replaced by what they ask for
}

// mention is where a name may be spoken of.
type mention struct {
	from, to int
	grade    int // 4: all words and no other; 3: all that are needed; 2: the last word; 1: some word
	score    float64
	covered  bool // a longer name explains the same words and more
}

// owner is the best that the names make of a token.
type owner struct {
	column, table int // grades
	length        int
	value         int // the kind of the value that it belongs to, 1 and up; 0 for none
}

// NewInput links a question with a schema; holds is nil where no stored value is
// known.
func NewInput(s *Schema, tokens []Token, holds Holds) *Input {
	in := &Input{Schema: s, Tokens: tokens, columns: make([][]mention, len(s.Columns)), tables: make([][]mention, len(s.Tables))}
	for _, t := range tokens {
		in.hashes = append(in.hashes, hashString(t.Stem))
		tag := uint64(0)
		if t.Tag != "" {
			tag = hashString(t.Tag)
		}
		in.tags = append(in.tags, tag)
	}
	for i, c := range s.Columns {
		in.columns[i] = in.spoken(in.mentions(c.Words, c.Need, c.joint), c.Also)
	}
	for i, t := range s.Tables {
		in.tables[i] = in.spoken(in.mentions(t.Words, nil, t.joint), t.Also)
	}
	in.cover()
	in.values()
	in.hold(holds)
	in.own()
	in.outline()
	in.tagOutline()
	return in
}

// maxMentions is how many mentions of a name are kept.
const maxMentions = 3

// spoken are mentions of a name with those of its other names, which count only
// where all of their words are said: they are no name to be guessed from a part.
func (in *Input) spoken(out []mention, also [][]string) []mention {
	for _, name := range also {
		for _, m := range in.mentions(name, nil, strings.Join(name, "")) {
			same := func(o mention) bool { return o.grade == m.grade && o.from <= m.from && m.to <= o.to }
			if m.grade == 4 && !slices.ContainsFunc(out, same) {
				out = append(out, m)
			}
		}
	}
	return likeliest(out)
}

// likeliest are the best mentions, the best first.
func likeliest(out []mention) []mention {
	slices.SortStableFunc(out, func(a, b mention) int { return cmp.Or(cmp.Compare(b.grade, a.grade), cmp.Compare(b.score, a.score)) })
	return out[:min(len(out), maxMentions)]
}

// mentions are the stretches of the question that say words of a name.
func (in *Input) mentions(name []string, need []bool, joint string) []mention {
	var out []mention
	for i := 0; i < len(in.Tokens); i++ {
		m, ok := in.mentionAt(i, name, need)
		if to := in.spells(i, joint); to > 0 {
			m, ok = mention{from: i, to: to, grade: 4, score: 1}, true
		}
		if !ok {
			continue
		}
		out = append(out, m)
		i = m.to - 1
	}
	return likeliest(out)
}

// spells is where several tokens end that together are one name: "birth date" of
// birthdate. 0 if they are not.
func (in *Input) spells(i int, joint string) int {
	rest := joint
	for k := i; k < min(len(in.Tokens), i+4); k++ {
		stem := in.Tokens[k].Stem
		if k == i && stem == joint || stem == "" || !strings.HasPrefix(rest, stem) {
			return 0
		}
		if rest = rest[len(stem):]; rest == "" {
			return k + 1
		}
	}
	return 0
}

// Hinted is how well a word stands for one that it only hints at, as movie does at
// picture. Who hints at a name does not say it.
const Hinted = 0.5

func (m mention) hinted() bool { return m.score < (Hinted+1)/2 }

// mentionAt is the longest mention that begins at a token.
func (in *Input) mentionAt(i int, name []string, need []bool) (mention, bool) {
	said := make([]bool, len(name))
	m := mention{from: i, to: i}
	n := 0
	for k := i; k < len(in.Tokens) && k < i+7; k++ {
		best, at := 0.0, -1
		for w, word := range name {
			if score := in.Tokens[k].Alike[word]; score > best && !said[w] {
				best, at = score, w
			}
		}
		if at < 0 {
			if k > i && in.Tokens[k].Stop && in.Tokens[k].Kind == Word {
				continue // the date of birth
			}
			break
		}
		said[at] = true
		m.to = k + 1
		m.score += best
		n++
	}
	if n == 0 {
		return m, false
	}
	m.score /= float64(n)
	all, needed := true, true
	for w, s := range said {
		all = all && s
		needed = needed && (s || need != nil && !need[w])
	}
	switch {
	case all:
		m.grade = 4
	case needed:
		m.grade = 3
	case said[len(said)-1]:
		m.grade = 2
	default:
		m.grade = 1
	}
	if m.hinted() {
		m.grade = min(m.grade, 2)
	}
	return m, true
}

// cover marks mentions that are part of a longer and better one.
func (in *Input) cover() {
	type span struct{ from, to int }
	var full []span
	for _, all := range [][][]mention{in.columns, in.tables} {
		for _, ms := range all {
			for _, m := range ms {
				if m.grade >= 3 && m.to-m.from > 1 {
					full = append(full, span{m.from, m.to})
				}
			}
		}
	}
	for _, all := range [][][]mention{in.columns, in.tables} {
		for _, ms := range all {
			for i := range ms {
				m := &ms[i]
				m.covered = slices.ContainsFunc(full, func(s span) bool {
					return s.from <= m.from && m.to <= s.to && s.to-s.from > m.to-m.from
				})
			}
		}
	}
}

// values finds the stretches that may be values.
func (in *Input) values() {
	for i, t := range in.Tokens {
		switch t.Kind {
		case Numeral, Quoted, Code, Day:
			in.Values = append(in.Values, Value{From: i, To: i + 1, Kind: t.Kind, Text: t.Text, Raw: t.Raw, Upper: true, whole: true})
		case Word:
			in.words(i)
		case Sign:
		default:
			panic("learned: token kind")
		}
	}
}

// words are the values that begin with a word: runs of capitals, and words that
// are not small.
func (in *Input) words(i int) {
	if in.Tokens[i].Stop && !in.Tokens[i].Upper {
		return
	}
	text := in.Tokens[i].Text
	for j := i + 1; j <= len(in.Tokens) && j <= i+5; j++ {
		last := in.Tokens[j-1]
		if j > i+1 {
			text += " " + last.Text
		}
		if last.Kind != Word && last.Kind != Code && last.Kind != Numeral {
			return
		}
		if last.Stop && !last.Upper {
			continue
		}
		upper := in.Tokens[i].Upper && (last.Upper || last.Kind != Word)
		if j > i+2 && !upper {
			continue
		}
		more := j < len(in.Tokens) && in.Tokens[j].Upper && in.Tokens[j].Kind == Word || i > 0 && in.Tokens[i-1].Upper && i > 1
		in.Values = append(in.Values, Value{From: i, To: j, Kind: Word, Text: text, Upper: upper, whole: !more})
	}
}

// own says what the names make of each token.
func (in *Input) own() {
	in.owner = make([]owner, len(in.Tokens))
	note := func(ms []mention, table bool) {
		for _, m := range ms {
			for k := m.from; k < m.to; k++ {
				o := &in.owner[k]
				if table {
					o.table = max(o.table, m.grade)
				} else {
					o.column = max(o.column, m.grade)
				}
				if m.grade >= 3 {
					o.length = max(o.length, m.to-m.from)
				}
			}
		}
	}
	for _, ms := range in.columns {
		note(ms, false)
	}
	for _, ms := range in.tables {
		note(ms, true)
	}
	for _, v := range in.Values {
		if v.Kind == Word && !in.obvious(&v) {
			continue
		}
		for k := v.From; k < v.To; k++ {
			in.owner[k].value = int(v.Kind) + 1
		}
	}
}

// obvious reports whether words are a value by what they look like, or because
// a column holds them and no name is as long.
func (in *Input) obvious(v *Value) bool {
	named := in.owner[v.From].length
	return v.Upper && v.From > 0 && named == 0 || len(v.Held) > 0 && named < v.To-v.From
}

// Classes of tokens in the outline.
const (
	classColumn uint64 = iota + 1
	classTable
	classBoth
	classValue
	classNumber
	classWord // the class of a word's own hash
)

// outline is the question with names and values replaced by their kind.
func (in *Input) outline() {
	for k := 0; k < len(in.Tokens); k++ {
		o := in.owner[k]
		switch {
		case in.Tokens[k].Kind == Numeral:
			in.shape = append(in.shape, classNumber)
		case o.value > 0:
			if n := len(in.shape); n == 0 || in.shape[n-1] != classValue {
				in.shape = append(in.shape, classValue)
			}
		case o.column >= 3 && o.table >= 3:
			in.shape = in.repeat(classBoth)
		case o.column >= 3 && !in.Tokens[k].Stop:
			in.shape = in.repeat(classColumn)
		case o.table >= 3 && !in.Tokens[k].Stop:
			in.shape = in.repeat(classTable)
		default:
			in.shape = append(in.shape, in.hashes[k])
			if !in.Tokens[k].Stop {
				in.cues = append(in.cues, in.hashes[k])
			}
		}
	}
}

// tagOutline is the outline without small words.
func (in *Input) tagOutline() {
	for k, t := range in.Tokens {
		x := in.hashes[k]
		o := in.owner[k]
		switch {
		case in.tags[k] != 0:
			x = in.tags[k]
		case t.Kind == Numeral:
			x = classNumber
		case t.Stop || t.Kind == Sign:
			continue
		case o.value > 0:
			x = classValue
		case o.column >= 3:
			x = classColumn
		case o.table >= 3:
			x = classTable
		}
		if n := len(in.tagged); n == 0 || in.tagged[n-1] != x {
			in.tagged = append(in.tagged, x)
		}
	}
}

func (in *Input) repeat(class uint64) []uint64 {
	if n := len(in.shape); n > 0 && in.shape[n-1] == class {
		return in.shape
	}
	return append(in.shape, class)
}

// best is where a name is most likely spoken of; from is -1 if nowhere.
func best(ms []mention) mention {
	if len(ms) == 0 {
		return mention{from: -1, to: -1}
	}
	return ms[0]
}

// Written is the value as the question has it.
func (v Value) Written() string { return cmp.Or(v.Raw, v.Text) }

// Says reports whether a value is a literal of SQL.
func (v Value) Says(text string) bool {
	clean := strings.NewReplacer("%", "", ",", "", " ", "")
	return strings.EqualFold(clean.Replace(v.Text), clean.Replace(text))
}

// closure is a set of tables with those between them, and whether there is a way.
type closure struct {
	tables set
	ok     bool
}

// closure remembers what Schema says.
func (in *Input) closure(tables set) (set, bool) {
	c, known := in.closures[tables]
	if !known {
		c.tables, c.ok = in.Schema.closure(tables)
		if in.closures == nil {
			in.closures = map[set]closure{}
		}
		in.closures[tables] = c
	}
	return c.tables, c.ok
}
