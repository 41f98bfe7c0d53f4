package types

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// AppendJSON appends v as a t in JSON. Integers beyond 2^53 and numerics are
// strings, so that no reader loses digits; so are NaN and infinities, dates,
// times, intervals, uuids; bytea is "\x..."; json and jsonb stand as they are.
func (v Value) AppendJSON(dst []byte, t Type, loc *time.Location) []byte {
	switch v.Kind() {
	case Unknown:
		return append(dst, "null"...)
	case Bool:
		return strconv.AppendBool(dst, v.n != 0)
	case Int8:
		if v.n > 1<<53 || v.n < -1<<53 {
			return appendJSONString(dst, strconv.FormatInt(v.n, 10))
		}
		return strconv.AppendInt(dst, v.n, 10)
	case Float8:
		s := v.Format(t, loc)
		if f := v.Float(); math.IsNaN(f) || math.IsInf(f, 0) {
			return appendJSONString(dst, s)
		}
		return append(dst, s...)
	case JSON, JSONB:
		var b bytes.Buffer
		if json.Compact(&b, []byte(v.s)) == nil {
			return append(dst, b.Bytes()...)
		}
	case Array:
		dst = append(dst, '[')
		for i, e := range v.List() {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = e.AppendJSON(dst, t.Element(), loc)
		}
		return append(dst, ']')
	}
	return appendJSONString(dst, v.Format(t, loc))
}

const hexDigits = "0123456789abcdef"

// appendJSONString quotes s as PostgreSQL does (escape_json): nothing but
// quotes, backslashes and control characters is escaped.
func appendJSONString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c == '\b':
			dst = append(dst, '\\', 'b')
		case c == '\f':
			dst = append(dst, '\\', 'f')
		case c == '\n':
			dst = append(dst, '\\', 'n')
		case c == '\r':
			dst = append(dst, '\\', 'r')
		case c == '\t':
			dst = append(dst, '\\', 't')
		case c < 0x20:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}

func parseJSON(text string) (Value, error) {
	if !json.Valid([]byte(text)) {
		return Null, notA(JSON, `write it like '{"key": 1}'`)
	}
	return Value{kind: JSON, s: text}, nil
}

// parseJSONB reads JSON into PostgreSQL's canonical text: keys once each, the
// shorter first, then by bytes; numbers as numerics; ": " and ", " between.
func parseJSONB(text string) (Value, error) {
	bad := notA(JSONB, `write it like '{"key": 1}'`)
	if !json.Valid([]byte(text)) || !goodEscapes(text) {
		return Null, bad
	}
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var tree any
	if dec.Decode(&tree) != nil {
		return Null, bad
	}
	b, ok := appendJSONB(nil, tree)
	if !ok {
		return Null, bad
	}
	return Value{kind: JSONB, s: string(b)}, nil
}

// JSONBOf is a jsonb value from PostgreSQL's own text of it.
func JSONBOf(text string) Value { return Value{kind: JSONB, s: text} }

func appendJSONB(dst []byte, tree any) ([]byte, bool) {
	switch x := tree.(type) {
	case nil:
		return append(dst, "null"...), true
	case bool:
		return strconv.AppendBool(dst, x), true
	case string:
		return appendJSONString(dst, x), true
	case json.Number:
		s, ok := canonicalNumeric(x.String())
		return append(dst, s...), ok
	case []any:
		dst = append(dst, '[')
		for i, e := range x {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			var ok bool
			if dst, ok = appendJSONB(dst, e); !ok {
				return dst, false
			}
		}
		return append(dst, ']'), true
	case map[string]any:
		return appendObject(dst, x)
	default:
		panic("types: unknown kind of JSON")
	}
}

func appendObject(dst []byte, x map[string]any) ([]byte, bool) {
	keys := make([]string, 0, len(x))
	for k := range x {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	dst = append(dst, '{')
	for i, k := range keys {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(appendJSONString(dst, k), ": "...)
		var ok bool
		if dst, ok = appendJSONB(dst, x[k]); !ok {
			return dst, false
		}
	}
	return append(dst, '}'), true
}

// goodEscapes refuses what jsonb refuses: \u0000 and lone surrogates.
func goodEscapes(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			continue
		}
		i++
		if s[i] != 'u' {
			continue
		}
		code, _ := strconv.ParseUint(s[i+1:i+5], 16, 32)
		i += 4
		switch {
		case code == 0 || code >= 0xDC00 && code <= 0xDFFF:
			return false
		case code >= 0xD800 && code <= 0xDBFF:
			if i+6 >= len(s) || s[i+1] != '\\' || s[i+2] != 'u' {
				return false
			}
			low, _ := strconv.ParseUint(s[i+3:i+7], 16, 32)
			if low < 0xDC00 || low > 0xDFFF {
				return false
			}
			i += 6
		}
	}
	return true
}
