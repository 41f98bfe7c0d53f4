package pgfn

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/grille-dev/grille/sql/types"
)

// jsons take a json apart. What is no such part is NULL.
func jsons() []Scalar {
	return []Scalar{
		strict("g_json_get", 2, func(a []any) (any, error) {
			raw, err := jsonPart(text(a[0]), a[1])
			if raw == nil || err != nil {
				return nil, err
			}
			return string(raw), nil
		}),
		strict("g_jsonb_get", 2, func(a []any) (any, error) {
			if raw := jsonbPart(text(a[0]), a[1]); raw != nil {
				return string(raw), nil
			}
			return nil, nil
		}),
		strict("g_jsonb_get_text", 2, func(a []any) (any, error) { return jsonText(jsonbPart(text(a[0]), a[1])) }),
		strict("g_json_get_text", 2, func(a []any) (any, error) {
			raw, err := jsonPart(text(a[0]), a[1])
			if err != nil {
				return nil, err
			}
			return jsonText(raw)
		}),
	}
}

// jsonPart is a part of a json, which is read anew each time and may hold
// escapes that no text can.
func jsonPart(doc string, key any) (json.RawMessage, error) {
	if strings.Contains(doc, `\u`) {
		if _, err := types.Parse(jsonbType, doc, nil); err != nil {
			return nil, fail("22P05", "unsupported Unicode escape sequence")
		}
	}
	return part(doc, key), nil
}

// jsonbPart is a part of a jsonb; a scalar counts as an array of itself.
func jsonbPart(doc string, key any) json.RawMessage {
	if n, ok := key.(int64); ok && (n == 0 || n == -1) && doc != "" && doc[0] != '{' && doc[0] != '[' {
		return json.RawMessage(doc)
	}
	return part(doc, key)
}

func part(doc string, key any) json.RawMessage {
	doc = strings.TrimLeft(doc, " \t\r\n")
	switch k := key.(type) {
	case string:
		var object map[string]json.RawMessage
		if !strings.HasPrefix(doc, "{") || json.Unmarshal([]byte(doc), &object) != nil {
			return nil
		}
		return bytes.TrimSpace(object[k])
	case int64:
		var list []json.RawMessage
		if !strings.HasPrefix(doc, "[") || json.Unmarshal([]byte(doc), &list) != nil {
			return nil
		}
		if k < 0 {
			k += int64(len(list))
		}
		if k < 0 || k >= int64(len(list)) {
			return nil
		}
		return bytes.TrimSpace(list[k])
	}
	return nil
}

// jsonText is a part as text: the content of a string, and NULL for null.
func jsonText(raw json.RawMessage) (any, error) {
	if raw == nil || string(raw) == "null" {
		return nil, nil
	}
	if raw[0] != '"' {
		return string(raw), nil
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return nil, errInvalid
	}
	if strings.Contains(s, "\x00") {
		return nil, fail("22P05", "unsupported Unicode escape sequence")
	}
	return s, nil
}
