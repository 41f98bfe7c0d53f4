package viewer

import (
	"slices"
	"testing"
)

func TestActing(t *testing.T) {
	for _, c := range []struct {
		name string
		who  Viewer
		want []string
	}{
		{"the zero viewer acts for nobody", Viewer{}, nil},
		{"one team need not be said", Viewer{Teams: []string{"a"}}, []string{"a"}},
		{"left open: all of them, in one order", Viewer{Teams: []string{"b", "a", "b"}}, []string{"a", "b"}},
		{"a team has a name", Viewer{Teams: []string{""}}, nil},
		{"chosen", Viewer{Teams: []string{"a", "b"}, Team: "b"}, []string{"b"}},
		{"somebody else's team", Viewer{Teams: []string{"a"}, Team: "b"}, nil},
		{"a team without being in any", Viewer{Team: "b"}, nil},
	} {
		if got := c.who.Acting(); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestCloneSharesNothing(t *testing.T) {
	v := Viewer{Teams: []string{"a"}, Attributes: map[string][]string{"wards": {"3"}}}
	c := v.Clone()
	c.Teams[0], c.Attributes["wards"][0] = "b", "4"
	c.Attributes["region"] = []string{"x"}
	if v.Teams[0] != "a" || v.Attributes["wards"][0] != "3" || len(v.Attributes) != 1 {
		t.Errorf("the clone shares with the original: %v", v)
	}
}
