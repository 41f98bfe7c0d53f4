package mysql

import (
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/internal/mytest"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/types"
)

// Each kind of column, read as bind types it.
func TestValues(t *testing.T) {
	db := mytest.New(t, `
CREATE TABLE v (id int PRIMARY KEY, yes tinyint(1), flag bit(1), small smallint, u int unsigned, big bigint, huge bigint unsigned,
  d decimal(30,10), f float, g double, c char(5), v varchar(20), l varchar(20) CHARACTER SET latin1, tx text, e enum('a','b'), s set('x','y'),
  bn varbinary(10), bl blob, dt date, ts datetime(6), at timestamp(3) NULL, tm time(2), y year, j json, uu uuid);
INSERT INTO v VALUES (1, 1, b'1', -32768, 4294967295, -9223372036854775808, 9223372036854775807, 12345678901234567890.0123456789, 0.1, 1e300,
  'ab  ', 'ünï 🦊', 'é', '', 'b', 'x,y', x'00ff', x'', '2024-02-29', '1969-12-31 23:59:59.000001', '2024-07-01 12:00:00.5', '23:59:59.25', 2024,
  '{"a": [1, 2]}', '123e4567-e89b-12d3-a456-426655440000');
INSERT INTO v (id) VALUES (2);
SET sql_mode = '', time_zone = '+02:00'; INSERT INTO v (id, yes, dt, ts, at, e, y) VALUES (3, 7, '2024-00-10', '0000-00-00 00:00:00', '2024-07-01 12:00:00', 'none', 0)`)
	e := engine(t, db.ReadOnlyDSN)
	c, err := e.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	table := c.All().Lookup("", "v")
	var q query
	var names []string
	for _, col := range table.Columns {
		q.columns = append(q.columns, cols(col.Type.Kind)...)
		names = append(names, name(col.Name))
	}
	q.text = "SELECT " + strings.Join(names, ", ") + ` FROM "` + db.Name() + `"."v" ORDER BY 1`
	q.reads = reads(t, c, "v")
	rows, err := all(e, t, q)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, row := range rows {
		var cells []string
		for i, v := range row {
			if v.IsNull() {
				cells = append(cells, "-")
			} else {
				cells = append(cells, v.Format(q.columns[i].Type, time.UTC))
			}
		}
		got = append(got, strings.Join(cells, "|"))
	}
	want := []string{
		`1|t|t|-32768|4294967295|-9223372036854775808|9223372036854775807|12345678901234567890.0123456789|0.1|1e+300|` +
			`ab|ünï 🦊|é||b|x,y|\x00ff|\x|2024-02-29|1969-12-31 23:59:59.000001|2024-07-01 12:00:00.5+00|23:59:59.25|2024|{"a": [1, 2]}|123e4567-e89b-12d3-a456-426655440000`,
		`2` + strings.Repeat("|-", len(names)-1),
		`3|t|-|-|-|-|-|-|-|-|-|-|-|-||-|-|-|-|-|2024-07-01 10:00:00+00|-|0|-|-`,
	}
	for i := range want {
		if i >= len(got) || got[i] != want[i] {
			t.Errorf("row %d:\n%s\nwant\n%s", i, got[min(i, len(got)-1)], want[i])
		}
	}
}

