package trino

import (
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/types"
)

// errLiteral: a value that Trino has no literal for.
var errLiteral = errors.New("a constant that Trino cannot have")

// inline puts literals in the places ?1, ?2, ... of a text that package emit
// printed. Trino has EXECUTE ... USING, where the client writes literals as well;
// but of the expressions in a text two with parameters are never equal, which
// GROUP BY and its outputs must be.
func inline(text string, params []emit.Param) (string, error) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\'', '"': // of ours, and a name
			end := strings.IndexByte(text[i+1:], text[i])
			if end < 0 {
				return "", errors.New("a text with an open quote")
			}
			b.WriteString(text[i : i+end+2])
			i += end + 1
		case '?':
			n := i + 1
			for n < len(text) && text[n] >= '0' && text[n] <= '9' {
				n++
			}
			at, err := strconv.Atoi(text[i+1 : n])
			if err != nil || at < 1 || at > len(params) {
				return "", errors.New("a place for no constant")
			}
			l, err := literal(params[at-1].Value, params[at-1].Type)
			if err != nil {
				return "", err
			}
			b.WriteString(l)
			i = n - 1
		default:
			b.WriteByte(text[i])
		}
	}
	return b.String(), nil
}

// literal is v as Trino's parser reads it back as a value of type t. It is the
// only place where a value becomes text of a statement: whatever comes from a
// value stands between quotes, and each quote in it is written twice; nothing else
// has a meaning there to Trino, a backslash neither.
func literal(v types.Value, t types.Type) (string, error) {
	name := funcs.TypeTrino(t)
	if v.IsNull() || name == "" {
		return "", errLiteral
	}
	text := v.Format(t, time.UTC)
	switch t.Kind {
	case types.Bool:
		return map[bool]string{true: "TRUE", false: "FALSE"}[v.Bool()], nil
	case types.Int2, types.Int4, types.Int8, types.Float4, types.Float8, types.UUID, types.JSON, types.JSONB:
		return strings.ToUpper(name) + " " + quoted(text), nil
	case types.Numeric:
		return "DECIMAL " + quoted(text), digits(text)
	case types.Text, types.Varchar:
		if !utf8.ValidString(text) {
			return "", errLiteral
		}
		return "VARCHAR " + quoted(text), nil
	case types.Bpchar:
		if !utf8.ValidString(text) {
			return "", errLiteral
		}
		return "CAST(" + quoted(text) + " AS char(" + strconv.Itoa(max(1, utf8.RuneCountInString(text))) + "))", nil
	case types.Bytea:
		return "X" + quoted(hex.EncodeToString(v.Bytes())), nil
	case types.Date, types.Time, types.Timestamp, types.TimestampTZ:
		return moment(v, t)
	case types.Array:
		return list(v, t)
	default:
		return "", errLiteral
	}
}

func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func digits(text string) error {
	if strings.Trim(text, "-.0123456789") != "" || len(strings.NewReplacer("-", "", ".", "").Replace(text)) > 38 {
		return errLiteral
	}
	return nil
}

// moment is a date or time of a year of four digits, with all six digits of a
// second.
func moment(v types.Value, t types.Type) (string, error) {
	if v.IsInfinite() != 0 {
		return "", errLiteral
	}
	layout, at, word := "2006-01-02", time.Time{}, "DATE"
	switch t.Kind {
	case types.Date:
		at = time.Unix(v.Days()*86400, 0).UTC()
	case types.Time:
		if layout, word = "15:04:05.000000", "TIME"; v.Micros() >= 86400_000_000 {
			return "", errLiteral
		}
		at = time.UnixMicro(v.Micros()).UTC()
	default:
		if layout, word = "2006-01-02 15:04:05.000000", "TIMESTAMP"; t.Kind == types.TimestampTZ {
			layout += " UTC"
		}
		at = time.UnixMicro(v.Micros()).UTC()
	}
	if y := at.Year(); y < 1 || y > 9999 {
		return "", errLiteral
	}
	return word + " " + quoted(at.Format(layout)), nil
}

func list(v types.Value, t types.Type) (string, error) {
	var parts []string
	for _, x := range v.List() {
		part := "NULL"
		if !x.IsNull() {
			var err error
			if part, err = literal(x, t.Element()); err != nil {
				return "", err
			}
		}
		parts = append(parts, part)
	}
	return "CAST(ARRAY[" + strings.Join(parts, ", ") + "] AS " + funcs.TypeTrino(t) + ")", nil
}
