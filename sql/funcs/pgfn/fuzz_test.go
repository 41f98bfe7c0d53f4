package pgfn

import (
	"encoding/json"
	"strings"
	"testing"
)

// A format that is accepted gives a text, whatever the values are; what is refused
// says why.
func FuzzTextFormat(f *testing.F) {
	for _, s := range []string{"", "%", "%%", "%s", "%2$s %1$-10s|", "%1$", "%99999999999$s", "%-s", "%10001s", "%I", "é%s\x00"} {
		f.Add(s, "x", "")
	}
	f.Fuzz(func(t *testing.T, format, a, b string) {
		if CheckTextFormat(format, 2) != "" {
			return
		}
		parts, why := parseTextFormat(format, 2)
		if why != "" {
			t.Fatal(why)
		}
		out, err := formatTexts(parts, []any{format, a, b})
		if err != nil {
			return // too long
		}
		if s := out.(string); !strings.Contains(format, "%") && s != format {
			t.Errorf("%q became %q", format, s)
		}
	})
}

// Whatever the texts are: no function of JSON panics, a part of a valid one is
// valid, and each holds itself.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{"null", `{"a": [1, {"b": null}]}`, `[1, "x", []]`, `{"a": 1, "a": 2}`, `"\u0000"`, "{", "", `[1e400]`, `{"":{}}`} {
		f.Add(s, "a", "0")
	}
	scalars := map[string]Scalar{}
	for _, s := range jsonParts() {
		scalars[s.Name] = s
	}
	f.Fuzz(func(t *testing.T, doc, key, index string) {
		valid := json.Valid([]byte(doc))
		for _, kind := range []string{"json", "jsonb"} {
			v, _ := scalars["g_"+kind+"_path"].Fn([]any{doc, key, index})
			if part, ok := v.(string); ok && valid && !json.Valid([]byte(part)) {
				t.Errorf("a part of %q is %q", doc, part)
			}
			scalars["g_"+kind+"_array_length"].Fn([]any{doc})
			scalars["g_"+kind+"_typeof"].Fn([]any{doc})
		}
		for _, rows := range jsonRows() {
			_ = rows.Rows([]any{doc}, func(any) bool { return true }) // an error is one of ours
		}
		if v, _ := scalars["g_jsonb_contains"].Fn([]any{doc, doc}); valid && v != any(int64(1)) {
			t.Errorf("%q does not hold itself", doc)
		}
	})
}
