package funcs

import "github.com/grille-dev/grille/sql/types"

// jsonb cannot fail when taken apart. A json is read again at each call, and may
// hold escapes (\u0000) that text cannot. Making one fails where a text is too
// long, a key is missing, or a json is no jsonb.

func jsons() []*Func {
	pathOf := "#>>"
	return append([]*Func{
		operator("->", "the part {2} of {1}",
			sig(jsonb, jsonb, text).total().lite("g_jsonb_get({1}, {2})"),
			sig(jsonb, jsonb, int4).total().lite("g_jsonb_get({1}, {2})"),
			sig(jsonText, jsonText, text).lite("g_json_get({1}, {2})"),
			sig(jsonText, jsonText, int4).lite("g_json_get({1}, {2})")),
		operator("->>", "the part {2} of {1} as text",
			sig(text, jsonb, text).total().lite("g_jsonb_get_text({1}, {2})"),
			sig(text, jsonb, int4).total().lite("g_jsonb_get_text({1}, {2})"),
			sig(text, jsonText, text).lite("g_json_get_text({1}, {2})"),
			sig(text, jsonText, int4).lite("g_json_get_text({1}, {2})")),
		operator("#>", "the part {2} of {1}",
			sig(jsonb, jsonb, textArray).total(),
			sig(jsonText, jsonText, textArray)),
		operator(pathOf, "the part {2} of {1} as text",
			sig(text, jsonb, textArray).total(),
			sig(text, jsonText, textArray)),
		operator("?", "{1} has the key {2}", sig(boolean, jsonb, text).total().lite("g_jsonb_exists({1}, {2})")),
		operator("?|", "{1} has one of the keys {2}", sig(boolean, jsonb, textArray).total()),
		operator("?&", "{1} has all of the keys {2}", sig(boolean, jsonb, textArray).total()),
		scalar("jsonb_pretty", "{1} on several lines", sig(text, jsonb)), // deep ones become very long
		scalar("jsonb_strip_nulls", "{1} without what is null", sig(jsonb, jsonb).total()),
		scalar("json_strip_nulls", "{1} without what is null", sig(jsonText, jsonText)),
		scalar("to_json", "{1} as JSON", sig(jsonText, AnyJSON).stable()),
		scalar("to_jsonb", "{1} as JSON", sig(jsonb, AnyJSON).stable()),
	}, append(ofKind("json", jsonText), ofKind("jsonb", jsonb)...)...)
}

// ofKind are the functions that json and jsonb both have.
func ofKind(prefix string, t types.Type) []*Func {
	total := func(s *Sig) *Sig {
		if t == jsonb {
			s.total()
		}
		return s
	}
	return []*Func{
		scalar(prefix+"_typeof", "the kind of {1}", total(sig(text, t).lite("g_"+prefix+"_typeof({1})"))),
		scalar(prefix+"_array_length", "the number of elements of {1}", sig(int4, t).lite("g_"+prefix+"_array_length({1})")),
		scalar(prefix+"_extract_path", "the part of {1} at a path", total(sig(t, t, text).variadic().lite("g_"+prefix+"_path({*})"))),
		scalar(prefix+"_extract_path_text", "the part of {1} at a path as text",
			total(sig(text, t, text).variadic().lite("g_"+prefix+"_path_text({*})"))),
		scalar(prefix+"_build_object", "an object of {*}",
			&Sig{Result: t},
			sig(t, AnyJSON).variadic().check(pairsOf).stable()),
		scalar(prefix+"_build_array", "a list of {*}", &Sig{Result: t}, sig(t, AnyJSON).variadic().stable()),
	}
}

// pairs are the keys of a json with their values, in its order.
func pairs(name string, t, value types.Type) *Func {
	s := sig(text, t)
	s.Columns = []SetColumn{{"key", text}, {"value", value}}
	return &Func{Name: name, Class: Set, Words: "the keys and values of {1}", Sigs: []*Sig{s}}
}

// jsonSets are the parts of a json as rows.
func jsonSets() []*Func {
	var out []*Func
	rows := func(name, words string, result, t types.Type) {
		out = append(out, &Func{Name: name, Class: Set, Words: words, Sigs: []*Sig{sig(result, t).lite("g_" + name + "({1})")}})
	}
	for _, t := range []types.Type{jsonText, jsonb} {
		prefix := t.String()
		rows(prefix+"_array_elements", "the elements of {1}", t, t)
		rows(prefix+"_array_elements_text", "the elements of {1} as texts", text, t)
		rows(prefix+"_object_keys", "the keys of {1}", text, t)
		out = append(out, pairs(prefix+"_each", t, t), pairs(prefix+"_each_text", t, text))
	}
	return out
}
