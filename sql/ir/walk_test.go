package ir

import (
	"reflect"
	"testing"
)

// every kind of node, for the tests that look at the declarations.
func everyNode() []Node {
	return []Node{
		&Query{}, &Select{}, &SetOp{}, &Values{},
		&Table{}, &Guarded{}, &Subquery{}, &CTERef{}, &Self{}, &Join{}, &FuncRel{},
		&Ref{}, &Const{}, &Attr{}, &Call{}, &Cast{}, &Logic{}, &Not{}, &Is{}, &Case{}, &In{}, &AnyOf{},
		&InQuery{}, &Exists{}, &Scalar{}, &List{}, &Agg{}, &Over{},
	}
}

var (
	exprType  = reflect.TypeFor[Expr]()
	relType   = reflect.TypeFor[Rel]()
	bodyType  = reflect.TypeFor[Body]()
	queryType = reflect.TypeFor[*Query]()
	idType    = reflect.TypeFor[ColID]()
	tableType = reflect.TypeFor[*Table]()
	cteType   = reflect.TypeFor[*CTE]()
)

// fill gives every slot that a struct declares a value of its own, so that a
// walk that misses one can be seen.
func fill(v reflect.Value, exprs, rels, bodies, queries, ids *int) {
	switch {
	case v.Type() == exprType:
		*exprs++
		v.Set(reflect.ValueOf(&Const{}))
	case v.Type() == relType:
		*rels++
		v.Set(reflect.ValueOf(&Join{}))
	case v.Type() == bodyType:
		*bodies++
		v.Set(reflect.ValueOf(&Values{}))
	case v.Type() == queryType:
		*queries++
		v.Set(reflect.ValueOf(&Query{Body: &Values{}}))
	case v.Type() == idType:
		*ids++
		v.SetUint(uint64(*ids))
	case v.Type() == cteType:
		// A reference to a CTE is no slot; the declarations in Query.With are.
		v.Set(reflect.ValueOf(&CTE{}))
		if v.CanSet() && v.Kind() == reflect.Pointer {
			fill(v.Elem(), exprs, rels, bodies, queries, ids)
		}
	case v.Type() == tableType:
		t := &Table{}
		fill(reflect.ValueOf(t).Elem(), exprs, rels, bodies, queries, ids)
		v.Set(reflect.ValueOf(t))
	case v.Kind() == reflect.Struct:
		for i := 0; i < v.NumField(); i++ {
			if v.Field(i).CanSet() {
				fill(v.Field(i), exprs, rels, bodies, queries, ids)
			}
		}
	case v.Kind() == reflect.Slice:
		switch v.Type().Elem().Kind() {
		case reflect.Struct, reflect.Interface, reflect.Slice, reflect.Pointer, reflect.Uint32:
			s := reflect.MakeSlice(v.Type(), 1, 1)
			fill(s.Index(0), exprs, rels, bodies, queries, ids)
			v.Set(s)
		}
	case v.Kind() == reflect.Pointer && v.Type().Elem() == reflect.TypeFor[Frame]():
		f := &Frame{}
		fill(reflect.ValueOf(f).Elem(), exprs, rels, bodies, queries, ids)
		v.Set(reflect.ValueOf(f))
	}
}

// reference are the columns of a node that refers to a WITH item, which hangs below
// its query.
func reference(n Node) (*[]Column, bool) {
	if r, ok := n.(*CTERef); ok {
		return &r.Cols, true
	}
	if r, ok := n.(*Self); ok {
		return &r.Cols, true
	}
	return nil, false
}

func TestSlotsAreAllThatIsDeclared(t *testing.T) {
	for _, n := range everyNode() {
		var exprs, rels, bodies, queries, ids int
		if cols, ok := reference(n); ok {
			*cols = []Column{{ID: 1}}
			ids = 1
		} else {
			fill(reflect.ValueOf(n).Elem(), &exprs, &rels, &bodies, &queries, &ids)
		}
		var e, r, b, q, i int
		n.slots(&visitor{slots: &slots{
			expr:  func(*Expr) { e++ },
			rel:   func(*Rel) { r++ },
			body:  func(*Body) { b++ },
			query: func(**Query) { q++ },
			id:    func(*ColID) { i++ },
		}})
		if e != exprs || r != rels || b != bodies || q != queries || i != ids {
			t.Errorf("%T: slots hands out %d expressions, %d relations, %d bodies, %d queries, %d identities; declared are %d, %d, %d, %d, %d",
				n, e, r, b, q, i, exprs, rels, bodies, queries, ids)
		}
	}
}

// A clone shares no node and no slice with its original: changing every slot
// of the clone leaves the original as it was.
func TestCloneSharesNothing(t *testing.T) {
	for _, n := range everyNode() {
		var c [5]int
		if _, ref := reference(n); !ref {
			fill(reflect.ValueOf(n).Elem(), &c[0], &c[1], &c[2], &c[3], &c[4])
		}
		copied := Clone(n)
		copied.slots(&visitor{slots: &slots{
			expr:  func(s *Expr) { *s = &Attr{Name: "changed"} },
			rel:   func(s *Rel) { *s = &Table{Alias: "changed"} },
			body:  func(s *Body) { *s = &SetOp{} },
			query: func(s **Query) { *s = &Query{Span: Span{}} },
			id:    func(s *ColID) { *s = 999 },
		}})
		n.slots(&visitor{slots: &slots{
			expr: func(s *Expr) {
				if _, ok := (*s).(*Attr); ok {
					t.Errorf("%T: the clone shares an expression slot", n)
				}
			},
			rel: func(s *Rel) {
				if _, ok := (*s).(*Table); ok {
					t.Errorf("%T: the clone shares a relation slot", n)
				}
			},
			body: func(s *Body) {
				if _, ok := (*s).(*SetOp); ok {
					t.Errorf("%T: the clone shares a body slot", n)
				}
			},
			query: func(s **Query) {
				if (*s).Body == nil {
					t.Errorf("%T: the clone shares a query slot", n)
				}
			},
			id: func(s *ColID) {
				if *s == 999 {
					t.Errorf("%T: the clone shares an identity", n)
				}
			},
		}})
	}
}
