package policy_test

import (
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
	"github.com/grille-dev/grille/viewer"
)

// TestPlanted puts what no draft may hold into every slot of every node: a table
// that the viewer does not see, or that of another viewer's view; a relation that
// is guarded already; a column that nothing makes, or that is made twice; an
// attribute; a function that masks alone may name. Apply refuses each. Then a table
// that the viewer may see: it is refused or guarded, and never bare.
//
// Slots are found by reflection over the structs, and not by ir's own walk; kinds of
// nodes by reading their declarations. A kind that no query of the corpus has, a
// slot that none of them fills, or a field of a type that this test does not know
// fails it: somebody has to say what must not stand there.
func TestPlanted(t *testing.T) {
	w := clinicWorld(t, clinicRules)
	filled, planted := map[string]bool{}, 0
	for _, sql := range corpus {
		_, q := w.bind(t, sql)
		for i, s := range slotsOf(t, q) {
			filled[s.field] = true
			for name := range forbidden(t, w, q, s) {
				planted++
				v, q := w.bind(t, sql)
				s := slotsOf(t, q)[i]
				s.set(forbidden(t, w, q, s)[name])
				if a, err := policy.Apply(v, q); err == nil {
					t.Errorf("%s: %s as %s is allowed:\n%s", sql, name, s.field, ir.Print(a.Query()))
				} else if refusal.CodeOf(err) != refusal.Internal {
					t.Errorf("%s: %s as %s: %v", sql, name, s.field, err)
				}
			}
			v, q := w.bind(t, sql)
			s := slotsOf(t, q)[i]
			x, ok := reading(q, v.Names().Lookup("", "patients")).as(s.Type())
			if !ok {
				continue
			}
			s.set(x)
			if a, err := policy.Apply(v, q); err == nil {
				bare(t, sql+": "+s.field, reflect.ValueOf(a.Query()), false)
			}
		}
	}
	for _, field := range declared(t) {
		if !filled[field] {
			t.Errorf("no query of the corpus fills %s", field)
		}
	}
	t.Logf("%d plantings into %d kinds of slots", planted, len(filled))
}

// slot is a place of a tree that something can be put into: one of Select.Where,
// Select.Keys.Expr, Over.Window.Frame.From.
type slot struct {
	reflect.Value
	field string
}

func (s slot) set(x any) {
	if x == nil {
		s.SetZero()
		return
	}
	s.Set(reflect.ValueOf(x))
}

var (
	nodeType   = reflect.TypeFor[ir.Node]()
	relType    = reflect.TypeFor[ir.Rel]()
	exprType   = reflect.TypeFor[ir.Expr]()
	bodyType   = reflect.TypeFor[ir.Body]()
	queryType  = reflect.TypeFor[*ir.Query]()
	cteType    = reflect.TypeFor[*ir.CTE]()
	idType     = reflect.TypeFor[ir.ColID]()
	sigType    = reflect.TypeFor[*funcs.Sig]()
	tableType  = reflect.TypeFor[*catalog.Table]()
	columnType = reflect.TypeFor[catalog.ColumnID]()
)

// role is what a field is to this test.
type role uint8

const (
	unknownRole role = iota
	plain            // can name nothing
	filling          // a slot
	within           // holds slots, and is no node itself
)

func roleOf(t reflect.Type, field string) role {
	switch t {
	case relType, exprType, bodyType, queryType, idType, sigType, tableType, columnType:
		return filling
	case cteType:
		if strings.HasPrefix(field, "CTERef.") || strings.HasPrefix(field, "Self.") {
			return filling // a reference; the item hangs below its query
		}
		return within
	case reflect.TypeFor[ir.Span](), reflect.TypeFor[types.Type](), reflect.TypeFor[types.Value](), reflect.TypeFor[types.Mod](),
		reflect.TypeFor[ir.SetKind](), reflect.TypeFor[ir.JoinKind](), reflect.TypeFor[ir.IsKind](), reflect.TypeFor[ir.Origin](),
		reflect.TypeFor[ir.FrameMode](), reflect.TypeFor[ir.BoundKind](), reflect.TypeFor[ir.FrameExclude](),
		reflect.TypeFor[string](), reflect.TypeFor[bool]():
		return plain
	case reflect.TypeFor[ir.Column](), reflect.TypeFor[ir.Def](), reflect.TypeFor[ir.TableCol](), reflect.TypeFor[ir.Sort](),
		reflect.TypeFor[ir.SortExpr](), reflect.TypeFor[ir.Arm](), reflect.TypeFor[ir.Window](), reflect.TypeFor[*ir.Frame]():
		return within
	}
	if t.Kind() == reflect.Slice {
		return roleOf(t.Elem(), field)
	}
	return unknownRole
}

