package answer

import (
	"bufio"
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/types"
)

// rows stands for an answer: what is written depends on nothing else.
type rows struct {
	cols []Column
	data [][]types.Value
	at   int
	err  error
	// found is what texts were matched with.
	found []Match
	marks numerals
}

func (r *rows) columns() []Column    { return r.cols }
func (r *rows) matched() []Match     { return r.found }
func (r *rows) zone() *time.Location { return time.UTC }
func (r *rows) numerals() numerals   { return r.marks }
func (r *rows) Row() []types.Value   { return r.data[r.at-1] }
func (r *rows) Err() error           { return r.err }
func (r *rows) Next() bool {
	if r.at == len(r.data) {
		return false
	}
	r.at++
	return true
}

func sample(t *testing.T) *rows {
	num := func(s string) types.Value {
		v, err := types.NumericOf(s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	col := func(label string, k types.Kind) Column { return Column{Label: label, Type: types.Of(k)} }
	return &rows{
		cols: []Column{col("name", types.Text), col("n", types.Int8), col("amount", types.Numeric), col("ok", types.Bool), col("day", types.Date)},
		data: [][]types.Value{
			{types.TextOf("Zoë"), types.IntOf(7), num("1.50"), types.BoolOf(true), types.DateOf(0)},
			{types.TextOf("東京 \x1b[31mred\n\u202eevil"), types.IntOf(1<<53 + 1), num("-2"), types.BoolOf(false), types.Null},
			{types.Null, types.IntOf(-1 << 53), num("NaN"), types.Null, types.DateOf(-1)},
			{types.TextOf("=HYPERLINK(\"http://evil\")"), types.IntOf(-5), types.Null, types.Null, types.Null},
			{types.TextOf(""), types.Null, types.Null, types.Null, types.Null},
			{types.TextOf(strings.Repeat("long ", 20)), types.Null, types.Null, types.Null, types.Null},
		},
	}
}

const golden = `name                                                              n  amount  ok     day
------------------------------------------------  -----------------  ------  -----  ----------
Zoë                                                               7    1.50  true   1970-01-01
東京 \x1b[31mred\n\u202eevil                       9007199254740993      -2  false  NULL
NULL                                              -9007199254740992     NaN  NULL   1969-12-31
=HYPERLINK("http://evil")                                        -5    NULL  NULL   NULL
                                                               NULL    NULL  NULL   NULL
long long long long long long long long long lo…               NULL    NULL  NULL   NULL
`

func TestTable(t *testing.T) {
	var b bytes.Buffer
	if err := writeTable(&b, sample(t), false); err != nil {
		t.Fatal(err)
	}
	if want := golden; b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
	lines := strings.Split(strings.TrimRight(b.String(), "\n"), "\n")
	for _, l := range lines[1:] { // each column begins or ends where its rule does
		if breadth(l) > breadth(lines[1]) {
			t.Errorf("wider than the table: %q", l)
		}
	}
	if strings.ContainsRune(b.String(), 0x1b) {
		t.Error("an escape reached the terminal")
	}
}

func TestCSV(t *testing.T) {
	var b bytes.Buffer
	if err := writeCSV(&b, sample(t)); err != nil {
		t.Fatal(err)
	}
	want := "name,n,amount,ok,day\n" +
		"Zoë,7,1.50,true,1970-01-01\n" +
		"\"東京 \x1b[31mred\n\u202eevil\",9007199254740993,-2,false,\n" +
		",-9007199254740992,NaN,,1969-12-31\n" +
		"\"'=HYPERLINK(\"\"http://evil\"\")\",-5,,,\n" +
		"\"\",,,,\n" +
		"\"" + strings.Repeat("long ", 20) + "\",,,,\n"
	if b.String() != want {
		t.Errorf("got\n%q\nwant\n%q", b.String(), want)
	}
}

func TestJSON(t *testing.T) {
	var b bytes.Buffer
	w := bufio.NewWriter(&b)
	if err := writeJSONRows(w, sample(t)); err != nil {
		t.Fatal(err)
	}
	w.WriteString("}")
	w.Flush()
	var got struct {
		Columns []jsonColumn
		Rows    []json.RawMessage
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatalf("%v in %s", err, b.String())
	}
	for i, want := range []string{
		`["Zoë",7,"1.50",true,"1970-01-01"]`,
		"[\"東京 \\u001b[31mred\\n\u202eevil\"," + `"9007199254740993","-2",false,null]`,
		`[null,-9007199254740992,"NaN",null,"1969-12-31"]`,
	} {
		if string(got.Rows[i]) != want {
			t.Errorf("row %d: got %s, want %s", i, got.Rows[i], want)
		}
	}
	if got.Columns[2].Type != "numeric" {
		t.Errorf("got columns %+v", got.Columns)
	}
}

// Stored values that were found stand between the columns and the rows; where none
// was looked for, nothing does.
func TestJSONMatched(t *testing.T) {
	for want, found := range map[string][]Match{
		``: nil,
		`[{"asked":"nyc","column":"cities.name","stored":"New York"},{"asked":"york","column":"cities.name","like":["New York"]}]`: {
			{Asked: "nyc", Column: "cities.name", Stored: "New York"}, {Asked: "york", Column: "cities.name", Like: []string{"New York"}}},
	} {
		var b bytes.Buffer
		w := bufio.NewWriter(&b)
		s := sample(t)
		s.found = found
		if err := writeJSONRows(w, s); err != nil {
			t.Fatal(err)
		}
		w.WriteString("}")
		w.Flush()
		var got struct{ Matched json.RawMessage }
		if err := json.Unmarshal(b.Bytes(), &got); err != nil || string(got.Matched) != want {
			t.Errorf("%v: got %s, want %s", err, got.Matched, want)
		}
	}
}

// A stored value can say what it likes: it stays in its line and its colour.
func TestMatchIsOneLine(t *testing.T) {
	for want, m := range map[string]Match{
		`read "nyc" as cities.name = 'New York'`: {Asked: "nyc", Column: "cities.name", Stored: "New York"},
		`no cities.name that you see is "york"; did you mean 'New York', 'a\x1b[31m\n'?`: {
			Asked: "york", Column: "cities.name", Like: []string{"New York", "a\x1b[31m\n"}},
		`no cities.name that you see is "a\nb", or like it`: {Asked: "a\nb", Column: "cities.name"},
		`"a\nb" is compared with stays.ward as it is written, for what a table seen in groups holds is not looked up; ask "per ward" to see what there is`: {
			Asked: "a\nb", Column: "stays.ward", Grouped: true},
	} {
		if m.String() != want {
			t.Errorf("got %s, want %s", m, want)
		}
	}
}

func TestJSONCells(t *testing.T) {
	text := func(k types.Kind, s string) types.Value {
		v, err := types.Parse(types.Of(k), s, nil)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, c := range []struct {
		v    types.Value
		t    types.Type
		want string
	}{
		{types.FloatOf(1.5), types.Of(types.Float8), `1.5`},
		{types.FloatOf(1e300), types.Of(types.Float8), `1e+300`},
		{types.FloatOf(math.Inf(1)), types.Of(types.Float8), `"Infinity"`},
		{text(types.JSONB, `{"a": [1, null]}`), types.Of(types.JSONB), `{"a":[1,null]}`},
		{types.ListOf([]types.Value{types.IntOf(1), types.Null}), types.ArrayOf(types.Int4), `[1,null]`},
		{text(types.Interval, "1 day 2 hours"), types.Of(types.Interval), `"1 day 02:00:00"`},
		{types.BytesOf([]byte{0, 255}), types.Of(types.Bytea), `"\\x00ff"`},
	} {
		if got := string(marshal(jsonCell(c.v, c.t, time.UTC))); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

// What breaks rows off is told after the rows that came, by every writer.
func TestBrokenOff(t *testing.T) {
	broken := refusal.New(refusal.Down, "try again", "the database cannot be reached")
	for name, write := range map[string]func(*bytes.Buffer, stream) error{
		"table": func(b *bytes.Buffer, s stream) error { return writeTable(b, s, false) },
		"csv":   func(b *bytes.Buffer, s stream) error { return writeCSV(b, s) },
		"json": func(b *bytes.Buffer, s stream) error {
			w := bufio.NewWriter(b)
			defer w.Flush()
			return writeJSONRows(w, s)
		},
	} {
		s := sample(t)
		s.err = broken
		var b bytes.Buffer
		if err := write(&b, s); err != broken {
			t.Errorf("%s: got %v, want what broke the rows off", name, err)
		}
		if !strings.Contains(b.String(), "Zoë") {
			t.Errorf("%s: the rows before the break are gone", name)
		}
	}
}

func TestLabel(t *testing.T) {
	for in, want := range map[string]string{
		"visits": "visits", "Umsatz (€)": "Umsatz ()", "<b>x</b>": "bxb", "http://evil": "httpevil", "?column?": "column",
		"\x1b[31m": "31m", " a\u202eb ": "ab", "部門": "部門", strings.Repeat("x", 99): strings.Repeat("x", 60), "💣": "",
	} {
		if got := label(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestBreadth(t *testing.T) {
	for s, want := range map[string]int{"abc": 3, "東京": 4, "Zoë": 3, "Zoe\u0308": 3, "": 0, "ﾊﾝ": 2} {
		if got := breadth(s); got != want {
			t.Errorf("%q: got %d, want %d", s, got, want)
		}
	}
	if got := fit("東京都", 4); got != "東…" {
		t.Errorf("got %q", got)
	}
}

// What a spreadsheet would calculate is defused where somebody may have chosen it,
// and nowhere else: a value of another type is written as it is.
func TestFields(t *testing.T) {
	for _, c := range []struct {
		kind     types.Kind
		in, want string
	}{
		{types.Text, "=1+1", "'=1+1"},
		{types.Text, "-5", "'-5"},
		{types.Varchar, "@SUM(A1)", "'@SUM(A1)"},
		{types.Bpchar, "+1", "'+1"},
		{types.Text, "\tx", "'\tx"},
		{types.Int4, "-5", "-5"},
		{types.Numeric, "-0.50", "-0.50"},
		{types.Float8, "-Infinity", "-Infinity"},
		{types.Interval, "-1 days", "-1 days"},
		{types.JSONB, `"=1+1"`, `"""=1+1"""`},
		{types.Date, "0044-03-15 BC", "0044-03-15 BC"},
	} {
		typ := types.Of(c.kind)
		v, err := types.Parse(typ, c.in, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := fieldCSV(v, typ, time.UTC); got != c.want {
			t.Errorf("%s %s: %s, want %s", typ, c.in, got, c.want)
		}
	}
}
