package pgfn

import (
	"strings"
	"unicode/utf8"
)

// searches are the functions that count matches, or want the nth of them.
func searches(cache *regexps) []Scalar {
	nth := func(name string, result func(s string, m []int) any) Scalar {
		return strict(name, 4, func(a []any) (any, error) {
			s, start, want := text(a[0]), integer(a[2]), integer(a[3])
			if start < 1 || want < 1 {
				return nil, errParameter
			}
			re, err := cache.get(text(a[1]), false)
			if err != nil {
				return nil, err
			}
			var found []int
			re.each(s, start, func(m []int) bool {
				if want--; want == 0 {
					found = m
				}
				return want > 0
			})
			return result(s, found), nil
		})
	}
	return []Scalar{
		strict("g_regexp_flags", 3, func(a []any) (any, error) {
			re, err := cache.get(text(a[1]), text(a[2]) != "")
			if err != nil {
				return nil, err
			}
			return truth(re.MatchString(text(a[0]))), nil
		}),
		strict("g_regexp_count", 3, func(a []any) (any, error) {
			re, err := cache.get(text(a[1]), false)
			if err != nil {
				return nil, err
			}
			if integer(a[2]) < 1 {
				return nil, errParameter
			}
			n := int64(0)
			re.each(text(a[0]), integer(a[2]), func([]int) bool { n++; return true })
			return n, nil
		}),
		nth("g_regexp_instr", func(s string, m []int) any {
			if m == nil {
				return int64(0)
			}
			return runes(s[:m[0]]) + 1
		}),
		nth("g_regexp_nth", func(s string, m []int) any {
			if m == nil {
				return nil
			}
			return s[m[0]:m[1]]
		}),
	}
}

var errParameter = &Error{"22023", "a start or number of a match must be greater than zero"}

// each calls yield with the matches from the character start on, one behind the
// other, until it returns false.
func (c *compiled) each(s string, start int64, yield func(m []int) bool) {
	head, _ := prefix(s, start-1)
	if runes(head) < start-1 {
		return // behind the text
	}
	for from := len(head); from <= len(s); {
		m := c.after(s, from)
		if m == nil || !yield(m) {
			return
		}
		from = m[1]
		if m[0] == m[1] {
			_, n := utf8.DecodeRuneInString(s[from:])
			from += max(n, 1)
		}
	}
}

// splits are the functions that give the parts of a text as rows.
func splits(cache *regexps) []Table {
	return []Table{
		{"g_regexp_split", 2, func(a []any, yield func(any) bool) error {
			if a[0] == nil || a[1] == nil {
				return nil
			}
			re, err := cache.get(text(a[1]), false)
			if err != nil {
				return err
			}
			s, done := text(a[0]), 0
			more := true
			re.each(s, 1, func(m []int) bool {
				if m[0] < len(s) && m[1] > done { // an empty match at an end or behind a match splits nothing
					more = yield(s[done:m[0]])
					done = m[1]
				}
				return more
			})
			if more {
				yield(s[done:])
			}
			return nil
		}},
		{"g_split", 2, func(a []any, yield func(any) bool) error {
			if a[0] == nil || text(a[0]) == "" {
				return nil
			}
			for s := text(a[0]); ; {
				head, rest, more := cutAt(s, a[1])
				if !yield(head) || !more {
					return nil
				}
				s = rest
			}
		}},
	}
}

// cutAt cuts at a separator: at none if it is empty, behind each character if it is NULL.
func cutAt(s string, separator any) (head, rest string, more bool) {
	if separator == nil {
		head, rest = prefix(s, 1)
		return head, rest, rest != ""
	}
	if text(separator) == "" {
		return s, "", false
	}
	return strings.Cut(s, text(separator))
}
