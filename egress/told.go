package egress

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxTold = 200 // characters of a description
	maxAlso = 60  // characters of another name
)

// told is what people have written about a table or column, as remarks. It is
// data: quoted, short, one line, nothing in it that cannot be seen. Nothing a
// database says of itself comes here. When the bytes in left are spent there is
// none.
func told(about string, also []string, left *int) []string {
	var remarks []string
	if text := plain(about, maxTold); text != "" {
		remarks = append(remarks, "about "+inQuotes(text))
	}
	var names []string
	for _, a := range also {
		if text := plain(a, maxAlso); text != "" {
			names = append(names, inQuotes(text))
		}
	}
	if len(names) > 0 {
		remarks = append(remarks, "also "+strings.Join(names, ", "))
	}
	size := len(strings.Join(remarks, "; "))
	if size > *left {
		return nil
	}
	*left -= size
	return remarks
}

// remark is what stands behind a name, in brackets.
func remark(parts []string) string {
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, "; ") + ")"
}

// plain is a text on one line, of characters that can be seen and none that
// placeholders are made of, at most so many.
func plain(text string, most int) string {
	if !utf8.ValidString(text) {
		return ""
	}
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || unicode.IsControl(r):
			return ' '
		case !unicode.IsPrint(r) || r == unicode.ReplacementChar || HasPlaceholder(string(r)):
			return -1
		}
		return r
	}, text)
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return string(runes)
}

func inQuotes(text string) string { return `"` + strings.ReplaceAll(text, `"`, `""`) + `"` }
