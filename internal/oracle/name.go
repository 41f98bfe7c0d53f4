package oracle

import (
	"math/rand/v2"
	"strings"
)

// Engine says whose names a text is written with. The catalogs of SQLite and
// MariaDB have lower case names; a draft for PostgreSQL quotes what is not.
type Engine uint8

const (
	Postgres Engine = iota
	SQLite
	MariaDB
	engineCount
)

func (e Engine) String() string { return [...]string{"postgres", "sqlite", "mariadb"}[e] }

// Schema is where the engine's tables are, and those of its copy. The one of
// MariaDB stands for a database of a test, which a [Bench] puts in its place.
func (e Engine) Schema() string { return [...]string{"public", "main", "grille_oracle_place"}[e] }

// name is s as the engine's catalog has it.
func (e Engine) name(s string) string {
	if e == Postgres {
		return s
	}
	return fold(s)
}

func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// Texts hold names between marks until they are written for an engine.
const (
	nameMark   = '\x01' // then the style, the name, and nameEnd
	nameEnd    = '\x02'
	schemaMark = '\x03'
)

const (
	quoted = "q"
	bare   = "b" // without quotes where that means the same
	loud   = "l" // in upper case where that means the same
)

// mark is a name in a text, in one of the ways to write it.
func mark(r *rand.Rand, name string) string {
	style := []string{quoted, bare, bare, bare, loud}[r.IntN(5)]
	return string(nameMark) + style + name + string(nameEnd)
}

func marked(name string) string { return string(nameMark) + bare + name + string(nameEnd) }

// Write writes the names of a text as the engine has them.
func (e Engine) Write(text string) string {
	var b strings.Builder
	for {
		i := strings.IndexAny(text, string(nameMark)+string(schemaMark))
		if i < 0 {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:i])
		if text[i] == schemaMark {
			b.WriteString(e.Schema())
			text = text[i+1:]
			continue
		}
		end := i + strings.IndexByte(text[i:], nameEnd)
		b.WriteString(spelled(e.name(text[i+2:end]), text[i+1:i+2]))
		text = text[end+1:]
	}
}

func spelled(name, style string) string {
	switch {
	case !simple(name) || style == quoted:
		return identifier(name)
	case style == loud:
		return strings.ToUpper(name)
	default:
		return name
	}
}

func identifier(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// simple names mean the same without quotes.
func simple(name string) bool {
	for i, r := range name {
		if r != '_' && (r < 'a' || r > 'z') && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	switch name {
	case "", "order", "select", "user", "group", "from", "table", "desc", "end", "check", "to", "value", "values", "date", "limit", "when", "left", "primary":
		return false
	}
	return true
}
