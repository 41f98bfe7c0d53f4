package syntax

import (
	"errors"
	"fmt"
	"strings"

	"github.com/sqlc-dev/oliphant/ast"
	"github.com/sqlc-dev/oliphant/parser"

	"github.com/grille-dev/grille/refusal"
)

// Parse reads one SELECT. The error is a *refusal.Refusal.
func Parse(text string) (q *Query, err error) {
	defer recovered(&err)
	g := guard(text)
	if word := g.verb(); word != "" {
		panic(halt{notSelect(word).At(g.span(g.first()))})
	}
	stmt, err := run(text)
	if err != nil {
		panic(halt{g.syntaxError(err)})
	}
	c := &converter{guarded: g}
	return c.statement(stmt), nil
}

// exprPrefix makes a statement of an expression. What the expression must not
// hold (a comma, GROUP BY, UNION) then shows as another part of the statement
// or as a syntax error; parentheses around it would let `a, b` be a row and
// `SELECT 1` a subquery.
const exprPrefix = "SELECT 1 WHERE "

// ParseExpr reads one expression, such as a condition of a rules file. Spans
// are places in text. The error is a *refusal.Refusal.
func ParseExpr(text string) (x Expr, err error) {
	defer recovered(&err)
	g := guard(text)
	for i := range g.toks {
		if g.sym(int32(i), ';') {
			panic(halt{refusal.New(refusal.Syntax, "remove the semicolon",
				"a condition is one expression").At(g.span(int32(i)))})
		}
	}
	stmt, err := run(exprPrefix + text)
	if err != nil {
		panic(halt{g.syntaxError(shifted(err, len(exprPrefix)))})
	}
	c := &converter{guarded: g, shift: int32(len(exprPrefix))}
	return c.condition(stmt), nil
}

// recovered turns a panic of this package or of the parser into an error.
func recovered(err *error) {
	switch p := recover().(type) {
	case nil:
	case halt:
		*err = p.Refusal
	default:
		*err = refusal.New(refusal.Internal, "write it another way, and report this statement",
			"the SQL parser failed on this statement").ForOwner("panic: %v", p)
	}
}

// run parses the text. There is one statement in it: the guard counted, and
// the parser is asked again because the two could differ.
func run(text string) (*ast.Node, error) {
	tree, err := parser.ParseToTree(text)
	if err != nil {
		return nil, err
	}
	if len(tree.GetStmts()) != 1 {
		return nil, errStatements
	}
	return tree.Stmts[0].GetStmt(), nil
}

var errStatements = errors.New("more than one statement")

// shifted moves a parser's error to the left by n characters.
func shifted(err error, n int) error {
	var e *parser.Error
	if !errors.As(err, &e) {
		return err
	}
	moved := *e
	moved.Cursorpos = max(e.Cursorpos-n, 1)
	return &moved
}

// first is the index of the first token that is neither ; nor (.
func (g *guarded) first() int32 {
	i := int32(0)
	for int(i) < len(g.toks)-1 && (g.sym(i, ';') || g.sym(i, '(')) {
		i++
	}
	return i
}

// verb is the first word, in capitals, if it begins a statement that is no
// SELECT. The parser does not see these: it has less to be wrong about.
func (g *guarded) verb() string {
	i := g.first()
	for _, v := range strings.Fields(verbs) {
		if g.is(i, v) {
			return strings.ToUpper(v)
		}
	}
	return ""
}

const verbs = `abort alter analyse analyze attach begin call checkpoint close cluster comment commit copy
	create deallocate declare delete describe desc detach discard do drop end exec execute explain fetch
	grant handler import insert install kill listen load lock merge move notify optimize pragma prepare
	reassign refresh reindex release rename replace reset revoke rollback savepoint security set show
	start truncate unlisten unlock update upsert use vacuum`

func notSelect(what string) *refusal.Refusal {
	try := "write a SELECT"
	switch what {
	case "EXPLAIN":
		try = "send the SELECT alone; the receipt shows what ran"
	case "SHOW", "DESCRIBE", "DESC", "PRAGMA":
		try = "write a SELECT; `grille tables` lists what you may see"
	}
	return refusal.New(refusal.NotSelect, try, "%s is not a SELECT, and Grille only reads", what)
}

// syntaxError words an error of the parser.
func (g *guarded) syntaxError(err error) *refusal.Refusal {
	var e *parser.Error
	if !errors.As(err, &e) {
		return refusal.New(refusal.Statements, "send one SELECT", "there is more than one statement")
	}
	at := g.errorToken(e.Cursorpos)
	at, e = g.inner(at, e)
	msg := e.Message
	if i := strings.Index(msg, ` at or near "`); i >= 0 {
		msg = msg[:i]
	}
	msg = strings.TrimSuffix(msg, " at end of input")
	where := "at the end"
	var span Span
	if at >= 0 {
		where = fmt.Sprintf("near %q", short(g.written(at)))
		span = g.span(at)
	} else if n := int32(len(g.toks)); n > 0 {
		span = g.span(n - 1)
	}
	return refusal.New(refusal.Syntax, g.repair(at, msg), "%s %s", short(msg), where).At(span)
}

// errorToken is the token at the parser's position, which counts characters
// from 1; -1 is the end of the text.
func (g *guarded) errorToken(cursor int) int32 {
	if cursor < 1 {
		return -1
	}
	at := len(g.text)
	for i := range g.text {
		if cursor--; cursor == 0 {
			at = i
			break
		}
	}
	return g.find(int32(at))
}

// inner looks for the mistake inside a subquery. The parser that fails in
// (SELECT ...) goes back and reports the SELECT; parsed by itself, the
// subquery tells where the mistake is.
func (g *guarded) inner(at int32, e *parser.Error) (int32, *parser.Error) {
	for range 8 {
		if at < 1 || !g.sym(at-1, '(') || !(g.is(at, "select") || g.is(at, "values") || g.is(at, "with")) {
			break
		}
		end := g.toks[at-1].match
		if end < 0 {
			break
		}
		from, to := g.toks[at].pos, g.toks[end].pos
		_, err := run(g.text[from:to])
		var found *parser.Error
		if !errors.As(err, &found) {
			break
		}
		sub := guarded{text: g.text[from:to], toks: g.toks[at:end]}
		i := sub.errorTokenFrom(found.Cursorpos, from)
		if i < 0 {
			return end, found
		}
		at, e = at+i, found
	}
	return at, e
}

// errorTokenFrom is errorToken where the tokens still count from the start
// of the whole text, which begins from bytes before g.text.
func (g *guarded) errorTokenFrom(cursor int, from int32) int32 {
	at := len(g.text)
	for i := range g.text {
		if cursor--; cursor == 0 {
			at = i
			break
		}
	}
	return g.find(int32(at) + from)
}

// short cuts a piece of the text for a message.
func short(s string) string {
	const most = 40
	n := 0
	for i := range s {
		if n == most {
			return s[:i] + "…"
		}
		n++
	}
	return s
}
