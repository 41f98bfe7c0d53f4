package postgres

import (
	"strings"

	"github.com/grille-dev/grille/sql/types"
)

// typesText lists the types that somebody made, but for those of whole rows,
// which every table has, and arrays of them.
const typesText = `SELECT t.oid, t.typtype, n.nspname, t.typname, t.typbasetype, CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE 0 END
FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
WHERE t.oid >= 16384 AND t.typtype <> 'c'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.oid = t.typelem AND e.typtype = 'c')`

// made is a type that somebody made.
type made struct {
	kind       string // pg_type.typtype
	name       string // schema.name; "" if that cannot be taken apart again
	base, elem uint32 // of domains and arrays
}

func (r *reader) typ(v [][]byte) error {
	if len(v) != 6 {
		return errRow
	}
	m := made{kind: string(v[1]), base: oidOf(v[4]), elem: oidOf(v[5])}
	if schema, name := string(v[2]), string(v[3]); !strings.Contains(schema+name, ".") {
		m.name = schema + "." + name
	}
	r.made[oidOf(v[0])] = m
	return nil
}

// typeOf is a stored type, and whether a column of it is read through a cast. A
// domain is read as the type that it is made of, so that none of its own
// operators and overloads is ever looked up; types whose values are as good as a
// text or a number are read as those. Composites, ranges and the types of
// extensions may bring operators of their own and are not listed (red team H1).
func (r *reader) typeOf(oid uint32, declared string) (types.Type, bool) {
	if oid < firstUserOID {
		return systemType(oid, declared)
	}
	m, ok := r.made[oid]
	switch {
	case !ok:
		return unread("a composite type"), false
	case m.kind == "d":
		t, _ := r.typeOf(m.base, "a domain")
		return t, t.Kind != types.Unsupported
	case m.kind == "e" && m.name != "":
		return types.Type{Kind: types.Enum, Name: m.name}, false
	case m.kind == "r", m.kind == "m":
		return unread("a range type"), false
	case m.elem != 0 && r.made[m.elem].kind == "e" && r.made[m.elem].name != "":
		return types.ArrayOfType(types.Type{Kind: types.Enum, Name: r.made[m.elem].name}), false
	case m.elem != 0:
		return unread("an array of a type that somebody made"), false
	default:
		return unread("a type of an extension"), false
	}
}

func systemType(oid uint32, declared string) (types.Type, bool) {
	if k := element(oid); k != types.Unsupported {
		return types.ArrayOf(k), false
	}
	if k := base(oid); k != types.Unsupported {
		return types.Of(k), false
	}
	switch oid {
	case oidName, oidChar, oidBit, oidVarbit, oidXML:
		return types.Of(types.Text), true
	case oidOID:
		return types.Of(types.Int8), true
	default:
		name, _, _ := strings.Cut(declared, "(")
		return unread(name), false
	}
}

// Types that are read as others.
const (
	oidChar   = 18
	oidName   = 19
	oidOID    = 26
	oidXML    = 142
	oidBit    = 1560
	oidVarbit = 1562
)

func unread(what string) types.Type { return types.Type{Kind: types.Unsupported, Name: what} }
