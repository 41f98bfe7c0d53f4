package syntax

import "github.com/grille-dev/grille/refusal"

// Span is where in the text a node was written.
type Span = refusal.Span

// Node is any node of the tree.
type Node interface{ At() Span }

func (s pos) At() Span { return Span(s) }

// pos is embedded by every node.
type pos Span

// Query is [WITH With] Body [ORDER BY Order] [LIMIT Limit] [OFFSET Offset]; with
// Ties, FETCH FIRST Limit ROWS WITH TIES.
type Query struct {
	pos
	Recursive     bool
	With          []*CTE
	Body          Body
	Order         []*Sort
	Limit, Offset Expr // nil: none
	Ties          bool
}

// CTE is Name [(Columns)] AS [[NOT] MATERIALIZED] (Query)
type CTE struct {
	pos
	Name         string
	Columns      []string
	Materialized Materialize
	Query        *Query
}

// Materialize is what a WITH item says about being computed once.
type Materialize uint8

const (
	MaterializeDefault Materialize = iota
	MaterializeAlways
	MaterializeNever
)

// Body is what a Query computes before it is ordered and cut.
//
//sumtype:decl
type Body interface {
	Node
	body()
}

// Select is SELECT [DISTINCT [ON (DistinctOn)]] Targets [FROM From]
// [WHERE Where] [GROUP BY [DISTINCT] Group] [HAVING Having] [WINDOW Windows]
type Select struct {
	pos
	Distinct   bool
	DistinctOn []Expr
	Targets    []*Target
	From       []From // comma list
	Where      Expr

	Group         []Group
	GroupDistinct bool // GROUP BY DISTINCT: equal grouping sets count once
	Having        Expr
	Windows       []*Window
}

// SetOp is Left Op [ALL] Right
type SetOp struct {
	pos
	Op          SetKind
	All         bool
	Left, Right *Query
}

// Values is VALUES (row), ...
type Values struct {
	pos
	Rows [][]Expr
}

// SetKind is the kind of a SetOp.
type SetKind uint8

const (
	Union SetKind = iota
	Intersect
	Except
)

func (*Select) body() {}
func (*SetOp) body()  {}
func (*Values) body() {}

// Target is Expr [AS Name], or a star: X is a *Column with Star.
type Target struct {
	pos
	X    Expr
	Name string // "" if none was written
}

// Sort is X [ASC|DESC] [NULLS FIRST|LAST]
type Sort struct {
	pos
	X     Expr
	Desc  bool
	Nulls Nulls
}

// Nulls is where NULLs sort.
type Nulls uint8

const (
	NullsDefault Nulls = iota
	NullsFirst
	NullsLast
)

// Group is one item of GROUP BY. GROUP BY (a, b) is two items, as in
// PostgreSQL; inside ROLLUP, CUBE and GROUPING SETS (a, b) is one *Row.
type Group struct {
	Kind GroupKind
	X    Expr   // of GroupExpr
	Sets []Expr // of the others: expressions (a *Row for a composite one), or *GroupSet nested
	At   Span
}

// GroupKind is the kind of a Group.
type GroupKind uint8

const (
	GroupExpr GroupKind = iota
	GroupEmpty
	Rollup
	Cube
	GroupingSets
)

// Window is Name AS (Base Partition Order Frame) in a WINDOW clause. In an
// OVER clause Name is "": OVER w is {Base: "w", Bare: true} and means w as it
// stands, with its frame; OVER (w ORDER BY x) is {Base: "w", Order: x} and
// extends it, which PostgreSQL allows only if w has no frame of its own.
type Window struct {
	pos
	Name      string
	Base      string // the named window it refers to or extends
	Bare      bool   // OVER Base, without parentheses
	Partition []Expr
	Order     []*Sort
	Frame     *Frame // nil: the default frame
}

// Frame is Mode BETWEEN Start AND End [EXCLUDE Exclude]
type Frame struct {
	Mode       FrameMode
	Start, End Bound
	Exclude    FrameExclude
}

// Bound is one end of a frame.
type Bound struct {
	Kind   BoundKind
	Offset Expr // of Preceding and Following
}

type (
	FrameMode    uint8
	BoundKind    uint8
	FrameExclude uint8
)

