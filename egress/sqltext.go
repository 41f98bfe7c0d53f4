package egress

import (
	"strings"
	"unicode/utf8"
)

// part is a piece of a query's text. Comments are no parts: nobody needs to be
// sent one.
type part struct {
	kind partKind
	text string // of a literal or a quoted name without its quotes
}

type partKind uint8

const (
	other   partKind = iota // words, numbers, operators, one blank for any white space
	literal                 // 'text'
	quotedName
)

// parts cuts a query's text. It knows only the plain forms of text: where a
// query has another (E”, U&"", $$) or breaks off, ok is false.
func parts(sql string) (all []part, ok bool) {
	for len(sql) > 0 {
		c, size := utf8.DecodeRuneInString(sql)
		var p part
		switch {
		case c == '\'' || c == '"':
			kind := literal
			if c == '"' {
				kind = quotedName
			}
			if p.text, size, ok = unquote(sql, byte(c)); !ok || prefixed(all) {
				return nil, false
			}
			p.kind = kind
		case strings.HasPrefix(sql, "--"):
			size = len(sql)
			if end := strings.IndexByte(sql, '\n'); end >= 0 {
				size = end
			}
			p.text = " "
		case strings.HasPrefix(sql, "/*"):
			if size = commentEnd(sql); size == 0 {
				return nil, false
			}
			p.text = " "
		case c == '$' || c == utf8.RuneError && size < 2:
			return nil, false
		case strings.ContainsRune(" \t\r\n\f\v", c):
			p.text = " "
		default:
			p.text = sql[:size]
		}
		all, sql = joined(all, p), sql[size:]
	}
	return all, true
}

// joined appends p, or adds it to the last part.
func joined(all []part, p part) []part {
	last := len(all) - 1
	if last < 0 || p.kind != other || all[last].kind != other {
		return append(all, p)
	}
	if p.text != " " || !strings.HasSuffix(all[last].text, " ") {
		all[last].text += p.text
	}
	return all
}

// prefixed reports whether what comes next has a letter or & before its quote.
func prefixed(all []part) bool {
	if len(all) == 0 || all[len(all)-1].kind != other {
		return false
	}
	before, _ := utf8.DecodeLastRuneInString(all[len(all)-1].text)
	return strings.ContainsRune("&_", before) || 'a' <= before|0x20 && before|0x20 <= 'z'
}

// unquote reads the text between quotes, in which a quote stands twice.
func unquote(sql string, quote byte) (text string, size int, ok bool) {
	var b strings.Builder
	for i := 1; i < len(sql); i++ {
		switch {
		case sql[i] != quote:
			b.WriteByte(sql[i])
		case i+1 < len(sql) && sql[i+1] == quote:
			b.WriteByte(quote)
			i++
		default:
			return b.String(), i + 1, true
		}
	}
	return "", 0, false
}

// commentEnd is how long the comment is with which sql begins; they nest.
func commentEnd(sql string) int {
	depth := 0
	for i := 0; i+1 < len(sql); i++ {
		switch sql[i : i+2] {
		case "/*":
			depth++
			i++
		case "*/":
			depth--
			i++
		}
		if depth == 0 {
			return i + 1
		}
	}
	return 0
}

// written is the text of parts, on one line unless a text has more.
func written(all []part) string {
	var b strings.Builder
	for _, p := range all {
		switch p.kind {
		case literal:
			b.WriteString("'" + strings.ReplaceAll(p.text, "'", "''") + "'")
		case quotedName:
			b.WriteString(`"` + strings.ReplaceAll(p.text, `"`, `""`) + `"`)
		case other:
			b.WriteString(p.text)
		default:
			panic("egress: unknown part of a query")
		}
	}
	return strings.TrimSpace(b.String())
}
