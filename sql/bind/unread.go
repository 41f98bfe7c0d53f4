package bind

import (
	"strings"

	"github.com/grille-dev/grille/sql/types"
)

// unread says what a type is that is not read, and what whoever owns the database
// can do about it: a view shows the same as a type that is.
func unread(t types.Type) (what, try string) {
	what = "is of type " + t.Name + ", which"
	if strings.HasPrefix(t.Name, "a ") || strings.HasPrefix(t.Name, "an ") {
		what = "is of " + t.Name + ", which"
	}
	view := func(x string) string { return "leave it out, or ask for a view that has " + x + " instead" }
	switch t.Name {
	case "":
		return "has a type that", "leave it out of the question"
	case "money":
		return what, view("CAST(x AS numeric)")
	case "time with time zone":
		return what, view("CAST(x AS time)")
	case "a range type", "int4range", "int8range", "numrange", "tsrange", "tstzrange", "daterange":
		return what, view("lower(x) and upper(x)")
	case "a composite type":
		return what, view("its fields, as in (x).name,")
	case "point", "box", "circle", "line", "lseg", "path", "polygon":
		return what, view("its numbers, as in x[0] and x[1],")
	case "an array of a type that somebody made":
		return what, view("CAST(x AS text[])")
	case "geometry":
		return what, view("ST_AsText(x)")
	case "inet4", "inet6":
		return what, view("CAST(x AS char)")
	case "bit":
		return what, view("CAST(x AS unsigned)")
	case "tsvector", "tsquery":
		return what, "use the text that it is made from"
	default:
		return what, view("CAST(x AS text)")
	}
}
