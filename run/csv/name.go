package csv

import (
	"fmt"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// mostName is how long a name may be, in bytes: what PostgreSQL allows.
const mostName = 63

// nameOf makes a name that people and SQL can write of one that stands in a
// file: small letters, and one _ for whatever is neither letter nor digit. "Order
// Date", "orderDate" and "order-date" are order_date.
func nameOf(text string) string {
	var b strings.Builder
	before := rune('_') // what was written last
	runes := []rune(norm.NFC.String(text))
	for i, r := range runes {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			r = '_'
		case begins(runes, i) && before != '_':
			b.WriteByte('_')
		}
		if r != '_' || before != '_' {
			b.WriteRune(unicode.ToLower(r))
		}
		before = r
	}
	name := strings.Trim(b.String(), "_")
	if name != "" && unicode.IsDigit([]rune(name)[0]) {
		name = "_" + name // 2024 is a number in SQL
	}
	return cut(name)
}

// begins reports whether a word begins at i: orderDate, HTTPServer.
func begins(runes []rune, i int) bool {
	if i == 0 || !unicode.IsUpper(runes[i]) {
		return false
	}
	after := i+1 < len(runes) && unicode.IsLower(runes[i+1])
	return unicode.IsLower(runes[i-1]) || unicode.IsUpper(runes[i-1]) && after
}

// cut shortens a name that is a sentence, at the end of a word if there is one.
func cut(name string) string {
	if len(name) <= mostName {
		return name
	}
	n := mostName
	for !utf8.RuneStart(name[n]) {
		n--
	}
	if i := strings.LastIndexByte(name[:n], '_'); i > mostName/2 {
		n = i
	}
	return name[:n]
}

// tableOf is the name of a file's table.
func tableOf(file string) (string, error) {
	name := nameOf(strings.TrimSuffix(file, filepath.Ext(file)))
	switch {
	case name == "":
		return "", fmt.Errorf("its name has no letter, and a table wants one: rename it")
	case strings.HasPrefix(name, "sqlite_"), strings.HasPrefix(name, "pragma_"):
		return "", fmt.Errorf("a table cannot be called %s: rename the file", name)
	}
	return name, nil
}

// columnsOf names the columns of a file by its first line.
func columnsOf(header []string) ([]*column, []string, error) {
	var notes []string
	cols := make([]*column, len(header))
	at := map[string]int{}
	for i, h := range header {
		h = strings.TrimSpace(h)
		name := nameOf(h)
		if name == "" {
			name = fmt.Sprintf("column_%d", i+1)
			notes = append(notes, fmt.Sprintf("field %d of the first line is no name: the column is called %s", i+1, name))
		}
		if first, ok := at[name]; ok {
			return nil, nil, fmt.Errorf("line 1: fields %d and %d both name a column %s: rename one of them", first+1, i+1, name)
		}
		at[name] = i
		cols[i] = newColumn(h, name)
	}
	return cols, notes, nil
}
