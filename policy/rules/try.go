package rules

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/bind"
	"github.com/grille-dev/grille/sql/syntax"
	"github.com/grille-dev/grille/viewer"
)

// Outcome is what came of a case.
type Outcome struct {
	Refused refusal.Code // "": it is allowed
	Why     string       // of a refusal, in words
	Columns []string     // "name hash", one an output column
	Ran     bool
	Rows    []string // lines of CSV, if it ran
}

// Moment is when and where a case is tried.
type Moment struct {
	Now  time.Time
	Zone *time.Location
}

// Try takes a query of a viewer the way that every query goes, up to the gate:
// parsed, bound against what the viewer sees, rewritten by the rules. It reads no
// row.
func Try(r *policy.Rules, cat *catalog.Catalog, who viewer.Viewer, sql string, at Moment) (Outcome, error) {
	v, err := policy.See(who, r, cat)
	if err != nil {
		return Refused(err)
	}
	tree, err := syntax.Parse(sql)
	if err != nil {
		return Refused(err)
	}
	q, err := bind.Query(tree, v.Names(), bind.Env{Now: at.Now, Zone: at.Zone})
	if err != nil {
		return Refused(err)
	}
	allowed, err := policy.Apply(v, q)
	if err != nil {
		return Refused(err)
	}
	var o Outcome
	for _, c := range allowed.Columns() {
		o.Columns = append(o.Columns, outputName(c.Name)+" "+outputWords(c))
	}
	return o, nil
}

// Refused is the outcome of a refusal; any other error is passed on.
func Refused(err error) (Outcome, error) {
	code := refusal.CodeOf(err)
	if code == "" {
		return Outcome{}, err
	}
	return Outcome{Refused: code, Why: err.Error()}, nil
}

func outputName(name string) string {
	if name != "" && !strings.ContainsAny(name, " ,\"\n\t") {
		return name
	}
	return `"` + strings.ReplaceAll(strings.Join(strings.Fields(name), " "), `"`, `""`) + `"`
}

// outputWords are the masks of what an output is made of.
func outputWords(c policy.Output) string {
	var words []string
	for _, o := range c.Origins {
		if w := maskWords(o.Mask); !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	slices.Sort(words)
	switch {
	case len(words) > 0:
		return strings.Join(words, " and ")
	case c.Constant:
		return "constant"
	}
	return "count"
}

// Lines are o in the words of a test file, as far as c asks: rows and their
// number only where it does.
func (o Outcome) Lines(c Case) []string {
	if o.Refused != "" {
		return []string{refusedHead + string(o.Refused)}
	}
	lines := []string{allowedLine, columnsHead + strings.Join(o.Columns, ", ")}
	if !o.Ran {
		return lines
	}
	if slices.ContainsFunc(c.Expect, func(l string) bool { return strings.HasPrefix(l, countHead) }) {
		lines = append(lines, fmt.Sprint(countHead, len(o.Rows)))
	}
	if slices.Contains(c.Expect, rowsHead) {
		lines = append(append(lines, rowsHead), o.Rows...)
	}
	return lines
}

// Compare says how o differs from what c expects, or "".
func (c Case) Compare(o Outcome) string {
	is := o.Lines(c)
	for i, want := range c.Expect {
		if want == rowsHead {
			if got := o.Rows; !slices.Equal(got, c.Expect[i+1:]) {
				return fmt.Sprintf("the rows are\n%s\nand should be\n%s", strings.Join(got, "\n"), strings.Join(c.Expect[i+1:], "\n"))
			}
			return ""
		}
		if slices.Contains(is, want) {
			continue
		}
		head, _, _ := strings.Cut(want, " ")
		got := is[0]
		for _, line := range is {
			if strings.HasPrefix(line, head+" ") {
				got = line
			}
		}
		if o.Why != "" {
			got += " (" + o.Why + ")"
		}
		return fmt.Sprintf("it is %q and should be %q", got, want)
	}
	return ""
}

// RowLines are rows as CSV, one a line, without the header.
func RowLines(text string) ([]string, error) {
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, r := range records[min(1, len(records)):] {
		for i, f := range r {
			r[i] = strings.Join(strings.FieldsFunc(f, func(c rune) bool { return c == '\n' || c == '\r' }), " ")
		}
		var b strings.Builder
		w := csv.NewWriter(&b)
		_ = w.Write(r) // into memory
		w.Flush()
		lines = append(lines, strings.TrimSpace(b.String()))
	}
	return lines, nil
}
