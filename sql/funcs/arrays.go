package funcs

import "github.com/grille-dev/grille/sql/types"

var textArray = types.ArrayOf(types.Text)

// SQLite has no arrays.
func arrays() []*Func {
	return []*Func{
		scalar("array_length", "the length of {1}", sig(int4, AnyArray, int4).total()),
		scalar("cardinality", "the number of elements of {1}", sig(int4, AnyArray).total()),
		scalar("array_to_string", "the elements of {1} joined",
			sig(text, AnyArray, text).stable().total(),
			sig(text, AnyArray, text, text).stable().total()),
		scalar("string_to_array", "{1} split at {2}",
			sig(textArray, text, text).total(),
			sig(textArray, text, text, text).total()),
		scalar("array_lower", "the first index of {1}", sig(int4, AnyArray, int4).total()),
		scalar("array_upper", "the last index of {1}", sig(int4, AnyArray, int4).total()),
		scalar("array_ndims", "the number of dimensions of {1}", sig(int4, AnyArray).total()),
		// A stored array of two dimensions makes these fail.
		scalar("array_position", "the place of {2} in {1}",
			sig(int4, AnyOrderedArray, AnyComparable),
			sig(int4, AnyOrderedArray, AnyComparable, int4)),
		scalar("array_positions", "the places of {2} in {1}", sig(types.ArrayOf(types.Int4), AnyOrderedArray, AnyComparable)),
		scalar("array_remove", "{1} without {2}", sig(AnyOrderedArray, AnyOrderedArray, AnyComparable)),
		scalar("array_replace", "{1} with {3} for {2}", sig(AnyOrderedArray, AnyOrderedArray, AnyComparable, AnyComparable)),
		scalar("array_append", "{1} and {2}", sig(AnyArray, AnyArray, AnyElement)),
		scalar("array_prepend", "{1} and {2}", sig(AnyArray, AnyElement, AnyArray)),
		scalar("array_cat", "{1} and {2}", sig(AnyArray, AnyArray, AnyArray)),
		scalar("trim_array", "{1} without the last {2}", sig(AnyArray, AnyArray, int4)),
		operator("@>", "{1} holds {2}",
			sig(boolean, jsonb, jsonb).total().lite("g_jsonb_contains({1}, {2})"),
			sig(boolean, AnyOrderedArray, AnyOrderedArray).total()),
		operator("<@", "{1} is held by {2}",
			sig(boolean, jsonb, jsonb).total().lite("g_jsonb_contains({2}, {1})"),
			sig(boolean, AnyOrderedArray, AnyOrderedArray).total()),
		operator("&&", "{1} and {2} share an element", sig(boolean, AnyOrderedArray, AnyOrderedArray).total(), sig(boolean, inet, inet).total()),
		// SQL's own syntax: x[n] and x[lo:hi]. Outside of an array there is NULL, and
		// a slice of nothing.
		operator("subscript", "element {2} of {1}", sig(AnyElement, AnyArray, int4).pg("({1})[{2}]").total()),
		operator("slice", "elements {2} to {3} of {1}", sig(AnyArray, AnyArray, int4, int4).pg("({1})[{2}:{3}]").total()),
		operator("slice_from", "the elements of {1} from number {2}", sig(AnyArray, AnyArray, int4).pg("({1})[{2}:]").total()),
		operator("slice_to", "the elements of {1} up to number {2}", sig(AnyArray, AnyArray, int4).pg("({1})[:{2}]").total()),
	}
}

// sets return rows: they stand in FROM.
func sets() []*Func {
	series := func(t, step types.Type) []*Sig {
		out := []*Sig{sig(t, t, t, step).check(series)}
		if t == step {
			out = append([]*Sig{sig(t, t, t).check(series)}, out...)
		}
		return out
	}
	var all []*Sig
	for _, t := range []types.Type{int4, int8, numeric} {
		all = append(all, series(t, t)...)
	}
	all[0].lite("g_series({1}, {2}, 1)")
	all[1].lite("g_series({1}, {2}, {3})")
	all[2].lite("g_series({1}, {2}, 1)")
	all[3].lite("g_series({1}, {2}, {3})")
	ts := sig(timestamp, timestamp, timestamp, interval).check(timeSeries).lite("g_series_timestamp({1}, {2}, {3})")
	tz := sig(timestamptz, timestamptz, timestamptz, interval).check(timeSeries).stable().
		lite("g_series_timestamptz({1}, {2}, {3})")
	return []*Func{
		{Name: "generate_series", Class: Set, Words: "the values from {1} to {2}", Sigs: append(all, ts, tz)},
		{Name: "generate_subscripts", Class: Set, Words: "the indices of {1}", Sigs: []*Sig{sig(int4, AnyArray, int4).total()}},
		{Name: "regexp_matches", Class: Set, Words: "the groups of the matches of {2} in {1}", Sigs: []*Sig{
			pattern(textArray, text, text), pattern(textArray, text, text, text).check(regexFlags(2))}},
		{Name: "regexp_split_to_table", Class: Set, Words: "the parts of {1} between matches of {2}", Sigs: []*Sig{
			pattern(text, text, text).lite("g_regexp_split({1}, {2})"), pattern(text, text, text, text).check(matchFlags(2))}},
		{Name: "string_to_table", Class: Set, Words: "the parts of {1}, split at {2}", Sigs: []*Sig{
			sig(text, text, text).total().lite("g_split({1}, {2})"), sig(text, text, text, text).total()}},
		{Name: "unnest", Class: Set, Words: "the elements of {1}", Sigs: []*Sig{sig(AnyElement, AnyArray).total()}},
	}
}

// internals are parts of masks, and the end of a recursion on SQLite. HMAC is composed on PostgreSQL from sha256, with
// padded keys as parameters; on SQLite it is a Go function.
func internals() []*Func {
	out := []*Func{
		scalar("sha256", "the SHA-256 of {1}", sig(bytea, bytea).total().lite("g_sha256({1})")),
		scalar("encode", "{1} in {2}", sig(text, bytea, text).check(oneOf(1, words("hex"), "encoding")).
			totalIf(constant(1)).lite("g_hex({1})")),
		scalar("convert_to", "{1} as bytes", sig(bytea, text, text).check(oneOf(1, words("utf8"), "encoding")).
			totalIf(constant(1)).lite("CAST({1} AS BLOB)")),
		scalar("hmac_token", "a token of {1}", sig(text, text, bytea).total().pg("{unavailable}").
			lite("g_hmac_token({1}, {2})")),
		scalar("recursion_over", "never, for row {1} is one too many", sig(boolean, int8).pg("{unavailable}").lite("g_recursion_over({1})")),
	}
	for _, f := range out {
		f.Internal = true
	}
	return out
}
