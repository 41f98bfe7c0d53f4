package syntax

import (
	"slices"
	"strings"
)

// repair says what to write instead, for a syntax error at token at (-1: the
// end). It knows what people and models bring along from other dialects; a
// model that gets the sentence back usually repairs its draft in one step.
func (g *guarded) repair(at int32, msg string) string {
	if strings.HasPrefix(msg, "LIMIT #,#") {
		return g.limit(at)
	}
	if strings.HasPrefix(msg, "improper qualified name") {
		return "write table or schema.table"
	}
	for _, r := range repairs {
		if try := r.hint(g, at); try != "" {
			return try
		}
	}
	return "check the SQL there; it is read as PostgreSQL's"
}

// repairs are asked in this order: the ones that look at the place of the
// error first, then those that look at the whole text.
var repairs = []struct {
	name string
	hint func(g *guarded, at int32) string
}{
	{"top", (*guarded).top},
	{"separator", (*guarded).separator},
	{"pattern", (*guarded).pattern},
	{"convert", (*guarded).convert},
	{"any list", (*guarded).anyList},
	{"sign for a word", (*guarded).signForWord},
	{"interval", (*guarded).interval},
	{"tryCast", (*guarded).tryCast},
	{"dangling comma", (*guarded).danglingComma},
	{"word", (*guarded).otherWord},
	{"placeholder", (*guarded).placeholder},
	{"backtick", (*guarded).backtick},
	{"bracket", (*guarded).bracket},
	{"backslash", (*guarded).backslash},
	{"list", (*guarded).list},
	{"prose", (*guarded).prose},
	{"reserved", (*guarded).reserved},
	{"clause", (*guarded).clause},
}

// near is the token d places from the error, or "" outside of the text, as
// written but for words, which are in lower case.
func (g *guarded) near(at, d int32) string {
	if at < 0 {
		at = int32(len(g.toks))
	}
	if i := at + d; i >= 0 && int(i) < len(g.toks) {
		if g.toks[i].kind == word {
			return strings.ToLower(g.written(i))
		}
		return g.written(i)
	}
	return ""
}

// LIMIT 10, 20 skips 10 rows. The error stands at LIMIT.
func (g *guarded) limit(at int32) string {
	if g.near(at, 2) == "," && g.near(at, 1) != "" && g.near(at, 3) != "" {
		return "write LIMIT " + short(g.near(at, 3)) + " OFFSET " + short(g.near(at, 1))
	}
	return "write LIMIT n OFFSET m"
}

// SELECT TOP 10 name, SELECT DISTINCT TOP (10) name
func (g *guarded) top(at int32) string {
	for d := int32(-4); d <= 0; d++ {
		if g.near(at, d) == "top" && (g.near(at, d-1) == "select" || g.near(at, d-1) == "distinct") {
			n := g.near(at, d+1)
			if n == "(" {
				n = g.near(at, d+2)
			}
			if !number0(n) {
				n = "n"
			}
			return "write LIMIT " + n + " at the end instead of TOP " + n
		}
	}
	return ""
}

// INTERVAL 1 DAY, DATE_ADD(x, INTERVAL 1 DAY), DATE_SUB(...)
func (g *guarded) interval(at int32) string {
	if g.near(at, -2) == "interval" && at > 0 && g.toks[at-1].kind == word {
		return "write " + short(g.near(at, -1)) + " * INTERVAL '1 " + short(g.near(at, 0)) + "'"
	}
	if g.near(at, -1) != "interval" {
		return ""
	}
	n, unit := g.near(at, 0), g.near(at, 1)
	if at < 0 || g.toks[at].kind != number || unit == "" {
		return "write INTERVAL '1 day', or x * INTERVAL '1 day' for a number x of days"
	}
	interval := "INTERVAL '" + short(n) + " " + short(unit) + "'"
	for i := at; i >= 0 && i > at-16; i-- {
		if w, ok := g.writtenCall(i); ok {
			switch g.near(i, 0) {
			case "date_add", "adddate", "datetime_add", "timestamp_add":
				return "write " + w.operand(0) + " + " + interval
			case "date_sub", "subdate", "datetime_sub", "timestamp_sub":
				return "write " + w.operand(0) + " - " + interval
			}
		}
	}
	return "write " + interval
}

