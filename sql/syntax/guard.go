package syntax

import (
	"unicode/utf8"

	"github.com/grille-dev/grille/refusal"
)

// Limits of the guard. The parser behind it has none of its own: 100,000
// parentheses took it 57 seconds, and ten million minus signs end the process.
const (
	MaxBytes  = 32 << 10
	MaxTokens = 5000
	MaxDepth  = 64 // of ( [ and CASE within each other

	// maxName is where PostgreSQL cuts names off.
	maxName = 63
	// maxWork bounds how often the parser may read a token again, see retries.
	maxWork = 40_000
)

// caps are the limits for one kind of text. What Grille prints of a draft is
// longer and deeper than the draft: names are qualified, every literal is a
// typed parameter, everything stands in parentheses, tables in their guards.
type caps struct{ bytes, tokens, depth, work int }

func draftCaps() caps { return caps{MaxBytes, MaxTokens, MaxDepth, maxWork} }
func ownCaps() caps   { return caps{16 * MaxBytes, 20 * MaxTokens, 4 * MaxDepth, 4 * maxWork} }

// guarded is a text that passed the guard: one statement or expression, and
// its tokens.
type guarded struct {
	text string
	expr bool
	toks []token
}

// halt carries a refusal up to Parse or ParseExpr.
type halt struct{ *refusal.Refusal }

// guard reads text once, before any parser does, and refuses what is too
// large, no text, unbalanced, or not exactly one statement (or expression).
func guard(text string, expr bool, most caps) guarded {
	if len(text) > most.bytes {
		panic(halt{refusal.New(refusal.TooLong, "ask for less in one statement",
			"the statement has %d bytes; at most %d are read", len(text), most.bytes)})
	}
	plainText(text)
	g := &balance{caps: most, guarded: guarded{text: text, expr: expr, toks: make([]token, 0, len(text)/3+8)}}
	s := scanner{text: text}
	for {
		t, ok := s.next()
		if !ok {
			break
		}
		g.add(t)
	}
	g.finish()
	return g.guarded
}

// plainText refuses bytes that are no UTF-8, and control characters: some
// parsers stop at a NUL and would read half of the statement.
func plainText(text string) {
	for i := 0; i < len(text); {
		c := text[i]
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0x7F {
			panic(halt{refusal.New(refusal.NotText, "remove it; in a string write E'\\x01' or chr(1)",
				"there is a control character (U+%04X)", c).At(Span{Pos: int32(i), End: int32(i + 1)})})
		}
		if c < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && size == 1 {
			panic(halt{refusal.New(refusal.NotText, "send the statement as UTF-8",
				"the statement is not valid UTF-8").At(Span{Pos: int32(i), End: int32(i + 1)})})
		}
		i += size
	}
}

// balance pairs brackets and CASE with END, counts depth and statements, and
// estimates the parser's work.
type balance struct {
	guarded
	caps       caps
	open       []frame
	work       int
	statements int
	inside     bool // a statement has begun and no semicolon ended it
}

// frame is an open ( [ or CASE.
type frame struct {
	tok    int32
	factor int // how often the parser may read what stands inside
}

func (b *balance) add(t token) {
	i := int32(len(b.toks))
	if int(i) == b.caps.tokens {
		panic(halt{refusal.New(refusal.TooLong, "ask for less in one statement",
			"the statement has more than %d words and signs", b.caps.tokens).At(Span{Pos: t.pos, End: t.end})})
	}
	b.toks = append(b.toks, t)
	b.work += b.factor()
	if b.work > b.caps.work {
		panic(halt{refusal.New(refusal.TooLong, "nest less, or name the inner parts in WITH",
			"too many subqueries or substring() calls stand inside each other").At(Span{Pos: t.pos, End: t.end})})
	}
	switch t.kind {
	case punct:
		b.sign(i)
	case word:
		b.word(i)
	}
	if len(b.open) == 0 && t.kind == punct && b.text[t.pos] == ';' {
		if b.expr {
			panic(halt{refusal.New(refusal.Syntax, "remove the semicolon",
				"a condition is one expression").At(b.span(i))})
		}
		b.inside = false
		return
	}
	if !b.inside {
		b.inside = true
		b.statements++
		if b.statements > 1 {
			panic(halt{refusal.New(refusal.Statements, "send one SELECT; join several with UNION ALL or WITH",
				"there is more than one statement").At(Span{Pos: t.pos, End: t.end})})
		}
	}
}

func (b *balance) sign(i int32) {
	switch b.text[b.toks[i].pos] {
	case '(':
		b.push(i, b.retries(i))
	case '[':
		b.push(i, 1)
	case ')':
		b.close(i, '(')
	case ']':
		b.close(i, '[')
	}
}

