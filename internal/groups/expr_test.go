package groups

import (
	"fmt"
	"math/big"
	"strings"
)

// row is a row of a join, by alias.column; what an outer join misses is not there.
type row map[string]any

// expr is an expression as text and as a function over rows: two programs that
// must agree.
type expr struct {
	text  string
	f     func(row) any
	reads []string // of what may be summed or counted
}

// cond is an expr of true, false and nil.
type cond = expr

func col(name string) expr {
	return expr{text: name, f: func(x row) any { return x[name] }, reads: []string{name}}
}

// compare is -1, 0, 1, and false where one is NULL.
func compare(a, b any) (int, bool) {
	if a == nil || b == nil {
		return 0, false
	}
	if s, ok := a.(string); ok {
		return strings.Compare(s, b.(string)), true
	}
	return rat(a).Cmp(rat(b)), true
}

func rat(v any) *big.Rat {
	switch v := v.(type) {
	case int64:
		return new(big.Rat).SetInt64(v)
	case *big.Rat:
		return v
	default:
		panic(fmt.Sprintf("groups: %T is no number", v))
	}
}

func is(name, op string, v any) cond {
	text := literal(v)
	if s, ok := v.(string); ok && len(s) == 10 {
		text = "DATE '" + s + "'"
	}
	return cond{text: name + " " + op + " " + text, f: func(x row) any {
		c, ok := compare(x[name], v)
		if !ok {
			return nil
		}
		switch op {
		case "=":
			return c == 0
		case "<>":
			return c != 0
		case "<":
			return c < 0
		case ">=":
			return c >= 0
		default:
			panic("groups: unknown operator")
		}
	}}
}

func null(name string, not bool) cond {
	text := name + " IS NULL"
	if not {
		text = name + " IS NOT NULL"
	}
	return cond{text: text, f: func(x row) any { return (x[name] == nil) != not }}
}

func starts(name, with string) cond {
	return cond{text: name + " LIKE '" + with + "%'", f: func(x row) any {
		if x[name] == nil {
			return nil
		}
		return strings.HasPrefix(x[name].(string), with)
	}}
}

func in(name string, vs ...any) cond {
	var texts []string
	for _, v := range vs {
		texts = append(texts, literal(v))
	}
	return cond{text: name + " IN (" + strings.Join(texts, ", ") + ")", f: func(x row) any {
		if x[name] == nil {
			return nil
		}
		for _, v := range vs {
			if c, _ := compare(x[name], v); c == 0 {
				return true
			}
		}
		return false
	}}
}

func not(c cond) cond {
	return cond{text: "NOT (" + c.text + ")", f: func(x row) any {
		if v := c.f(x); v != nil {
			return !v.(bool)
		}
		return nil
	}}
}

func logic(a cond, word string, b cond) cond {
	decides := word == "OR"
	return cond{text: "(" + a.text + " " + word + " " + b.text + ")", f: func(x row) any {
		l, r := a.f(x), b.f(x)
		switch {
		case l == decides || r == decides:
			return decides
		case l == nil || r == nil:
			return nil
		}
		return !decides
	}}
}

// branch is CASE WHEN c THEN a ELSE b END.
func branch(c cond, a, b any) expr {
	return expr{text: fmt.Sprintf("CASE WHEN %s THEN %s ELSE %s END", c.text, literal(a), literal(b)), f: func(x row) any {
		if c.f(x) == true {
			return a
		}
		return b
	}}
}

// linear is a + n * b.
func linear(a string, n int64, b string) expr {
	return expr{text: fmt.Sprintf("%s + %d * %s", a, n, b), f: func(x row) any {
		if x[a] == nil || x[b] == nil {
			return nil
		}
		return new(big.Rat).Add(rat(x[a]), new(big.Rat).Mul(big.NewRat(n, 1), rat(x[b])))
	}, reads: []string{a, b}}
}

// times is a * n, n in hundredths.
func times(a string, n int64) expr {
	return expr{text: a + " * " + cents(n).FloatString(2), f: func(x row) any {
		if x[a] == nil {
			return nil
		}
		return new(big.Rat).Mul(rat(x[a]), cents(n))
	}, reads: []string{a}}
}

// text makes expressions of texts.
func text(format, name string, f func(string) any) expr {
	return expr{text: fmt.Sprintf(format, name), f: func(x row) any {
		if x[name] == nil {
			return nil
		}
		return f(x[name].(string))
	}}
}
