package trino

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/grille-dev/grille/sql/types"
)

// decode reads a cell as a t. ok is false if what stands there is no t.
func decode(cell json.RawMessage, t types.Type) (v types.Value, ok bool) {
	if string(cell) == "null" {
		return types.Null, true
	}
	switch t.Kind {
	case types.Bool:
		return types.BoolOf(string(cell) == "true"), string(cell) == "true" || string(cell) == "false"
	case types.Int2, types.Int4, types.Int8:
		n, err := strconv.ParseInt(string(cell), 10, 64)
		return types.IntOf(n), err == nil
	case types.Float4, types.Float8:
		return decodeFloat(cell, t)
	case types.Array:
		return decodeList(cell, t)
	}
	var text string
	if json.Unmarshal(cell, &text) != nil {
		return types.Null, false
	}
	switch t.Kind {
	case types.Text, types.Varchar, types.Bpchar, types.Unknown:
		return types.TextOf(text), true
	case types.Bytea:
		b, err := base64.StdEncoding.DecodeString(text)
		return types.BytesOf(b), err == nil
	case types.TimestampTZ:
		return decodeInstant(text)
	case types.JSON, types.JSONB, types.Numeric, types.Date, types.Time, types.Timestamp, types.UUID:
		v, err := types.Parse(t, text, time.UTC)
		return v, err == nil
	case types.Interval, types.Enum, types.Token, types.Unsupported, types.Inet, types.Cidr, types.MacAddr, types.MacAddr8:
		return types.Null, false
	default:
		panic("trino: unknown kind of type")
	}
}

// decodeFloat: PostgreSQL fails where Trino has an infinity.
func decodeFloat(cell json.RawMessage, t types.Type) (types.Value, bool) {
	bits := 64
	if t.Kind == types.Float4 {
		bits = 32
	}
	f, err := strconv.ParseFloat(string(cell), bits)
	return types.FloatOf(f), err == nil && !math.IsInf(f, 0)
}

func decodeList(cell json.RawMessage, t types.Type) (types.Value, bool) {
	var cells []json.RawMessage
	if json.Unmarshal(cell, &cells) != nil {
		return types.Null, false
	}
	list := make([]types.Value, len(cells))
	for i, c := range cells {
		v, ok := decode(c, t.Element())
		if !ok {
			return types.Null, false
		}
		list[i] = v
	}
	return types.ListOf(list), true
}

// decodeInstant reads the time of a zone: 2024-01-31 10:00:00.000000 Europe/Berlin.
// One that a zone's clocks show twice is not guessed.
func decodeInstant(text string) (types.Value, bool) {
	i := strings.LastIndexByte(text, ' ')
	if i < 0 {
		return types.Null, false
	}
	clock, name := text[:i], text[i+1:]
	if strings.HasPrefix(name, "+") || strings.HasPrefix(name, "-") {
		v, err := types.Parse(types.Of(types.TimestampTZ), clock+name, time.UTC)
		return v, err == nil
	}
	zone, ok := types.Zone(name)
	if !ok {
		return types.Null, false
	}
	v, err := types.Parse(types.Of(types.Timestamp), clock, time.UTC)
	if err != nil {
		return types.Null, false
	}
	at := time.UnixMicro(v.Micros()).UTC()
	local := time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), zone)
	for _, shift := range []time.Duration{-time.Hour, time.Hour, -30 * time.Minute, 30 * time.Minute} {
		if other := local.Add(shift); other.Format(time.DateTime) == local.Format(time.DateTime) {
			return types.Null, false
		}
	}
	return types.TimestampTZOf(local.UnixMicro()), local.Format(time.DateTime) == at.Format(time.DateTime)
}
