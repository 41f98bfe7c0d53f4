// Package types is the closed set of SQL types and values that Grille handles,
// in PostgreSQL's sense. It knows no names of tables and no engine.
//
// [Parse] reads literals as strictly as PostgreSQL does and more strictly where
// PostgreSQL's reading depends on a setting (DateStyle) or on the clock ('now').
// [Value.Format] prints what PostgreSQL prints under DateStyle ISO and
// IntervalStyle postgres. For every value v of a type t, Parse(t, v.Format(t))
// is v again.
package types

// Kind is a family of types. Enums, arrays and tokens carry more in [Type].
type Kind uint8

const (
	// Unsupported is a stored type outside this set: its columns cannot be used.
	// Type.Name is what it is, in words for who asks: money, a composite type.
	Unsupported Kind = iota
	// Unknown is the type of an untyped literal ('x' or NULL) before bind
	// decides; no bound expression keeps it, but for NULL and text outputs.
	Unknown
	Bool
	Int2
	Int4
	Int8
	Numeric
	Float4
	Float8
	Text
	Varchar
	Bpchar
	Bytea
	Date
	Time
	Timestamp
	TimestampTZ
	Interval
	UUID
	JSON
	JSONB
	// Enum is a PostgreSQL enum; Type.Name is schema.name.
	Enum
	// Token is the output of a hash mask; Type.Name is the key family, and
	// tokens of two families do not compare.
	Token
	// Array is a one-dimensional array; Type.Elem is the kind of its elements.
	Array
	// The types of network addresses. Values of a cidr are those of an inet, too.
	Inet
	Cidr
	MacAddr
	MacAddr8

	numKinds
)

// Type is a SQL type without modifiers. Types are compared with ==.
type Type struct {
	Kind Kind
	Elem Kind   // of Array
	Name string // of Enum ("schema.name") and Token (key family), of arrays of them, and of Unsupported
}

// Of is the plain type of kind k.
func Of(k Kind) Type { return Type{Kind: k} }

// ArrayOf is the type of arrays of k.
func ArrayOf(k Kind) Type { return Type{Kind: Array, Elem: k} }

// ArrayOfType is the type of arrays of t, which is no array itself.
func ArrayOfType(t Type) Type { return Type{Kind: Array, Elem: t.Kind, Name: t.Name} }

// Element is the type of the elements of an array type.
func (t Type) Element() Type { return Type{Kind: t.Elem, Name: t.Name} }

// Mod is a type modifier, as in numeric(10,2), varchar(20), timestamp(3).
type Mod struct {
	Set         bool
	Prec, Scale int32 // length in Prec for varchar and char
}
