package policy

import (
	"fmt"

	"github.com/grille-dev/grille/catalog"
)

// Versions are the digests of the rules file and of the database's outline that
// v was made of, for receipts.
func (v View) Versions() (rules, outline string) { return v.v.rules.version, v.v.full.Version }

// Says names the row rule of a table in the words that the rules have for this
// viewer: "your wards", or "a row rule" where they have none; and that it is
// seen in groups. It is "" where every row is open, or where there is no such
// table.
func (v View) Says(table catalog.TableID) string {
	s := v.v.tables[table]
	if s == nil {
		return ""
	}
	var words []string
	switch f := s.filter(); {
	case f.never:
		return "no row is open to you"
	case len(f.grants) == 0 && f.always == nil:
	case s.say() == "":
		words = append(words, "a row rule")
	default:
		words = append(words, s.say())
	}
	if len(s.filter().scopes) > 0 {
		words = append(words, "one "+s.hard.words())
	}
	if s.group != nil {
		words = append(words, s.group.String())
	}
	return list(words)
}

// String is "groups of at least 10".
func (m *MinGroup) String() string { return fmt.Sprintf("groups of at least %d", m.Size) }
