package bind

import (
	"regexp"

	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/syntax"
)

// fields are the forms of INTERVAL '...' FIELDS, and how the text is read without
// them. What would be rounded or cut to the fields (INTERVAL '1.5' HOUR is one
// hour to PostgreSQL) is in none of them.
var fields = []struct {
	fields int32
	form   *regexp.Regexp
	as     string
}{
	{syntax.IntervalYear, whole, "$1 year"},
	{syntax.IntervalMonth, whole, "$1 month"},
	{syntax.IntervalDay, whole, "$1 day"},
	{syntax.IntervalHour, whole, "$1 hour"},
	{syntax.IntervalMinute, whole, "$1 minute"},
	{syntax.IntervalSecond, regexp.MustCompile(`^([+-]?\d+(?:\.\d+)?)$`), "$1 second"},
	{syntax.IntervalYear | syntax.IntervalMonth, regexp.MustCompile(`^(\d+)-(\d+)$`), "$1 year $2 month"},
	{syntax.IntervalDay | syntax.IntervalHour, regexp.MustCompile(`^(\d+) (\d+)$`), "$1 day $2 hour"},
	{syntax.IntervalDay | hourMinute, regexp.MustCompile(`^(\d+) (\d+:\d+)$`), "$1 day $2"},
	{syntax.IntervalDay | hourMinute | syntax.IntervalSecond, regexp.MustCompile(`^(\d+) (\d+:\d+(?::\d+(?:\.\d+)?)?)$`), "$1 day $2"},
	{hourMinute, regexp.MustCompile(`^(\d+:\d+)$`), "$1"},
	{hourMinute | syntax.IntervalSecond, regexp.MustCompile(`^(\d+:\d+(?::\d+(?:\.\d+)?)?)$`), "$1"},
	{syntax.IntervalMinute | syntax.IntervalSecond, regexp.MustCompile(`^(\d+):(\d+(?:\.\d+)?)$`), "$1 minute $2 second"},
}

const hourMinute = syntax.IntervalHour | syntax.IntervalMinute

var whole = regexp.MustCompile(`^([+-]?\d+)$`)

// intervalLiteral reads INTERVAL '3' DAY as INTERVAL '3 day'.
func intervalLiteral(n *syntax.Cast) syntax.Expr {
	if l, ok := n.X.(*syntax.Literal); ok && len(n.Type.Mods) == 1 && l.Kind == syntax.String {
		for _, f := range fields {
			if f.fields == n.Type.Mods[0] && f.form.MatchString(l.Text) {
				c := *l
				c.Text = f.form.ReplaceAllString(l.Text, f.as)
				return &c
			}
		}
	}
	fail(n.Type.At, refusal.Unsupported, "write INTERVAL '1 day 02:30'", "this form of INTERVAL is not spoken")
	return nil
}
