package funcs

import "github.com/grille-dev/grille/sql/types"

// Lengths that a draft may ask for; the database would go on to a gigabyte.
const maxBuilt = 10_000

func texts() []*Func {
	length := func(name string) *Func {
		return scalar(name, "the length of {1}",
			sig(int4, text).total().lite("length({1})"),
			sig(int4, bpchar).total().lite("length(rtrim({1}, ' '))"))
	}
	byteLength := func(name string) *Func {
		return scalar(name, "the number of bytes of {1}",
			sig(int4, text).total().lite("length(CAST({1} AS BLOB))"),
			sig(int4, bytea).total().lite("length({1})"))
	}
	lengths := length("length")
	lengths.Sigs = append(lengths.Sigs, sig(int4, bytea).total().lite("length({1})"))

	trim := func(name, native, words string) *Func {
		return scalar(name, words,
			sig(text, text).total().lite(native+"({1})"),
			sig(text, text, text).total().lite(native+"({1}, {2})"))
	}
	substr := func(name string) *Func {
		return scalar(name, "a part of {1}",
			sig(text, text, int4).total().lite("g_substr({1}, {2})"),
			sig(text, text, int4, int4).totalIf(notNegative(2)).check(atLeast(2, 0, "the length of a substring")).
				lite("g_substr({1}, {2}, {3})"))
	}
	substring := substr("substring")
	// substring(x from 'pattern')
	substring.Sigs = append(substring.Sigs,
		sig(text, text, text).check(regex(1)).totalIf(constant(1)).lite("g_regexp_substr({1}, {2})"))
	pad := func(name, words string) *Func {
		return scalar(name, words,
			sig(text, text, int4).check(built(1, "the length")).totalIf(constant(1)).lite("g_"+name+"({1}, {2}, ' ')"),
			sig(text, text, int4, text).check(built(1, "the length")).totalIf(constant(1)).lite("g_"+name+"({1}, {2}, {3})"))
	}
	return []*Func{
		operator("||", "{1} followed by {2}",
			sig(text, text, text).total().lite("({1} || {2})"),
			sig(text, text, AnyNonArray).pg("({1} OPERATOR(pg_catalog.||) {2})").stable().total().lite("({1} || {2:text})"),
			sig(text, AnyNonArray, text).pg("({1} OPERATOR(pg_catalog.||) {2})").stable().total().lite("({1:text} || {2})"),
			sig(bytea, bytea, bytea).total(),
			sig(jsonb, jsonb, jsonb),
			sig(AnyArray, AnyArray, AnyArray),
			sig(AnyArray, AnyArray, AnyElement),
			sig(AnyArray, AnyElement, AnyArray),
		),
		lengths, length("char_length"), length("character_length"),
		byteLength("octet_length"),
		scalar("lower", "{1} in lower case", sig(text, text).total().lite("g_lower({1})")),
		scalar("upper", "{1} in upper case", sig(text, text).total().lite("g_upper({1})")),
		scalar("initcap", "{1} with capital initials", sig(text, text).total().lite("g_initcap({1})")),
		trim("btrim", "trim", "{1} trimmed"), trim("ltrim", "ltrim", "{1} trimmed on the left"),
		trim("rtrim", "rtrim", "{1} trimmed on the right"),
		scalar("left", "the first {2} characters of {1}", sig(text, text, int4).total().lite("g_left({1}, {2})")),
		scalar("right", "the last {2} characters of {1}", sig(text, text, int4).total().lite("g_right({1}, {2})")),
		substring, substr("substr"),
		scalar("position", "the position of {2} in {1}", sig(int4, text, text).total().lite("instr({1}, {2})")),
		scalar("strpos", "the position of {2} in {1}", sig(int4, text, text).total().lite("instr({1}, {2})")),
		scalar("starts_with", "{1} begins with {2}", sig(boolean, text, text).total().lite("g_starts_with({1}, {2})")),
		scalar("replace", "{1} with {2} replaced by {3}", sig(text, text, text, text).lite("replace({1}, {2}, {3})")),
		scalar("translate", "{1} with characters replaced", sig(text, text, text, text).total().lite("g_translate({1}, {2}, {3})")),
		scalar("reverse", "{1} reversed", sig(text, text).total().lite("g_reverse({1})")),
		scalar("repeat", "{1} repeated {2} times",
			sig(text, text, int4).check(built(1, "the number of repetitions")).lite("g_repeat({1}, {2})")),
		pad("lpad", "{1} padded on the left"), pad("rpad", "{1} padded on the right"),
		scalar("split_part", "part {3} of {1}, split at {2}",
			sig(text, text, text, int4).check(notZero(2, "the field of split_part")).totalIf(nonZero(2)).
				lite("g_split_part({1}, {2}, {3})")),
		scalar("concat", "{1} and the rest joined",
			sig(text, AnyPrintable).variadic().stable().total().lite("concat({*:out})")),
		scalar("concat_ws", "the texts joined with {1}",
			sig(text, text, AnyPrintable).variadic().stable().total().lite("concat_ws({*:out})")),
		scalar("ascii", "the code of the first character of {1}", sig(int4, text).total().lite("g_ascii({1})")),
		scalar("chr", "the character of code {1}",
			sig(text, int4).check(character(0)).totalIf(constant(0)).lite("g_chr({1})")),
		// What makes a text longer is total as far as package policy measures it.
		scalar("overlay", "{1} with a part replaced by {2}",
			sig(text, text, text, int4).check(atLeast(2, 1, "the start of overlay")).lite("g_overlay({1}, {2}, {3})"),
			sig(text, text, text, int4, int4).check(atLeast(2, 1, "the start of overlay")).lite("g_overlay_for({1}, {2}, {3}, {4})")),
		scalar("format", "{1} with the values put in",
			sig(text, text).check(textFormat).lite("g_format({*:out})"),
			sig(text, text, AnyPrintable).variadic().check(textFormat).stable().lite("g_format({*:out})")),
		scalar("to_hex", "{1} in hexadecimal",
			sig(text, int4).total().lite("g_to_hex({1} & 4294967295)"),
			sig(text, int8).total().lite("g_to_hex({1})")),
		missing("num_nulls", "how many of the values are missing"),
		missing("num_nonnulls", "how many of the values are there"),
	}
}