// word sees CASE and END, unless they are labels: t.end, AS "end".
func (b *balance) word(i int32) {
	switch lower(b.text[b.toks[i].pos]) { // most words are none of them
	case 'c':
		if b.is(i, "case") && !b.label(i) {
			b.push(i, 1)
		}
	case 'e':
		n := len(b.open)
		if b.is(i, "end") && !b.label(i) && n > 0 && b.toks[b.open[n-1].tok].kind == word {
			b.pair(b.open[n-1].tok, i)
			b.open = b.open[:n-1]
		}
	case 's', 'v', 'w', 't':
		if b.is(i, "select") || b.is(i, "values") || b.is(i, "with") || b.is(i, "table") {
			b.subquery(i)
		}
	}
}

func (b *balance) label(i int32) bool {
	return i > 0 && (b.is(i-1, "as") || b.sym(i-1, '.'))
}

func (b *balance) push(i int32, factor int) {
	if len(b.open) == b.caps.depth {
		panic(halt{refusal.New(refusal.TooLong, "nest less, or name the inner parts in WITH",
			"brackets and CASE stand more than %d deep inside each other", b.caps.depth).At(b.span(i))})
	}
	b.open = append(b.open, frame{tok: i, factor: min(b.factor()*factor, b.caps.work+1)})
}

func (b *balance) factor() int {
	if n := len(b.open); n > 0 {
		return b.open[n-1].factor
	}
	return 1
}

// close pairs ) or ] with what opened it. A CASE left open in between is a
// syntax error that the parser words better.
func (b *balance) close(i int32, opening byte) {
	n := len(b.open)
	for n > 0 && b.toks[b.open[n-1].tok].kind == word {
		n--
	}
	if n == 0 || !b.sym(b.open[n-1].tok, opening) {
		panic(halt{refusal.New(refusal.Syntax, "remove it, or open it before",
			"a %q closes nothing", b.text[b.toks[i].pos]).At(b.span(i))})
	}
	b.pair(b.open[n-1].tok, i)
	b.open = b.open[:n-1]
}

func (b *balance) pair(open, end int32) {
	b.toks[open].match, b.toks[end].match = end, open
}

// retries is how often the parser may read what stands in the parenthesis at
// i. It tries SUBSTRING(x FROM y) before substring(x, y), so what stands
// inside is read twice, and 63 calls inside each other 2^63 times.
func (b *balance) retries(i int32) int {
	if i > 0 && (b.is(i-1, "substring") || b.is(i-1, "overlay") || b.is(i-1, "json_object")) {
		return 2
	}
	return 1
}

// subquery sees SELECT behind a run of parentheses. The parser tries each of
// them as the opening of a subquery first, so what stands in the k-th may be
// read k times: ((SELECT 1) + 1) is read twice, and 30 of these inside each
// other 2^30 times.
func (b *balance) subquery(i int32) {
	run := 0
	for run < len(b.open) && b.open[len(b.open)-1-run].tok == i-1-int32(run) && b.sym(i-1-int32(run), '(') {
		run++
	}
	if run < 2 {
		return
	}
	frames := b.open[len(b.open)-run:]
	for k := range frames {
		frames[k].factor = min(frames[k].factor*(k+1), b.caps.work+1)
	}
}

func (b *balance) finish() {
	if b.statements == 0 && b.expr {
		panic(halt{refusal.New(refusal.Empty, "write a condition, like status = 'active'",
			"there is no condition")})
	}
	if b.statements == 0 {
		panic(halt{refusal.New(refusal.Empty, "write a SELECT, or ask in words",
			"there is no statement")})
	}
	for _, f := range b.open {
		if b.toks[f.tok].kind == punct {
			panic(halt{refusal.New(refusal.Syntax, "close it where its part ends",
				"a %q is never closed", b.text[b.toks[f.tok].pos]).At(b.span(f.tok))})
		}
	}
}

// is says whether token i is the bare word w; w is lower case. Only ASCII
// letters fold, as in PostgreSQL: the Kelvin sign is no k.
func (g *guarded) is(i int32, w string) bool {
	t := g.toks[i]
	if t.kind != word || int(t.end-t.pos) != len(w) {
		return false
	}
	for j := range len(w) {
		if lower(g.text[int(t.pos)+j]) != w[j] {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// sym says whether token i is the sign c.
func (g *guarded) sym(i int32, c byte) bool {
	return g.toks[i].kind == punct && g.text[g.toks[i].pos] == c
}

func (g *guarded) span(i int32) Span { return Span{Pos: g.toks[i].pos, End: g.toks[i].end} }

// written is token i as it stands in the text.
func (g *guarded) written(i int32) string { return g.text[g.toks[i].pos:g.toks[i].end] }

// find is the index of the token that begins at or covers byte at, or -1.
func (g *guarded) find(at int32) int32 {
	lo, hi := 0, len(g.toks)
	for lo < hi {
		mid := (lo + hi) / 2
		if g.toks[mid].end <= at {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(g.toks) && g.toks[lo].pos <= at {
		return int32(lo)
	}
	return -1
}
