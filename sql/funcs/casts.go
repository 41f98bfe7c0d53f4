package funcs

import (
	"fmt"

	"github.com/grille-dev/grille/sql/types"
)

// The types without parameters.
var (
	unknown     = types.Of(types.Unknown)
	boolean     = types.Of(types.Bool)
	int2        = types.Of(types.Int2)
	int4        = types.Of(types.Int4)
	int8        = types.Of(types.Int8)
	numeric     = types.Of(types.Numeric)
	float4      = types.Of(types.Float4)
	float8      = types.Of(types.Float8)
	text        = types.Of(types.Text)
	varchar     = types.Of(types.Varchar)
	bpchar      = types.Of(types.Bpchar)
	bytea       = types.Of(types.Bytea)
	date        = types.Of(types.Date)
	clock       = types.Of(types.Time)
	timestamp   = types.Of(types.Timestamp)
	timestamptz = types.Of(types.TimestampTZ)
	interval    = types.Of(types.Interval)
	uuid        = types.Of(types.UUID)
	jsonText    = types.Of(types.JSON)
	jsonb       = types.Of(types.JSONB)
)

// category is pg_type.typcategory.
func category(t types.Type) byte {
	switch t.Kind {
	case types.Unknown:
		return 'X'
	case types.Bool:
		return 'B'
	case types.Int2, types.Int4, types.Int8, types.Numeric, types.Float4, types.Float8:
		return 'N'
	case types.Text, types.Varchar, types.Bpchar:
		return 'S'
	case types.Date, types.Time, types.Timestamp, types.TimestampTZ:
		return 'D'
	case types.Interval:
		return 'T'
	case types.Enum:
		return 'E'
	case types.Array:
		return 'A'
	case types.Token:
		return 'K'
	case types.Inet, types.Cidr:
		return 'I'
	case pseudo:
		return 'P'
	}
	return 'U'
}

const pseudo types.Kind = 255

// preferred is pg_type.typispreferred.
func preferred(t types.Type) bool {
	switch t.Kind {
	case types.Bool, types.Float8, types.Text, types.TimestampTZ, types.Interval, types.Inet:
		return true
	}
	return false
}

// kinds is a set of kinds.
type kinds uint32

func setOf(ks ...types.Kind) kinds {
	var s kinds
	for _, k := range ks {
		s |= 1 << k
	}
	return s
}

func (s kinds) has(k types.Kind) bool { return k < 32 && s>>k&1 == 1 }

// implicit are the casts of pg_cast with castcontext 'i', between our types.
var implicit = [32]kinds{
	types.Int2:      setOf(types.Int4, types.Int8, types.Numeric, types.Float4, types.Float8),
	types.Int4:      setOf(types.Int8, types.Numeric, types.Float4, types.Float8),
	types.Int8:      setOf(types.Numeric, types.Float4, types.Float8),
	types.Numeric:   setOf(types.Float4, types.Float8),
	types.Float4:    setOf(types.Float8),
	types.Text:      setOf(types.Varchar, types.Bpchar),
	types.Varchar:   setOf(types.Text, types.Bpchar),
	types.Bpchar:    setOf(types.Text, types.Varchar),
	types.Date:      setOf(types.Timestamp, types.TimestampTZ),
	types.Timestamp: setOf(types.TimestampTZ),
	types.Time:      setOf(types.Interval),
	types.Cidr:      setOf(types.Inet),
	types.MacAddr:   setOf(types.MacAddr8),
	types.MacAddr8:  setOf(types.MacAddr),
}

// assignment are further casts that somebody must write: castcontext 'a' and 'e'.
// Casts to and from text go without an entry: see CastOK.
var assignment = [32]kinds{
	types.Bool:        setOf(types.Int4),
	types.Int4:        setOf(types.Int2, types.Bool),
	types.Int8:        setOf(types.Int2, types.Int4),
	types.Numeric:     setOf(types.Int2, types.Int4, types.Int8),
	types.Float4:      setOf(types.Int2, types.Int4, types.Int8, types.Numeric),
	types.Float8:      setOf(types.Int2, types.Int4, types.Int8, types.Numeric, types.Float4),
	types.Timestamp:   setOf(types.Date, types.Time),
	types.TimestampTZ: setOf(types.Date, types.Time, types.Timestamp),
	types.Interval:    setOf(types.Time),
	types.Inet:        setOf(types.Cidr),
	types.JSON:        setOf(types.JSONB),
	types.JSONB:       setOf(types.JSON, types.Bool, types.Int2, types.Int4, types.Int8, types.Numeric, types.Float4, types.Float8),
}

