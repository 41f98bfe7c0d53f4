package types

import (
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// notA is the error of a literal that is no k. It does not repeat the literal:
// it may come from a person's question.
func notA(k Kind, hint string) error {
	return fmt.Errorf("not a valid %s: %s", k, hint)
}

// Parse reads a literal of type t as PostgreSQL does, in the time zone loc
// (nil: UTC). It never gives NULL. What PostgreSQL reads by DateStyle ('1/2/2024')
// or by the clock ('today') is refused.
func Parse(t Type, text string, loc *time.Location) (Value, error) {
	if !utf8.ValidString(text) || strings.Contains(text, "\x00") {
		return Null, notA(t.Kind, "the text is not valid UTF-8")
	}
	if loc == nil {
		loc = time.UTC
	}
	s := strings.TrimFunc(text, isSpace)
	switch t.Kind {
	case Bool:
		return parseBool(s)
	case Int2:
		return parseInt(s, Int2, 16)
	case Int4:
		return parseInt(s, Int4, 32)
	case Int8:
		return parseInt(s, Int8, 64)
	case Numeric:
		return NumericOf(s)
	case Float4:
		return parseFloat(s, Float4, 32)
	case Float8:
		return parseFloat(s, Float8, 64)
	case Text, Varchar, Bpchar, Enum, Token:
		return TextOf(text), nil
	case Bytea:
		return parseBytea(text)
	case Date, Time, Timestamp, TimestampTZ:
		return parseDateTime(t.Kind, s, loc)
	case Interval:
		return ParseInterval(s, "second")
	case UUID:
		return parseUUID(s)
	case Inet, Cidr:
		return parseNetwork(t.Kind, text)
	case MacAddr, MacAddr8:
		return parseMAC(t.Kind, text)
	case JSON:
		return parseJSON(text)
	case JSONB:
		return parseJSONB(text)
	case Array:
		return parseArray(t.Element(), s, loc)
	case Unsupported, Unknown:
		return Null, fmt.Errorf("values of type %s cannot be written", t)
	default:
		panic("types: unknown kind")
	}
}

func isSpace(r rune) bool {
	switch r {
	case ' ', '\t', '\n', '\r', '\v', '\f':
		return true
	}
	return false
}

func parseBool(s string) (Value, error) {
	low := strings.ToLower(s)
	switch {
	case low == "1" || low == "on":
		return BoolOf(true), nil
	case low == "0" || low == "off" || low == "of":
		return BoolOf(false), nil
	case low == "":
	case strings.HasPrefix("true", low) || strings.HasPrefix("yes", low):
		return BoolOf(true), nil
	case strings.HasPrefix("false", low) || strings.HasPrefix("no", low):
		return BoolOf(false), nil
	}
	return Null, notA(Bool, "write true or false")
}

func parseInt(s string, k Kind, bits int) (Value, error) {
	body := strings.TrimPrefix(strings.TrimPrefix(s, "+"), "-")
	if run, rest := digits(body); run == "" || rest != "" || len(s)-len(body) > 1 {
		return Null, notA(k, "write digits only")
	}
	n, err := strconv.ParseInt(s, 10, bits)
	if err != nil {
		return Null, notA(k, fmt.Sprintf("it must lie between %d and %d", -1<<(bits-1), int64(1)<<(bits-1)-1))
	}
	return IntOf(n), nil
}

func parseFloat(s string, k Kind, bits int) (Value, error) {
	switch strings.ToLower(s) {
	case "nan":
		return FloatOf(math.NaN()), nil
	case "infinity", "inf", "+infinity", "+inf":
		return FloatOf(math.Inf(1)), nil
	case "-infinity", "-inf":
		return FloatOf(math.Inf(-1)), nil
	}
	if strings.ContainsAny(s, "_xXpPnN") {
		return Null, notA(k, "write a number like 12.5 or 1.25e3")
	}
	f, err := strconv.ParseFloat(s, bits)
	if err != nil || f == 0 && strings.ContainsAny(mantissa(s), "123456789") {
		return Null, notA(k, "write a number like 12.5 or 1.25e3, within the type's range")
	}
	return FloatOf(f), nil
}

func mantissa(s string) string {
	m, _, _ := strings.Cut(strings.ToLower(s), "e")
	return m
}

// parseBytea reads the hex format, and PostgreSQL's older escape format: \\ is
// a backslash, \ooo a byte in octal.
func parseBytea(s string) (Value, error) {
	bad := notA(Bytea, `write it in hex, like '\x01ff'`)
	if h, ok := strings.CutPrefix(s, `\x`); ok {
		b, err := hex.DecodeString(strings.Map(dropSpace, h))
		if err != nil {
			return Null, bad
		}
		return BytesOf(b), nil
	}
	var out []byte
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] != '\\':
			out = append(out, s[i])
		case strings.HasPrefix(s[i:], `\\`):
			out = append(out, '\\')
			i++
		default:
			if len(s) < i+4 {
				return Null, bad
			}
			n, err := strconv.ParseUint(s[i+1:i+4], 8, 8)
			if err != nil {
				return Null, bad
			}
			out = append(out, byte(n))
			i += 3
		}
	}
	return BytesOf(out), nil
}

