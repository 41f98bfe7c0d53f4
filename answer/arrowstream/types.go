package arrowstream

import (
	"encoding/hex"
	"math"
	"math/big"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/decimal256"

	"github.com/grille-dev/grille/answer"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/types"
)

// field is a column. A type that Arrow knows as an extension is named in the
// metadata, as its list of canonical extensions has it.
func field(c answer.Column, zone *time.Location) arrow.Field {
	keys, values := extension(c.Type)
	meta := arrow.NewMetadata(append(keys, keyType, keyWords), append(values, c.Type.String(), c.Words))
	return arrow.Field{Name: c.Label, Type: typeOf(c.Type, c.Mod, zone), Nullable: true, Metadata: meta}
}

func extension(t types.Type) (keys, values []string) {
	switch t.Kind {
	case types.UUID:
		return []string{"ARROW:extension:name"}, []string{"arrow.uuid"}
	case types.JSON, types.JSONB:
		return []string{"ARROW:extension:name", "ARROW:extension:metadata"}, []string{"arrow.json", ""}
	}
	return nil, nil
}

// typeOf is the type of Arrow. A numeric is a text: its values have as many
// decimals as they like, and no decimal of Arrow does. One that the query casts
// to numeric(p, s) is a decimal.
func typeOf(t types.Type, mod types.Mod, zone *time.Location) arrow.DataType {
	switch t.Kind {
	case types.Bool:
		return arrow.FixedWidthTypes.Boolean
	case types.Int2:
		return arrow.PrimitiveTypes.Int16
	case types.Int4:
		return arrow.PrimitiveTypes.Int32
	case types.Int8:
		return arrow.PrimitiveTypes.Int64
	case types.Float4:
		return arrow.PrimitiveTypes.Float32
	case types.Float8:
		return arrow.PrimitiveTypes.Float64
	case types.Numeric:
		return decimalOf(mod)
	case types.Text, types.Varchar, types.Bpchar, types.Enum, types.Token, types.JSON, types.JSONB, types.Unknown,
		types.Inet, types.Cidr, types.MacAddr, types.MacAddr8:
		return arrow.BinaryTypes.String
	case types.Bytea:
		return arrow.BinaryTypes.Binary
	case types.Date:
		return arrow.FixedWidthTypes.Date32
	case types.Time:
		return arrow.FixedWidthTypes.Time64us
	case types.Timestamp:
		return &arrow.TimestampType{Unit: arrow.Microsecond}
	case types.TimestampTZ:
		return &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: zone.String()}
	case types.Interval:
		return arrow.FixedWidthTypes.MonthDayNanoInterval
	case types.UUID:
		return &arrow.FixedSizeBinaryType{ByteWidth: 16}
	case types.Array:
		elem := t.Element()
		return arrow.ListOfField(arrow.Field{
			Name: "item", Type: typeOf(elem, types.Mod{}, zone), Nullable: true, Metadata: arrow.NewMetadata(extension(elem)),
		})
	default:
		panic("arrowstream: unknown type")
	}
}

func decimalOf(mod types.Mod) arrow.DataType {
	switch {
	case !mod.Set || mod.Scale < 0 || mod.Scale > mod.Prec || mod.Prec > 76:
		return arrow.BinaryTypes.String
	case mod.Prec <= 38:
		return &arrow.Decimal128Type{Precision: mod.Prec, Scale: mod.Scale}
	}
	return &arrow.Decimal256Type{Precision: mod.Prec, Scale: mod.Scale}
}

// appender adds values to a column, all but NULL. fits says what to do about a
// value that has no place there, "" if it has; append is for values that fit.
type appender struct {
	fits   func(v types.Value) string
	append func(v types.Value)
}

func noPlace(c answer.Column, try string) error {
	return refusal.New(refusal.Value, try, "column %q has a value that Arrow's type for %s does not hold", c.Label, c.Type)
}

const (
	asText   = "show it as a text: CAST(x AS text)"
	finite   = "leave it out with isfinite(x), or show it as a text: CAST(x AS text)"
	noNumber = "leave it out with x <> 'NaN', or leave the precision of the cast out: then it is a text"
)

func anything(types.Value) string { return "" }

func whole(fits bool, try string) string {
	if fits {
		return ""
	}
	return try
}

