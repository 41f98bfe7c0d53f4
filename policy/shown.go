package policy

import "github.com/grille-dev/grille/catalog"

// Versions are the digests of the rules file and of the database's outline that
// v was made of, for receipts.
func (v View) Versions() (rules, outline string) { return v.v.rules.version, v.v.full.Version }

// Says names the row rule of a table in the words that the rules have for this
// viewer: "your wards", or "a row rule" where they have none. It is "" where
// every row is open, or where there is no such table.
func (v View) Says(table catalog.TableID) string {
	s := v.v.tables[table]
	if s == nil {
		return ""
	}
	switch f := s.filter(); {
	case f.never:
		return "no row is open to you"
	case f.all():
		return ""
	case s.say() == "":
		return "a row rule"
	default:
		return s.say()
	}
}
