package funcs

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/grille-dev/grille/sql/types"
)

// Patterns and formats that Check accepts never fail on PostgreSQL, and mean on
// SQLite what they mean there.
func TestGrammarsLikePostgres(t *testing.T) {
	pg := live(t)
	pg.exec(try)
	zone, _ := types.Zone("Europe/Berlin")
	l := newLite(t, zone)
	accepted, refused := map[string]int{}, map[string]int{}
	rapid.Check(t, func(r *rapid.T) {
		var cs []randomCall
		for range 30 {
			g := rapid.SampledFrom(grammars).Draw(r, "grammar")
			c := g.draw(r)
			consts := make([]*types.Value, len(c.values))
			for i := range c.values {
				consts[i] = &c.values[i]
			}
			if c.s.Check(consts) != "" {
				refused[g.name]++
				continue
			}
			accepted[g.name]++
			cs = append(cs, c)
		}
		var queries []string
		for _, c := range cs {
			queries = append(queries, c.query)
		}
		for i, want := range pg.ask(queries) {
			c := cs[i]
			params := []string{"?1", "?2", "?3", "?4"}[:len(c.args)]
			got := l.eval(renderLite(c.s, params, c.args, c.result), c.values, c.args, c.result, zone)
			name := c.s.Func.Name
			if strings.HasPrefix(want, "error") && !strings.HasPrefix(name, "to_") {
				r.Fatalf("%s: PostgreSQL refuses what Check accepts: %s\n\t%s", c.s, want, c.query)
			}
			if !same(got, want, c.result) {
				r.Fatalf("%s: SQLite %s, PostgreSQL %s\n\t%s", c.s, got, want, c.query)
			}
		}
	})
	for _, g := range grammars {
		t.Logf("%s: %d accepted and compared, %d refused", g.name, accepted[g.name], refused[g.name])
	}
}

// Classes of characters hold those that PostgreSQL's hold, but for a few that
// newer editions of Unicode have moved.
func TestClassesLikePostgres(t *testing.T) {
	pg := live(t)
	l := newLite(t, nil)
	for _, class := range []string{"[[:alpha:]]", "[[:alnum:]]", `\w`, "[[:upper:]]", "[[:lower:]]", "[[:punct:]]", "[[:space:]]", "[[:digit:]]", `\s`} {
		rows, err := pg.conn.Query(t.Context(), "SELECT i, chr(i) ~ $1 FROM generate_series(1, 8191) AS i", class)
		if err != nil {
			t.Fatal(err)
		}
		stmt, _, err := l.conn.Prepare("SELECT g_regexp(char(?1), ?2)")
		if err != nil {
			t.Fatal(err)
		}
		differ := 0
		for rows.Next() {
			var char int
			var theirs bool
			if err := rows.Scan(&char, &theirs); err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(stmt.Reset(), stmt.BindInt(1, char), stmt.BindText(2, class)); err != nil {
				t.Fatal(err)
			}
			if !stmt.Step() {
				t.Fatal(stmt.Err())
			}
			if stmt.ColumnBool(0) != theirs {
				if differ++; char < 0x500 {
					t.Errorf("%s: %U is one of them: %t, PostgreSQL %t", class, char, !theirs, theirs)
				}
			}
		}
		if differ > 30 {
			t.Errorf("%s: %d of 8191 characters differ", class, differ)
		}
		stmt.Close()
	}
}

type grammar struct {
	name    string
	of      string       // the function
	args    []types.Type // its overload
	subject func(r *rapid.T) types.Value
	pattern string // a regular expression that makes the constants
	more    []string
}

func (g grammar) draw(r *rapid.T) randomCall {
	f := Find(g.of)
	if f == nil {
		f = FindOperator(g.of)
	}
	m, err := f.Resolve(g.args)
	if err != nil {
		panic(err)
	}
	c := randomCall{s: m.Sig, args: m.Args, result: m.Result, values: []types.Value{g.subject(r), types.TextOf(rapid.StringMatching(g.pattern).Draw(r, "pattern"))}}
	for len(c.values) < len(g.args) {
		c.values = append(c.values, types.TextOf(rapid.SampledFrom(g.more).Draw(r, "more")))
	}
	texts := make([]string, len(c.values))
	for i, v := range c.values {
		texts[i] = quoted(v, c.args[i])
	}
	c.query = asText(render(c.s, texts), c.result)
	return c
}

