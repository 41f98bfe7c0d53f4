package funcs

import (
	"strings"

	"github.com/grille-dev/grille/sql/funcs/pgfn"
	"github.com/grille-dev/grille/sql/types"
)

// given wants a constant and gives its text, if it is not NULL, to judge.
func given(at int, what string, judge func(text string) string) check {
	return func(consts []*types.Value) string {
		v := get(consts, at)
		switch {
		case v == nil:
			return what + " must be a constant"
		case v.IsNull():
			return ""
		}
		return judge(v.Text())
	}
}

func regex(at int) check {
	return given(at, "the regular expression", prefixed("the regular expression", pgfn.CheckRegexp))
}

func replacement(at int) check {
	return given(at, "the replacement", func(string) string { return "" })
}

func regexFlags(at int) check {
	return given(at, "the flags", func(flags string) string {
		if strings.Trim(flags, "gi") != "" {
			return "the flags of a regular expression are g and i"
		}
		return ""
	})
}

// matchFlags are those of functions that look for a match, or for all of them anyway.
func matchFlags(at int) check {
	return given(at, "the flags", func(flags string) string {
		if strings.Trim(flags, "i") != "" {
			return "the only flag here is i"
		}
		return ""
	})
}

// textFormat checks the first argument of format against the number of the others.
func textFormat(consts []*types.Value) string {
	return given(0, "the format", func(f string) string {
		return prefixed("the format", func(f string) string { return pgfn.CheckTextFormat(f, len(consts)-1) })(f)
	})(consts)
}

func dateFormat(at int) check {
	return given(at, "the format", prefixed("the format", pgfn.CheckDateFormat))
}

func numberFormat(at int) check {
	return given(at, "the format", prefixed("the format", pgfn.CheckNumberFormat))
}

// prefixed says of what the complaint is.
func prefixed(what string, judge func(string) string) func(string) string {
	return func(text string) string {
		if why := judge(text); why != "" {
			return what + ": " + why
		}
		return ""
	}
}
