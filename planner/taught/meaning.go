package taught

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// meaning is what a phrase may stand for: a table or column, a figure of one, or
// the rows of a table for which all comparisons hold.
type meaning struct {
	text  string   // as written
	name  []string // table; table.column; schema.table; schema.table.column
	agg   string   // of a figure: sum, avg, min, max; count of a table
	conds []cond   // of rows
}

const (
	nameShape = `(?:[\p{L}_][\p{L}\p{N}_$]*|"(?:[^"]|"")+")`
	pathShape = nameShape + `(?:\.` + nameShape + `){0,2}`
)

// forms are the shapes of a meaning; what has none of them is a condition.
var (
	pathForm   = regexp.MustCompile(`^` + pathShape + `$`)
	figureForm = regexp.MustCompile(`^(?i:(sum|avg|min|max|count))\s*\(\s*(` + pathShape + `)\s*\)$`)
	rowsForm   = regexp.MustCompile(`^(` + pathShape + `)\s+(?i:where)\s+(.+)$`)
	partForm   = regexp.MustCompile(nameShape)
)

const whatWorks = "write a table (customers), a column (orders.total), a figure (sum(orders.total)), or rows (customers where status = 'active' and age >= 18)"

const maxMeaning = 400 // bytes

// readMeaning reads a meaning; the error says what works.
func readMeaning(text string) (meaning, error) {
	text = strings.TrimSpace(text)
	m := meaning{text: text}
	if len(text) > maxMeaning {
		return m, fmt.Errorf("a meaning has at most %d bytes: %s", maxMeaning, whatWorks)
	}
	if strings.ContainsAny(text, "\n\r\x00") {
		return m, errors.New("a meaning is one line: " + whatWorks)
	}
	if pathForm.MatchString(text) {
		m.name = pathOf(text)
		return m, nil
	}
	if f := figureForm.FindStringSubmatch(text); f != nil {
		m.agg, m.name = strings.ToLower(f[1]), pathOf(f[2])
		if m.agg != "count" && len(m.name) < 2 {
			return m, fmt.Errorf("%s is of a column: write %s(table.column)", m.agg, m.agg)
		}
		return m, nil
	}
	condition := text
	if f := rowsForm.FindStringSubmatch(text); f != nil {
		m.name, condition = pathOf(f[1]), f[2]
	}
	var err error
	m.conds, err = readConditions(condition, &m.name)
	return m, err
}

// pathOf takes a.b.c apart.
func pathOf(text string) []string {
	parts := partForm.FindAllString(text, -1)
	for i, p := range parts {
		if inner, ok := strings.CutPrefix(p, `"`); ok {
			parts[i] = strings.ReplaceAll(strings.TrimSuffix(inner, `"`), `""`, `"`)
		}
	}
	return parts
}
