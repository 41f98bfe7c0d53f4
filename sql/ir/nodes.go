package ir

import (
	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/types"
)

// ColID names one column of one relation occurrence in a Query; a self-join
// has two. 0 is none.
type ColID uint32

// Span is where in the draft a node was written; the zero Span: Grille made it.
type Span struct{ refusal.Span }

// At is where the node was written.
func (s Span) At() refusal.Span { return s.Span }

// Node is any node of a query tree.
type Node interface {
	At() refusal.Span
	slots(*visitor)
	clone() Node
}

// Rel is a relation: what can stand in FROM.
//
//sumtype:decl
type Rel interface {
	Node
	rel()
}

// Body is what a Query computes before ordering and cutting.
//
//sumtype:decl
type Body interface {
	Node
	body()
}

// Expr is an expression; its type is that of its value.
//
//sumtype:decl
type Expr interface {
	Node
	Type() types.Type
	expr()
}

// Column is a column of a relation or an output of a body.
type Column struct {
	ID   ColID
	Name string
	Type types.Type
}

// Def is Expr AS ID: everything above refers to ID and never repeats Expr.
// Hidden outputs exist for ORDER BY only and are never fetched.
type Def struct {
	Column
	Expr   Expr
	Hidden bool
}

// Query is WITH With Body ORDER BY Order LIMIT Limit OFFSET Offset
type Query struct {
	Span
	With          []*CTE
	Body          Body
	Order         []Sort
	Limit, Offset Expr // int8 constants or nil
}

// CTE is Name AS [MATERIALIZED] (Query). A recursive one is a UNION with one Self
// in its right arm, which stands for the rows that the step before gave.
type CTE struct {
	Span
	Name         string
	Materialized bool
	Recursive    bool
	Query        *Query
}

// Sort is Col [DESC] [NULLS FIRST], over an output of the body.
type Sort struct {
	Col        ColID
	Desc       bool
	NullsFirst bool
}

type (
	// Select is SELECT [DISTINCT] Out FROM From WHERE Where GROUP BY Keys HAVING Having.
	// Grouped selects refer to Keys by id above the grouping, and only there.
	Select struct {
		Span
		From     Rel // nil: no FROM
		Where    Expr
		Grouped  bool // GROUP BY, HAVING or an aggregate stands here
		Keys     []Def
		Having   Expr
		Out      []Def
		Distinct bool
	}
	// SetOp is Left Kind [ALL] Right; Cols are its outputs.
	SetOp struct {
		Span
		Kind        SetKind
		All         bool
		Left, Right *Query
		Cols        []Column
	}
	// Values is VALUES (...), ...
	Values struct {
		Span
		Rows [][]Expr
		Cols []Column
	}
)

// SetKind is the kind of a SetOp.
type SetKind uint8

const (
	Union SetKind = iota
	Intersect
	Except
)

type (
	// Table is a stored relation, bare: legal only inside a Guarded or a rule's
	// condition once policy has been applied.
	Table struct {
		Span
		Table *catalog.Table
		Alias string
		Cols  []TableCol
	}
	// Guarded is (SELECT Cols FROM Table WHERE Filter AND Pushed [fence]) AS alias.
	// Only policy makes one; Cols have the ids that bind gave the Table, and the
	// inner Table has ids of its own, so nothing above changes. Pushed is not of
	// the rules: the viewer's own conditions, which stand above as well.
	Guarded struct {
		Span
		Table  *Table
		Filter Expr // nil: all rows
		Pushed Expr // nil: none
		Cols   []Def
		Fence  bool
		Rules  []string // names of the rules at work, for explanations
	}
	// Subquery is [LATERAL] (Query) AS Alias. Cols[i] is output i under a new id.
	Subquery struct {
		Span
		Query   *Query
		Alias   string
		Lateral bool
		Cols    []Column
	}
	// CTERef is CTE AS Alias. Cols[i] is output i under a new id.
	CTERef struct {
		Span
		CTE   *CTE
		Alias string
		Cols  []Column
	}
	// Self is CTE AS Alias inside of CTE, a recursive one. Cols[i] is output i under
	// a new id. Nothing that follows a CTERef follows a Self: it would not end.
	Self struct {
		Span
		CTE   *CTE
		Alias string
		Cols  []Column
	}
	// Join is Left Kind JOIN Right ON On; a nil On is a cross join.
	Join struct {
		Span
		Kind        JoinKind
		Left, Right Rel
		On          Expr
	}
	// FuncRel is Fn(Args) [WITH ORDINALITY] AS Alias(Cols). With Numbered the last
	// column is the number of the row, an int8.
	FuncRel struct {
		Span
		Fn       *funcs.Sig
		Args     []Expr
		Numbered bool
		Alias    string
		Lateral  bool
		Cols     []Column
	}
)

