package pgfn

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

func patterns(cache *regexps) []Scalar {
	like := func(name string, fold bool) Scalar {
		return Scalar{name, -1, func(a []any) (any, error) {
			for _, v := range a {
				if v == nil {
					return nil, nil
				}
			}
			escape := `\`
			if len(a) > 2 {
				escape = text(a[2])
				if runes(escape) > 1 {
					return nil, fail("22025", "invalid escape string")
				}
			}
			s, pattern := text(a[0]), text(a[1])
			if fold {
				s, pattern = strings.Map(unicode.ToLower, s), strings.Map(unicode.ToLower, pattern)
			}
			ok, err := Like(s, pattern, escape)
			return truth(ok), err
		}}
	}
	match := func(name string, fold bool) Scalar {
		return strict(name, 2, func(a []any) (any, error) {
			re, err := cache.get(text(a[1]), fold)
			if err != nil {
				return nil, err
			}
			return truth(re.MatchString(text(a[0]))), nil
		})
	}
	return []Scalar{
		like("g_like", false), like("g_ilike", true),
		match("g_regexp", false), match("g_iregexp", true),
		strict("g_regexp_replace", 4, func(a []any) (any, error) {
			return cache.replace(text(a[0]), text(a[1]), text(a[2]), text(a[3]))
		}),
		strict("g_regexp_substr", 2, func(a []any) (any, error) {
			re, err := cache.get(text(a[1]), false)
			if err != nil {
				return nil, err
			}
			m := re.FindStringSubmatchIndex(text(a[0]))
			switch {
			case m == nil:
				return nil, nil
			case len(m) > 2: // the first parenthesis, if there is one
				if m[2] < 0 {
					return nil, nil
				}
				return text(a[0])[m[2]:m[3]], nil
			}
			return text(a[0])[m[0]:m[1]], nil
		}),
	}
}

// Like reports whether s is LIKE pattern: % is any text, _ any character, the
// one after escape itself. It goes back to the last % only, which suffices.
func Like(s, pattern, escape string) (bool, error) {
	if err := checkEscape(pattern, escape); err != nil {
		return false, err
	}
	star, mark := "", ""
	hasStar := false
	for s != "" || pattern != "" {
		switch {
		case strings.HasPrefix(pattern, "%") && escape != "%":
			pattern = pattern[1:]
			star, mark, hasStar = pattern, s, true
			if pattern == "" {
				return true, nil
			}
			continue
		case s != "" && strings.HasPrefix(pattern, "_") && escape != "_":
			_, n := utf8.DecodeRuneInString(s)
			s, pattern = s[n:], pattern[1:]
			continue
		case s != "" && pattern != "":
			p := pattern
			if escape != "" {
				p = strings.TrimPrefix(pattern, escape)
			}
			_, n := utf8.DecodeRuneInString(p)
			if strings.HasPrefix(s, p[:n]) {
				s, pattern = s[n:], p[n:]
				continue
			}
		}
		if !hasStar || mark == "" {
			return false, nil
		}
		_, n := utf8.DecodeRuneInString(mark)
		mark = mark[n:]
		s, pattern = mark, star
	}
	return true, nil
}

// checkEscape refuses a pattern that ends in its escape character. PostgreSQL
// notices it only where it gets that far; its patterns are constants that
// package funcs has checked already.
func checkEscape(pattern, escape string) error {
	if escape == "" || !strings.HasSuffix(pattern, escape) {
		return nil
	}
	open := false
	for pattern != "" {
		_, n := utf8.DecodeRuneInString(pattern)
		open = !open && pattern[:n] == escape
		pattern = pattern[n:]
	}
	if open {
		return fail("22025", "LIKE pattern must not end with escape character")
	}
	return nil
}
