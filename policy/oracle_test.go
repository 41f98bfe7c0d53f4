package policy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/bind"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/syntax"
	"github.com/grille-dev/grille/sql/types"
	"github.com/grille-dev/grille/viewer"
)

// TestNeverWidens compares policy relations with an oracle that knows nothing of
// ir: random rules over one small table, random viewers. The rows and values of
// the relation are those that the rules say in plain words, or the question is
// refused for the reason that the words give.
func TestNeverWidens(t *testing.T) {
	cat, err := catalogtest.Parse(catalog.Postgres, "t (a int4 null, b int4 null, c bool null)")
	if err != nil {
		t.Fatal(err)
	}
	cat.Version = catalog.Digest(cat)
	sec := secret(t)
	rapid.Check(t, func(t *rapid.T) {
		file := drawFile(t)
		r, err := rules.Compile("rules.yaml", []byte(file.text()), cat, rules.Options{Teams: teams, Secret: sec, Connection: "x"})
		if err != nil {
			t.Fatalf("%v\n%s", err, file.text())
		}
		who := drawViewer(t)
		want, code := file.answer(who)
		v, err := policy.See(who, r, cat)
		if err != nil {
			if refusal.CodeOf(err) != code || code != refusal.NoAccess {
				t.Fatalf("%v, want %q\n%s\n%+v", err, code, file.text(), who)
			}
			return
		}
		var used []string
		for _, name := range columns {
			if rapid.Bool().Draw(t, "use "+name) && want.open[name] {
				used = append(used, name)
			}
		}
		g, err := relation(v, used)
		if clash := slices.ContainsFunc(used, func(c string) bool { return want.clash[c] }); clash != (refusal.CodeOf(err) == refusal.ChooseTeam) {
			t.Fatalf("%v, want a refusal: %v\n%s\n%+v\nused %v", err, clash, file.text(), who, used)
		} else if clash {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if got, want := evaluate(g), want.rows(used); got != want {
			t.Fatalf("the relation has\n%s\nand the rules say\n%s\nfor %+v under\n%s\n%s", got, want, who, file.text(), ir.Print(g))
		}
	})
}

func relation(v policy.View, used []string) (*ir.Guarded, error) {
	list := "count(*)"
	if len(used) > 0 {
		list = strings.Join(used, ", ")
	}
	tree, err := syntax.Parse("SELECT " + list + " FROM t")
	if err != nil {
		return nil, err
	}
	q, err := bind.Query(tree, v.Names(), bind.Env{})
	if err != nil {
		return nil, err
	}
	a, err := policy.Apply(v, q)
	if err != nil {
		return nil, err
	}
	return a.Query().Body.(*ir.Select).From.(*ir.Guarded), nil
}

// ---- the oracle: rules in plain words

var columns = []string{"a", "b", "c"}

// row is a row of t; nil is NULL.
type row map[string]*int

func allRows() []row {
	some := func(ns ...int) []*int {
		out := []*int{nil}
		for _, n := range ns {
			out = append(out, &n)
		}
		return out
	}
	var rows []row
	for _, a := range some(-11, 0, 1, 12) {
		for _, b := range some(0, 1) {
			for _, c := range some(0, 1) {
				rows = append(rows, row{"a": a, "b": b, "c": c})
			}
		}
	}
	return rows
}

// tri is a truth value; nil is unknown.
type tri *bool

func is(b bool) tri { return &b }

func not(x tri) tri {
	if x == nil {
		return nil
	}
	return is(!*x)
}

// cond is a row condition as text, the attributes it mentions, and what it means.
type cond struct {
	text  string
	attrs []string
	holds func(r row, attrs map[string][]int) tri
}

func drawCond(t *rapid.T, depth int, negatable bool) cond {
	kinds := []string{"a=", "b<", "c", "b null", "level"}
	if !negatable {
		kinds = append(kinds, "wards")
	}
	if depth > 0 {
		kinds = append(kinds, "and", "or", "not", "and", "or")
	}
	n := rapid.SampledFrom([]int{-11, 0, 1, 12}).Draw(t, "n")
	compare := func(col string, f func(x int) bool) func(row, map[string][]int) tri {
		return func(r row, _ map[string][]int) tri {
			if r[col] == nil {
				return nil
			}
			return is(f(*r[col]))
		}
	}
	switch kind := rapid.SampledFrom(kinds).Draw(t, "kind"); kind {
	case "a=":
		return cond{text: fmt.Sprintf("a = %d", n), holds: compare("a", func(x int) bool { return x == n })}
	case "b<":
		return cond{text: fmt.Sprintf("b < %d", n), holds: compare("b", func(x int) bool { return x < n })}
	case "c":
		return cond{text: "c", holds: compare("c", func(x int) bool { return x == 1 })}
	case "b null":
		return cond{text: "b IS NULL", holds: func(r row, _ map[string][]int) tri { return is(r["b"] == nil) }}
	case "level":
		return cond{text: "a <> viewer.level", attrs: []string{"level"}, holds: func(r row, attrs map[string][]int) tri {
			if r["a"] == nil {
				return nil
			}
			return is(*r["a"] != attrs["level"][0])
		}}
	case "wards":
		return cond{text: "a IN (viewer.wards)", attrs: []string{"wards"}, holds: func(r row, attrs map[string][]int) tri {
			if r["a"] == nil {
				return nil
			}
			return is(slices.Contains(attrs["wards"], *r["a"]))
		}}
	case "not":
		x := drawCond(t, depth-1, true)
		return cond{"NOT (" + x.text + ")", x.attrs, func(r row, attrs map[string][]int) tri { return not(x.holds(r, attrs)) }}
	case "and", "or":
		x, y := drawCond(t, depth-1, negatable), drawCond(t, depth-1, negatable)
		or := kind == "or"
		return cond{"(" + x.text + " " + kind + " " + y.text + ")", append(slices.Clone(x.attrs), y.attrs...), func(r row, attrs map[string][]int) tri {
			return combine(or, x.holds(r, attrs), y.holds(r, attrs))
		}}
	default:
		panic(kind)
	}
}

// combine is x AND y, or x OR y.
func combine(or bool, x, y tri) tri {
	for _, v := range []tri{x, y} {
		if v != nil && *v == or {
			return is(or)
		}
	}
	if x == nil || y == nil {
		return nil
	}
	return is(!or)
}

type grant struct {
	rows   *cond // nil: all
	only   []string
	reveal []string
	never  []string
}

type file struct {
	classes map[string]string // of columns
	always  *cond
	grants  map[string]grant
}

func drawFile(t *rapid.T) file {
	f := file{classes: map[string]string{}, grants: map[string]grant{}}
	for _, c := range columns {
		class := rapid.SampledFrom([]string{"plain", "redact", "secret", "ten", ""}).Draw(t, "class of "+c)
		if class == "ten" && c == "c" {
			class = "redact"
		}
		if class != "" {
			f.classes[c] = class
		}
	}
	if len(f.classes) == 0 {
		f.classes["a"] = "plain"
	}
	if rapid.Bool().Draw(t, "always") {
		c := drawCond(t, 1, false)
		f.always = &c
	}
	for _, team := range teams {
		if rapid.Bool().Draw(t, "grant to "+team) {
			f.grants[team] = f.drawGrant(t)
		}
	}
	return f
}

func (f file) drawGrant(t *rapid.T) grant {
	var g grant
	if rapid.IntRange(0, 3).Draw(t, "rows") > 0 {
		c := drawCond(t, 2, false)
		g.rows = &c
	}
	if rapid.Bool().Draw(t, "only") {
		for _, c := range columns {
			if f.classes[c] != "" && rapid.Bool().Draw(t, "only "+c) {
				g.only = append(g.only, c)
			}
		}
	}
	for _, class := range []string{"redact", "ten"} {
		if rapid.IntRange(0, 3).Draw(t, "reveal "+class) == 0 {
			g.reveal = append(g.reveal, class)
		}
	}
	for _, c := range columns {
		if f.classes[c] == "secret" && (g.only == nil || slices.Contains(g.only, c)) && rapid.IntRange(0, 3).Draw(t, "reveal_never "+c) == 0 {
			g.never = append(g.never, c)
		}
	}
	return g
}

func (f file) text() string {
	var b strings.Builder
	b.WriteString("version: 1\nattributes: {wards: 'int[]', level: int}\n")
	b.WriteString("classes: {plain: {show: value}, redact: {show: redact}, secret: {show: never}, ten: {show: {bucket: 10}}}\ntables:\n  t:\n    columns:\n")
	for _, c := range columns {
		if f.classes[c] != "" {
			fmt.Fprintf(&b, "      %s: %s\n", c, f.classes[c])
		}
	}
	if f.always != nil {
		fmt.Fprintf(&b, "    always: %q\n", f.always.text)
	}
	if len(f.grants) > 0 {
		b.WriteString("    grants:\n")
	}
	for _, team := range teams {
		g, ok := f.grants[team]
		if !ok {
			continue
		}
		rows := "all"
		if g.rows != nil {
			rows = fmt.Sprintf("%q", g.rows.text)
		}
		fmt.Fprintf(&b, "      %s:\n        rows: %s\n", team, rows)
		for _, list := range []struct {
			key   string
			names []string
		}{{"columns", g.only}, {"reveal", g.reveal}, {"reveal_never", g.never}} {
			if len(list.names) > 0 {
				fmt.Fprintf(&b, "        %s: [%s]\n", list.key, strings.Join(list.names, ", "))
			}
		}
	}
	return b.String()
}

func drawViewer(t *rapid.T) viewer.Viewer {
	who := viewer.Viewer{Attributes: map[string][]string{}}
	for _, team := range append([]string{"nobody's"}, teams...) {
		if rapid.Bool().Draw(t, "in "+team) {
			who.Teams = append(who.Teams, team)
		}
	}
	who.Team = rapid.SampledFrom(append([]string{"", "", ""}, teams...)).Draw(t, "acting")
	value := rapid.SampledFrom([]string{"-11", "0", "1", "12", "12", "", "x", "01"})
	for _, name := range []string{"wards", "level"} {
		if rapid.IntRange(0, 4).Draw(t, "has "+name) > 0 {
			who.Attributes[name] = rapid.SliceOfN(value, 0, 2).Draw(t, name)
		}
	}
	return who
}

// numbers are the attributes in whole numbers, and which of them can be used.
func numbers(who viewer.Viewer) (map[string][]int, map[string]bool) {
	values, ok := map[string][]int{}, map[string]bool{}
	for name, texts := range who.Attributes {
		ok[name] = len(texts) > 0 && (name == "wards" || len(texts) == 1)
		for _, s := range texts {
			switch s {
			case "-11", "0", "1", "12":
				var n int
				fmt.Sscan(s, &n)
				values[name] = append(values[name], n)
			default:
				ok[name] = false
			}
		}
	}
	return values, ok
}

// answer is what the rules say for a viewer: which columns are open, which are
// seen differently, and how each cell looks.
type answer struct {
	open, clash map[string]bool
	how         map[string]string
	visible     []row
}

func (f file) answer(who viewer.Viewer) (answer, refusal.Code) {
	var acting []grant
	for _, team := range teams {
		in := slices.Contains(who.Teams, team) && (who.Team == "" || who.Team == team)
		if g, ok := f.grants[team]; ok && in {
			acting = append(acting, g)
		}
	}
	if len(acting) == 0 {
		return answer{}, refusal.NoAccess
	}
	a := answer{map[string]bool{}, map[string]bool{}, map[string]string{}, nil}
	for _, c := range columns {
		var ways []string
		for _, g := range acting {
			way := f.way(g, c)
			a.open[c] = a.open[c] || way != ""
			ways = append(ways, way)
		}
		a.how[c] = ways[0]
		a.clash[c] = len(slices.Compact(ways)) > 1
	}
	values, ok := numbers(who)
	holds := func(c *cond, r row) bool {
		if c == nil {
			return true
		}
		for _, name := range c.attrs {
			if !ok[name] {
				return false
			}
		}
		x := c.holds(r, values)
		return x != nil && *x
	}
	for _, r := range allRows() {
		some := slices.ContainsFunc(acting, func(g grant) bool { return holds(g.rows, r) })
		if some && holds(f.always, r) {
			a.visible = append(a.visible, r)
		}
	}
	return a, ""
}

// way is how a grant shows a column; "": not at all.
func (f file) way(g grant, c string) string {
	class := f.classes[c]
	switch {
	case class == "", g.only != nil && !slices.Contains(g.only, c):
		return ""
	case class == "secret" && !slices.Contains(g.never, c):
		return ""
	case class == "secret", slices.Contains(g.reveal, class):
		return "plain"
	}
	return class
}

func (a answer) rows(used []string) string {
	var lines []string
	for _, r := range a.visible {
		var cells []string
		for _, c := range used {
			cells = append(cells, cell(r[c], a.how[c], c))
		}
		lines = append(lines, strings.Join(cells, " "))
	}
	return strings.Join(lines, "\n")
}

func cell(v *int, how, column string) string {
	switch {
	case v == nil, how == "redact":
		return "-"
	case how == "ten":
		n := *v
		for n%10 != 0 {
			n--
		}
		return fmt.Sprint(n)
	case column == "c":
		return fmt.Sprint(*v == 1)
	}
	return fmt.Sprint(*v)
}

// ---- what the relation computes: a few nodes of ir, evaluated

func evaluate(g *ir.Guarded) string {
	var lines []string
	for _, r := range allRows() {
		at := map[ir.ColID]types.Value{}
		for _, c := range g.Table.Cols {
			at[c.ID] = stored(r[c.Name], c.Name)
		}
		if g.Filter != nil && !isTrue(compute(g.Filter, at)) {
			continue
		}
		var cells []string
		for _, d := range g.Cols {
			cells = append(cells, show(compute(d.Expr, at)))
		}
		lines = append(lines, strings.Join(cells, " "))
	}
	return strings.Join(lines, "\n")
}

func stored(v *int, column string) types.Value {
	switch {
	case v == nil:
		return types.Null
	case column == "c":
		return types.BoolOf(*v == 1)
	}
	return types.IntOf(int64(*v))
}

func show(v types.Value) string {
	switch v.Kind() {
	case types.Bool:
		return fmt.Sprint(v.Bool())
	case types.Int8:
		return fmt.Sprint(v.Int())
	}
	return "-"
}

func isTrue(v types.Value) bool { return !v.IsNull() && v.Bool() }

func compute(e ir.Expr, at map[ir.ColID]types.Value) types.Value {
	truth := func(x tri) types.Value {
		if x == nil {
			return types.Null
		}
		return types.BoolOf(*x)
	}
	asTri := func(v types.Value) tri {
		if v.IsNull() {
			return nil
		}
		return is(v.Bool())
	}
	switch e := e.(type) {
	case *ir.Const:
		return e.Value
	case *ir.Ref:
		v, ok := at[e.Col]
		if !ok {
			panic("a column that the inner table does not have")
		}
		return v
	case *ir.Cast:
		return compute(e.X, at)
	case *ir.Logic:
		x := asTri(compute(e.Args[0], at))
		for _, arg := range e.Args[1:] {
			x = combine(e.Or, x, asTri(compute(arg, at)))
		}
		return truth(x)
	case *ir.Not:
		return truth(not(asTri(compute(e.X, at))))
	case *ir.Is:
		return types.BoolOf(compute(e.X, at).IsNull() != e.Not)
	case *ir.Case:
		for _, arm := range e.Arms {
			if isTrue(compute(arm.When, at)) {
				return compute(arm.Then, at)
			}
		}
		return types.Null
	case *ir.AnyOf:
		x := compute(e.X, at)
		if x.IsNull() {
			return types.Null
		}
		return types.BoolOf(slices.ContainsFunc(compute(e.Array, at).List(), func(v types.Value) bool { return v.Int() == x.Int() }))
	case *ir.Call:
		x, y := compute(e.Args[0], at), compute(e.Args[1], at)
		if x.IsNull() || y.IsNull() {
			return types.Null
		}
		switch e.Fn.Func.Name {
		case "=":
			return types.BoolOf(x.Int() == y.Int())
		case "<>":
			return types.BoolOf(x.Int() != y.Int())
		case "<":
			return types.BoolOf(x.Int() < y.Int())
		case ">=":
			return types.BoolOf(x.Int() >= y.Int())
		case "+":
			return types.IntOf(x.Int() + y.Int())
		case "-":
			return types.IntOf(x.Int() - y.Int())
		case "mod":
			return types.IntOf(x.Int() % y.Int())
		}
	}
	panic(fmt.Sprintf("not expected in a policy relation: %T", e))
}
