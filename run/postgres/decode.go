package postgres

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

const (
	textFormat   = 0
	binaryFormat = 1
)

// The identities of PostgreSQL's own types; they never change.
const (
	oidBool        = 16
	oidBytea       = 17
	oidInt8        = 20
	oidInt2        = 21
	oidInt4        = 23
	oidText        = 25
	oidJSON        = 114
	oidFloat4      = 700
	oidFloat8      = 701
	oidBpchar      = 1042
	oidVarchar     = 1043
	oidDate        = 1082
	oidTime        = 1083
	oidTimestamp   = 1114
	oidTimestampTZ = 1184
	oidInterval    = 1186
	oidNumeric     = 1700
	oidUUID        = 2950
	oidJSONB       = 3802
	oidInet        = 869
	oidCidr        = 650
	oidMacAddr     = 829
	oidMacAddr8    = 774
	// firstUserOID: types below it are the system's.
	firstUserOID = 16384
)

// base are the listed types that are stored as such.
func base(oid uint32) types.Kind {
	switch oid {
	case oidBool:
		return types.Bool
	case oidInt2:
		return types.Int2
	case oidInt4:
		return types.Int4
	case oidInt8:
		return types.Int8
	case oidNumeric:
		return types.Numeric
	case oidFloat4:
		return types.Float4
	case oidFloat8:
		return types.Float8
	case oidText:
		return types.Text
	case oidVarchar:
		return types.Varchar
	case oidBpchar:
		return types.Bpchar
	case oidBytea:
		return types.Bytea
	case oidDate:
		return types.Date
	case oidTime:
		return types.Time
	case oidTimestamp:
		return types.Timestamp
	case oidTimestampTZ:
		return types.TimestampTZ
	case oidInterval:
		return types.Interval
	case oidUUID:
		return types.UUID
	case oidJSON:
		return types.JSON
	case oidJSONB:
		return types.JSONB
	case oidInet:
		return types.Inet
	case oidCidr:
		return types.Cidr
	case oidMacAddr:
		return types.MacAddr
	case oidMacAddr8:
		return types.MacAddr8
	default:
		return types.Unsupported
	}
}

// element is the kind of the elements of an array type.
func element(oid uint32) types.Kind {
	switch oid {
	case 1000:
		return types.Bool
	case 1005:
		return types.Int2
	case 1007:
		return types.Int4
	case 1016:
		return types.Int8
	case 1231:
		return types.Numeric
	case 1021:
		return types.Float4
	case 1022:
		return types.Float8
	case 1009:
		return types.Text
	case 1015:
		return types.Varchar
	case 1014:
		return types.Bpchar
	case 1001:
		return types.Bytea
	case 1182:
		return types.Date
	case 1183:
		return types.Time
	case 1115:
		return types.Timestamp
	case 1185:
		return types.TimestampTZ
	case 1187:
		return types.Interval
	case 2951:
		return types.UUID
	case 199:
		return types.JSON
	case 3807:
		return types.JSONB
	case 1041:
		return types.Inet
	case 651:
		return types.Cidr
	case 1040:
		return types.MacAddr
	case 775:
		return types.MacAddr8
	default:
		return types.Unsupported
	}
}

// decoder reads the values of one column.
type decoder struct {
	want types.Type
	oid  uint32 // what the server says it sends; 0 until checkColumns
}

// decoders chooses how each column is sent, before the server has said what
// it is: the statement was typed by bind.
func decoders(cols []ir.Column) ([]decoder, []int16, error) {
	ds := make([]decoder, len(cols))
	formats := make([]int16, len(cols))
	for i, c := range cols {
		ds[i].want = c.Type
		switch c.Type.Kind {
		case types.Bool, types.Int2, types.Int4, types.Int8, types.Float4, types.Float8, types.Bytea,
			types.Date, types.Time, types.Timestamp, types.TimestampTZ, types.Interval, types.UUID:
			formats[i] = binaryFormat
		case types.Numeric, types.Text, types.Varchar, types.Bpchar, types.JSON, types.JSONB,
			types.Enum, types.Token, types.Array, types.Unknown,
			types.Inet, types.Cidr, types.MacAddr, types.MacAddr8:
			formats[i] = textFormat
		case types.Unsupported:
			return nil, nil, run.Fault("a column of an unsupported type")
		default:
			panic("postgres: unknown kind of type")
		}
	}
	return ds, formats, nil
}

// checkColumns compares what the server sends with what bind said.
func checkColumns(ds []decoder, fields []pgconn.FieldDescription) error {
	if len(fields) != len(ds) {
		return errors.New("the server sends another number of columns than the statement has")
	}
	for i, f := range fields {
		if !fits(ds[i].want, f.DataTypeOID) {
			return errors.New("the server sends a column of another type than the statement has")
		}
		ds[i].oid = f.DataTypeOID
	}
	return nil
}