// TableCol is a column of a Table occurrence.
type TableCol struct {
	Column
	Of catalog.ColumnID
}

// JoinKind is the kind of a Join.
type JoinKind uint8

const (
	Inner JoinKind = iota
	Left
	Right
	Full
)

type (
	// Ref is the column Col of a relation below, of a key, or of an outer query.
	Ref struct {
		Span
		Col ColID
		T   types.Type
	}
	// Const is a value known before the database is asked.
	Const struct {
		Span
		Value types.Value
		T     types.Type
		From  Origin
	}
	// Attr is viewer.Name; only in rules, and gone (a Const) once policy has
	// applied them.
	Attr struct {
		Span
		Name string
		T    types.Type
	}
	// Call is Fn(Args): functions and operators. Args have the types of Fn.Params.
	Call struct {
		Span
		Fn   *funcs.Sig
		Args []Expr
		T    types.Type
	}
	// Cast is CAST(X AS T), T with the modifier Mod. Implicit ones are those that
	// PostgreSQL inserts by itself.
	Cast struct {
		Span
		X        Expr
		T        types.Type
		Mod      types.Mod
		Implicit bool
	}
	// Logic is Args joined by AND or, with Or, by OR. At least two.
	Logic struct {
		Span
		Or   bool
		Args []Expr
	}
	// Not is NOT X
	Not struct {
		Span
		X Expr
	}
	// Is is X IS [NOT] What
	Is struct {
		Span
		X    Expr
		What IsKind
		Not  bool
	}
	// Case is CASE WHEN Arms ELSE Else END; Else nil: NULL. Conditions are boolean.
	Case struct {
		Span
		Arms []Arm
		Else Expr
		T    types.Type
	}
	// In is X [NOT] IN (List), compared with Cmp.
	In struct {
		Span
		X    Expr
		Cmp  *funcs.Sig
		List []Expr
		Not  bool
	}
	// AnyOf is X Cmp ANY|ALL (Array)
	AnyOf struct {
		Span
		X     Expr
		Cmp   *funcs.Sig
		All   bool
		Array Expr
	}
	// InQuery is (Row) Cmp ANY|ALL (Query); with Not, NOT of it. Row has one
	// element for a plain expression. Cmp[i] compares element i.
	InQuery struct {
		Span
		Row   []Expr
		Op    string
		Cmp   []*funcs.Sig
		All   bool
		Not   bool
		Query *Query
	}
	// Exists is EXISTS (Query)
	Exists struct {
		Span
		Query *Query
	}
	// Scalar is (Query) as a value.
	Scalar struct {
		Span
		Query *Query
		T     types.Type
	}
	// List is ARRAY[Items]
	List struct {
		Span
		Items []Expr
		T     types.Type
	}
	// Agg is Fn([DISTINCT] Args [ORDER BY Order]) [WITHIN GROUP (ORDER BY Within)]
	// [FILTER (WHERE Filter)]; Star is count(*).
	Agg struct {
		Span
		Fn       *funcs.Sig
		Args     []Expr
		Star     bool
		Distinct bool
		Order    []SortExpr
		Within   []SortExpr
		Filter   Expr
		T        types.Type
	}
	// Over is Fn(Args) [FILTER (WHERE Filter)] OVER (Window)
	Over struct {
		Span
		Fn     *funcs.Sig
		Args   []Expr
		Star   bool
		Filter Expr
		Window Window
		T      types.Type
	}
)

