//go:build duckdb

package chunk

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"
	"unsafe"

	duck "github.com/duckdb/duckdb-go-bindings"

	"github.com/grille-dev/grille/sql/types"
)

// Reader reads a row of one column. ok is false if what stands there is no value
// of the column's type.
type Reader func(row int) (v types.Value, ok bool)

// Readers are those of a chunk's columns, which hold values of these types; nil if they
// do not.
func Readers(chunk duck.DataChunk, cols []types.Type) []Reader {
	if int(duck.DataChunkGetColumnCount(chunk)) != len(cols) {
		return nil
	}
	n := int(duck.DataChunkGetSize(chunk))
	out := make([]Reader, len(cols))
	for i, t := range cols {
		if out[i] = readerOf(duck.DataChunkGetVector(chunk, duck.IdxT(i)), n, t); out[i] == nil {
			return nil
		}
	}
	return out
}

// readerOf is nil if values of the vector's type are none of t.
func readerOf(v duck.Vector, n int, t types.Type) Reader {
	l := duck.VectorGetColumnType(v)
	defer duck.DestroyLogicalType(&l)
	var read Reader
	switch kind := duck.GetTypeId(l); kind {
	case duck.TypeSQLNull:
		return func(int) (types.Value, bool) { return types.Null, true }
	case duck.TypeList:
		read = list(v, n, t)
	default:
		read = plain(v, n, l, kind, t)
	}
	valid := validity(v, n)
	if read == nil || valid == nil {
		return read
	}
	return func(row int) (types.Value, bool) {
		if valid[row/64]>>(row%64)&1 == 0 {
			return types.Null, true
		}
		return read(row)
	}
}

// data is the vector's values. The zero length needs no memory.
func data[T any](v duck.Vector, n int) []T {
	p := duck.VectorGetData(v)
	if n == 0 || p == nil {
		return nil
	}
	return unsafe.Slice((*T)(p), n)
}

// validity has a bit for each row that is not NULL; nil: all are.
func validity(v duck.Vector, n int) []uint64 {
	p := duck.VectorGetValidity(v)
	if p == nil {
		return nil
	}
	return unsafe.Slice((*uint64)(p), (n+63)/64)
}

// hugeint is a number of 128 bits.
type hugeint struct {
	lower uint64
	upper int64
}

func (h hugeint) big() *big.Int {
	n := big.NewInt(h.upper)
	return n.Lsh(n, 64).Add(n, new(big.Int).SetUint64(h.lower))
}

// whole reads the integers of a vector; nil if it holds others.
func whole(v duck.Vector, n int, kind duck.Type) func(row int) int64 {
	switch kind {
	case duck.TypeTinyInt:
		return integers[int8](v, n)
	case duck.TypeSmallInt:
		return integers[int16](v, n)
	case duck.TypeInteger:
		return integers[int32](v, n)
	case duck.TypeBigInt:
		return integers[int64](v, n)
	case duck.TypeUTinyInt:
		return integers[uint8](v, n)
	case duck.TypeUSmallInt:
		return integers[uint16](v, n)
	case duck.TypeUInteger:
		return integers[uint32](v, n)
	}
	return nil
}

func integers[T int8 | int16 | int32 | int64 | uint8 | uint16 | uint32](v duck.Vector, n int) func(int) int64 {
	d := data[T](v, n)
	return func(row int) int64 { return int64(d[row]) }
}

func plain(v duck.Vector, n int, l duck.LogicalType, kind duck.Type, t types.Type) Reader {
	switch t.Kind {
	case types.Bool:
		if kind == duck.TypeBoolean {
			d := data[uint8](v, n)
			return func(row int) (types.Value, bool) { return types.BoolOf(d[row] != 0), true }
		}
	case types.Int2, types.Int4, types.Int8:
		if at := whole(v, n, kind); at != nil {
			return func(row int) (types.Value, bool) { return types.IntOf(at(row)), true }
		}
	case types.Float4, types.Float8:
		return floats(v, n, kind)
	case types.Numeric:
		return numerics(v, n, l, kind)
	case types.Text, types.Varchar, types.Bpchar, types.Enum, types.Token, types.Unknown:
		if kind == duck.TypeVarchar {
			return func(row int) (types.Value, bool) { return types.TextOf(textAt(v, n, row)), true }
		}
	case types.JSON:
		if kind == duck.TypeVarchar {
			return func(row int) (types.Value, bool) { return types.JSONOf(textAt(v, n, row)), true }
		}
	case types.Bytea:
		if kind == duck.TypeBlob {
			return func(row int) (types.Value, bool) { return types.BytesOf([]byte(bytesAt(v, n, row))), true }
		}
	case types.UUID:
		if kind == duck.TypeUUID {
			d := data[hugeint](v, n)
			return func(row int) (types.Value, bool) { return uuid(d[row]), true }
		}
	case types.Date, types.Time, types.Timestamp, types.TimestampTZ, types.Interval:
		return temporal(v, n, kind, t)
	case types.JSONB, types.Array, types.Unsupported, types.Inet, types.Cidr, types.MacAddr, types.MacAddr8:
	default:
		panic("chunk: unknown kind of type")
	}
	return nil
}

func floats(v duck.Vector, n int, kind duck.Type) Reader {
	switch kind {
	case duck.TypeFloat:
		d := data[float32](v, n)
		return func(row int) (types.Value, bool) { return types.FloatOf(float64(d[row])), true }
	case duck.TypeDouble:
		d := data[float64](v, n)
		return func(row int) (types.Value, bool) { return types.FloatOf(d[row]), true }
	}
	return nil
}