// TRY_CAST(x AS int), SAFE_CAST(...): the error stands at AS.
func (g *guarded) tryCast(at int32) string {
	if g.near(at, 0) != "as" {
		return ""
	}
	for i := at; i > 0 && i > at-16; i-- {
		switch w := g.near(i, 0); w {
		case "try_cast", "safe_cast", "try_convert":
			if c, ok := g.writtenCall(i); ok && len(c.args) == 1 && len(c.arg(0)) > 1 {
				return "write CAST(" + c.arg(0) + ") instead of " + strings.ToUpper(w)
			}
			return "write CAST(x AS type) instead of " + strings.ToUpper(w)
		}
	}
	return ""
}

// SELECT a, b, FROM t
func (g *guarded) danglingComma(at int32) string {
	if g.near(at, -1) != "," {
		return ""
	}
	switch w := g.near(at, 0); w {
	case "from", "where", "group", "order", "having", "limit", ")", "":
		if w == "" {
			w = "the end"
		}
		return "remove the comma before " + strings.ToUpper(w)
	}
	return ""
}

// otherWords are words of other dialects and what stands for them here. The
// error stands at the word, or at most two tokens behind it, because an
// unknown word reads as an alias.
var otherWords = map[string]string{
	"==":            "write = instead of ==",
	"qualify":       "put the query in a subquery and filter its window column in WHERE",
	"separator":     "write string_agg(x, ',' ORDER BY x) instead of GROUP_CONCAT",
	"regexp":        "write x ~ 'pattern' instead of REGEXP",
	"rlike":         "write x ~ 'pattern' instead of RLIKE",
	"nulls":         "write NULLS FIRST or NULLS LAST behind ASC or DESC",
	"sample":        "leave it out; rows are not sampled",
	"tablesample":   "leave it out; rows are not sampled",
	"percent":       "write LIMIT n with a number of rows",
	"glob":          "write x LIKE 'a%' instead of GLOB",
	"div":           "write a / b; two whole numbers divide whole",
	"mod":           "write a % b or mod(a, b)",
	"xor":           "write a <> b for two conditions",
	"minus":         "write EXCEPT instead of MINUS",
	"apply":         "write CROSS JOIN LATERAL (...) or LEFT JOIN LATERAL (...) ON true instead of APPLY",
	"straight_join": "write JOIN",
	"nolock":        "leave the hint away",
	"pivot":         "write count(*) FILTER (WHERE ...) or sum(x) FILTER (WHERE ...), one a column",
	"unpivot":       "write UNION ALL, one SELECT a column",
	"sounds":        "compare with LIKE or =",
	"lateral view":  "write CROSS JOIN LATERAL unnest(...)",
	"explode":       "write unnest(...)",
	"rownum":        "write LIMIT n",
	"connect":       "ask without recursion",
	"unsigned":      "write CAST(x AS bigint)",
	"signed":        "write CAST(x AS bigint)",
	"then":          "write CASE WHEN condition THEN value ELSE value END",
	"go":            "remove GO",
}

func (g *guarded) otherWord(at int32) string {
	if g.near(at, 0) == "rollup" && g.near(at, -1) == "with" || g.near(at, 0) == "with" && g.near(at, 1) == "rollup" {
		return "write GROUP BY ROLLUP (a, b) instead of WITH ROLLUP"
	}
	if g.near(at, 0) == "with" && g.near(at, 1) == "(" {
		return "leave the table hint away"
	}
	for _, d := range []int32{0, -1} {
		if w, next := g.near(at, d), g.near(at, d+1); (w == "use" || w == "force") && (next == "index" || next == "key") {
			return "leave the index hint away"
		}
	}
	for _, d := range []int32{0, -1, -2} {
		if try := otherWords[g.near(at, d)]; try != "" {
			return try
		}
	}
	return ""
}

// :name, @name, ?, {name}, %s. A lone ? or % asks for an operand, so the error
// stands behind it.
func (g *guarded) placeholder(at int32) string {
	const try = "write the value itself; placeholders and variables are not filled in"
	switch g.near(at, 0) {
	case ":", "@", "@@", "?", "{", "}", "{{", ":=":
		return try
	case "%":
		if next := g.near(at, 1); next == "s" || next == "(" {
			return try
		}
	}
	switch g.near(at, -1) {
	case "?", ":", "@":
		return try
	}
	return ""
}