// slotsOf are the slots of q, those that are empty included.
func slotsOf(t *testing.T, q *ir.Query) []slot {
	t.Helper()
	var all []slot
	var visit func(v reflect.Value, field string)
	visit = func(v reflect.Value, field string) {
		switch {
		case v.Kind() == reflect.Slice:
			for i := range v.Len() {
				visit(v.Index(i), field)
			}
			return
		case roleOf(v.Type(), field) == filling:
			all = append(all, slot{v, field})
			if v.Type() == sigType || v.Type() == tableType || v.Type() == cteType {
				return // a tree points to it and does not hold it
			}
		}
		if v.Kind() == reflect.Interface || v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return
			}
			if v = v.Elem(); v.Kind() == reflect.Pointer {
				v = v.Elem()
			}
		}
		if v.Kind() != reflect.Struct {
			return
		}
		if reflect.PointerTo(v.Type()).Implements(nodeType) && v.Type() != cteType.Elem() {
			field = v.Type().Name()
		}
		for _, f := range fieldsOf(t, v.Type(), field) {
			visit(v.FieldByIndex(f.Index), f.Name)
		}
	}
	visit(reflect.ValueOf(q).Elem(), "")
	return all
}

// fieldsOf are the fields of a struct that are slots or hold some, with their paths
// from the node as names.
func fieldsOf(t *testing.T, s reflect.Type, path string) []reflect.StructField {
	t.Helper()
	var all []reflect.StructField
	for i := range s.NumField() {
		f := s.Field(i)
		name := path + "." + f.Name
		if f.Anonymous {
			name = path
		}
		switch roleOf(f.Type, name) {
		case plain:
		case filling, within:
			f.Name = name
			all = append(all, f)
		default:
			t.Fatalf("%s is of type %s, which this test does not know: is it a slot?", name, f.Type)
		}
	}
	return all
}