const (
	Range FrameMode = iota
	Rows
	Groups
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

// From is one item of a FROM list.
//
//sumtype:decl
type From interface {
	Node
	from()
}

// Alias is [AS] Name [(Columns)]
type Alias struct {
	Name    string
	Columns []string
}

// Table is [Catalog.][Schema.]Name [AS Alias]; ONLY is refused.
type Table struct {
	pos
	Catalog, Schema, Name string
	Alias                 *Alias
}

// Derived is [LATERAL] (Query) [AS Alias]
type Derived struct {
	pos
	Lateral bool
	Query   *Query
	Alias   *Alias
}

// TableFunc is [LATERAL] Call [WITH ORDINALITY] [AS Alias]
type TableFunc struct {
	pos
	Lateral    bool
	Call       *Call
	Ordinality bool
	Alias      *Alias
}

// Join is Left Kind JOIN Right ON On | USING (Using) | NATURAL
type Join struct {
	pos
	Kind        JoinKind
	Left, Right From
	On          Expr
	Using       []string
	UsingAlias  string
	Natural     bool
	Alias       *Alias // (a JOIN b ON ...) AS Alias
}

// JoinKind is the kind of a Join.
type JoinKind uint8

const (
	Inner JoinKind = iota // CROSS JOIN is Inner without On
	Left
	Right
	Full
)

func (*Table) from()     {}
func (*Derived) from()   {}
func (*TableFunc) from() {}
func (*Join) from()      {}

// Expr is an expression.
//
//sumtype:decl
type Expr interface {
	Node
	expr()
}

type (
	// Column is a.b.c, or a.* with Star.
	Column struct {
		pos
		Parts []string
		Star  bool
		// Quoted: it is one name, in double quotes, where other dialects write texts.
		Quoted bool
	}
	// Literal is 12, 1.5, 'x', TRUE, NULL. Text is the value as written,
	// quotes and escapes taken away; 1_000 and 0xFF are digits in base ten.
	// A negative number is a Unary minus over a Literal, also where
	// PostgreSQL's grammar folds the sign into the constant: so -2147483648
	// is integer there, and a Unary over a bigint Literal here.
	Literal struct {
		pos
		Kind LiteralKind
		Text string
	}
	// Param is $N; legal only in text that Grille printed itself.
	Param struct {
		pos
		N int
	}
	// Binary is L Op R with an operator symbol: + - * / % ^ || = <> < <= > >= ~ -> ...
	// LIKE, ILIKE, BETWEEN, IN, IS and AND have nodes of their own.
	// Schema is that of OPERATOR(schema.op), else "".
	Binary struct {
		pos
		Op     string
		Schema string
		L, R   Expr
		OpAt   Span
	}
	// Unary is Op X: + - ~ | / @
	Unary struct {
		pos
		Op     string
		Schema string
		X      Expr
	}
	// Logic is X AND Y AND ..., or with Or: X OR Y OR ...
	Logic struct {
		pos
		Or   bool
		Args []Expr
	}
	// Not is NOT X
	Not struct {
		pos
		X Expr
	}
	// Is is X IS [NOT] What
	Is struct {
		pos
		X    Expr
		What IsKind
		Not  bool
	}
	// IsDistinct is L IS [NOT] DISTINCT FROM R
	IsDistinct struct {
		pos
		L, R Expr
		Not  bool
	}
	// Between is X [NOT] BETWEEN [SYMMETRIC] Lo AND Hi
	Between struct {
		pos
		X, Lo, Hi Expr
		Not       bool
		Symmetric bool
	}
	// Like is X [NOT] LIKE|ILIKE|SIMILAR TO Pattern [ESCAPE Escape]
	Like struct {
		pos
		Kind       LikeKind
		X, Pattern Expr
		Escape     Expr // nil: none written
		Not        bool
	}
	// In is X [NOT] IN (List)
	In struct {
		pos
		X    Expr
		List []Expr
		Not  bool
	}
	// InQuery is X [NOT] IN (Query), or X Op ANY|ALL (Query). X may be a Row.
	// LIKE, ILIKE and their NOT have the operators ~~ ~~* !~~ !~~* here and in
	// Quantified.
	InQuery struct {
		pos
		X     Expr
		Op    string // "=" for IN
		All   bool
		Not   bool
		Query *Query
	}
	// Quantified is X Op ANY|ALL (Array)
	Quantified struct {
		pos
		X     Expr
		Op    string
		All   bool
		Array Expr
	}
	// Exists is EXISTS (Query)
	Exists struct {
		pos
		Query *Query
	}
	// Scalar is (Query) as a value
	Scalar struct {
		pos
		Query *Query
	}
	// ArrayQuery is ARRAY(Query)
	ArrayQuery struct {
		pos
		Query *Query
	}
	// Case is CASE [X] WHEN ... THEN ... [ELSE Else] END
	Case struct {
		pos
		X    Expr // nil: searched
		Arms []Arm
		Else Expr
	}
	// Cast is CAST(X AS Type), X::Type, or Type 'literal'
	Cast struct {
		pos
		X    Expr
		Type TypeName
	}
	// Call is [Schema.]Name([DISTINCT] Args [ORDER BY Order])
	// [WITHIN GROUP (ORDER BY Within)] [FILTER (WHERE Filter)] [OVER Over].
	//
	// What SQL writes with a syntax of its own is a Call too, with the name
	// and the order of arguments that PostgreSQL's grammar gives it, Schema
	// "" and SQLForm true:
	//
	//	EXTRACT(year FROM x)              extract('year', x): a String Literal, lower case unless it was one
	//	POSITION(needle IN s)             position(s, needle)
	//	SUBSTRING(s FROM a FOR b)         substring(s, a, b)
	//	SUBSTRING(s FROM a)               substring(s, a); a may be a pattern
	//	SUBSTRING(s FOR b)                substring(s, 1, CAST(b AS int4))
	//	SUBSTRING(s SIMILAR p ESCAPE e)   substring(s, p, e)
	//	OVERLAY(s PLACING r FROM a FOR b) overlay(s, r, a, b)
	//	TRIM([BOTH] c FROM s)             btrim(s, c); LEADING is ltrim, TRAILING rtrim
	//	TRIM(s)                           btrim(s)
	//	x AT TIME ZONE z                  timezone(z, x)
	//	(a, b) OVERLAPS (c, d)            overlaps(a, b, c, d)
	//	NORMALIZE(s, NFC)                 normalize(s, 'NFC')
	//	s IS NFC NORMALIZED               is_normalized(s, 'NFC')
	//	JSON_OBJECT(a)                    json_object(a)
	//	COALESCE, NULLIF, GREATEST, LEAST coalesce, nullif, greatest, least
	//
	// substring(s, 1, 2) and overlay(...) written with commas are ordinary
	// calls. A schema that the writer wrote stays, "pg_catalog" included.
	Call struct {
		pos
		Schema, Name string
		Args         []Expr
		Star         bool // count(*)
		Distinct     bool
		Variadic     bool
		Order        []*Sort
		Within       []*Sort
		Filter       Expr
		Over         *Window
		SQLForm      bool // the grammar named the function, not the writer
		// Try is what to write instead if no function of that name takes so many
		// arguments, "" where nothing is known: the call is one of another dialect.
		Try string
	}
	// Now is CURRENT_DATE, CURRENT_TIMESTAMP, LOCALTIME, ...
	Now struct {
		pos
		What NowKind
		Prec int // -1: none
	}
	// Row is (a, b) or ROW(a, b)
	Row struct {
		pos
		Items []Expr
	}
	// ArrayList is ARRAY[a, b]
	ArrayList struct {
		pos
		Items []Expr
	}
	// Subscript is X[Index] or, with Slice, X[Lo:Index], where nil means that
	// the bound was left out.
	Subscript struct {
		pos
		X, Index Expr
		Slice    bool
		Lo       Expr
	}
	// Collate is X COLLATE Name
	Collate struct {
		pos
		X    Expr
		Name []string
	}
	// GroupSet is a nested grouping set; only inside Group.Sets.
	GroupSet struct {
		pos
		Group Group
	}
	// Grouping is GROUPING(Args)
	Grouping struct {
		pos
		Args []Expr
	}
)

// Arm is WHEN When THEN Then
type Arm struct{ When, Then Expr }

// TypeName is [Schema.]Name[(Mods)][[]], with PostgreSQL's internal names for
// SQL's own types: int4 for INTEGER, float8 for DOUBLE PRECISION, bpchar for
// CHAR, timestamptz for TIMESTAMP WITH TIME ZONE. CHAR without a length is
// bpchar with Mods [1], except before a literal. Mods of interval are
// [fields] or [fields, precision], where fields is a sum of the Interval
// constants: INTERVAL '1' DAY casts to interval with Mods [IntervalDay].
type TypeName struct {
	At     Span
	Schema string
	Name   string
	Mods   []int32
	Array  bool
}

// Fields of an interval type, with PostgreSQL's own numbers.
const (
	IntervalMonth  int32 = 1 << 1
	IntervalYear   int32 = 1 << 2
	IntervalDay    int32 = 1 << 3
	IntervalHour   int32 = 1 << 10
	IntervalMinute int32 = 1 << 11
	IntervalSecond int32 = 1 << 12
	IntervalFull   int32 = 0x7FFF // no fields named: INTERVAL(3)
)

type (
	LiteralKind uint8
	IsKind      uint8
	LikeKind    uint8
	NowKind     uint8
)

const (
	Null    LiteralKind = iota
	Bool                // Text is "true" or "false"
	Integer             // fits int64, non-negative
	Decimal             // digits, point, exponent; or an integer beyond int64
	String
)

const (
	IsNull IsKind = iota
	IsTrue
	IsFalse
	IsUnknown
)

const (
	LikePlain LikeKind = iota
	ILike
	SimilarTo
)

const (
	CurrentDate NowKind = iota
	CurrentTime
	CurrentTimestamp
	LocalTime
	LocalTimestamp
)

func (*Column) expr()     {}
func (*Literal) expr()    {}
func (*Param) expr()      {}
func (*Binary) expr()     {}
func (*Unary) expr()      {}
func (*Logic) expr()      {}
func (*Not) expr()        {}
func (*Is) expr()         {}
func (*IsDistinct) expr() {}
func (*Between) expr()    {}
func (*Like) expr()       {}
func (*In) expr()         {}
func (*InQuery) expr()    {}
func (*Quantified) expr() {}
func (*Exists) expr()     {}
func (*Scalar) expr()     {}
func (*ArrayQuery) expr() {}
func (*Case) expr()       {}
func (*Cast) expr()       {}
func (*Call) expr()       {}
func (*Now) expr()        {}
func (*Row) expr()        {}
func (*ArrayList) expr()  {}
func (*Subscript) expr()  {}
func (*Collate) expr()    {}
func (*GroupSet) expr()   {}
func (*Grouping) expr()   {}
