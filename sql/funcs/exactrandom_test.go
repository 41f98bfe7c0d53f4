package funcs

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/grille-dev/grille/sql/types"
)

// Random calls of random functions give on SQLite what PostgreSQL gives.
func TestExactRandom(t *testing.T) {
	pg := live(t)
	pg.exec(try)
	zone, _ := types.Zone("Europe/Berlin")
	l := newLite(t, zone)
	var sigs []*Sig
	for _, f := range All() {
		for _, s := range f.Sigs {
			if s.SQLite != "" && s.Postgres != "{unavailable}" && (f.Class == Scalar || f.Class == Operator) && f.Name != "repeat" && !slices.Contains(s.Params, AnyToken) {
				sigs = append(sigs, s)
			}
		}
	}
	calls := 0
	rapid.Check(t, func(r *rapid.T) {
		var cs []randomCall
		var queries []string
		for len(cs) < 40 {
			s := rapid.SampledFrom(sigs).Draw(r, "sig")
			c, ok := drawCall(r, s)
			if ok {
				cs = append(cs, c)
				queries = append(queries, c.query)
			}
		}
		want := pg.ask(queries)
		for i, c := range cs {
			params := make([]string, len(c.args))
			for k := range params {
				params[k] = fmt.Sprintf("?%d", k+1)
			}
			got := l.eval(renderLite(c.s, params, c.args, c.result), c.values, c.args, c.result, zone)
			calls++
			if same(got, want[i], c.result) || c.s.Func.Name == "age" && infinities(c.values) || earlier(c.s.Func.Name, got, want[i]) || c.s.Func.Name == "to_char" && strings.Contains(want[i], "fin") ||
				c.s.Params[0].IsText() && c.result.IsTemporal() && strings.HasPrefix(got, "error") {
				continue
			}
			r.Fatalf("%s: SQLite %s, PostgreSQL %s\n\t%s", c.s, got, want[i], c.query)
		}
	})
	t.Logf("%d calls compared", calls)
}

// shapes are texts that a function can read something from.
var shapes = map[string]string{
	"to_number":    `[-+ $]?[0-9]{1,3}(,[0-9]{3}){0,2}(\.[0-9]{0,3})?[-+%]?`,
	"to_date":      `(19|20)[0-9]{2}[-/ ]?[0-9]{1,2}[-/ ][0-9]{1,2}|[0-9]{1,2} (Jan|March|DEC) [0-9]{4}|[0-9]{8}|[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4}`,
	"to_timestamp": `(19|20)[0-9]{2}[-/ ]?[0-9]{1,2}[-/ ][0-9]{1,2} [0-9]{1,2}:[0-9]{2}(:[0-9]{2})?|[0-9]{1,2}:[0-9]{2} (AM|pm)|(May|June) [0-9]{1,2}, [0-9]{4}`,
}

type randomCall struct {
	s      *Sig
	args   []types.Type
	values []types.Value
	result types.Type
	query  string
}

func drawCall(r *rapid.T, s *Sig) (randomCall, bool) {
	args := rapid.SampledFrom(instances(s)).Draw(r, "types")
	m, err := s.match(args)
	if err != nil || slices.ContainsFunc(m.Args, func(t types.Type) bool { return TextSQLite(t) == "" && t != text }) {
		return randomCall{}, false
	}
	c := randomCall{s: s, args: m.Args, result: m.Result}
	fixed := needsConst(s, m.Args)
	texts := make([]string, len(args))
	consts := make([]*types.Value, len(args))
	for i, a := range m.Args {
		var v types.Value
		if fixed[i] || i > 0 && strings.Contains(s.Func.Name, "like") || s.Func.Name == "substring" && a == text && i == 1 {
			v, err = types.Parse(a, rapid.SampledFrom(exactConstants(s, i, a)).Draw(r, "const"), time.UTC)
			if err != nil {
				return c, false
			}
		} else {
			v = drawValue(r, a, shapes[s.Func.Name])
		}
		c.values = append(c.values, v)
		texts[i] = quoted(v, a)
		consts[i] = &c.values[i]
	}
	for i := range consts {
		consts[i] = &c.values[i]
	}
	if s.Check != nil && s.Check(consts) != "" {
		return c, false
	}
	c.query = asText(render(s, texts), m.Result)
	return c, true
}

// drawValue draws a value that stands in SQLite; the sizes keep most results
// within range, since failures teach little.
func drawValue(r *rapid.T, t types.Type, shape string) types.Value {
	parse := func(s string) types.Value {
		v, err := types.Parse(t, s, time.UTC)
		if err != nil {
			panic(fmt.Sprintf("%s %s: %v", t, s, err))
		}
		return v
	}
	switch t.Kind {
	case types.Bool:
		return types.BoolOf(rapid.Bool().Draw(r, "bool"))
	case types.Int2:
		return types.IntOf(int64(rapid.Int16().Draw(r, "int2")))
	case types.Int4:
		if rapid.Bool().Draw(r, "small") {
			return types.IntOf(int64(rapid.IntRange(-40, 40).Draw(r, "int4")))
		}
		return types.IntOf(int64(rapid.Int32().Draw(r, "int4")))
	case types.Int8:
		return types.IntOf(rapid.Int64().Draw(r, "int8"))
	case types.Numeric:
		return parse(rapid.StringMatching(`-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,12})?`).Draw(r, "numeric"))
	case types.Float4:
		return types.FloatOf(float64(rapid.Float32Range(-1e6, 1e6).Draw(r, "float4")))
	case types.Float8:
		if rapid.Bool().Draw(r, "small") {
			return types.FloatOf(float64(rapid.IntRange(-2000, 2000).Draw(r, "quarters")) / 4)
		}
		return types.FloatOf(rapid.Float64Range(-1e12, 1e12).Draw(r, "float8"))
	case types.Text, types.Varchar, types.Bpchar:
		if shape != "" {
			return types.TextOf(rapid.StringMatching(shape).Draw(r, "shaped"))
		}
		return types.TextOf(rapid.StringMatching(`([a-zA-Z0-9 ,.%_\\éßΩ日😀-]|ab|\d\d\d\d-\d\d-\d\d){0,12}`).Draw(r, "text"))
	case types.Date:
		return types.DateOf(int64(rapid.IntRange(-719162+400, 2932896-400).Draw(r, "date")))
	case types.Time:
		return types.TimeOf(rapid.Int64Range(0, 86400e6-1).Draw(r, "time"))
	case types.Timestamp, types.TimestampTZ:
		micros := rapid.Int64Range(-60000000000e6, 250000000000e6).Draw(r, "micros")
		if rapid.Bool().Draw(r, "near") {
			micros = rapid.Int64Range(946684800-1e9, 946684800+1.2e9).Draw(r, "seconds") * 1e6
		}
		if t.Kind == types.Timestamp {
			return types.TimestampOf(micros)
		}
		return types.TimestampTZOf(micros)
	case types.Interval:
		return types.IntervalOf(int32(rapid.IntRange(-500, 500).Draw(r, "months")), int32(rapid.IntRange(-1000, 1000).Draw(r, "days")), rapid.Int64Range(-1e12, 1e12).Draw(r, "micros"))
	case types.JSON, types.JSONB:
		return parse(rapid.SampledFrom(append(slices.Clone(boundaries[types.JSONB]), ordinary[types.JSON]...)).Draw(r, "json"))
	case types.Bytea:
		return types.BytesOf(rapid.SliceOfN(rapid.Byte(), 0, 8).Draw(r, "bytea"))
	}
	return rapid.SampledFrom(valuesOf(t, false)).Draw(r, "value")
}