// fits reports whether a column that bind typed t may arrive as the type oid.
func fits(t types.Type, oid uint32) bool {
	switch t.Kind {
	case types.Int2, types.Int4, types.Int8:
		return oid == oidInt2 || oid == oidInt4 || oid == oidInt8
	case types.Float4, types.Float8:
		return oid == oidFloat4 || oid == oidFloat8
	case types.Text, types.Varchar, types.Bpchar, types.Token, types.Unknown:
		return oid == oidText || oid == oidVarchar || oid == oidBpchar
	case types.Enum:
		return oid >= firstUserOID
	case types.Array:
		return element(oid) == t.Elem || t.Elem == types.Enum && oid >= firstUserOID
	default:
		return base(oid) == t.Kind
	}
}

var errShort = errors.New("a value of another length than its type has")

// decode reads one value that is not NULL. What it keeps of v, it copies.
func (d decoder) decode(v []byte, a *arena) (types.Value, error) {
	switch d.oid {
	case oidInt8:
		if len(v) != 8 {
			return types.Null, errShort
		}
		return types.IntOf(int64(binary.BigEndian.Uint64(v))), nil
	case oidInt4:
		if len(v) != 4 {
			return types.Null, errShort
		}
		return types.IntOf(int64(int32(binary.BigEndian.Uint32(v)))), nil
	case oidInt2:
		if len(v) != 2 {
			return types.Null, errShort
		}
		return types.IntOf(int64(int16(binary.BigEndian.Uint16(v)))), nil
	case oidText, oidVarchar, oidBpchar:
		return types.TextOf(a.copy(v)), nil
	case oidFloat8:
		if len(v) != 8 {
			return types.Null, errShort
		}
		return types.FloatOf(math.Float64frombits(binary.BigEndian.Uint64(v))), nil
	case oidFloat4:
		if len(v) != 4 {
			return types.Null, errShort
		}
		return types.FloatOf(float64(math.Float32frombits(binary.BigEndian.Uint32(v)))), nil
	case oidBool:
		if len(v) != 1 {
			return types.Null, errShort
		}
		return types.BoolOf(v[0] != 0), nil
	case oidNumeric:
		return types.NumericOf(string(v))
	default:
		return d.rare(v, a)
	}
}

func (d decoder) rare(v []byte, a *arena) (types.Value, error) {
	switch d.oid {
	case oidTimestamp, oidTimestampTZ, oidTime:
		if len(v) != 8 {
			return types.Null, errShort
		}
		n := int64(binary.BigEndian.Uint64(v))
		switch d.oid {
		case oidTimestamp:
			return types.Timestamp2000(n), nil
		case oidTimestampTZ:
			return types.TimestampTZ2000(n), nil
		}
		return types.TimeOf(n), nil
	case oidDate:
		if len(v) != 4 {
			return types.Null, errShort
		}
		return date(int32(binary.BigEndian.Uint32(v))), nil
	case oidInterval:
		if len(v) != 16 {
			return types.Null, errShort
		}
		days, months := binary.BigEndian.Uint32(v[8:]), binary.BigEndian.Uint32(v[12:])
		return types.IntervalOf(int32(months), int32(days), int64(binary.BigEndian.Uint64(v))), nil
	case oidUUID:
		if len(v) != 16 {
			return types.Null, errShort
		}
		return types.UUIDOf([16]byte(v)), nil
	case oidBytea:
		return types.BytesOf(v), nil
	case oidJSON:
		return types.JSONOf(a.copy(v)), nil
	case oidJSONB:
		return types.JSONBOf(a.copy(v)), nil
	}
	switch d.want.Kind {
	case types.Inet, types.Cidr, types.MacAddr, types.MacAddr8:
		return types.Parse(d.want, string(v), nil)
	case types.Enum:
		return types.TextOf(a.copy(v)), nil
	case types.Array:
		return types.Parse(d.want, string(v), time.UTC)
	default:
		return types.Null, errors.New("a column of a type that is not listed")
	}
}

// days2000 is 2000-01-01 in days since 1970: PostgreSQL counts from there.
const days2000 = 10957

func date(n int32) types.Value {
	switch n {
	case math.MaxInt32:
		return types.InfinityOf(types.Date, 1)
	case math.MinInt32:
		return types.InfinityOf(types.Date, -1)
	default:
		return types.DateOf(int64(n) + days2000)
	}
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

// encode writes parameters as text. They are typed by the casts in the
// statement, so no type is declared for them.
func encode(ps []emit.Param) ([][]byte, error) {
	out := make([][]byte, len(ps))
	for i, p := range ps {
		if p.Value.IsNull() {
			continue
		}
		s := p.Value.Format(p.Type, time.UTC)
		if strings.ContainsRune(s, 0) {
			return nil, run.Fault("a parameter with a zero byte")
		}
		out[i] = []byte(s)
	}
	return slices.Clip(out), nil
}
