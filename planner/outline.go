package planner

import (
	"slices"
	"strings"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/words"
	"github.com/grille-dev/grille/planner/learned"
	"github.com/grille-dev/grille/sql/types"
)

// Outline is a catalog as the learned parser reads questions against it; for
// whoever trains it.
type Outline struct {
	lex     *lexicon
	options Options
	Schema  *learned.Schema
}

// NewOutline makes the outline of a catalog.
func NewOutline(c *catalog.Catalog, opt Options) Outline {
	known := opt.Taught.For(c)
	c = known.Name(c)
	l := newPart(part{c, c, known})
	return Outline{l, opt, l.schema()}
}

// Knowing is the same outline with other stored values known.
func (o Outline) Knowing(v Values) Outline {
	o.options.Values = v
	return o
}

// Input links a question with the outline.
func (o Outline) Input(text string) *learned.Input {
	l := newLattice(o.lex, text, reworded(tokenize(text)), o.options)
	return l.input(o.Schema, l.held.learned(o.lex.catalog, o.Schema))
}

// Hints are what the learned parser is told of the readings by hand, which know the
// same stored values.
func (o Outline) Hints(in *learned.Input, text string) []learned.Hint {
	tokens := tokenize(text)
	if len(tokens) > maxWords {
		return nil
	}
	l := newLattice(o.lex, text, reworded(tokens), o.options)
	if l.plausible() != nil {
		return nil
	}
	byHand, _ := l.byHand()
	out, _ := l.hints(in, byHand)
	return out
}

// newSchema numbers the tables and columns for the learned parser.
func (l *lexicon) newSchema() *learned.Schema {
	s, prefix := &learned.Schema{}, l.prefix
	number := map[*catalog.Column]int{}
	index := map[*catalog.Table]int{}
	for i, t := range l.catalog.Tables {
		index[t] = i
		s.Tables = append(s.Tables, learned.Table{Name: t.Name, SQL: l.sqlName(t), Words: words.OfName(strings.TrimPrefix(t.Name, prefix)), Also: otherNames(t.Also)})
		display, key := l.display(t), l.keyOf(t)
		for _, c := range t.Columns {
			parts := words.OfName(strings.TrimPrefix(c.Name, prefix))
			if c.Type.Kind == types.Unsupported || len(parts) == 0 {
				continue
			}
			r := ref{table: t, col: c}
			number[c] = len(s.Columns)
			if slices.ContainsFunc(key, r.is) {
				s.Tables[i].Key = append(s.Tables[i].Key, len(s.Columns))
			}
			s.Columns = append(s.Columns, learned.Column{Name: c.Name, SQL: quoteName(c.Name), Table: i, Words: parts, Also: otherNames(c.Also),
				Need: neededOfColumn(parts, words.OfName(t.Name), c), Kind: kindOf(c), Key: len(key) == 1 && key[0].is(r),
				Display: slices.ContainsFunc(display, r.is)})
		}
	}
	for _, t := range l.catalog.Tables {
		for _, e := range l.graph.edges[t] {
			// Each edge is there in both directions: the one to the parent is taken.
			if e.many || !isUnique(e.from, e.fromCols) || index[e.from] < index[e.to] {
				l.addEdge(s, e, index, number)
			}
		}
	}
	s.Prepare()
	return s
}

// otherNames are the words of other names of a table or column.
func otherNames(also []string) [][]string {
	var out [][]string
	for _, name := range also {
		if parts := words.OfName(name); len(parts) > 0 {
			out = append(out, parts)
		}
	}
	return out
}

func (l *lexicon) addEdge(s *learned.Schema, e edge, index map[*catalog.Table]int, number map[*catalog.Column]int) {
	if e.many && !isUnique(e.from, e.fromCols) && index[e.from] > index[e.to] {
		return // many on both sides: once is enough
	}
	if e.many && isUnique(e.from, e.fromCols) {
		return // from the parent
	}
	out := learned.Edge{From: index[e.from], To: index[e.to], Guessed: e.guessed}
	for i := range e.fromCols {
		a, b := number[e.fromCols[i]], number[e.toCols[i]]
		out.FromCols, out.ToCols = append(out.FromCols, a), append(out.ToCols, b)
		s.Columns[a].Foreign, s.Columns[b].Foreign = true, true
	}
	s.Edges = append(s.Edges, out)
}

// sqlName is a table's name in FROM.
func (l *lexicon) sqlName(t *catalog.Table) string {
	if l.names.Lookup("", t.Name) == t {
		return quoteName(t.Name)
	}
	return quoteName(t.Schema) + "." + quoteName(t.Name)
}

