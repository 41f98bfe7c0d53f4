package pgfn

import (
	"strconv"
	"strings"
)

// building are functions that put texts together, and those that count what is missing.
func building() []Scalar {
	missing := func(name string, null bool) Scalar {
		return Scalar{name, -1, func(a []any) (any, error) {
			n := int64(0)
			for _, v := range a {
				if (v == nil) == null {
					n++
				}
			}
			return n, nil
		}}
	}
	return []Scalar{
		strict("g_chr", 1, func(a []any) (any, error) {
			n := integer(a[0])
			if n < 1 || n > 0x10ffff || n >= 0xd800 && n < 0xe000 {
				return nil, fail("54000", "requested character not valid")
			}
			return string(rune(n)), nil
		}),
		simple("g_to_hex", 1, func(a []any) any { return strconv.FormatUint(uint64(integer(a[0])), 16) }),
		strict("g_overlay", 3, func(a []any) (any, error) {
			return overlay(text(a[0]), text(a[1]), integer(a[2]), runes(text(a[1])))
		}),
		strict("g_overlay_for", 4, func(a []any) (any, error) {
			return overlay(text(a[0]), text(a[1]), integer(a[2]), integer(a[3]))
		}),
		{"g_format", -1, func(a []any) (any, error) {
			if len(a) == 0 || a[0] == nil {
				return nil, nil
			}
			parts, why := parseTextFormat(text(a[0]), len(a)-1)
			if why != "" {
				return nil, fail("22023", why)
			}
			return formatTexts(parts, a)
		}},
		missing("g_num_nulls", true), missing("g_num_nonnulls", false),
	}
}

// overlay replaces n characters of s from the place start.
func overlay(s, with string, start, n int64) (any, error) {
	if start <= 0 {
		return nil, fail("22011", "negative substring length not allowed")
	}
	if !fits32(start + n) {
		return nil, errRange
	}
	head, _ := prefix(s, start-1)
	_, tail := prefix(s, start+n-1)
	return head + with + tail, nil
}

// formatPart is a text, or the value of an argument in at least so many characters.
type formatPart struct {
	literal string
	arg     int // from 1; 0: none
	width   int64
	left    bool
}

// CheckTextFormat says what is wrong with a format for that many values, or "".
func CheckTextFormat(f string, values int) string {
	_, why := parseTextFormat(f, values)
	return why
}

const maxWidth = 10_000

// parseTextFormat reads %s, %3$s, %-10s and %%. %I and %L, which write SQL, are
// not among them, nor are widths that are arguments.
func parseTextFormat(f string, values int) (parts []formatPart, why string) {
	next := 1
	for f != "" {
		head, rest, found := strings.Cut(f, "%")
		if head != "" {
			parts = append(parts, formatPart{literal: head})
		}
		if !found {
			break
		}
		if f, found = strings.CutPrefix(rest, "%"); found {
			parts = append(parts, formatPart{literal: "%"})
			continue
		}
		p := formatPart{}
		run, after := leadingDigits(rest)
		if strings.HasPrefix(after, "$") && run != "" {
			p.arg = smallNumber(run)
			rest = after[1:]
			next = p.arg
		} else {
			p.arg = next
		}
		next++
		rest, p.left = strings.CutPrefix(rest, "-")
		run, rest = leadingDigits(rest)
		if run != "" {
			p.width = int64(smallNumber(run))
		}
		switch {
		case !strings.HasPrefix(rest, "s"):
			return nil, "it knows %s, with a place and a width as in %1$-10s, and %%"
		case p.arg < 1 || p.arg > values:
			return nil, "it asks for more values than there are"
		case p.width > maxWidth:
			return nil, "a width must be at most " + strconv.Itoa(maxWidth)
		}
		parts, f = append(parts, p), rest[1:]
	}
	return parts, ""
}

func leadingDigits(s string) (run, rest string) {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return s[:i], s[i:]
}

// smallNumber is beyond all bounds where the digits are many.
func smallNumber(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 1 << 30
	}
	return n
}

func formatTexts(parts []formatPart, a []any) (any, error) {
	var b strings.Builder
	for _, p := range parts {
		s := p.literal
		if p.arg > 0 {
			s = text(a[p.arg])
			if a[p.arg] == nil {
				s = ""
			}
			space := strings.Repeat(" ", int(max(0, p.width-runes(s))))
			if p.left {
				s += space
			} else {
				s = space + s
			}
		}
		if b.Len()+len(s) > maxText {
			return nil, errLength
		}
		b.WriteString(s)
	}
	return b.String(), nil
}
