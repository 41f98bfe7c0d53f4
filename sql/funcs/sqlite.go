package funcs

import (
	"strconv"
	"strings"

	"github.com/grille-dev/grille/sql/types"
)

// How values stand in SQLite, and what its functions named g_... mean: package
// pgfn.

// CastSQLite is the template of CAST({1} AS to), with the modifier mod, in
// SQLite; "" if SQLite cannot say it.
func CastSQLite(from, to types.Type, mod types.Mod) string {
	if !CastOK(from, to) || from.Kind == types.Array || to.Kind == types.Array || from.IsAddress() || to.IsAddress() {
		return ""
	}
	cast := castLite(from, to)
	if cast == "" || !mod.Set {
		return cast
	}
	wrap := modLite(to, mod)
	return strings.ReplaceAll(wrap, "{}", cast)
}

// TextSQLite is the template of {1} as PostgreSQL writes it out, which concat
// uses: booleans are t and f, and blanks at the end of a bpchar stay.
func TextSQLite(from types.Type) string {
	switch from.Kind {
	case types.Bool:
		return "CASE {1} WHEN 1 THEN 't' WHEN 0 THEN 'f' END"
	case types.Bpchar:
		return "{1}"
	}
	return CastSQLite(from, text, types.Mod{})
}

// modLite applies a modifier to {}.
func modLite(to types.Type, mod types.Mod) string {
	p, s := strconv.Itoa(int(mod.Prec)), strconv.Itoa(int(mod.Scale))
	switch to.Kind {
	case types.Numeric:
		return "g_numeric_mod({}, " + p + ", " + s + ")"
	case types.Varchar:
		return "substr({}, 1, " + p + ")"
	case types.Bpchar:
		return "g_bpchar({}, " + p + ")"
	case types.Time, types.Timestamp, types.TimestampTZ, types.Interval:
		return "g_" + to.String() + "_round({}, " + p + ")"
	}
	return ""
}

func castLite(from, to types.Type) string {
	switch {
	case from == to:
		return "{1}"
	case from.Kind == types.Unknown:
		return "{1}"
	case from.Kind == types.Enum || to.Kind == types.Enum || from.IsAddress() || to.IsAddress():
		return ""
	case to.IsText():
		return textLite(from)
	case from.IsText():
		if from == bpchar && to != bytea {
			return "g_text_to_" + to.String() + "(rtrim({1}, ' '))"
		}
		return "g_text_to_" + to.String() + "({1})"
	case from.IsNumber() && to.IsNumber():
		return numberLite(from, to)
	}
	return otherLite[[2]types.Kind{from.Kind, to.Kind}]
}

func textLite(from types.Type) string {
	switch from.Kind {
	case types.Bpchar:
		return "rtrim({1}, ' ')"
	case types.Bool:
		return "CASE {1} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END"
	case types.Int2, types.Int4, types.Int8:
		return "CAST({1} AS TEXT)"
	case types.Float4, types.Float8:
		return "g_" + from.String() + "_to_text({1})"
	case types.Bytea:
		return "g_bytea_to_text({1})"
	case types.TimestampTZ:
		return "g_timestamptz_to_text({1})"
	}
	return "{1}" // texts already
}

// numberLite converts between numbers; float4 is a real that float4 can hold.
func numberLite(from, to types.Type) string {
	source := from.String()
	switch {
	case from.IsInteger() && to.IsInteger():
		if from.Kind < to.Kind {
			return "{1}"
		}
		source = "int8"
	case from.IsInteger() && to == numeric:
		return "CAST({1} AS TEXT)"
	case from.IsInteger() && to == float8:
		return "CAST({1} AS REAL)"
	case from.IsInteger(): // float4
		return "g_float8_to_float4(CAST({1} AS REAL))"
	case from == numeric && to == float4:
		return "g_float8_to_float4(g_numeric_to_float8({1}))"
	case from == float4 && to == float8:
		return "{1}"
	case from == float4 && to.IsInteger():
		source = "float8"
	}
	return "g_" + source + "_to_" + to.String() + "({1})"
}

var otherLite = map[[2]types.Kind]string{
	{types.Bool, types.Int4}:             "{1}",
	{types.Int4, types.Bool}:             "({1} <> 0)",
	{types.Date, types.Timestamp}:        "g_date_to_timestamp({1})",
	{types.Date, types.TimestampTZ}:      "g_date_to_timestamptz({1})",
	{types.Timestamp, types.TimestampTZ}: "g_timestamp_to_timestamptz({1})",
	{types.Timestamp, types.Date}:        "g_timestamp_to_date({1})",
	{types.Timestamp, types.Time}:        "g_timestamp_to_time({1})",
	{types.TimestampTZ, types.Timestamp}: "g_timestamptz_to_timestamp({1})",
	{types.TimestampTZ, types.Date}:      "g_timestamptz_to_date({1})",
	{types.TimestampTZ, types.Time}:      "g_timestamptz_to_time({1})",
	{types.Time, types.Interval}:         "{1}",
	{types.Interval, types.Time}:         "g_interval_to_time({1})",
	{types.JSON, types.JSONB}:            "g_text_to_jsonb({1})",
	{types.JSONB, types.JSON}:            "{1}",
}
