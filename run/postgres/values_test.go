package postgres

import (
	"fmt"
	"testing"
	"time"

	"github.com/grille-dev/grille/internal/pgtest"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// Each value comes back as it was sent, and as the database prints it.
func TestValues(t *testing.T) {
	db := pgtest.New(t, `CREATE TYPE mood AS ENUM ('sad', 'it''s "fine"')`)
	e := engine(t, db.ReadOnlyDSN, func(c *Config) { c.TimeZone = "Europe/Berlin" })
	berlin, _ := time.LoadLocation("Europe/Berlin")
	for _, c := range []struct {
		t     types.Type
		texts []string
	}{
		{types.Of(types.Bool), []string{"t", "f"}},
		{types.Of(types.Int2), []string{"-32768", "0", "32767"}},
		{types.Of(types.Int4), []string{"-2147483648", "2147483647"}},
		{types.Of(types.Int8), []string{"-9223372036854775808", "9223372036854775807"}},
		{types.Of(types.Numeric), []string{"0", "-1.50", "0.0000000000001", "123456789012345678901234567890.123", "NaN", "Infinity", "-Infinity"}},
		{types.Of(types.Float4), []string{"1.5", "-0", "3.4028235e+38", "NaN", "Infinity", "0.1"}},
		{types.Of(types.Float8), []string{"0.1", "1e-323", "-1.7976931348623157e+308", "NaN", "-Infinity", "0.30000000000000004"}},
		{types.Of(types.Text), []string{"", "a", "ünï 🦊", `\x`, "'; DROP TABLE x; --", "a\nb\t", "{1,2}", "NULL"}},
		{types.Of(types.Varchar), []string{"", "x  "}},
		{types.Of(types.Bpchar), []string{"x"}},
		{types.Of(types.Bytea), []string{`\x`, `\x00ff10`}},
		{types.Of(types.Date), []string{"2024-02-29", "0001-01-01", "4713-01-01 BC", "5874897-12-31", "infinity", "-infinity"}},
		{types.Of(types.Time), []string{"00:00:00", "23:59:59.999999", "24:00:00"}},
		{types.Of(types.Timestamp), []string{"2024-02-29 12:00:00", "4713-01-01 00:00:00 BC", "294276-12-31 23:59:59.999999", "infinity", "1969-12-31 23:59:59.5"}},
		{types.Of(types.TimestampTZ), []string{"2024-07-01 12:00:00+02", "2024-01-01 00:00:00+01", "infinity", "-infinity"}},
		{types.Of(types.Interval), []string{"00:00:00", "1 year 2 mons -3 days +04:05:06.789", "-1 years", "-00:00:00.000001"}},
		{types.Of(types.UUID), []string{"00000000-0000-0000-0000-000000000000", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"}},
		{types.Of(types.JSON), []string{`{"a" : 1, "a": [null]}`, `"x"`}},
		{types.Of(types.JSONB), []string{`{"a": [1, 2.50, null, "\u0001"]}`, `[]`}},
		{types.Type{Kind: types.Enum, Name: "public.mood"}, []string{"sad", `it's "fine"`}},
		{types.ArrayOf(types.Int4), []string{"{}", "{1,NULL,-3}"}},
		{types.ArrayOf(types.Text), []string{`{a,"b c",NULL,"NULL","","\"\\"}`}},
		{types.ArrayOf(types.Numeric), []string{"{1.50,NaN}"}},
		{types.ArrayOf(types.Bool), []string{"{t,f}"}},
		{types.ArrayOf(types.Date), []string{"{2024-02-29,infinity}"}},
		{types.ArrayOf(types.Timestamp), []string{`{"2024-02-29 12:00:00"}`}},
		{types.ArrayOf(types.UUID), []string{"{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}"}},
	} {
		for _, text := range c.texts {
			v, err := types.Parse(c.t, text, berlin)
			if err != nil {
				t.Errorf("%s %s: %v", c.t, text, err)
				continue
			}
			q := query{
				text:    fmt.Sprintf(`SELECT CAST($1 AS %s), CAST(CAST($1 AS %[1]s) AS pg_catalog.text), CAST(NULL AS %[1]s)`, c.t.SQL()),
				params:  []emit.Param{{Value: v, Type: c.t}},
				columns: []ir.Column{{Type: c.t}, {Type: types.Of(types.Text)}, {Type: c.t}},
			}
			rows, err := all(e, t, q)
			if err != nil {
				t.Errorf("%s %s: %v", c.t, text, err)
				continue
			}
			got := rows[0]
			if got[0].Key(c.t) != v.Key(c.t) {
				t.Errorf("%s %s: came back as %s", c.t, text, got[0].Format(c.t, berlin))
			}
			if s := got[0].Format(c.t, berlin); s != got[1].Text() && c.t.Kind != types.Bool { // boolean::text is true, its output t
				t.Errorf("%s %s: Grille prints %s, the database %s", c.t, text, s, got[1].Text())
			}
			if !got[2].IsNull() {
				t.Errorf("%s: NULL came back as a value", c.t)
			}
		}
	}
}

// Arrays of two dimensions can be stored in every array column, and are no
// value of ours.
func TestTwoDimensions(t *testing.T) {
	db := pgtest.New(t)
	l := new(log)
	e := engine(t, db.ReadOnlyDSN, l.into)
	_, err := all(e, t, query{text: `SELECT CAST('{{1,2},{3,4}}' AS int4[])`, columns: []ir.Column{{Type: types.ArrayOf(types.Int4)}}})
	refused(t, err, refusal.Value, l)
}

func TestNoRowsNoColumns(t *testing.T) {
	db := pgtest.New(t)
	e := engine(t, db.ReadOnlyDSN)
	rows, err := all(e, t, query{text: `SELECT 1 WHERE false`, columns: cols(types.Int4)})
	if err != nil || len(rows) != 0 {
		t.Error(rows, err)
	}
}