func kindOf(c *catalog.Column) learned.Kind {
	switch classOf(c) {
	case numericClass:
		return learned.Number
	case textClass:
		if c.Type.Kind == types.Enum {
			return learned.Other // not compared with texts
		}
		return learned.Text
	case dateClass:
		return learned.Date
	case boolClass:
		return learned.Bool
	case otherClass:
		return learned.Other
	default:
		panic("planner: class of type")
	}
}

// isName reports whether a word is a whole name: "visits" is no verb where there is
// a table of that name.
func (l *lexicon) isName(t token) bool {
	return slices.ContainsFunc(l.byWord[t.stem], func(x *lexeme) bool { return len(x.words) == 1 })
}

// input links the question with a schema, and with stored values if some are known.
func (l *lattice) input(s *learned.Schema, holds learned.Holds) *learned.Input {
	kw, tokens := l.kw, l.tokens
	asks := make([]bool, len(tokens))
	for i := range tokens {
		for n := range kw.at(tokens, i) {
			for k := i; k < i+n; k++ {
				asks[k] = true
			}
		}
	}
	tags := tagsOf(kw, tokens)
	out := make([]learned.Token, len(tokens))
	for i, t := range tokens {
		alike := l.lex.loosely(t, l.alike[i])
		out[i] = learned.Token{Kind: tokenKinds[t.kind], Text: t.text, Raw: t.text, Lower: t.lower, Stem: t.stem, Alike: alike, Tag: tags[i],
			Upper: t.startsUpper() && !l.opens(i), Stop: t.kind == wordToken && (isSmall(kw, t.lower, len(l.alike[i]) > 0) || l.opens(i)), Asks: asks[i] || l.connecting(i) && !l.lex.isName(t)}
		switch t.kind {
		case numberToken:
			out[i].Text = t.number
		case dateToken:
			if _, err := time.Parse(time.DateOnly, t.text); err != nil {
				out[i].Kind = learned.Sign // no day of the calendar
			}
		}
	}
	return learned.NewInput(s, out, holds)
}

// loosely are the words of names that a token may mean; of one that means none,
// those that it hints at.
func (l *lexicon) loosely(t token, alike map[string]float64) map[string]float64 {
	if len(alike) > 0 || t.kind != wordToken {
		return alike
	}
	out := map[string]float64{}
	for _, said := range []string{t.lower, t.stem} {
		for _, w := range words.Hints(said) {
			if w = words.Stem(w); len(l.byWord[w]) > 0 {
				out[w] = learned.Hinted
			}
		}
	}
	return out
}

// tagsOf says for each token what the longest phrase of asking that it is in asks
// for.
func tagsOf(kw keywords, tokens []token) []string {
	out := make([]string, len(tokens))
	for i := range tokens {
		all := kw.at(tokens, i)
		for n := maxPhrase + 2; n > 0; n-- {
			tag := tagOf(all[n])
			if tag == "" || out[i] != "" {
				continue
			}
			for k := i; k < i+n; k++ {
				out[k] = tag
			}
		}
	}
	return out
}

// tagOf is what the first of some keywords that counts, compares, orders or
// picks asks for.
func tagOf(all []keyword) string {
	for _, k := range all {
		switch k.role {
		case countRole, aggRole, mostRole, commonRole, topRole, cmpRole, betweenRole, eachRole, orderRole, dirRole, distinctRole,
			notRole, orRole, bothRole, likeRole, nullRole, notnullRole, oldRole, whenRole, whereRole, namedRole, allRole:
			return roleTag(k.role) + " " + k.arg
		}
	}
	return ""
}

// roleTag is the name of a role.
func roleTag(r role) string {
	for name, x := range roleNames {
		if x == r {
			return name
		}
	}
	return ""
}

var tokenKinds = map[tokenKind]learned.TokenKind{wordToken: learned.Word, codeToken: learned.Code, numberToken: learned.Numeral,
	quotedToken: learned.Quoted, dateToken: learned.Day, signToken: learned.Sign, endToken: learned.Sign, alienToken: learned.Sign}

// isSmall reports whether a word only joins others.
func isSmall(kw keywords, word string, named bool) bool {
	return slices.ContainsFunc(kw.phrases[word], func(p phrase) bool {
		if len(p.words) > 1 {
			return false
		}
		switch p.role {
		case articleRole, ofRole, inRole, isRole, relRole, andRole, haveRole:
			return true
		case stopRole:
			return !named || !slices.Contains(nounsThatStop, word)
		default:
			return false
		}
	})
}

// nounsThatStop mean nothing in most questions, and may still name a column.
var nounsThatStop = []string{"person", "people", "member", "members", "level", "set", "sets", "part", "time", "times", "type", "types", "value", "values",
	"question", "result", "results", "record", "single", "current", "new", "corresponding", "full", "complete", "whole", "individual", "basis", "quick", "say"}