// declared are the slots of all kinds of nodes that a draft's tree can have. An Attr
// and a Guarded are none of these: they are planted.
func declared(t *testing.T) []string {
	t.Helper()
	known := map[string]reflect.Type{}
	for _, n := range []ir.Node{&ir.Query{}, &ir.Select{}, &ir.SetOp{}, &ir.Values{},
		&ir.Table{}, &ir.Subquery{}, &ir.CTERef{}, &ir.Self{}, &ir.Join{}, &ir.FuncRel{},
		&ir.Ref{}, &ir.Const{}, &ir.Call{}, &ir.Cast{}, &ir.Logic{}, &ir.Not{}, &ir.Is{}, &ir.Case{}, &ir.In{}, &ir.AnyOf{},
		&ir.InQuery{}, &ir.Exists{}, &ir.Scalar{}, &ir.List{}, &ir.Agg{}, &ir.Over{}} {
		known[reflect.TypeOf(n).Elem().Name()] = reflect.TypeOf(n).Elem()
	}
	for _, kind := range append(kindsOfNodes(t), "Query") {
		if known[kind] == nil && kind != "Attr" && kind != "Guarded" {
			t.Errorf("%s is a kind of node that this test does not know", kind)
		}
	}
	var all []string
	var slots func(s reflect.Type, path string)
	slots = func(s reflect.Type, path string) {
		for _, f := range fieldsOf(t, s, path) {
			elem := f.Type
			for elem.Kind() == reflect.Slice || elem.Kind() == reflect.Pointer && roleOf(elem, f.Name) == within {
				elem = elem.Elem()
			}
			if roleOf(f.Type, f.Name) == filling {
				all = append(all, f.Name)
			} else {
				slots(elem, f.Name)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(known)) {
		slots(known[name], name)
	}
	return all
}

// kindsOfNodes reads which types are declared to be expressions, relations and
// bodies.
func kindsOfNodes(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(gotoken.NewFileSet(), "../sql/ir/nodes.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if ok && f.Recv != nil && slices.Contains([]string{"expr", "rel", "body"}, f.Name.Name) {
			kinds = append(kinds, f.Recv.List[0].Type.(*ast.StarExpr).X.(*ast.Ident).Name)
		}
	}
	if len(kinds) < 20 {
		t.Fatalf("%d kinds of nodes: are they declared elsewhere now?", len(kinds))
	}
	return kinds
}

// read is a table in the three shapes in which a tree can hold it.
type read struct {
	rel   ir.Rel
	query *ir.Query
	expr  ir.Expr
}

// reading reads the first column of t under identities that q does not have.
func reading(q *ir.Query, t *catalog.Table) read {
	last := ir.MaxID(q)
	id := func() ir.ColID { last++; return last }
	table := &ir.Table{Table: t, Alias: "planted"}
	for _, c := range t.Columns {
		table.Cols = append(table.Cols, ir.TableCol{Column: ir.Column{ID: id(), Name: c.Name, Type: c.Type}, Of: c.ID})
	}
	return from(table, id)
}

// from is SELECT first column FROM r.
func from(r ir.Rel, id func() ir.ColID) read {
	c := ir.Columns(r)[0]
	query := &ir.Query{Body: &ir.Select{From: r, Out: []ir.Def{{Column: ir.Column{ID: id(), Name: "x", Type: c.Type}, Expr: &ir.Ref{Col: c.ID, T: c.Type}}}}}
	return read{r, query, &ir.Scalar{Query: query, T: c.Type}}
}

func (r read) as(t reflect.Type) (any, bool) {
	switch t {
	case relType:
		return r.rel, true
	case exprType:
		return r.expr, true
	case queryType:
		return r.query, true
	case bodyType:
		return r.query.Body, true
	}
	return nil, false
}

// forbidden are the things that must not stand in a slot of q, by name.
func forbidden(t *testing.T, w *world, q *ir.Query, s slot) map[string]any {
	t.Helper()
	all := map[string]any{}
	for name, r := range reads(t, w, q) {
		if x, ok := r.as(s.Type()); ok {
			all[name] = x
		}
	}
	secretly := funcs.FindInternal("sha256").Sigs[0]
	switch s.Type() {
	case exprType:
		key := &ir.Const{Value: types.BytesOf([]byte("k")), T: types.Of(types.Bytea)}
		all["a column that nothing makes"] = &ir.Ref{Col: ir.MaxID(q) + 100, T: types.Of(types.Int8)}
		all["a reference to nothing"] = &ir.Ref{T: types.Of(types.Int8)}
		all["an attribute"] = &ir.Attr{Name: "wards", T: types.Of(types.Int4)}
		all["a cast of an attribute"] = &ir.Cast{X: &ir.Attr{Name: "wards", T: types.Of(types.Int4)}, T: types.Of(types.Int8)}
		all["an internal function"] = &ir.Call{Fn: secretly, Args: []ir.Expr{key}, T: types.Of(types.Bytea)}
		all["an internal aggregate"] = &ir.Agg{Fn: secretly, Args: []ir.Expr{key}, T: types.Of(types.Bytea)}
		all["an internal window function"] = &ir.Over{Fn: secretly, Args: []ir.Expr{key}, T: types.Of(types.Bytea)}
	case relType:
		all["an internal function in FROM"] = &ir.FuncRel{Fn: secretly, Cols: []ir.Column{{ID: ir.MaxID(q) + 1, Name: "x"}}}
	case sigType:
		all["an internal function"] = secretly
		all["no function"] = nil
		all["a function of nobody"] = &funcs.Sig{}
	case tableType:
		all["a hidden table"] = w.cat.All().Lookup("", "forbidden")
		all["a stored table as it is"] = w.cat.All().Lookup("", "patients")
		all["another viewer's table"] = w.as(t, "clinicians").Names().Lookup("", "patients")
		all["no table"] = nil
	case columnType:
		all["a closed column"] = w.cat.All().Lookup("", "patients").ColumnNamed("ssn").ID
		all["no column"] = catalog.ColumnID(0)
	case cteType:
		all["a WITH item of another tree"] = &ir.CTE{Name: "w", Query: reads(t, w, q)["a hidden table"].query}
		all["no WITH item"] = nil
	case idType:
		all["no identity"] = ir.ColID(0)
		if s.field == "Ref.Col" || s.field == "Query.Order.Col" {
			all["a column that nothing makes"] = ir.MaxID(q) + 100
			break
		}
		for _, id := range ir.Makes(q) {
			if uint64(id) != s.Uint() {
				all["an identity that is taken"] = id
			}
		}
	}
	if len(all) == 0 && s.Type() != columnType {
		t.Fatalf("nothing is planted into %s", s.field)
	}
	return all
}

// reads are the tables that q must not read, as it would.
func reads(t *testing.T, w *world, q *ir.Query) map[string]read {
	t.Helper()
	v := w.as(t, "analysts")
	patients := w.cat.All().Lookup("", "patients")
	g, err := v.Guard(&ir.Guarded{Table: &ir.Table{Table: patients}, Cols: []ir.Def{{Column: ir.Column{Name: "id"}}}})
	if err != nil {
		t.Fatal(err)
	}
	last := ir.MaxID(q)
	id := func() ir.ColID { last++; return last }
	open := ir.Fresh(&ir.Guarded{Table: g.Table, Cols: g.Cols}, id)
	mine := ir.Fresh(g, id)
	return map[string]read{
		"a hidden table":              reading(q, w.cat.All().Lookup("", "forbidden")),
		"a stored table as it is":     reading(q, patients),
		"another viewer's table":      reading(q, w.as(t, "clinicians").Names().Lookup("", "patients")),
		"a table of an equal viewer":  reading(q, v.Names().Lookup("", "patients")),
		"a guarded table":             from(mine, id),
		"a guarded table, all rows":   from(open, id),
		"a WITH item of another tree": from(&ir.CTERef{CTE: &ir.CTE{Name: "w", Query: reading(q, patients).query}, Cols: []ir.Column{{ID: id(), Name: "x", Type: types.Of(types.Int8)}}}, id),
	}
}

// as is the world as somebody of a team sees it.
func (w *world) as(t *testing.T, team string) policy.View {
	t.Helper()
	v, err := policy.See(viewer.Viewer{Teams: []string{team}, Attributes: map[string][]string{"wards": {"1", "2"}}}, w.rules, w.cat)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
