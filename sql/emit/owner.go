package emit

import (
	"fmt"
	"strings"
	"time"

	"github.com/grille-dev/grille/sql/ir"
)

// ForOwner is the statement as it runs, for whoever may read the rules and for
// nobody else: it names hidden columns and tables, the constants of rules and
// the viewer's attributes. Each parameter is a line below the text. Of the keys
// of pseudonyms even owners read the place alone, :mask_key_1.
func (s Statement) ForOwner() string {
	keys := map[string]bool{}
	ir.Walk(s.s.allowed.Query(), func(n ir.Node) bool {
		if c, ok := n.(*ir.Const); ok && c.From == ir.FromKey {
			keys[c.Value.Key(c.T)] = true
		}
		return true
	})
	var b strings.Builder
	b.WriteString(s.s.text)
	secret := 0
	for i, p := range s.s.params {
		value := "NULL"
		switch {
		case keys[p.Value.Key(p.Type)]:
			secret++
			value = fmt.Sprintf(":mask_key_%d", secret)
		case !p.Value.IsNull():
			value = fmt.Sprintf("%q", p.Value.Format(p.Type, time.UTC))
		}
		fmt.Fprintf(&b, "\n%d: %s %s", i+1, p.Type, value)
	}
	return b.String()
}
