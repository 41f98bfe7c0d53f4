package mysql

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// class is a family of the server's types.
type class uint8

const (
	noClass class = iota
	nullClass
	intClass
	floatClass
	decimalClass
	textClass
	bytesClass
	bitClass
	dateClass
	datetimeClass
	timeClass
)

// classOf sorts the name that the driver has for a column's type.
func classOf(name string) class {
	switch strings.TrimPrefix(name, "UNSIGNED ") {
	case "NULL":
		return nullClass
	case "TINYINT", "SMALLINT", "MEDIUMINT", "INT", "BIGINT", "YEAR":
		return intClass
	case "FLOAT", "DOUBLE":
		return floatClass
	case "DECIMAL":
		return decimalClass
	case "CHAR", "VARCHAR", "TINYTEXT", "TEXT", "MEDIUMTEXT", "LONGTEXT", "ENUM", "SET", "JSON":
		return textClass
	case "BINARY", "VARBINARY", "TINYBLOB", "BLOB", "MEDIUMBLOB", "LONGBLOB":
		return bytesClass
	case "BIT":
		return bitClass
	case "DATE":
		return dateClass
	case "DATETIME", "TIMESTAMP":
		return datetimeClass
	case "TIME":
		return timeClass
	default:
		return noClass
	}
}

// decoder reads the values of one column.
type decoder struct {
	want  types.Type
	class class // what the server sends; noClass until checkColumns
}

func decoders(cols []ir.Column) ([]decoder, error) {
	ds := make([]decoder, len(cols))
	for i, c := range cols {
		if c.Type.Kind == types.Unsupported || c.Type.Kind == types.Array {
			return nil, run.Fault("a column of a type that this database has not")
		}
		ds[i].want = c.Type
	}
	return ds, nil
}

// checkColumns compares what the server sends with what bind said.
func checkColumns(ds []decoder, rows driver.Rows) error {
	if len(rows.Columns()) != len(ds) {
		return errors.New("the server sends another number of columns than the statement has")
	}
	named, ok := rows.(driver.RowsColumnTypeDatabaseTypeName)
	if !ok {
		return errors.New("the driver does not say what it reads")
	}
	for i := range ds {
		name := named.ColumnTypeDatabaseTypeName(i)
		c := classOf(name)
		if !fits(ds[i].want, c) {
			return fmt.Errorf("the server sends column %d as %s, and the statement has %s", i+1, name, ds[i].want)
		}
		ds[i].class = c
	}
	return nil
}

// fits reports whether a column that bind typed t may arrive as c. A column that
// is NULL in all rows, as a hidden one is, arrives as bytes once it was in a
// temporary table; decode refuses whatever else such a column holds.
func fits(t types.Type, c class) bool {
	if c == nullClass || c == bytesClass {
		return true
	}
	switch t.Kind {
	case types.Bool:
		return c == intClass || c == bitClass
	case types.Int2, types.Int4, types.Int8:
		return c == intClass || c == decimalClass
	case types.Float4, types.Float8:
		return c == floatClass || c == decimalClass || c == intClass
	case types.Numeric:
		return c == decimalClass || c == intClass
	case types.Text, types.Varchar, types.Bpchar, types.Enum, types.Token, types.Unknown,
		types.UUID, types.JSON, types.JSONB, types.Interval:
		return c == textClass
	case types.Bytea:
		return false // but for what is above
	case types.Date:
		return c == dateClass || c == datetimeClass || c == textClass
	case types.Timestamp, types.TimestampTZ:
		return c == datetimeClass || c == dateClass || c == textClass
	case types.Time:
		return c == timeClass || c == textClass
	default:
		return false
	}
}

var errValue = errors.New("a value that is none of its column's type")

// decode reads one value. What it keeps of v, it copies.
func (d decoder) decode(v driver.Value, a *arena) (types.Value, error) {
	switch v := v.(type) {
	case nil:
		return types.Null, nil
	case int64:
		return d.integer(v)
	case float64:
		return types.FloatOf(v), nil
	case float32:
		return types.FloatOf(float64(v)), nil
	case []byte:
		return d.bytes(v, a)
	case string: // an integer above the largest int64
		return d.bytes([]byte(v), a)
	default:
		return types.Null, errValue
	}
}

func (d decoder) integer(n int64) (types.Value, error) {
	switch d.want.Kind {
	case types.Bool:
		return types.BoolOf(n != 0), nil
	case types.Numeric:
		return types.NumericFromInt(n), nil
	case types.Float4, types.Float8:
		return types.FloatOf(float64(n)), nil
	default:
		return types.IntOf(n), nil
	}
}

