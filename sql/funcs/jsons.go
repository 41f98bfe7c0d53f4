package funcs

// jsonb cannot fail when taken apart. A json is read again at each call, and may
// hold escapes (\u0000) that text cannot.

func jsons() []*Func {
	pathOf := "#>>"
	return []*Func{
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
		scalar("jsonb_typeof", "the kind of {1}", sig(text, jsonb).total()),
		scalar("json_typeof", "the kind of {1}", sig(text, jsonText)),
		scalar("jsonb_array_length", "the number of elements of {1}", sig(int4, jsonb)),
		scalar("json_array_length", "the number of elements of {1}", sig(int4, jsonText)),
	}
}
