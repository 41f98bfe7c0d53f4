package answer

import (
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

// numerals writes numbers as a language does: 1,234,567.5 or 1 234 567,5 or
// 12,34,567.5. Only the marks are learned from Unicode's tables: digits stay those
// that the database gave, all of them, and are not rounded.
//
// The zero value writes them as PostgreSQL does.
type numerals struct {
	group, point string
	first, other int // digits of the last group, and of each before
}

func numeralsOf(tag language.Tag) numerals {
	if tag == language.Und {
		return numerals{}
	}
	latin, err := tag.SetTypeForKey("nu", "latn")
	if err != nil {
		return numerals{}
	}
	p := message.NewPrinter(latin)
	n := numerals{point: between(p.Sprint(number.Decimal(1.5)), "1", "5")}
	parts := strings.FieldsFunc(p.Sprint(number.Decimal(1234567890)), func(r rune) bool { return r < '0' || r > '9' })
	if len(parts) < 3 {
		return n
	}
	last, before := parts[len(parts)-1], parts[len(parts)-2]
	n.first, n.other = len(last), len(before)
	n.group = between(p.Sprint(number.Decimal(1234567890)), before, last)
	return n
}

func between(s, left, right string) string {
	_, s, _ = strings.Cut(s, left)
	s, _, _ = strings.Cut(s, right)
	return s
}

// write changes the marks of a number in PostgreSQL's form; of what is none, such
// as NaN, nothing.
func (n numerals) write(s string) string {
	if n.point == "" || strings.Trim(s, "-.0123456789") != "" {
		return s
	}
	sign := ""
	if rest, negative := strings.CutPrefix(s, "-"); negative {
		sign, s = "-", rest
	}
	whole, decimals, fraction := strings.Cut(s, ".")
	if n.group != "" {
		whole = n.grouped(whole)
	}
	if fraction {
		whole += n.point + decimals
	}
	return sign + whole
}

func (n numerals) grouped(digits string) string {
	size, out := n.first, ""
	for len(digits) > size {
		cut := len(digits) - size
		out = n.group + digits[cut:] + out
		digits, size = digits[:cut], n.other
	}
	return digits + out
}

// read is a value of a column for a person: as text says it, with the decimals that
// the column has at least and the marks of their language.
func (n numerals) read(s string, c Column) string {
	if c.Type.IsNumber() {
		return n.write(c.padded(s))
	}
	return s
}
