package sqlite

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ncruces/go-sqlite3"

	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/types"
)

// How PostgreSQL's types stand in SQLite, in parameters, results and the
// functions that Grille registers:
//
//	bool                      integer 0, 1
//	integers                  integer
//	float4, float8            real
//	numeric                   text, PostgreSQL's digits (results also integer, real)
//	text and its like, tokens text
//	bytea                     blob
//	dates, times, intervals   text, PostgreSQL's ISO output; an instant in UTC
//	uuid, json                text

// decode reads column i of the current row as a t. ok is false if what stands
// there is no t.
func decode(s *sqlite3.Stmt, i int, t types.Type) (v types.Value, ok bool) {
	class := s.ColumnType(i)
	if class == sqlite3.NULL {
		return types.Null, true
	}
	switch t.Kind {
	case types.Bool:
		n := s.ColumnInt64(i)
		return types.BoolOf(n != 0), class == sqlite3.INTEGER && (n == 0 || n == 1)
	case types.Int2, types.Int4, types.Int8:
		return types.IntOf(s.ColumnInt64(i)), class == sqlite3.INTEGER
	case types.Float4, types.Float8:
		return types.FloatOf(s.ColumnFloat(i)), class == sqlite3.FLOAT || class == sqlite3.INTEGER
	case types.Numeric:
		return decodeNumeric(s, i, class)
	case types.Text, types.Varchar, types.Bpchar, types.Enum, types.Token, types.Unknown:
		return types.TextOf(textOf(s, i)), class == sqlite3.TEXT
	case types.Bytea:
		return types.BytesOf(s.ColumnRawBlob(i)), class == sqlite3.BLOB
	case types.JSON:
		return types.JSONOf(textOf(s, i)), class == sqlite3.TEXT
	case types.Date, types.Time, types.Timestamp, types.TimestampTZ, types.Interval, types.UUID, types.JSONB:
		if class != sqlite3.TEXT {
			return types.Null, false
		}
		v, err := types.Parse(t, textOf(s, i), time.UTC)
		return v, err == nil
	case types.Array, types.Unsupported, types.Inet, types.Cidr, types.MacAddr, types.MacAddr8:
		return types.Null, false
	default:
		panic("sqlite: unknown kind of type")
	}
}

func decodeNumeric(s *sqlite3.Stmt, i int, class sqlite3.Datatype) (types.Value, bool) {
	switch class {
	case sqlite3.INTEGER:
		return types.NumericFromInt(s.ColumnInt64(i)), true
	case sqlite3.FLOAT:
		v, err := types.NumericOf(strconv.FormatFloat(s.ColumnFloat(i), 'g', -1, 64))
		return v, err == nil
	case sqlite3.TEXT:
		v, err := types.NumericOf(s.ColumnText(i))
		return v, err == nil
	default:
		return types.Null, false
	}
}

// textOf is a text without bytes that are no UTF-8: SQLite stores any.
func textOf(s *sqlite3.Stmt, i int) string {
	t := s.ColumnText(i)
	if !utf8.ValidString(t) {
		t = strings.ToValidUTF8(t, "\uFFFD")
	}
	return t
}

// bind sets the parameters.
func bind(s *sqlite3.Stmt, ps []emit.Param) error {
	for i, p := range ps {
		if err := bindOne(s, i+1, p); err != nil {
			return err
		}
	}
	return nil
}

func bindOne(s *sqlite3.Stmt, n int, p emit.Param) error {
	v := p.Value
	switch v.Kind() {
	case types.Unknown:
		return s.BindNull(n)
	case types.Bool:
		return s.BindBool(n, v.Bool())
	case types.Int8:
		if p.Type.IsFloat() {
			return s.BindFloat(n, float64(v.Int()))
		}
		if p.Type.Kind == types.Numeric {
			return s.BindText(n, strconv.FormatInt(v.Int(), 10))
		}
		return s.BindInt64(n, v.Int())
	case types.Float8:
		return s.BindFloat(n, v.Float())
	case types.Bytea:
		return s.BindBlob(n, v.Bytes())
	case types.Array:
		return run.Fault("a list as a parameter of SQLite")
	default:
		return s.BindText(n, v.Format(p.Type, time.UTC))
	}
}