// ImplicitCast reports whether PostgreSQL converts from to to by itself in an
// expression. A type converts to itself, and an untyped literal to anything.
func ImplicitCast(from, to types.Type) bool {
	switch {
	case !castable(from) || !castable(to):
		return false
	case from.Kind == to.Kind:
		return from == to
	case from.Kind == types.Unknown:
		return true
	}
	return implicit[from.Kind].has(to.Kind)
}

// CastOK reports whether CAST(from AS to) exists. Tokens cast to nothing, and
// nothing casts to a token, but an untyped NULL.
func CastOK(from, to types.Type) bool {
	switch {
	case ImplicitCast(from, to):
		return true
	case !castable(from) || !castable(to) || to.Kind == types.Unknown:
		return false
	case from.Kind == types.Token || to.Kind == types.Token:
		return false
	case from.Kind == types.Array && to.Kind == types.Array:
		return from.Elem != types.Token && to.Elem != types.Token && CastOK(from.Element(), to.Element())
	case from.Kind == types.Array:
		return to.IsText() && from.Elem != types.Token
	case to.IsText() || from.IsText():
		return to.Kind != types.Array || to.Elem != types.Token
	}
	return assignment[from.Kind].has(to.Kind)
}

func castable(t types.Type) bool { return t.Kind != types.Unsupported && t.Kind != pseudo }

// CommonType is the type of CASE, COALESCE, UNION, VALUES, ARRAY and IN over
// expressions of the types ts (PostgreSQL's manual, 10.5). Only untyped
// literals: text.
func CommonType(ts []types.Type) (types.Type, error) {
	common := unknown
	for _, t := range ts {
		if !castable(t) {
			return unknown, fmt.Errorf("values of type %s cannot be used", t)
		}
		switch {
		case t.Kind == types.Unknown || t == common:
		case common.Kind == types.Unknown:
			common = t
		case category(t) != category(common):
			return unknown, fmt.Errorf("types %s and %s cannot be matched: write a cast", common, t)
		case !preferred(common) && ImplicitCast(common, t) && !ImplicitCast(t, common):
			common = t
		}
	}
	if common.Kind == types.Unknown {
		return text, nil
	}
	for _, t := range ts {
		if !ImplicitCast(t, common) {
			return unknown, fmt.Errorf("types %s and %s cannot be matched: write a cast", t, common)
		}
	}
	return common, nil
}

// CastTotal reports whether CAST(from AS to), with the modifier mod, cannot fail
// on any stored value: widening, and the text of the common kinds.
func CastTotal(from, to types.Type, mod types.Mod) bool {
	if !CastOK(from, to) || from.Kind == types.Unknown {
		return false
	}
	if from == to {
		return !mod.Set || to.Kind == types.Varchar || to.Kind == types.Bpchar
	}
	switch to.Kind {
	case types.Text, types.Varchar, types.Bpchar: // cut to length, never refused
		return from.Kind != types.Array || CastTotal(from.Element(), text, types.Mod{})
	}
	if mod.Set {
		return false
	}
	switch from.Kind {
	case types.Int2, types.Int4, types.Int8:
		return to.Kind == types.Bool || implicit[from.Kind].has(to.Kind)
	case types.Float4:
		return to.Kind == types.Float8
	case types.Bool:
		return to.Kind == types.Int4
	case types.Timestamp:
		return to.Kind == types.Date || to.Kind == types.Time
	case types.TimestampTZ:
		return to.Kind == types.Date || to.Kind == types.Time
	case types.Time:
		return to.Kind == types.Interval
	case types.Interval:
		return to.Kind == types.Time
	case types.Inet, types.Cidr, types.MacAddr:
		return true
	case types.JSONB:
		return to.Kind == types.JSON
	}
	return false
}