// Arm is WHEN When THEN Then
type Arm struct{ When, Then Expr }

// SortExpr is X [DESC] [NULLS FIRST]
type SortExpr struct {
	X          Expr
	Desc       bool
	NullsFirst bool
}

// Window is PARTITION BY Partition ORDER BY Order Frame
type Window struct {
	Partition []Expr
	Order     []SortExpr
	Frame     *Frame // nil: the default frame
}

// Frame is Mode BETWEEN Start AND End EXCLUDE Exclude; From and To are the
// constant offsets of Preceding and Following.
type Frame struct {
	Mode       FrameMode
	Start, End BoundKind
	From, To   Expr
	Exclude    FrameExclude
}

type (
	IsKind       uint8
	Origin       uint8
	FrameMode    uint8
	BoundKind    uint8
	FrameExclude uint8
)

const (
	IsNull IsKind = iota
	IsTrue
	IsFalse
	IsUnknown
)

const (
	FromDraft  Origin = iota // written in the draft
	FromViewer               // of the viewer: an attribute, a placeholder's value, the clock
	FromRule                 // written in a rule
	FromKey                  // made of the key of a mask: never printed for anybody
)

const (
	FrameRange FrameMode = iota
	FrameRows
	FrameGroups
)

const (
	UnboundedPreceding BoundKind = iota
	Preceding
	CurrentRow
	Following
	UnboundedFollowing
)

const (
	ExcludeNothing FrameExclude = iota
	ExcludeCurrentRow
	ExcludeGroup
	ExcludeTies
)

func (*Select) body() {}
func (*SetOp) body()  {}
func (*Values) body() {}

func (*Table) rel()    {}
func (*Guarded) rel()  {}
func (*Subquery) rel() {}
func (*CTERef) rel()   {}
func (*Self) rel()     {}
func (*Join) rel()     {}
func (*FuncRel) rel()  {}

func (*Ref) expr()     {}
func (*Const) expr()   {}
func (*Attr) expr()    {}
func (*Call) expr()    {}
func (*Cast) expr()    {}
func (*Logic) expr()   {}
func (*Not) expr()     {}
func (*Is) expr()      {}
func (*Case) expr()    {}
func (*In) expr()      {}
func (*AnyOf) expr()   {}
func (*InQuery) expr() {}
func (*Exists) expr()  {}
func (*Scalar) expr()  {}
func (*List) expr()    {}
func (*Agg) expr()     {}
func (*Over) expr()    {}

func (e *Ref) Type() types.Type     { return e.T }
func (e *Const) Type() types.Type   { return e.T }
func (e *Attr) Type() types.Type    { return e.T }
func (e *Call) Type() types.Type    { return e.T }
func (e *Cast) Type() types.Type    { return e.T }
func (e *Logic) Type() types.Type   { return types.Of(types.Bool) }
func (e *Not) Type() types.Type     { return types.Of(types.Bool) }
func (e *Is) Type() types.Type      { return types.Of(types.Bool) }
func (e *Case) Type() types.Type    { return e.T }
func (e *In) Type() types.Type      { return types.Of(types.Bool) }
func (e *AnyOf) Type() types.Type   { return types.Of(types.Bool) }
func (e *InQuery) Type() types.Type { return types.Of(types.Bool) }
func (e *Exists) Type() types.Type  { return types.Of(types.Bool) }
func (e *Scalar) Type() types.Type  { return e.T }
func (e *List) Type() types.Type    { return e.T }
func (e *Agg) Type() types.Type     { return e.T }
func (e *Over) Type() types.Type    { return e.T }