func (d decoder) bytes(v []byte, a *arena) (types.Value, error) {
	if d.class == bytesClass && d.want.Kind != types.Bytea {
		return types.Null, errValue
	}
	switch d.want.Kind {
	case types.Bool: // bit(1)
		for _, b := range v {
			if b != 0 {
				return types.BoolOf(true), nil
			}
		}
		return types.BoolOf(false), nil
	case types.Int2, types.Int4, types.Int8:
		return wholeOf(string(v))
	case types.Float4, types.Float8:
		f, err := strconv.ParseFloat(string(v), 64)
		if err != nil {
			return types.Null, errValue // err quotes it
		}
		return types.FloatOf(f), nil
	case types.Numeric:
		return types.NumericOf(a.copy(v))
	case types.Text, types.Varchar, types.Bpchar, types.Enum, types.Token, types.Unknown:
		return types.TextOf(valid(a.copy(v))), nil
	case types.Bytea:
		return types.BytesOf(v), nil
	case types.JSON:
		return types.JSONOf(valid(a.copy(v))), nil
	case types.Date, types.Timestamp, types.TimestampTZ:
		return d.moment(v)
	case types.Time, types.Interval, types.UUID, types.JSONB:
		return types.Parse(d.want, valid(string(v)), time.UTC)
	default:
		panic("mysql: a column that decoders let through")
	}
}

// wholeOf reads a decimal without a fraction.
func wholeOf(s string) (types.Value, error) {
	whole, fraction, _ := strings.Cut(s, ".")
	if strings.Trim(fraction, "0") != "" {
		return types.Null, errValue
	}
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return types.Null, errValue // err quotes it
	}
	return types.IntOf(n), nil
}

// moment reads a date, with or without a time. One that is none (0000-00-00, or
// a day or a month 00) is NULL: PostgreSQL has no such date, and one of them
// must not make a table unreadable.
func (d decoder) moment(v []byte) (types.Value, error) {
	if len(v) < 10 || v[4] != '-' || v[7] != '-' {
		return types.Null, errValue
	}
	if string(v[:4]) == "0000" || string(v[5:7]) == "00" || string(v[8:10]) == "00" {
		return types.Null, nil
	}
	if d.want.Kind == types.Date && d.class == datetimeClass {
		if strings.Trim(string(v[10:]), " 0:.") != "" {
			return types.Null, errValue
		}
		v = v[:10]
	}
	if d.want.Kind == types.TimestampTZ {
		v = append(v[:len(v):len(v)], "+00"...) // the session's zone
	}
	if x, ok := types.ParsePrinted(d.want.Kind, v); ok {
		return x, nil
	}
	return types.Parse(d.want, string(v), time.UTC)
}

// valid is a text without bytes that are no UTF-8.
func valid(s string) string {
	if !utf8.ValidString(s) {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	return s
}

// arena copies small texts into shared blocks: one allocation for many values.
// A value keeps its whole block alive, at most a few kilobytes.
type arena struct{ b strings.Builder }

const block = 8 << 10

func (a *arena) copy(v []byte) string {
	if len(v) > block/8 {
		return string(v)
	}
	if a.b.Cap()-a.b.Len() < len(v) {
		a.b = strings.Builder{}
		a.b.Grow(block)
	}
	n := a.b.Len()
	a.b.Write(v)
	return a.b.String()[n:]
}

// encode writes parameters as the protocol types them.
func encode(ps []emit.Param) ([]driver.NamedValue, error) {
	out := make([]driver.NamedValue, len(ps))
	for i, p := range ps {
		v, err := encodeOne(p)
		if err != nil {
			return nil, err
		}
		out[i] = driver.NamedValue{Ordinal: i + 1, Value: v}
	}
	return out, nil
}

func encodeOne(p emit.Param) (driver.Value, error) {
	v := p.Value
	switch v.Kind() {
	case types.Unknown:
		return nil, nil
	case types.Bool:
		return v.Bool(), nil
	case types.Int8:
		return encodeInt(v.Int(), p.Type), nil
	case types.Float8:
		if f := v.Float(); !math.IsNaN(f) && !math.IsInf(f, 0) {
			return f, nil
		}
		return nil, notHere("a number that is none or infinite")
	case types.Bytea:
		return append([]byte{}, v.Bytes()...), nil
	case types.Array:
		return nil, run.Fault("a list as a parameter")
	case types.Date, types.Timestamp, types.TimestampTZ:
		return encodeMoment(p)
	case types.Numeric:
		if s := v.Format(p.Type, time.UTC); strings.Trim(s, "-0123456789.") == "" {
			return s, nil
		}
		return nil, notHere("a number that is none or infinite")
	default:
		return v.Format(p.Type, time.UTC), nil
	}
}

func encodeInt(n int64, t types.Type) driver.Value {
	switch {
	case t.IsFloat():
		return float64(n)
	case t.Kind == types.Numeric:
		return strconv.FormatInt(n, 10)
	default:
		return n
	}
}

// encodeMoment writes a date or an instant, which in this family has the years
// 1 to 9999 and no offset.
func encodeMoment(p emit.Param) (driver.Value, error) {
	s := strings.TrimSuffix(p.Value.Format(p.Type, time.UTC), "+00")
	if len(s) < 10 || s[4] != '-' || strings.HasSuffix(s, "BC") {
		return nil, notHere("a date before the year 1 or after 9999")
	}
	return s, nil
}

// notHere refuses what this family of databases cannot hold.
func notHere(what string) error {
	return refusal.New(refusal.Engine, "ask without it", "%s cannot be said to this database", what)
}