// numerics reads decimals, whole numbers and the doubles that stand for numerics
// which have no end.
func numerics(v duck.Vector, n int, l duck.LogicalType, kind duck.Type) Reader {
	if at := whole(v, n, kind); at != nil {
		return func(row int) (types.Value, bool) { return types.NumericFromInt(at(row)), true }
	}
	switch kind {
	case duck.TypeHugeInt:
		d := data[hugeint](v, n)
		return func(row int) (types.Value, bool) { return decimal(d[row].big(), 0) }
	case duck.TypeDouble: // a quotient or an average
		d := data[float64](v, n)
		return func(row int) (types.Value, bool) {
			v, err := types.NumericOf(strconv.FormatFloat(d[row], 'g', 15, 64))
			return v, err == nil
		}
	case duck.TypeDecimal:
		scale := int(duck.DecimalScale(l))
		inner := duck.DecimalInternalType(l)
		if inner == duck.TypeHugeInt {
			d := data[hugeint](v, n)
			return func(row int) (types.Value, bool) { return decimal(d[row].big(), scale) }
		}
		at := whole(v, n, inner)
		if at == nil {
			return nil
		}
		return func(row int) (types.Value, bool) { return decimal(big.NewInt(at(row)), scale) }
	}
	return nil
}

func decimal(n *big.Int, scale int) (types.Value, bool) {
	digits := n.String()
	if scale > 0 {
		minus := strings.HasPrefix(digits, "-")
		digits = strings.TrimPrefix(digits, "-")
		if len(digits) <= scale {
			digits = strings.Repeat("0", scale+1-len(digits)) + digits
		}
		digits = digits[:len(digits)-scale] + "." + digits[len(digits)-scale:]
		if minus {
			digits = "-" + digits
		}
	}
	v, err := types.NumericOf(digits)
	return v, err == nil
}

func uuid(h hugeint) types.Value {
	var b [16]byte
	high, low := uint64(h.upper)^1<<63, h.lower // DuckDB turns the first bit, to order them
	for i := range 8 {
		b[i], b[8+i] = byte(high>>(56-8*i)), byte(low>>(56-8*i))
	}
	return types.UUIDOf(b)
}

// span is an interval.
type span struct {
	months, days int32
	micros       int64
}

func temporal(v duck.Vector, n int, kind duck.Type, t types.Type) Reader {
	switch {
	case t.Kind == types.Date && kind == duck.TypeDate:
		d := data[int32](v, n)
		return func(row int) (types.Value, bool) { return date(d[row]) }
	case t.Kind == types.Time && kind == duck.TypeTime:
		d := data[int64](v, n)
		return func(row int) (types.Value, bool) { return types.TimeOf(d[row]), d[row] >= 0 && d[row] <= 86400e6 }
	case t.Kind == types.Timestamp && kind == duck.TypeTimestamp, t.Kind == types.TimestampTZ && kind == duck.TypeTimestampTZ:
		d := data[int64](v, n)
		return func(row int) (types.Value, bool) { return instant(t.Kind, d[row]) }
	case t.Kind == types.Interval && kind == duck.TypeInterval:
		d := data[span](v, n)
		return func(row int) (types.Value, bool) {
			return types.IntervalOf(d[row].months, d[row].days, d[row].micros), true
		}
	}
	return nil
}

// PostgreSQL's range of dates, in days since 1970, and of timestamps, in
// microseconds; DuckDB's timestamps end where an int64 does.
const (
	firstDay, lastDay = -2440588, 2145042905
	firstMicro        = firstDay * 86400e6
)

func date(days int32) (types.Value, bool) {
	switch {
	case days == math.MaxInt32:
		return types.InfinityOf(types.Date, 1), true
	case days == -math.MaxInt32:
		return types.InfinityOf(types.Date, -1), true
	case days < firstDay || days > lastDay:
		return types.Null, false
	}
	return types.DateOf(int64(days)), true
}

func instant(k types.Kind, micros int64) (types.Value, bool) {
	switch {
	case micros == math.MaxInt64:
		return types.InfinityOf(k, 1), true
	case micros == -math.MaxInt64:
		return types.InfinityOf(k, -1), true
	case micros < firstMicro:
		return types.Null, false
	case k == types.Timestamp:
		return types.TimestampOf(micros), true
	}
	return types.TimestampTZOf(micros), true
}

// stringCell is DuckDB's text: its length, then twelve bytes of it, or four and
// a pointer to all.
type stringCell struct {
	length uint32
	inline [12]byte
}

func bytesAt(v duck.Vector, n, row int) string {
	s := &data[stringCell](v, n)[row]
	if s.length <= uint32(len(s.inline)) {
		return string(s.inline[:s.length])
	}
	p := *(**byte)(unsafe.Pointer(&s.inline[4]))
	return string(unsafe.Slice(p, s.length))
}

func textAt(v duck.Vector, n, row int) string {
	s := bytesAt(v, n, row)
	if !utf8.ValidString(s) {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	return s
}

// entry is where the elements of a list stand in the child vector.
type entry struct{ offset, length uint64 }

func list(v duck.Vector, n int, t types.Type) Reader {
	if t.Kind != types.Array {
		return nil
	}
	d := data[entry](v, n)
	element := readerOf(duck.ListVectorGetChild(v), int(duck.ListVectorGetSize(v)), t.Element())
	if element == nil {
		return nil
	}
	return func(row int) (types.Value, bool) {
		values := make([]types.Value, d[row].length)
		for i := range values {
			x, ok := element(int(d[row].offset) + i)
			if !ok {
				return types.Null, false
			}
			values[i] = x
		}
		return types.ListOf(values), true
	}
}
