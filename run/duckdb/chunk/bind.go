//go:build duckdb

package chunk

import (
	"math"
	"strconv"
	"time"

	duck "github.com/duckdb/duckdb-go-bindings"

	"github.com/grille-dev/grille/sql/types"
)

// Bind sets parameter n, which counts from 1, to a value of type t. It stands in a cast
// to that type, as package emit prints it; numerics, uuids and json go as texts. A value
// that no parameter can have is not known.
func Bind(s duck.PreparedStatement, n duck.IdxT, v types.Value, t types.Type) (state duck.State, known bool) {
	switch v.Kind() {
	case types.Unknown:
		return duck.BindNull(s, n), true
	case types.Bool:
		return duck.BindBoolean(s, n, v.Bool()), true
	case types.Int8:
		if t.IsFloat() {
			return duck.BindDouble(s, n, float64(v.Int())), true
		}
		if t.Kind == types.Numeric {
			return bindText(s, n, strconv.FormatInt(v.Int(), 10)), true
		}
		return duck.BindInt64(s, n, v.Int()), true
	case types.Float8:
		return duck.BindDouble(s, n, v.Float()), true
	case types.Bytea:
		return duck.BindBlob(s, n, v.Bytes()), true
	case types.Date:
		return duck.BindDate(s, n, duck.NewDate(daysOf(v))), true
	case types.Time:
		return duck.BindTime(s, n, duck.NewTime(v.Micros())), true
	case types.Timestamp:
		return duck.BindTimestamp(s, n, duck.NewTimestamp(microsOf(v))), true
	case types.TimestampTZ:
		return duck.BindTimestampTZ(s, n, duck.NewTimestamp(microsOf(v))), true
	case types.Interval:
		months, days, micros := v.Interval()
		return duck.BindInterval(s, n, duck.NewInterval(months, days, micros)), true
	case types.Text, types.Numeric, types.UUID, types.JSON:
		return bindText(s, n, v.Format(t, time.UTC)), true
	default:
		return 0, false
	}
}

func bindText(s duck.PreparedStatement, n duck.IdxT, text string) duck.State {
	return duck.BindVarcharLength(s, n, text, duck.IdxT(len(text)))
}

func daysOf(v types.Value) int32 {
	switch v.IsInfinite() {
	case 1:
		return math.MaxInt32
	case -1:
		return -math.MaxInt32
	}
	return int32(v.Days())
}

func microsOf(v types.Value) int64 {
	if v.IsInfinite() < 0 {
		return -math.MaxInt64
	}
	return v.Micros()
}
