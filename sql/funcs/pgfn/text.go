package pgfn

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxText is what a text may grow to; PostgreSQL's limit is a gigabyte.
const maxText = 64 << 20

var errLength = &Error{"54000", "the text would become too long"}

func texts() []Scalar {
	return []Scalar{
		simple("g_lower", 1, func(a []any) any { return strings.Map(unicode.ToLower, text(a[0])) }),
		simple("g_upper", 1, func(a []any) any { return strings.Map(unicode.ToUpper, text(a[0])) }),
		simple("g_initcap", 1, func(a []any) any { return initcap(text(a[0])) }),
		simple("g_left", 2, func(a []any) any { return left(text(a[0]), integer(a[1])) }),
		simple("g_right", 2, func(a []any) any { return right(text(a[0]), integer(a[1])) }),
		{"g_substr", -1, substr},
		simple("g_starts_with", 2, func(a []any) any { return truth(strings.HasPrefix(text(a[0]), text(a[1]))) }),
		simple("g_translate", 3, func(a []any) any { return replaceRunes(text(a[0]), text(a[1]), text(a[2])) }),
		simple("g_reverse", 1, func(a []any) any { return reverse(text(a[0])) }),
		strict("g_repeat", 2, func(a []any) (any, error) {
			n := clamp(a[1])
			if s := text(a[0]); int64(len(s))*n <= maxText {
				return strings.Repeat(s, int(n)), nil
			}
			return nil, errLength
		}),
		strict("g_lpad", 3, func(a []any) (any, error) { return pad(a, true) }),
		strict("g_rpad", 3, func(a []any) (any, error) { return pad(a, false) }),
		strict("g_split_part", 3, func(a []any) (any, error) { return splitPart(text(a[0]), text(a[1]), integer(a[2])) }),
		simple("g_ascii", 1, func(a []any) any {
			s := text(a[0])
			if s == "" {
				return int64(0)
			}
			r, _ := utf8.DecodeRuneInString(s)
			return int64(r)
		}),
	}
}

// clamp is a count: none for negative ones, and no more than a text may be long.
func clamp(v any) int64 { return max(min(integer(v), maxText), 0) }

func initcap(s string) string {
	inWord := false
	return strings.Map(func(r rune) rune {
		was := inWord
		inWord = unicode.In(r, unicode.L, unicode.Nl, unicode.Nd, unicode.Other_Alphabetic)
		if !inWord {
			return r
		}
		if was {
			return unicode.ToLower(r)
		}
		return unicode.ToUpper(r)
	}, s)
}

func runes(s string) int64 { return int64(utf8.RuneCountInString(s)) }

// prefix is the first n characters of s, and the rest.
func prefix(s string, n int64) (head, tail string) {
	if n <= 0 {
		return "", s
	}
	for i := range s {
		if n == 0 {
			return s[:i], s[i:]
		}
		n--
	}
	return s, ""
}

func left(s string, n int64) string {
	if n < 0 {
		n += runes(s)
	}
	head, _ := prefix(s, n)
	return head
}

func right(s string, n int64) string {
	if n < 0 {
		n = -n
	} else {
		n = runes(s) - n
	}
	_, tail := prefix(s, n)
	return tail
}

// substr counts from 1; what lies before the text counts towards the length.
func substr(a []any) (any, error) {
	for _, v := range a {
		if v == nil {
			return nil, nil
		}
	}
	s, start := text(a[0]), max(min(integer(a[1]), math.MaxInt32), math.MinInt32)
	if len(a) < 3 {
		_, tail := prefix(s, start-1)
		return tail, nil
	}
	n := min(integer(a[2]), math.MaxInt32)
	if n < 0 {
		return nil, fail("22011", "negative substring length not allowed")
	}
	end := start + n
	_, tail := prefix(s, start-1)
	head, _ := prefix(tail, end-max(start, 1))
	return head, nil
}

func replaceRunes(s, from, to string) string {
	target := []rune(to)
	table := map[rune]rune{}
	i := 0
	for _, r := range from {
		if _, known := table[r]; !known {
			table[r] = -1
			if i < len(target) {
				table[r] = target[i]
			}
		}
		i++
	}
	return strings.Map(func(r rune) rune {
		if t, ok := table[r]; ok {
			return t
		}
		return r
	}, s)
}

func reverse(s string) string {
	out := make([]byte, 0, len(s))
	for s != "" {
		_, n := utf8.DecodeLastRuneInString(s)
		out = append(out, s[len(s)-n:]...)
		s = s[:len(s)-n]
	}
	return string(out)
}

func pad(a []any, onLeft bool) (any, error) {
	s, n, fill := text(a[0]), clamp(a[1]), text(a[2])
	have := runes(s)
	if have >= n || fill == "" {
		head, _ := prefix(s, n)
		return head, nil
	}
	missing := n - have
	if missing*4 > maxText {
		return nil, errLength
	}
	times := missing/runes(fill) + 1
	filling, _ := prefix(strings.Repeat(fill, int(times)), missing)
	if onLeft {
		return filling + s, nil
	}
	return s + filling, nil
}

func splitPart(s, sep string, n int64) (any, error) {
	if n == 0 {
		return nil, fail("22023", "field position must not be zero")
	}
	if sep == "" {
		if n == 1 || n == -1 {
			return s, nil
		}
		return "", nil
	}
	parts := strings.Split(s, sep)
	if s == "" {
		return "", nil
	}
	if n < 0 {
		n += int64(len(parts)) + 1
	}
	if n < 1 || n > int64(len(parts)) {
		return "", nil
	}
	return parts[n-1], nil
}
