package sqlite

import (
	"math"
	"strconv"
	"time"

	"github.com/ncruces/go-sqlite3"

	"github.com/grille-dev/grille/sql/types"
)

// stored reads column i of the current row, a value as it stands in the file, as
// package emit's expressions read columns of type t: what is no t is NULL.
func stored(s *sqlite3.Stmt, i int, t types.Type) types.Value {
	class := s.ColumnType(i)
	switch t.Kind {
	case types.Bool:
		if n := storedInt(s, i, class, 0, 1); !n.IsNull() {
			return types.BoolOf(n.Int() == 1)
		}
	case types.Int2:
		return storedInt(s, i, class, math.MinInt16, math.MaxInt16)
	case types.Int4:
		return storedInt(s, i, class, math.MinInt32, math.MaxInt32)
	case types.Int8:
		return storedInt(s, i, class, math.MinInt64, math.MaxInt64)
	case types.Float4, types.Float8:
		if class == sqlite3.FLOAT || class == sqlite3.INTEGER {
			return types.FloatOf(s.ColumnFloat(i))
		}
	case types.Numeric:
		return storedNumeric(s, i, class)
	case types.Text, types.Varchar, types.Bpchar:
		if class == sqlite3.TEXT {
			return types.TextOf(textOf(s, i))
		}
	case types.Bytea:
		if class == sqlite3.BLOB {
			return types.BytesOf(s.ColumnRawBlob(i))
		}
	case types.Date, types.Timestamp, types.TimestampTZ, types.Time, types.Interval, types.UUID, types.JSON, types.JSONB:
		if class == sqlite3.TEXT {
			return storedPrinted(s, i, t)
		}
	case types.Enum, types.Token, types.Array, types.Unknown, types.Unsupported:
	default:
		panic("sqlite: unknown kind of type")
	}
	return types.Null
}

func storedInt(s *sqlite3.Stmt, i int, class sqlite3.Datatype, least, most int64) types.Value {
	if class != sqlite3.INTEGER {
		return types.Null
	}
	n := s.ColumnInt64(i)
	if n < least || n > most {
		return types.Null
	}
	return types.IntOf(n)
}

// storedPrinted reads what stands in the file as a text.
func storedPrinted(s *sqlite3.Stmt, i int, t types.Type) types.Value {
	b := s.ColumnRawText(i)
	if v, ok := types.ParsePrinted(t.Kind, b); ok {
		return v
	}
	return orNull(types.Parse(t, string(b), time.UTC))
}

func storedNumeric(s *sqlite3.Stmt, i int, class sqlite3.Datatype) types.Value {
	switch class {
	case sqlite3.INTEGER:
		return types.NumericFromInt(s.ColumnInt64(i))
	case sqlite3.FLOAT:
		return numericOf(s.ColumnFloat(i))
	case sqlite3.TEXT:
		return orNull(types.NumericOf(s.ColumnText(i)))
	default:
		return types.Null
	}
}

// numericOf is a float with the 15 digits that it holds for sure.
func numericOf(f float64) types.Value {
	// A short way for amounts of money, which are read by the million: f is the float
	// next to an integer's hundredth part. Of numbers with 15 digits that is one.
	if n := math.Round(f * 100); n/100 == f && math.Abs(n) < 1e15 {
		c, scale := int64(n), 2
		for ; scale > 0 && c%10 == 0; scale-- {
			c /= 10
		}
		return types.NumericScaled(c, scale)
	}
	return orNull(types.NumericOf(strconv.FormatFloat(f, 'g', 15, 64)))
}

func orNull(v types.Value, err error) types.Value {
	if err != nil {
		return types.Null
	}
	return v
}
