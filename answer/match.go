package answer

import (
	"fmt"
	"strings"
)

// Match is a text of the query that is compared with a column and is none of its
// values, as far as the viewer sees them; or of which that is not known.
type Match struct {
	Asked  string `json:"asked"`
	Column string `json:"column"` // table.column
	// Stored is the value that stands in its place, "" where none does.
	Stored string `json:"stored,omitempty"`
	// Like are up to three values that may be meant; with neither, there is none.
	Like []string `json:"like,omitempty"`
	// Grouped: it is not known whether there is one, for nothing is looked up in a
	// table that is seen in groups.
	Grouped bool `json:"grouped,omitempty"`
}

// String is one line for a terminal. Of a value that nobody sees it says what it
// says of one that is not there.
func (m Match) String() string {
	switch {
	case m.Stored != "":
		return fmt.Sprintf("read %s as %s = %s", said(m.Asked), m.Column, stored(m.Stored))
	case len(m.Like) > 0:
		var values []string
		for _, v := range m.Like {
			values = append(values, stored(v))
		}
		return fmt.Sprintf("no %s that you see is %s; did you mean %s?", m.Column, said(m.Asked), strings.Join(values, ", "))
	case m.Grouped:
		return fmt.Sprintf("%s is compared with %s as it is written, for what a table seen in groups holds is not looked up; ask \"per %s\" to see what there is",
			said(m.Asked), m.Column, m.Column[strings.LastIndex(m.Column, ".")+1:])
	}
	return fmt.Sprintf("no %s that you see is %s, or like it", m.Column, said(m.Asked))
}

func said(text string) string   { return `"` + fit(visible(text), widest) + `"` }
func stored(text string) string { return "'" + fit(visible(text), widest) + "'" }