// What a parameter means does not depend on its text.
func TestParameters(t *testing.T) {
	e := engine(t, mytest.New(t).ReadOnlyDSN)
	moment := func(k types.Kind, s string) emit.Param {
		v, err := types.Parse(types.Of(k), s, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		return emit.Param{Type: types.Of(k), Value: v}
	}
	numeric, _ := types.NumericOf("-12345678901234567890.5")
	for _, c := range []struct {
		param emit.Param
		expr  string
		want  string
	}{
		{emit.Param{Type: types.Of(types.Text), Value: types.TextOf(`a' OR 1=1 -- \`)}, "?", `a' OR 1=1 -- \`},
		{emit.Param{Type: types.Of(types.Text), Value: types.TextOf("🦊\x00z")}, "hex(?)", "F09FA68A007A"},
		{emit.Param{Type: types.Of(types.Text), Value: types.TextOf("ACME")}, "concat(? = 'acme', collation('a'))", "0utf8mb4_nopad_bin"},
		{emit.Param{Type: types.Of(types.Text), Value: types.TextOf("acme ")}, "concat(? = 'acme')", "0"},
		{emit.Param{Type: types.Of(types.Text), Value: types.TextOf("")}, "concat(? IS NULL, ?)", ""},
		{emit.Param{Type: types.Of(types.Text)}, "concat(? IS NULL)", "1"},
		{emit.Param{Type: types.Of(types.Int8), Value: types.IntOf(-9223372036854775808)}, "concat(? - 0)", "-9223372036854775808"},
		{emit.Param{Type: types.Of(types.Numeric), Value: types.IntOf(5)}, "CAST(CAST(? AS DECIMAL(30,10)) / 3 AS CHAR)", "1.6666666666666666666666666666"},
		{emit.Param{Type: types.Of(types.Numeric), Value: numeric}, "CAST(CAST(? AS DECIMAL(30,1)) AS CHAR)", "-12345678901234567890.5"},
		{emit.Param{Type: types.Of(types.Float8), Value: types.FloatOf(0.1)}, "concat(? = 0.1e0)", "1"},
		{emit.Param{Type: types.Of(types.Bool), Value: types.BoolOf(true)}, "concat(? + 1)", "2"},
		{emit.Param{Type: types.Of(types.Bytea), Value: types.BytesOf([]byte{0, 255})}, "hex(CAST(? AS BINARY))", "00FF"},
		{moment(types.Date, "0999-01-01"), "CAST(CAST(? AS DATE) AS CHAR)", "0999-01-01"},
		{moment(types.Timestamp, "2024-02-29 12:00:00.5"), "CAST(CAST(? AS DATETIME(6)) AS CHAR)", "2024-02-29 12:00:00.500000"},
		{moment(types.TimestampTZ, "2024-02-29 12:00:00+02"), "CAST(CAST(? AS DATETIME(6)) AS CHAR)", "2024-02-29 10:00:00.000000"},
	} {
		params := make([]emit.Param, strings.Count(c.expr, "?"))
		for i := range params {
			params[i] = c.param
		}
		if c.want == "" {
			continue
		}
		rows, err := all(e, t, query{text: "SELECT " + c.expr, params: params, columns: cols(types.Text)})
		if err != nil || len(rows) != 1 || rows[0][0].IsNull() || !strings.HasPrefix(rows[0][0].Text(), c.want) {
			t.Errorf("%s of %v: %v %v", c.expr, c.param.Value, rows, err)
		}
	}
	for _, p := range []emit.Param{
		moment(types.Date, "infinity"), moment(types.Timestamp, "0044-03-15 BC"), moment(types.Date, "10000-01-01"),
		{Type: types.Of(types.Float8), Value: types.FloatOf(nan())}, {Type: types.Of(types.Numeric), Value: numericNaN(t)},
	} {
		_, err := all(e, t, query{text: "SELECT ?", params: []emit.Param{p}, columns: cols(types.Text)})
		if refusal.CodeOf(err) != refusal.Engine {
			t.Errorf("%v: %v", p.Value, err)
		}
	}
}

func nan() float64 { z := 0.0; return z / z }

func numericNaN(t *testing.T) types.Value {
	v, err := types.NumericOf("NaN")
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// A column that is not what the statement says it is is a fault, not a guess.
func TestOtherColumns(t *testing.T) {
	l := new(log)
	e := engine(t, mytest.New(t).ReadOnlyDSN, l.into)
	for text, kind := range map[string]types.Kind{
		"SELECT 'a'": types.Bytea, "SELECT 1": types.Text, "SELECT 'a' ": types.Int8,
		"SELECT 1e0": types.Int8, "SELECT 1e0 ": types.Numeric, "SELECT 1, 2": types.Int8, "SELECT CURRENT_DATE": types.Text,
	} {
		_, err := all(e, t, query{text: text, columns: cols(kind)})
		refused(t, err, refusal.Internal, l)
	}
	for text, kind := range map[string]types.Kind{"SELECT 1.5": types.Int8, "SELECT 18446744073709551615": types.Int8, "SELECT 'x'": types.Date, "SELECT x'41'": types.Text} {
		_, err := all(e, t, query{text: text, columns: cols(kind)})
		refused(t, err, refusal.Value, l)
	}
}