func missing(name, words string) *Func {
	return scalar(name, words, sig(int4, Any).variadic().total().lite("g_"+name+"({*})"))
}

// patterns are LIKE, regular expressions and their functions. A pattern that is
// not a constant may be malformed in some row only, so it is never total; a
// regular expression must be a constant, since a stored one could run for ever.
func patterns() []*Func {
	like := func(name, keyword, words string) *Func {
		fn := "g_" + name
		return operator(name, words,
			sig(boolean, text, text).check(likePattern(1, -1)).totalIf(constant(1)).
				pg("({1} "+keyword+" {2})").lite(fn+"({1}, {2})"),
			sig(boolean, text, text, text).check(likePattern(1, 2)).totalIf(constant(1, 2)).
				pg("({1} "+keyword+" {2} ESCAPE {3})").lite(fn+"({1}, {2}, {3})"))
	}
	match := func(symbol, words, lite string) *Func {
		return operator(symbol, words, sig(boolean, text, text).check(regex(1)).totalIf(constant(1)).lite(lite))
	}
	matches := match("~", "{1} matches {2}", "g_regexp({1}, {2})")
	for _, t := range []types.Type{int2, int4, int8} { // the bits turned round
		matches.Sigs = append(matches.Sigs, sig(t, t).total().lite("(~ {1})"))
	}
	return []*Func{
		like("like", "LIKE", "{1} is like {2}"),
		like("ilike", "ILIKE", "{1} is like {2} in any case"),
		matches,
		match("~*", "{1} matches {2} in any case", "g_iregexp({1}, {2})"),
		match("!~", "{1} does not match {2}", "(NOT g_regexp({1}, {2}))"),
		match("!~*", "{1} does not match {2} in any case", "(NOT g_iregexp({1}, {2}))"),
		scalar("regexp_replace", "{1} with matches of {2} replaced",
			sig(text, text, text, text).check(regex(1)).check(replacement(2)).
				lite("g_regexp_replace({1}, {2}, {3}, '')"),
			sig(text, text, text, text, text).check(regex(1)).check(replacement(2)).check(regexFlags(3)).
				lite("g_regexp_replace({1}, {2}, {3}, {4})")),
		scalar("regexp_like", "{1} matches {2}",
			pattern(boolean, text, text).totalIf(constant(1)).lite("g_regexp({1}, {2})"),
			pattern(boolean, text, text, text).check(matchFlags(2)).totalIf(constant(1, 2)).lite("g_regexp_flags({1}, {2}, {3})")),
		scalar("regexp_count", "how often {1} matches {2}",
			pattern(int4, text, text).totalIf(constant(1)).lite("g_regexp_count({1}, {2}, 1)"),
			pattern(int4, text, text, int4).check(atLeast(2, 1, "the start of the search")).totalIf(both(constant(1), positive(2))).
				lite("g_regexp_count({1}, {2}, {3})")),
		scalar("regexp_instr", "where {1} matches {2}",
			pattern(int4, text, text).totalIf(constant(1)).lite("g_regexp_instr({1}, {2}, 1, 1)"),
			pattern(int4, text, text, int4, int4).check(nth).totalIf(both(constant(1), both(positive(2), positive(3)))).
				lite("g_regexp_instr({1}, {2}, {3}, {4})")),
		scalar("regexp_substr", "the part of {1} that matches {2}",
			pattern(text, text, text).totalIf(constant(1)).lite("g_regexp_nth({1}, {2}, 1, 1)"),
			pattern(text, text, text, int4, int4).check(nth).totalIf(both(constant(1), both(positive(2), positive(3)))).
				lite("g_regexp_nth({1}, {2}, {3}, {4})")),
		// SQLite has no arrays.
		scalar("regexp_match", "the groups of the first match of {2} in {1}",
			pattern(textArray, text, text).totalIf(constant(1)),
			pattern(textArray, text, text, text).check(matchFlags(2)).totalIf(constant(1, 2))),
		scalar("regexp_split_to_array", "{1} split where it matches {2}",
			pattern(textArray, text, text).totalIf(constant(1)),
			pattern(textArray, text, text, text).check(matchFlags(2)).totalIf(constant(1, 2))),
	}
}

