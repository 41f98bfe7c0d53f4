package bind

import (
	"sort"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/syntax"
)

// mend refuses with a hint that was made from the draft alone.
func mend(at syntax.Span, code refusal.Code, try, format string, args ...any) {
	r := refusal.New(code, try, format, args...).At(at)
	r.Mend = try
	panic(bailout{r})
}

// dialect refuses a call that another dialect has, f being ours of that name or nil.
func (b *binder) dialect(n *syntax.Call, f *funcs.Func) {
	if f == nil {
		mend(n.At(), refusal.UnknownFunction, n.Try, "there is no function %q", n.Name)
	}
	if f.Takes(len(n.Args)) {
		mend(n.At(), refusal.UnknownFunction, n.Try, "there is no function %s for arguments of these types", n.Name)
	}
	mend(n.At(), refusal.UnknownFunction, n.Try, "there is no function %s with this number of arguments (%d)", n.Name, len(n.Args))
}

// foreignNames are what other dialects write where a column or a table may stand.
var foreignNames = map[string]string{
	"rownum":       "write LIMIT n at the end instead of a condition on ROWNUM",
	"sysdate":      "write current_timestamp",
	"systimestamp": "write current_timestamp",
	"getdate":      "write current_timestamp",
	"curdate":      "write current_date",
	"dual":         "leave FROM dual out",
	"rand":         "random values are not spoken",
}

// Suggestions come from the namespace that bind was given, which holds only
// what the reader of the refusal may see.

func (b *binder) unknownColumn(s *scope, n *syntax.Column, table, name string) {
	var names []string
	seen := map[string]bool{}
	for sc := s; sc != nil; sc = sc.outer {
		for _, c := range sc.ns.cols {
			if !seen[c.name] {
				seen[c.name] = true
				names = append(names, c.name)
			}
		}
	}
	who := table
	if who == "" {
		if s != nil && len(s.ns.sources) == 1 && s.outer == nil {
			who = s.ns.sources[0].name
		}
	}
	try := ""
	if near := closest(name, names, 3); len(near) > 0 {
		try = "did you mean " + strings.Join(near, ", ") + "?"
	} else if try = foreignNames[name]; try != "" && len(n.Parts) == 1 {
		mend(n.At(), refusal.UnknownColumn, try, "no table of this query has a column %q", name)
	} else if len(names) > 0 {
		try = "columns here: " + strings.Join(first(names, 12), ", ")
	}
	if n.Quoted {
		// Said of every such name that is no visible column, whatever else there is.
		text := "if it is a text, write '" + strings.ReplaceAll(clip(name), "'", "''") + "': double quotes are for names"
		r := refusal.New(refusal.UnknownColumn, text, "no column is called %q here", name).At(n.At())
		if r.Mend = text; strings.HasPrefix(try, "did you mean") {
			r.Try = try + " " + text
		}
		panic(bailout{r})
	}
	if who == "" {
		fail(n.At(), refusal.UnknownColumn, try, "no table of this query has a column %q", name)
	}
	fail(n.At(), refusal.UnknownColumn, try, "%s has no column %q", who, name)
}

func (b *binder) unknownTable(t *syntax.Table) {
	full := t.Name
	if t.Schema != "" {
		full = t.Schema + "." + t.Name
	}
	if t.Catalog != "" {
		full = t.Catalog + "." + full
	}
	var names []string
	for _, v := range b.names.All() {
		names = append(names, shown(b.names, v))
	}
	if try := foreignNames[t.Name]; try != "" && full == t.Name {
		mend(t.At(), refusal.UnknownTable, try, "no table %q", full)
	}
	try := "there is no table that you may ask"
	if near := closest(t.Name, names, 3); len(near) > 0 {
		try = "did you mean " + strings.Join(near, ", ") + "?"
	} else if len(names) > 0 {
		try = "tables you can ask: " + strings.Join(first(names, 12), ", ")
	}
	fail(t.At(), refusal.UnknownTable, try, "no table %q", full)
}

// shown is the shortest name under which a table can be asked for.
func shown(names catalog.Names, t *catalog.Table) string {
	if names.Lookup("", t.Name) == t {
		return t.Name
	}
	return t.Schema + "." + t.Name
}

func tablesInScope(s *scope) string {
	var names []string
	for sc := s; sc != nil; sc = sc.outer {
		for _, src := range sc.ns.sources {
			names = append(names, src.name)
		}
	}
	if len(names) == 0 {
		return "add it to FROM"
	}
	return "tables here: " + strings.Join(first(names, 12), ", ")
}

func example(s *source) string {
	if len(s.cols) == 0 {
		return s.name + ".column"
	}
	return s.name + "." + s.cols[0].name
}

func didYouMean(name string, names []string) string {
	if near := closest(name, names, 2); len(near) > 0 {
		return " (did you mean " + strings.Join(near, " or ") + "?)"
	}
	return ""
}

func first(names []string, n int) []string {
	if len(names) > n {
		return append(append([]string(nil), names[:n]...), "...")
	}
	return names
}

// closest are at most n of names that look like name, nearest first.
func closest(name string, names []string, n int) []string {
	type near struct {
		name string
		d    int
	}
	var found []near
	name = strings.ToLower(name)
	for _, c := range names {
		l := strings.ToLower(c)
		d := distance(name, l)
		if d <= max(1, len(name)/3) || len(name) >= 3 && (strings.Contains(l, name) || strings.Contains(name, l) && len(l) >= 3) {
			found = append(found, near{c, d})
		}
	}
	sort.SliceStable(found, func(i, j int) bool { return found[i].d < found[j].d })
	var out []string
	for _, f := range found {
		if len(out) < n {
			out = append(out, f.name)
		}
	}
	return out
}

// distance is Levenshtein's, over bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			diagonal, row[j] = row[j], min(row[j]+1, row[j-1]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
