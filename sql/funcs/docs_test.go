package funcs

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grille-dev/grille/sql/types"
)

var rewriteDocs = flag.Bool("docs", false, "write docs/functions.md anew")

const docsPath = "../../docs/functions.md"

// docs/functions.md lists the table: write it anew with
//
//	go test ./sql/funcs -run TestDocs -docs
func TestDocs(t *testing.T) {
	want := docs()
	if *rewriteDocs {
		if err := os.WriteFile(docsPath, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(docsPath)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("docs/functions.md is not what the table says; write it with -docs:\n%s", diff)
	}
}

const docsHead = `# Functions

All functions and operators that a query may use, %d of them, as [package sql/funcs](../sql/funcs) has them; this page is written from that table by its test. What is not here is refused.

Names, types and meaning are PostgreSQL's ([its manual](https://www.postgresql.org/docs/15/functions.html) describes each); a draft is always written in its dialect. On another engine a function means the same or is refused: the columns say which overloads an engine can say. *A call of a function marked ° may fail on some stored value*, so that rows that the viewer may not see are fenced from it; of the others no value makes one fail, some of them given constants.

Never in the table: what reads files, settings, catalogs or other sessions, takes SQL or names as text, or gives another result each time (random(), clock_timestamp()). now(), current_date and their like are not functions here: they are the instant of the question. There is no md5(): a hash of a name is no mask, since names can be guessed; see [rules](rules.md) for pseudonyms. Patterns, formats, units and time zones must be constants.

Besides those below a query may use CASE, CAST, IS NULL and its like, IN, ANY and ALL, EXISTS, EXTRACT(field FROM x), POSITION(a IN b), SUBSTRING(x FROM n FOR m), OVERLAY(x PLACING y FROM n), TRIM(x), x AT TIME ZONE zone, (a, b) OVERLAPS (c, d).
`

func docs() string {
	var b strings.Builder
	n := 0
	for _, f := range All() {
		if !f.Internal {
			n++
		}
	}
	fmt.Fprintf(&b, docsHead, n)
	listed := table().named // parts makes new ones, without what engines add
	for _, part := range parts() {
		if part.name == "Of masks" {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n\n| | | takes | PostgreSQL | SQLite | MySQL, MariaDB | Trino | DuckDB |\n|---|---|---|---|---|---|---|---|\n", part.name)
		for _, f := range part.funcs {
			b.WriteString(line(listed[f.Name]))
		}
	}
	return b.String()
}

func line(f *Func) string {
	mark := " "
	var takes []string
	for _, s := range f.Sigs {
		if s.Total == nil && f.Class != Aggregate && f.Class != OrderedSet {
			mark = "°"
		}
		takes = append(takes, arguments(s))
	}
	return fmt.Sprintf("| `%s`%s | %s | %s | yes | %s | %s | %s | %s |\n", strings.ReplaceAll(f.Name, "|", `\|`), strings.TrimSpace(mark), strings.ReplaceAll(f.Words, "|", `\|`),
		strings.Join(short3(takes), "; "),
		says(f, func(s *Sig) string { return s.SQLite }), says(f, saysMySQL),
		says(f, func(s *Sig) string { return s.Trino }), says(f, func(s *Sig) string { return s.DuckDB }))
}

func arguments(s *Sig) string {
	if len(s.Params) == 0 {
		return "nothing"
	}
	names := make([]string, len(s.Params))
	for i, p := range s.Params {
		names[i] = p.String()
	}
	out := strings.Join(names, ", ")
	if s.Variadic {
		out += " ..."
	}
	return out
}

// short3 lists few overloads, and of many the first and their number.
func short3(takes []string) []string {
	if len(takes) <= 6 {
		return takes
	}
	return append(takes[:4:4], fmt.Sprintf("%d more", len(takes)-4))
}

// saysMySQL is the template of s, with usual constants if it hangs on them, which
// package emit spells too.
func saysMySQL(s *Sig) string {
	if s.MySQL != "" {
		return s.MySQL
	}
	switch s.Func.Name {
	case "greatest", "least":
		return "code"
	case "string_agg", "percent_rank", "cume_dist", "lag", "lead", "split_part":
		if !slices.Contains(s.Params, bytea) {
			return "code"
		}
	case "->", "->>", "#>", "#>>":
		return "code"
	case "btrim", "ltrim", "rtrim", "lpad", "rpad", "like", "ilike":
		return "code"
	case "generate_series":
		if !slices.Contains(s.Params, interval) || s.Params[0] == timestamp || s.Params[0] == timestamptz {
			return "code"
		}
	}
	usual := map[string][]string{
		"date_trunc": {"day"}, "extract": {"year", "minute"}, "date_part": {"year", "minute"}, "to_char": {"", "YYYY"}, "to_date": {"", "YYYY-MM-DD"},
		"to_timestamp": {"", "YYYY-MM-DD"}, "timezone": {"UTC"}, "translate": {"", "a", "b"}, "regexp_replace": {"", "a", "b", "g"},
	}[s.Func.Name]
	if usual == nil {
		usual = []string{"", "a", "i"}
	}
	vs := make([]types.Value, len(s.Params))
	for i, p := range s.Params {
		switch {
		case p == text && i < len(usual):
			vs[i] = types.TextOf(usual[i])
		case p == text && usual[0] == "minute":
			vs[i] = types.TextOf(usual[1])
		case p == interval:
			vs[i] = types.IntervalOf(0, 1, 0)
		}
	}
	template, _ := mysqlTemplate(s, vs)
	return template
}

// says is yes, no, or the number of overloads that the engine can say.
func says(f *Func, template func(*Sig) string) string {
	n := 0
	for _, s := range f.Sigs {
		if s.As != nil {
			s = s.As
		}
		if template(s) != "" {
			n++
		}
	}
	switch n {
	case 0:
		return "–"
	case len(f.Sigs):
		return "yes"
	}
	return fmt.Sprintf("%d of %d", n, len(f.Sigs))
}