func (g *guarded) backtick(int32) string {
	fence := false
	for i := range g.toks {
		if g.toks[i].kind != oper {
			continue
		}
		switch op := g.written(int32(i)); {
		case strings.HasPrefix(op, "```"):
			fence = true
		case op[0] == '`' || op[len(op)-1] == '`':
			return "write names bare, or in double quotes instead of backticks" + g.exampleName(int32(i)+1)
		}
	}
	if fence {
		return "send the SQL alone, without ``` around it"
	}
	return ""
}

// [name] and t.[name]
func (g *guarded) bracket(int32) string {
	for i := int32(0); int(i)+1 < len(g.toks); i++ {
		if !g.sym(i, '[') || g.toks[i+1].kind != word {
			continue
		}
		switch before := g.near(i, -1); before {
		case "select", "from", "join", "by", "where", "and", "or", "on", "as", ",", ".", "(", "distinct", "update", "":
			return `write names bare, or in double quotes instead of [ ]` + g.exampleName(i+1)
		}
	}
	return ""
}

// exampleName shows how the name at token i is written, if it is one word.
func (g *guarded) exampleName(i int32) string {
	if int(i) >= len(g.toks) || g.toks[i].kind != word {
		return ""
	}
	if end := g.near(i, 1); end != "]" && !strings.HasPrefix(end, "`") {
		return ": \"" + short(g.written(i)) + " ...\""
	}
	if w := g.near(i, 0); reservedNames[w] || w != g.written(i) {
		return ": \"" + short(g.written(i)) + "\""
	}
	return ": " + short(g.written(i))
}

// GROUP_CONCAT(DISTINCT x ORDER BY y SEPARATOR '; ')
func (g *guarded) separator(at int32) string {
	if g.near(at, 0) != "separator" && g.near(at, -1) != "separator" && g.near(at, 1) != "separator" {
		return ""
	}
	for i := at; i > 0 && i > at-32; i-- {
		w, ok := g.writtenCall(i)
		if !ok || g.near(i, 0) != "group_concat" || len(w.args) == 0 {
			continue
		}
		cut := func(s string) (before, after string) {
			k := strings.Index(strings.ToLower(s), " separator")
			if k < 0 {
				return s, ""
			}
			return s[:k], strings.TrimSpace(s[k+len(" separator"):])
		}
		last, by := "", ""
		n := len(w.args) - 1
		w.args[n], last = cut(w.args[n])
		if w.order, by = cut(w.order); last == "" {
			last = by
		}
		w.args = w.args[:1]
		if last != "" {
			w.args = append(w.args, last)
		}
		return "write " + concatenated(w)
	}
	return ""
}

// a REGEXP 'x', a NOT RLIKE 'x'
func (g *guarded) pattern(at int32) string {
	for _, d := range []int32{0, -1, 1} {
		op, to := g.near(at, d), "~"
		if op != "regexp" && op != "rlike" {
			continue
		}
		before, text := d-1, g.near(at, d+1)
		if g.near(at, before) == "not" {
			before, to = before-1, "!~"
		}
		if x := g.dotted(at, before); x != "" && strings.HasPrefix(text, "'") {
			return "write " + x + " " + to + " " + short(text) + " instead of " + strings.ToUpper(op)
		}
	}
	return ""
}

// dotted is the name that ends d places from at, or "".
func (g *guarded) dotted(at, d int32) string {
	x := g.near(at, d)
	for x != "" && g.near(at, d-1) == "." {
		x = g.near(at, d-2) + "." + x
		d -= 2
	}
	if x == "" || !isLetter(x[0]) && x[0] != '"' {
		return ""
	}
	return short(x)
}

// CONVERT(int, x): the error stands at the type, or behind it.
func (g *guarded) convert(at int32) string {
	for i := at; i > 0 && i > at-8; i-- {
		switch g.near(i, 0) {
		case "convert", "try_convert":
			if w, ok := g.writtenCall(i); ok && len(w.args) > 1 {
				return "write " + castCall(w)
			}
		}
	}
	return ""
}

