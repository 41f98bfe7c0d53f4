package answer

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"time"

	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/types"
)

// WriteJSON writes one object: columns, what texts of the query were matched with
// if any were, then rows as arrays, what is counted more than once, how the planner read the question if it did,
// then the receipt, or what broke the rows off and the receipt of an incomplete
// answer.
//
// Integers beyond 2^53, numerics, and floats that are no numbers are strings,
// because most readers of JSON would change them; so is everything else but
// booleans, other numbers, arrays, json and NULL.
func (a *Answer) WriteJSON(w io.Writer) error {
	b := bufio.NewWriter(w)
	err := writeJSONRows(b, a)
	if len(a.Metrics) > 0 {
		b.WriteString(",\n\"metrics\": ")
		b.Write(marshal(a.Metrics))
	}
	if len(a.Warnings) > 0 {
		b.WriteString(",\n\"warnings\": ")
		b.Write(marshal(a.Warnings))
	}
	if a.Reading != nil {
		b.WriteString(",\n\"reading\": ")
		b.Write(marshal(a.Reading))
	}
	if err != nil {
		b.WriteString(",\n\"error\": ")
		b.Write(marshal(problem(err)))
	}
	b.WriteString(",\n\"receipt\": ")
	b.Write(marshal(a.Receipt()))
	b.WriteString("}\n")
	if e := b.Flush(); e != nil {
		return e
	}
	return err
}

func writeJSONRows(b *bufio.Writer, a stream) error {
	cols := a.columns()
	heads := make([]jsonColumn, len(cols))
	for i, c := range cols {
		heads[i] = jsonColumn{c.Label, c.Type.String(), c.Words, c.Unit, c.Constant, c.Written}
	}
	b.WriteString("{\"columns\": ")
	b.Write(marshal(heads))
	if found := a.matched(); len(found) > 0 {
		b.WriteString(",\n\"matched\": ")
		b.Write(marshal(found))
	}
	b.WriteString(",\n\"rows\": [")
	for n := 0; a.Next(); n++ {
		if n > 0 {
			b.WriteByte(',')
		}
		cells := make([]any, len(cols))
		for i, v := range a.Row() {
			cells[i] = jsonCell(v, cols[i].Type, a.zone())
		}
		b.WriteByte('\n')
		b.Write(marshal(cells))
	}
	b.WriteByte(']')
	return a.Err()
}

type jsonColumn struct {
	Label    string `json:"label"`
	Type     string `json:"type"`
	Words    string `json:"words"`
	Unit     string `json:"unit,omitempty"`
	Constant bool   `json:"constant,omitempty"`
	Written  bool   `json:"written,omitempty"`
}

type jsonProblem struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Try     string `json:"try,omitempty"`
}

func problem(err error) jsonProblem {
	var r *refusal.Refusal
	if errors.As(err, &r) {
		return jsonProblem{string(r.Code), r.Msg, r.Try}
	}
	return jsonProblem{"cancelled", "the question was cancelled", ""}
}

func jsonCell(v types.Value, t types.Type, zone *time.Location) any {
	const exact = 1 << 53
	switch v.Kind() {
	case types.Unknown:
		return nil
	case types.Bool:
		return v.Bool()
	case types.Int8:
		if n := v.Int(); n >= -exact && n <= exact {
			return n
		}
	case types.Float8:
		if f := v.Float(); !math.IsNaN(f) && !math.IsInf(f, 0) {
			return json.Number(v.Format(t, zone)) // the shortest that reads back
		}
	case types.JSON, types.JSONB:
		if json.Valid([]byte(v.Text())) {
			return json.RawMessage(v.Text())
		}
	case types.Array:
		list := make([]any, len(v.List()))
		for i, e := range v.List() {
			list[i] = jsonCell(e, t.Element(), zone)
		}
		return list
	default: // text: below
	}
	return v.Format(t, zone)
}

// marshal does not escape < and >: the bytes are no HTML.
func marshal(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // only our own types come here
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}
