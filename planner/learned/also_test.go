package learned

import (
	"strings"
	"testing"
)

// What a table or column is also called is its name; a part of it is not.
func TestAlso(t *testing.T) {
	s := clinic()
	s.Tables[1].Also = [][]string{{"hospital", "stay"}}
	s.Columns[2].Also = [][]string{{"bunk"}}
	for _, c := range []struct {
		text string
		want string
		part bool
	}{
		{"how many hospital stays are there", "SELECT count(*) FROM visits", true},
		{"how many stays", "", false},
		{"name of wards with more than 12 bunks", "name FROM wards WHERE beds > 12", true},
	} {
		in := ask(s, c.text)
		said := len(in.tables[1])+len(in.columns[2]) > 0
		if said != c.part {
			t.Errorf("%s: %v %v", c.text, in.tables[1], in.columns[2])
		}
		if c.want == "" {
			continue
		}
		if all := Load().Parse(in, nil); !strings.HasSuffix(all[0].SQL, c.want) {
			t.Errorf("%s: %s", c.text, all[0].SQL)
		}
	}
}