// x ILIKE ANY ('a', 'b')
func (g *guarded) anyList(at int32) string {
	if g.near(at, 0) != "," || g.near(at, -2) != "(" {
		return ""
	}
	switch w := g.near(at, -3); w {
	case "any", "some", "all":
		return "write " + strings.ToUpper(w) + " (ARRAY[...]) around the list"
	}
	return ""
}

// a = 1 && b = 2: && and || bind closer than =, so the error stands at the second.
func (g *guarded) signForWord(at int32) string {
	switch g.near(at, 0) {
	case "=", "<", ">", "<=", ">=", "<>", "!=", "is", "like", "in", "between":
		for d := int32(-1); d >= -6; d-- {
			switch g.near(at, d) {
			case "&&":
				return "write AND instead of &&"
			case "||":
				return "write OR between conditions; || joins texts"
			case "and", "or", "where", "on", "having":
				return ""
			}
		}
	}
	return ""
}

// clauses in their order. A clause that stands behind a later one is an error at
// its first word.
var clauses = []string{"from", "where", "group", "having", "window", "order", "limit"}

func (g *guarded) clause(at int32) string {
	w := g.near(at, 0)
	mine := slices.Index(clauses, w)
	if mine < 0 || at < 1 {
		return ""
	}
	for i := at - 1; i >= 0; i-- {
		if m := g.toks[i].match; m >= 0 && m < i {
			i = m // what stands in brackets is of another query
			continue
		}
		before := g.near(i, 0)
		if before == "(" || before == "select" || g.toks[i].kind != word {
			if before == "(" || before == "select" {
				return ""
			}
			continue
		}
		if before == "offset" {
			before = "limit"
		}
		if k := slices.Index(clauses, before); k > mine {
			return "write " + clauseName(w) + " before " + clauseName(before)
		} else if k == mine {
			return "write one " + clauseName(w)
		}
	}
	return ""
}

func clauseName(w string) string {
	if w == "group" || w == "order" {
		w += " by"
	}
	return strings.ToUpper(w)
}

// 'it\'s'
func (g *guarded) backslash(int32) string {
	for i := range g.toks {
		if t := g.toks[i]; t.kind == str && strings.HasSuffix(g.written(int32(i)), `\'`) {
			return `write a quote inside a string twice: 'it''s'`
		}
	}
	return ""
}

// x IN (), GROUP BY ALL, SELECT * EXCEPT (a)
func (g *guarded) list(at int32) string {
	switch {
	case g.near(at, 0) == ")" && g.near(at, -1) == "(" && g.near(at, -2) == "in":
		return "write at least one value in the list"
	case g.near(at, -1) == "all" && g.near(at, -2) == "by":
		return "name the columns, or their numbers: GROUP BY 1, 2"
	case g.near(at, -1) == "(" && g.near(at, -3) == "*", g.near(at, -2) == "*" && g.near(at, 0) == "(":
		return "name the columns you want one by one"
	}
	return ""
}

// Here is the query: SELECT ...
func (g *guarded) prose(int32) string {
	if g.expr {
		return ""
	}
	switch g.near(0, 0) {
	case "select", "with", "values", "table", "(", ";":
		return ""
	}
	return "begin with SELECT or WITH, and send the SQL alone"
}

// FROM order; SELECT order FROM t fails one token later.
func (g *guarded) reserved(at int32) string {
	for _, d := range []int32{0, -1} {
		w := g.near(at, d)
		if !reservedNames[w] {
			continue
		}
		switch g.near(at, d-1) {
		case "select", "from", "join", "by", ",", ".", "(", "as", "distinct", "where", "and", "or", "on", "=":
			return `if "` + w + `" is a name, write it in double quotes`
		}
	}
	return ""
}

// reservedNames are reserved words that people name tables and columns with.
var reservedNames = map[string]bool{
	"all": true, "analyse": true, "analyze": true, "any": true, "array": true, "asc": true, "case": true,
	"check": true, "column": true, "constraint": true, "default": true, "desc": true, "do": true,
	"end": true, "fetch": true, "for": true, "from": true, "grant": true, "group": true, "having": true,
	"in": true, "into": true, "limit": true, "offset": true, "on": true, "only": true, "order": true,
	"placing": true, "primary": true, "references": true, "select": true, "some": true, "table": true,
	"then": true, "to": true, "trailing": true, "union": true, "unique": true, "using": true,
	"when": true, "where": true, "window": true, "with": true,
}