func dropSpace(r rune) rune {
	switch r {
	case ' ', '\n', '\t', '\r':
		return -1
	}
	return r
}

// parseUUID reads 32 hex digits, hyphens after any group of four, optional braces.
func parseUUID(s string) (Value, error) {
	err := notA(UUID, "write it like 00112233-4455-6677-8899-aabbccddeeff")
	if strings.HasPrefix(s, "{") {
		if !strings.HasSuffix(s, "}") {
			return Null, err
		}
		s = s[1 : len(s)-1]
	}
	var out []byte
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '-' {
			if len(out) == 0 || len(out) == 32 || len(out)%4 != 0 || s[i-1] == '-' {
				return Null, err
			}
			continue
		}
		out = append(out, c)
	}
	var b [16]byte
	if len(out) != 32 {
		return Null, err
	}
	if _, bad := hex.Decode(b[:], out); bad != nil {
		return Null, err
	}
	return UUIDOf(b), nil
}

func uuidText(b [16]byte) string {
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// parseArray reads {1,2,NULL,"a b"}: one dimension, lower bound 1.
func parseArray(elem Type, s string, loc *time.Location) (Value, error) {
	bad := fmt.Errorf("not a valid %s array: write it like {1,2,3}", elem)
	if len(s) < 2 || s[0] != '{' || s[len(s)-1] != '}' {
		return Null, bad
	}
	body := strings.TrimFunc(s[1:len(s)-1], isSpace)
	vs := []Value{}
	for body != "" {
		item, rest, null, ok := arrayItem(body)
		if !ok {
			return Null, bad
		}
		v := Null
		if !null {
			var err error
			if v, err = Parse(elem, item, loc); err != nil {
				return Null, err
			}
		}
		vs = append(vs, v)
		if rest == "" {
			break
		}
		body = strings.TrimFunc(rest[1:], isSpace)
		if body == "" {
			return Null, bad
		}
	}
	return Value{kind: Array, list: &vs}, nil
}

// arrayItem takes one element off s; rest is empty or begins with a comma.
func arrayItem(s string) (item, rest string, null, ok bool) {
	if s[0] == '"' {
		var b strings.Builder
		for i := 1; i < len(s); i++ {
			switch s[i] {
			case '\\':
				if i++; i == len(s) {
					return "", "", false, false
				}
				b.WriteByte(s[i])
			case '"':
				rest = strings.TrimLeftFunc(s[i+1:], isSpace)
				return b.String(), rest, false, rest == "" || rest[0] == ','
			default:
				b.WriteByte(s[i])
			}
		}
		return "", "", false, false
	}
	i := strings.IndexByte(s, ',')
	if i < 0 {
		i = len(s)
	}
	item = strings.TrimFunc(s[:i], isSpace)
	if item == "" || strings.ContainsAny(item, `{}"\`) {
		return "", "", false, false
	}
	return item, s[i:], strings.EqualFold(item, "null"), true
}