// appenderOf is that of a builder, which was made for t.
func appenderOf(b array.Builder, t types.Type) appender {
	switch b := b.(type) {
	case *array.BooleanBuilder:
		return appender{anything, func(v types.Value) { b.Append(v.Bool()) }}
	case *array.Int16Builder:
		return appender{anything, func(v types.Value) { b.Append(int16(v.Int())) }}
	case *array.Int32Builder:
		return appender{anything, func(v types.Value) { b.Append(int32(v.Int())) }}
	case *array.Int64Builder:
		return appender{anything, func(v types.Value) { b.Append(v.Int()) }}
	case *array.Float32Builder:
		return appender{anything, func(v types.Value) { b.Append(float32(v.Float())) }}
	case *array.Float64Builder:
		return appender{anything, func(v types.Value) { b.Append(v.Float()) }}
	case *array.StringBuilder:
		return appender{anything, func(v types.Value) { b.Append(v.Format(t, nil)) }}
	case *array.BinaryBuilder:
		return appender{anything, func(v types.Value) { b.Append(v.Bytes()) }}
	case *array.FixedSizeBinaryBuilder:
		return appender{anything, func(v types.Value) { b.Append(uuidBytes(v)) }}
	case *array.Decimal128Builder:
		scale := b.Type().(*arrow.Decimal128Type).Scale
		return appender{isFinite, func(v types.Value) { b.Append(decimal128.FromBigInt(unscaled(v.Text(), scale))) }}
	case *array.Decimal256Builder:
		scale := b.Type().(*arrow.Decimal256Type).Scale
		return appender{isFinite, func(v types.Value) { b.Append(decimal256.FromBigInt(unscaled(v.Text(), scale))) }}
	case *array.ListBuilder:
		return listOf(b, t.Element())
	default:
		return temporal(b)
	}
}

func temporal(b array.Builder) appender {
	switch b := b.(type) {
	case *array.Date32Builder:
		return appender{
			func(v types.Value) string { return whole(v.IsInfinite() == 0, finite) },
			func(v types.Value) { b.Append(arrow.Date32(v.Days())) },
		}
	case *array.Time64Builder:
		return appender{
			func(v types.Value) string { return whole(v.Micros() < 86400e6, asText) },
			func(v types.Value) { b.Append(arrow.Time64(v.Micros())) },
		}
	case *array.TimestampBuilder:
		return appender{
			func(v types.Value) string {
				return whole(v.Micros() != math.MaxInt64 && v.Micros() != math.MinInt64, finite)
			},
			func(v types.Value) { b.Append(arrow.Timestamp(v.Micros())) },
		}
	case *array.MonthDayNanoIntervalBuilder:
		return appender{
			func(v types.Value) string {
				_, _, micros := v.Interval()
				return whole(micros <= math.MaxInt64/1000 && micros >= math.MinInt64/1000, asText)
			},
			func(v types.Value) {
				months, days, micros := v.Interval()
				b.Append(arrow.MonthDayNanoInterval{Months: months, Days: days, Nanoseconds: micros * 1000})
			},
		}
	default:
		panic("arrowstream: unknown builder")
	}
}

func listOf(b *array.ListBuilder, elem types.Type) appender {
	each := appenderOf(b.ValueBuilder(), elem)
	return appender{
		func(v types.Value) string {
			for _, e := range v.List() {
				if !e.IsNull() && each.fits(e) != "" {
					return each.fits(e)
				}
			}
			return ""
		},
		func(v types.Value) {
			b.Append(true)
			for _, e := range v.List() {
				if e.IsNull() {
					b.ValueBuilder().AppendNull()
					continue
				}
				each.append(e)
			}
		},
	}
}

// isFinite: a numeric(p, s) holds what its decimal holds, and NaN.
func isFinite(v types.Value) string { return whole(v.Text() != "NaN", noNumber) }

// unscaled is a decimal text times ten to the scale, which it does not exceed.
func unscaled(text string, scale int32) *big.Int {
	whole, decimals, _ := strings.Cut(text, ".")
	if len(decimals) > int(scale) {
		panic("arrowstream: a numeric with more decimals than its type")
	}
	n, ok := new(big.Int).SetString(whole+decimals+strings.Repeat("0", int(scale)-len(decimals)), 10)
	if !ok {
		panic("arrowstream: a numeric that is no number")
	}
	return n
}

func uuidBytes(v types.Value) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(v.Text(), "-", ""))
	if err != nil || len(b) != 16 {
		panic("arrowstream: a uuid of another form")
	}
	return b
}
