package planner_test

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/grille-dev/grille"
)

// A row that has many of another table is added up once, however it is asked for:
// no sum over some of the rows is more than that over all of them.
func TestSumsOnce(t *testing.T) {
	pages, err := filepath.Glob("testdata/language/*.txt")
	if err != nil || len(pages) == 0 {
		t.Fatal("no pages", err)
	}
	answered := 0
	for _, path := range pages {
		p := readPage(t, path)
		g := p.open(t)
		for _, s := range p.sums() {
			all := drain(g.SQL(t.Context(), grille.Draft{SQL: fmt.Sprintf("SELECT sum(%s) FROM %s", s.measure, s.table), Viewer: everybody}))
			if all.err != nil {
				t.Fatal(s, all.err)
			}
			most := number(t, all.rows[0][0])
			sums := regexp.MustCompile(`sum\((\w+\.)?` + s.measure + `\)|SELECT DISTINCT .*\.` + s.measure + ` AS c`)
			for _, q := range s.questions() {
				var trace grille.Trace
				got := drain(g.Ask(t.Context(), grille.Question{Text: q, Viewer: everybody, Trace: &trace}))
				if got.err != nil || !sums.MatchString(trace.Draft) {
					continue // or of another column
				}
				answered++
				for _, row := range got.rows {
					if v := sumOf(trace.Draft, row); v != "" && number(t, v) > most*1.000001 {
						t.Errorf("%s: %s is more than %g, which is all\n    %s", q, v, most, trace.Draft)
					}
				}
			}
		}
	}
	if answered < 40 {
		t.Errorf("%d of the questions were answered with a sum, which shows little", answered)
	}
}

// sumOf is the cell of a draft's sum: what it is put together by stands before it,
// or behind.
func sumOf(draft string, row []string) string {
	if strings.HasPrefix(draft, "SELECT sum(") {
		return row[0]
	}
	return row[len(row)-1]
}

func number(t *testing.T, text string) float64 {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// sum is a measure of a table, and a table that refers to it.
type sum struct{ measure, table, many string }

func (s sum) questions() []string {
	measure, table, many := strings.ReplaceAll(s.measure, "_", " "), strings.ReplaceAll(s.table, "_", " "), strings.ReplaceAll(s.many, "_", " ")
	return []string{
		fmt.Sprintf("total %s of %s with %s", measure, table, many),
		fmt.Sprintf("total %s of %s that have more than 1 %s", measure, table, many),
		fmt.Sprintf("what is the total %s of %s that had %s in 2024?", measure, table, many),
		fmt.Sprintf("total %s per number of %s", measure, many),
		fmt.Sprintf("sum of %s of all %s and number of %s", measure, table, many),
		fmt.Sprintf("total %s of %s by month of %s", measure, table, many),
		fmt.Sprintf("total %s per %s", measure, many),
		fmt.Sprintf("share of the total %s of %s with %s", measure, table, many),
	}
}

// sums are those of a page that are never negative.
func (p page) sums() []sum {
	measures, refer := map[string][]string{}, map[string][]string{}
	var names []string
	for _, block := range p.tables {
		lines := strings.Split(block, "\n")
		name := strings.Fields(lines[0])[1]
		names = append(names, name)
		for _, line := range lines[1:] {
			f := strings.Fields(line)
			switch {
			case len(f) > 3 && f[2] == "ref" && f[3] != name:
				refer[f[3]] = append(refer[f[3]], name)
			case (f[1] == "money" || f[1] == "int") && len(f) > 3 && f[2] != "ref" && f[2] != "key" && !strings.Contains(line, " key") && !strings.HasPrefix(f[2], "-"):
				measures[name] = append(measures[name], f[0])
			}
		}
	}
	var out []sum
	for _, name := range names {
		for _, m := range measures[name] {
			for _, many := range refer[name] {
				out = append(out, sum{m, name, many})
			}
		}
	}
	return out
}