// pattern is an overload whose second argument is a regular expression.
func pattern(result types.Type, params ...types.Type) *Sig {
	return sig(result, params...).check(regex(1))
}

// nth are the start of a search and which match is wanted.
func nth(consts []*types.Value) string {
	if why := atLeast(2, 1, "the start of the search")(consts); why != "" {
		return why
	}
	return atLeast(3, 1, "the number of the match")(consts)
}

// conditionals are expressions of SQL's grammar: they have no name in
// pg_catalog, and are never qualified.
func conditionals() []*Func {
	nullif := equality()
	for _, s := range nullif {
		s.Result = s.Params[0]
		s.pg("NULLIF({1}, {2})")
		switch {
		case s.SQLite == "":
		case s.Params[0] == s.Params[1] && s.Params[0] != bpchar:
			s.lite("nullif({1}, {2})")
		default:
			s.lite("CASE WHEN " + liteSides(s.Params, "=") + " THEN NULL ELSE {1} END")
		}
	}
	return []*Func{
		scalar("coalesce", "{1}, or else {2}",
			sig(AnyElement, AnyElement).variadic().total().pg("COALESCE({*})").lite("coalesce({*}, NULL)")),
		{Name: "nullif", Class: Scalar, Words: "{1}, but empty where it is {2}", Sigs: nullif, sided: true},
		scalar("greatest", "the greatest of the values",
			sig(AnyComparable, AnyComparable).variadic().total().pg("GREATEST({*})").lite("g_greatest_{kind}({*})")),
		scalar("least", "the least of the values",
			sig(AnyComparable, AnyComparable).variadic().total().pg("LEAST({*})").lite("g_least_{kind}({*})")),
	}
}
