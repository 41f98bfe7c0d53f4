package syntax

import (
	"errors"
	"strings"

	"github.com/sqlc-dev/oliphant/ast"
	"github.com/sqlc-dev/oliphant/parser"

	"github.com/grille-dev/grille/refusal"
)

// Parse reads one SELECT of a draft. The error is a *refusal.Refusal.
func Parse(text string) (q *Query, err error) { return parse(text, draftCaps()) }

// ParseOwn reads one SELECT that Grille printed: the limits are wider.
func ParseOwn(text string) (q *Query, err error) { return parse(text, ownCaps()) }

func parse(text string, most caps) (q *Query, err error) {
	defer recovered(&err)
	g := guard(text, false, most)
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
	g := guard(text, true, draftCaps())
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
		p.Refusal.Mend = p.Refusal.Try // all that is known here is the text
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
	if w := strings.ToUpper(g.written(i)); g.toks[i].kind == word && verbs[w] {
		return w
	}
	return ""
}

var verbs = set(`ABORT ALTER ANALYSE ANALYZE ATTACH BEGIN CALL CHECKPOINT CLOSE CLUSTER COMMENT COMMIT COPY
	CREATE DEALLOCATE DECLARE DELETE DESCRIBE DESC DETACH DISCARD DO DROP END EXEC EXECUTE EXPLAIN FETCH
	GRANT HANDLER IMPORT INSERT INSTALL KILL LISTEN LOAD LOCK MERGE MOVE NOTIFY OPTIMIZE PRAGMA PREPARE
	REASSIGN REFRESH REINDEX RELEASE RENAME REPLACE RESET REVOKE ROLLBACK SAVEPOINT SECURITY SET SHOW
	START TRUNCATE UNLISTEN UNLOCK UPDATE UPSERT USE VACUUM`)

func set(words string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(words) {
		out[w] = true
	}
	return out
}

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
	if e.Cursorpos == 0 { // about the bytes of some string
		msg, _, _ := strings.Cut(e.Message, ":")
		return refusal.New(refusal.Syntax, "write the characters themselves", "%s", short(msg)).
			At(cover(g.span(0), g.span(int32(len(g.toks)-1))))
	}
	at, e := g.inner(g.errorToken(e.Cursorpos, 0), e)
	msg, near, _ := strings.Cut(e.Message, ` at or near "`)
	msg, _, _ = strings.Cut(msg, ":") // what follows quotes the text at length
	msg = strings.TrimSuffix(msg, " at end of input")
	try := g.repair(at, msg)
	if at < 0 {
		last := g.span(int32(len(g.toks) - 1))
		return refusal.New(refusal.Syntax, try, "%s at the end", msg).At(last)
	}
	if near = strings.TrimSuffix(near, `"`); near == "" {
		near = g.written(at)
	}
	return refusal.New(refusal.Syntax, try, "%s near %q", msg, short(near)).At(g.span(at))
}

// errorToken is the token at the parser's position, which counts characters
// from 1 in a text that begins from bytes before g.text; -1 is its end.
func (g *guarded) errorToken(cursor int, from int32) int32 {
	at := len(g.text)
	for i := range g.text {
		if cursor--; cursor <= 0 {
			at = i
			break
		}
	}
	return g.find(int32(at) + from)
}

// inner looks for the mistake inside a subquery. The parser that fails in
// (SELECT ...) goes back and reports the SELECT; parsed by itself, the
// subquery tells where the mistake is.
func (g *guarded) inner(at int32, e *parser.Error) (int32, *parser.Error) {
	for range 8 { // subqueries within each other
		if at < 1 || !g.sym(at-1, '(') || !(g.is(at, "select") || g.is(at, "values") || g.is(at, "with")) {
			break
		}
		end := g.toks[at-1].match
		if end < 0 {
			break
		}
		sub := guarded{text: g.text[g.toks[at].pos:g.toks[end].pos], toks: g.toks[at:end]}
		_, err := run(sub.text)
		var found *parser.Error
		if !errors.As(err, &found) {
			break
		}
		i := sub.errorToken(found.Cursorpos, g.toks[at].pos)
		if i < 0 {
			return end, found
		}
		at, e = at+i, found
	}
	return at, e
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