func subjectText(r *rapid.T) types.Value {
	return types.TextOf(rapid.StringMatching(`(a|b|ab|A|é|É|1|22| |_|-|\.|x\n|%|\\){0,8}`).Draw(r, "subject"))
}

const (
	anyRegex = `\^?((a|b|x|é|1|\.|\\d|\\w|\\s|\\D|\\W|\\S|\\\.|\[ab\]|\[\^a\]|\[a-c1\]|\[\[:alpha:\]\]|\[^[:digit:]é\]|\(a\|b\)|\(ab\|a\)|\(\?:ab\)|\(b\(a\)\?\)|\||\(|\)|-|\\n|_)(\*|\+|\?|\{1,2\}|\{2\}|\{0,\}|\*\?|\+\?)?){0,5}\$?`
	anyLike  = `(a|b|A|é|1|%|%|_|\\%|\\_|\\\\|!|!%|\\| |-){0,6}`
	anyDate  = `(FM)?(YYYY|YYY|YY|Y|IYYY|IW|ID|MM|Mon|MON|mon|Month|MONTH|month|DD|DDD|D|Day|DAY|day|Dy|DY|dy|HH24|HH12|HH|MI|SS|MS|US|AM|pm|a\.m\.|P\.M\.|Q|WW|W|CC|J|RM|rm|TH|th|YYYYth|DDTH|HH24th|SSSS|Y,YYY|AD|b\.c\.|IYY|IDDD)(( |-|/|:|\.|,|"T"|"of"| "é" |%|)(FM)?(YYYY|MM|DD|HH24|MI|SS|Month|Dy|Q|MS|AM|DDth))*`
	anyNum   = `(FM|S|MI|PL|SG|)([90]{1,4}[,G]?){0,3}([.D][90]{0,4})?(S|MI|PL|SG|PR|)( |%|"x"|é|)`
)

var grammars = []grammar{
	{"~", "~", []types.Type{text, text}, subjectText, anyRegex, nil},
	{"~*", "~*", []types.Type{text, text}, subjectText, anyRegex, nil},
	{"regexp_replace", "regexp_replace", []types.Type{text, text, text, text}, subjectText, anyRegex, []string{"", "<&>", `[\1]`, `\&\\`, "g", "i", "gi"}},
	{"substring", "substring", []types.Type{text, text}, subjectText, anyRegex, nil},
	{"like", "like", []types.Type{text, text}, subjectText, anyLike, nil},
	{"ilike", "ilike", []types.Type{text, text}, subjectText, anyLike, nil},
	{"like escape", "like", []types.Type{text, text, text}, subjectText, anyLike, []string{"!", "", `\`, "é", "%", "_", "a"}},
	{"to_char(timestamp)", "to_char", []types.Type{timestamp, text}, func(r *rapid.T) types.Value { return drawValue(r, timestamp, "") }, anyDate, nil},
	{"to_char(timestamptz)", "to_char", []types.Type{timestamptz, text}, func(r *rapid.T) types.Value { return drawValue(r, timestamptz, "") }, anyDate + `( TZ| tz| OF| TZH:TZM|)`, nil},
	{"to_char(numeric)", "to_char", []types.Type{numeric, text}, smallNumeric, anyNum, nil},
	{"to_char(int4)", "to_char", []types.Type{int4, text}, func(r *rapid.T) types.Value { return drawValue(r, int4, "") }, anyNum, nil},
	{"to_char(float8)", "to_char", []types.Type{float8, text}, smallFloat, anyNum, nil},
}

// smallFloat has fewer digits than PostgreSQL cuts formats at.
func smallFloat(r *rapid.T) types.Value {
	return types.FloatOf(float64(rapid.IntRange(-4e6, 4e6).Draw(r, "eighths")) / 8)
}

func smallNumeric(r *rapid.T) types.Value {
	v, err := types.Parse(numeric, rapid.StringMatching(`-?[0-9]{1,7}(\.[0-9]{1,5})?`).Draw(r, "numeric"), time.UTC)
	if err != nil {
		panic(err)
	}
	return v
}
