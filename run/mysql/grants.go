package mysql

import (
	"slices"
	"strings"
)

// grant is one right of a line of SHOW GRANTS, or one role.
type grant struct {
	right      string // "SELECT", "GRANT OPTION"; "" for a role
	columns    string // "(`a`, `b`)", where the right is for columns
	on         string // "*.*", "`db`.*", "`db`.`t`", "FUNCTION `db`.`f`"
	to         string // to whom, as the line says
	role       string
	withOption bool
}

// everybody is to whom MariaDB gives what all users have. It is no role: nobody can
// leave it.
const everybody = "PUBLIC"

// mending writes what takes rights away from who, of everything that was given.
type mending struct {
	who   string
	given []grant
}

// revoke are the statements that take gs away, one for an object. What comes
// through a role is taken away by taking the role: its other members may need it.
func (m mending) revoke(gs []grant) []string {
	var out []string
	rights := map[string][]string{}
	var froms []string
	for _, g := range gs {
		right, from := g.right, " ON "+g.on+" FROM "+m.who+";"
		switch {
		case g.to == everybody:
			right, from = strings.TrimSpace(right+" "+g.columns), " ON "+g.on+" FROM "+everybody+";"
		case g.to != "" && g.to != m.who:
			right, from = m.direct(g.to), " FROM "+m.who+";"
		case g.role != "":
			right, from = g.role, " FROM "+m.who+";"
		case g.columns != "":
			right += " " + g.columns
		}
		if rights[from] == nil {
			froms = append(froms, from)
		}
		if !slices.Contains(rights[from], right) {
			rights[from] = append(rights[from], right)
		}
	}
	for _, from := range froms {
		for _, together := range alone(rights[from]) {
			out = append(out, "REVOKE "+together+from)
		}
	}
	return out
}

// alone keeps apart what a statement can only take by itself.
func alone(rights []string) []string {
	var out, rest []string
	for _, r := range rights {
		if r == "PROXY" || strings.HasPrefix(r, "ALL") || r[0] == '`' {
			out = append(out, r)
		} else {
			rest = append(rest, r)
		}
	}
	if len(rest) > 0 {
		out = append(out, strings.Join(rest, ", "))
	}
	return out
}

// direct is the role of the user's own through which it has role, or role itself.
func (m mending) direct(role string) string {
	for range m.given { // as far as roles can be nested
		i := slices.IndexFunc(m.given, func(g grant) bool { return g.role == role })
		if i < 0 || m.given[i].to == m.who {
			break
		}
		role = m.given[i].to
	}
	return role
}

// readGrants reads all lines; what stands twice counts once.
func readGrants(lines []string) []grant {
	var out []grant
	for _, line := range lines {
		for _, g := range readGrant(line) {
			if !slices.Contains(out, g) {
				out = append(out, g)
			}
		}
	}
	return out
}

// readGrant takes a line of SHOW GRANTS apart. One that it does not understand
// is a right of no known name, which is refused.
//
//	GRANT SELECT, INSERT (`a`, `b`) ON `db`.`t` TO `u`@`%` WITH GRANT OPTION
//	GRANT `reader`@`%`, `writer`@`%` TO `u`@`%` WITH ADMIN OPTION
//	GRANT USAGE ON *.* TO `u`@`%` IDENTIFIED BY PASSWORD '*6BB4...'
func readGrant(line string) []grant {
	words := wordsOf(backticked(line))
	if len(words) > 1 && words[0] == "SET" || len(words) > 1 && words[0] == "REVOKE" {
		return nil // MariaDB's SET DEFAULT ROLE, MySQL's partial revokes: nothing is given
	}
	to := indexOf(words, "TO")
	if len(words) == 0 || words[0] != "GRANT" || to < 2 || to+1 >= len(words) {
		return []grant{{right: "a line of SHOW GRANTS", on: "*.*"}}
	}
	who := words[to+1]
	option := has(words[to:], "WITH", "GRANT", "OPTION") || has(words[to:], "WITH", "ADMIN", "OPTION")
	on := indexOf(words[:to], "ON")
	if on < 0 {
		return rolesOf(words[1:to], who, option)
	}
	object := strings.Join(words[on+1:to], " ")
	out := rightsOf(words[1:on], object, who)
	if option {
		out = append(out, grant{right: "GRANT OPTION", on: object, to: who})
	}
	return out
}

func rolesOf(words []string, who string, option bool) []grant {
	var out []grant
	for _, w := range words {
		if w != "," {
			out = append(out, grant{role: w, to: who, withOption: option})
		}
	}
	return out
}

func rightsOf(words []string, object, who string) []grant {
	var out []grant
	g := grant{on: object, to: who}
	flush := func() {
		if g.right != "" {
			out = append(out, g)
		}
		g = grant{on: object, to: who}
	}
	for _, w := range words {
		switch {
		case w == ",":
			flush()
		case w[0] == '(':
			g.columns = w
		default:
			g.right = strings.TrimSpace(g.right + " " + strings.ToUpper(w))
		}
	}
	flush()
	return out
}

// wordsOf splits a line at spaces and commas outside of quotes and parentheses.
func wordsOf(line string) []string {
	var out []string
	var word strings.Builder
	quote, depth := byte(0), 0
	flush := func() {
		if word.Len() > 0 {
			out = append(out, word.String())
			word.Reset()
		}
	}
	for i := range len(line) {
		c := line[i]
		switch {
		case quote != 0:
			if c == quote { // a doubled one closes, and opens again
				quote = 0
			}
		case c == '`' || c == '"' || c == '\'':
			quote = c
		case c == '(':
			if depth++; depth == 1 {
				flush()
			}
		case c == ')':
			depth--
		case depth == 0 && (c == ' ' || c == ','):
			flush()
			if c == ',' {
				out = append(out, ",")
			}
			continue
		}
		word.WriteByte(c)
	}
	flush()
	return out
}

func indexOf(words []string, word string) int {
	for i, w := range words {
		if w == word {
			return i
		}
	}
	return -1
}

// has reports whether words stand somewhere in a row.
func has(words []string, row ...string) bool {
	return strings.Contains(" "+strings.Join(words, " ")+" ", " "+strings.Join(row, " ")+" ")
}

// unquoted is a name without its quotes.
func unquoted(s string) string {
	if n := len(s); n > 1 && s[0] == '`' && s[n-1] == '`' {
		return strings.ReplaceAll(s[1:n-1], "``", "`")
	}
	return s
}

// backticked is a line with the names that ANSI_QUOTES has in double quotes as an
// owner pastes them.
func backticked(line string) string {
	var b strings.Builder
	quote := byte(0)
	for i := range len(line) {
		c := line[i]
		switch {
		case quote == 0 && (c == '`' || c == '\'' || c == '"'):
			quote = c
		case c == quote:
			quote = 0
		case quote == '"' && c == '`':
			b.WriteByte(c) // doubled, inside of backticks
		}
		if c == '"' && (quote == '"' || quote == 0) {
			c = '`'
		}
		b.WriteByte(c)
	}
	return b.String()
}

// databaseOf is the first of the names of an object.
func databaseOf(on string) string {
	quote := byte(0)
	for i := range len(on) {
		switch c := on[i]; {
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && c == '`':
			quote = c
		case quote == 0 && c == '.':
			return unquoted(on[:i])
		}
	}
	return unquoted(on)
}
