package types

import (
	"strconv"
	"strings"
)

// kindNames are pg_catalog's own names.
var kindNames = [numKinds]string{
	Unsupported: "unsupported",
	Unknown:     "unknown",
	Bool:        "bool",
	Int2:        "int2",
	Int4:        "int4",
	Int8:        "int8",
	Numeric:     "numeric",
	Float4:      "float4",
	Float8:      "float8",
	Text:        "text",
	Varchar:     "varchar",
	Bpchar:      "bpchar",
	Bytea:       "bytea",
	Date:        "date",
	Time:        "time",
	Timestamp:   "timestamp",
	TimestampTZ: "timestamptz",
	Interval:    "interval",
	UUID:        "uuid",
	JSON:        "json",
	JSONB:       "jsonb",
	Enum:        "enum",
	Token:       "token",
	Array:       "array",
	Inet:        "inet",
	Cidr:        "cidr",
	MacAddr:     "macaddr",
	MacAddr8:    "macaddr8",
}

// String is the name of the kind, as pg_catalog has it.
func (k Kind) String() string {
	if k < numKinds {
		return kindNames[k]
	}
	return "kind(" + strconv.Itoa(int(k)) + ")"
}

// String is the name of the type for messages: int4, text[], public.mood.
func (t Type) String() string {
	switch t.Kind {
	case Enum:
		return t.Name
	case Array:
		return t.Element().String() + "[]"
	}
	if t.Kind >= numKinds { // the pseudo types of package funcs
		return t.Name
	}
	return t.Kind.String()
}

// SQL is the type as PostgreSQL reads it, qualified: pg_catalog.int4,
// "public"."mood", pg_catalog.text[]. A token is a text.
func (t Type) SQL() string {
	switch t.Kind {
	case Unsupported, Unknown:
		panic("types: " + t.Kind.String() + " cannot be printed")
	case Token:
		return "pg_catalog.text"
	case Enum:
		schema, name, _ := strings.Cut(t.Name, ".")
		return quote(schema) + "." + quote(name)
	case Array:
		return t.Element().SQL() + "[]"
	}
	return "pg_catalog." + t.Kind.String()
}

// SQLMod is SQL with a modifier: pg_catalog.numeric(10,2).
func (t Type) SQLMod(m Mod) string {
	if !m.Set {
		return t.SQL()
	}
	prec := strconv.Itoa(int(m.Prec))
	switch t.Kind {
	case Numeric:
		return t.SQL() + "(" + prec + "," + strconv.Itoa(int(m.Scale)) + ")"
	case Varchar, Bpchar, Time, Timestamp, TimestampTZ:
		return t.SQL() + "(" + prec + ")"
	case Interval: // the first number is the mask of all fields
		return t.SQL() + "(32767," + prec + ")"
	case Array:
		return t.Element().SQLMod(m) + "[]"
	}
	panic("types: " + t.String() + " takes no modifier")
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// Named is the type of pg_catalog that a draft calls schema.name; schema may be
// empty. Enums are not found here: they are names of the catalog. A leading
// underscore names an array, as pg_catalog has it.
func Named(schema, name string) (Type, bool) {
	if schema != "" && schema != "pg_catalog" {
		return Type{}, false
	}
	if elem, ok := strings.CutPrefix(name, "_"); ok {
		t, ok := Named(schema, elem)
		if !ok || t.Kind == Array {
			return Type{}, false
		}
		return ArrayOf(t.Kind), true
	}
	switch name {
	case "bool", "boolean":
		return Of(Bool), true
	case "int2", "smallint":
		return Of(Int2), true
	case "int4", "int", "integer":
		return Of(Int4), true
	case "int8", "bigint":
		return Of(Int8), true
	case "numeric", "decimal":
		return Of(Numeric), true
	case "float4", "real":
		return Of(Float4), true
	case "float8", "double precision":
		return Of(Float8), true
	case "text":
		return Of(Text), true
	case "varchar", "character varying":
		return Of(Varchar), true
	case "bpchar", "character":
		return Of(Bpchar), true
	case "bytea":
		return Of(Bytea), true
	case "date":
		return Of(Date), true
	case "time", "time without time zone":
		return Of(Time), true
	case "timestamp", "timestamp without time zone":
		return Of(Timestamp), true
	case "timestamptz", "timestamp with time zone":
		return Of(TimestampTZ), true
	case "interval":
		return Of(Interval), true
	case "uuid":
		return Of(UUID), true
	case "json":
		return Of(JSON), true
	case "jsonb":
		return Of(JSONB), true
	case "inet":
		return Of(Inet), true
	case "cidr":
		return Of(Cidr), true
	case "macaddr":
		return Of(MacAddr), true
	case "macaddr8":
		return Of(MacAddr8), true
	}
	return Type{}, false
}

// IsInteger reports int2, int4 and int8.
func (t Type) IsInteger() bool { return t.Kind == Int2 || t.Kind == Int4 || t.Kind == Int8 }

// IsFloat reports float4 and float8.
func (t Type) IsFloat() bool { return t.Kind == Float4 || t.Kind == Float8 }

// IsNumber reports integers, numeric and floats.
func (t Type) IsNumber() bool { return t.IsInteger() || t.IsFloat() || t.Kind == Numeric }

// IsText reports text, varchar and bpchar; enums and tokens are no texts.
func (t Type) IsText() bool { return t.Kind == Text || t.Kind == Varchar || t.Kind == Bpchar }

// IsAddress reports the types of network addresses.
func (t Type) IsAddress() bool {
	return t.Kind == Inet || t.Kind == Cidr || t.Kind == MacAddr || t.Kind == MacAddr8
}

// IsTemporal reports date, time, timestamps and interval.
func (t Type) IsTemporal() bool {
	switch t.Kind {
	case Date, Time, Timestamp, TimestampTZ, Interval:
		return true
	}
	return false
}

// Comparable reports whether PostgreSQL can order values of t.
func (t Type) Comparable() bool {
	switch t.Kind {
	case JSON, Unsupported, Unknown:
		return false
	case Array:
		return t.Element().Comparable()
	}
	return t.Kind < numKinds
}

// Groupable reports whether values of t may be grouped, made distinct and
// combined by set operations.
func (t Type) Groupable() bool { return t.Comparable() }
