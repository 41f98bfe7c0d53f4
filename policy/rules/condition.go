package rules

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/grille-dev/grille/internal/strict"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/bind"
	"github.com/grille-dev/grille/sql/syntax"
)

// condition reads a row condition of a table.
func (c *compiler) condition(t *table, n strict.Node) (*policy.Condition, error) {
	text, err := n.Text()
	if err != nil {
		return nil, err
	}
	if text == "all" {
		return nil, n.Errorf("%q is no condition: write it in rows of a grant, or remove the key", text)
	}
	if hasComment(text) {
		return nil, n.Errorf("a comment may not stand in a condition, where it hides what follows it: write it as a YAML comment, after #")
	}
	x, err := syntax.ParseExpr(text)
	if err != nil {
		return nil, c.at(n, text, err)
	}
	attrs := map[string]bind.Attr{}
	for name, a := range c.attrs {
		attrs[name] = bind.Attr{Type: a.Type, List: a.List}
	}
	expr, over, err := bind.Condition(x, t.stored, c.named, attrs)
	if err != nil {
		return nil, c.at(n, text, err)
	}
	cond, err := policy.NewCondition(expr, over, c.attrs, text)
	if err != nil {
		return nil, c.at(n, text, err)
	}
	return cond, nil
}

// hasComment reports -- or /* outside of quotes.
func hasComment(text string) bool {
	var quote byte
	for i := 0; i < len(text); i++ {
		switch {
		case quote != 0:
			if text[i] == quote {
				quote = 0
			}
		case text[i] == '\'' || text[i] == '"':
			quote = text[i]
		case strings.HasPrefix(text[i:], "--"), strings.HasPrefix(text[i:], "/*"):
			return true
		}
	}
	return false
}

// at gives a refusal of a condition its place in the file, and quotes what it
// is about.
func (c *compiler) at(n strict.Node, text string, err error) error {
	var r *refusal.Refusal
	if !errors.As(err, &r) {
		return n.Errorf("%s", err)
	}
	message := r.Msg
	if r.Span.Pos < r.Span.End && int(r.Span.End) <= len(text) {
		if part := text[r.Span.Pos:r.Span.End]; !strings.Contains(message, part) && part != text {
			message = part + ": " + message
		}
	}
	switch {
	case r.Code == refusal.UnknownTable:
		message += ": a row condition reads tables that this file names"
	case r.Try != "":
		message += ": " + r.Try
	}
	return &strict.Error{Pos: c.inside(n, text, int(r.Span.Pos)), Message: message}
}

// inside is the place of byte i of a scalar's text, where the file has the text
// as it is on one line; else that of the scalar.
func (c *compiler) inside(n strict.Node, text string, i int) strict.Pos {
	pos := n.Pos()
	start := offset(c.text, pos)
	if start < len(c.text) && (c.text[start] == '"' || c.text[start] == '\'') {
		start++
		pos.Col++
	}
	if i < 0 || i > len(text) || !strings.HasPrefix(c.text[start:], text) || strings.Contains(text, "\n") {
		return n.Pos()
	}
	pos.Col += utf8.RuneCountInString(text[:i])
	return pos
}

// offset is the byte at which a place begins.
func offset(text string, pos strict.Pos) int {
	at := 0
	for line := 1; line < pos.Line; line++ {
		i := strings.IndexByte(text[at:], '\n')
		if i < 0 {
			return len(text)
		}
		at += i + 1
	}
	for col := 1; col < pos.Col && at < len(text); col++ {
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	return at
}
