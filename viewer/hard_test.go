package viewer

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestParseHardFilters(t *testing.T) {
	for _, c := range []struct {
		text     string
		scopes   string // "a=1 b=2"; or "refused"
		withhold string
	}{
		{`customer=123`, `customer=123`, ``},
		{`customer=a=b c`, `customer=a=b c`, ``},
		{`{"customer": 123}`, `customer=123`, ``},
		{`{"customer": "123"}`, `customer=123`, ``},
		{`{"customer": 9007199254740993, "region": "north"}`, `customer=9007199254740993 region=north`, ``},
		{`{"customer": 1, "columns": {"withhold": ["users.balance", "u.b"]}}`, `customer=1`, `users.balance u.b`},
		{`{"columns": {"withhold": ["users.balance"]}}`, ``, `users.balance`},
		{`show data only for the customer 123`, `customer=123`, ``},
		{`show data only for the customer -5`, `customer=-5`, ``},
		{`show data only for the region 'north west'`, `region=north west`, ``},
		{`show data only for the region "north"`, `region=north`, ``},
		// The number is kept as it is written: rules decide whether it is a value.
		{`{"customer": 1e2}`, `customer=1e2`, ``},

		// A program with a bug must not serve everybody.
		{``, `refused`, ``},
		{`{}`, `refused`, ``},
		{`null`, `refused`, ``},
		{`[]`, `refused`, ``},
		{`{"customer": null}`, `refused`, ``},
		{`{"customer": []}`, `refused`, ``},
		{`{"customer": [1, 2]}`, `refused`, ``},
		{`{"customer": {"any": 1}}`, `refused`, ``},
		{`{"customer": true}`, `refused`, ``},
		{`{"customer": ""}`, `refused`, ``},
		{`{"customer": 1, "customer": 2}`, `refused`, ``},
		{`{"customer": 1} {"customer": 2}`, `refused`, ``},
		{`{"customer": 1`, `refused`, ``},
		{`{"columns": {}}`, `refused`, ``},
		{`{"columns": {"withhold": []}}`, `refused`, ``},
		{`{"columns": {"withhold": [null]}}`, `refused`, ``},
		{`{"columns": {"show": ["a.b"]}}`, `refused`, ``},
		{`customer=`, `refused`, ``},
		{`columns=1`, `refused`, ``},

		// A user who controls the id must not extend the sentence (redteam C7).
		{`show data only for the customer 123 or customer 456`, `refused`, ``},
		{`show data only for the customer 123, 456`, `refused`, ``},
		{`show data only for the customer 123` + "\n", `refused`, ``},
		{`please show data only for the customer 123`, `refused`, ``},
		{`show data only for the region 'a' or 'b'`, `refused`, ``},
		{`show data only for the region 'it''s'`, `refused`, ``},
		{`show data only for the customer`, `refused`, ``},
		{`show data only for the customer 1.5`, `refused`, ``},
	} {
		h, err := ParseHardFilters(c.text)
		if err != nil {
			if c.scopes != "refused" {
				t.Errorf("%s: %v", c.text, err)
			}
			continue
		}
		var scopes []string
		for _, k := range slices.Sorted(maps.Keys(h.Scopes)) {
			scopes = append(scopes, k+"="+h.Scopes[k])
		}
		if got := strings.Join(scopes, " "); got != c.scopes || strings.Join(h.Withhold, " ") != c.withhold {
			t.Errorf("%s: got %q, withheld %q", c.text, got, h.Withhold)
		}
	}
}

func TestMerge(t *testing.T) {
	a, b := &HardFilters{Scopes: map[string]string{"a": "1"}}, &HardFilters{Withhold: []string{"t.c"}}
	both, err := a.Merge(b)
	if err != nil || both.Scopes["a"] != "1" || len(both.Withhold) != 1 {
		t.Errorf("got %v, %v", both, err)
	}
	if _, err := a.Merge(a); err == nil {
		t.Error("a scope was given twice, and nobody said so")
	}
	var none *HardFilters
	if got, err := none.Merge(a); err != nil || got.Scopes["a"] != "1" {
		t.Errorf("got %v, %v", got, err)
	}
	if got, err := none.Merge(nil); err != nil || got != nil {
		t.Errorf("got %v, %v", got, err)
	}
}

func FuzzParseHardFilters(f *testing.F) {
	f.Add(`{"customer": 1, "columns": {"withhold": ["a.b"]}}`)
	f.Add(`show data only for the customer 123`)
	f.Fuzz(func(t *testing.T, text string) {
		h, err := ParseHardFilters(text)
		if err == nil && len(h.Scopes) == 0 && len(h.Withhold) == 0 {
			t.Fatalf("%q filters nothing", text)
		}
		if err == nil && slices.Contains(slices.Collect(maps.Values(h.Scopes)), "") {
			t.Fatalf("%q has an empty value", text)
		}
	})
}
