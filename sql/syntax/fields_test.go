package syntax

import (
	"strings"
	"testing"

	"github.com/sqlc-dev/oliphant/ast"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// copied are the fields of the parser's nodes that the converter names: it
// copies them, or refuses a value in them. A field missing here is new in the
// parser: teach the converter, then write it down.
var copied = map[string]string{
	"SelectStmt":       "distinct_clause into_clause target_list from_clause where_clause group_clause group_distinct having_clause window_clause values_lists sort_clause limit_offset limit_count limit_option locking_clause with_clause op all larg rarg",
	"WithClause":       "ctes recursive location",
	"CommonTableExpr":  "ctename aliascolnames ctematerialized ctequery search_clause cycle_clause location cterecursive cterefcount ctecolnames ctecoltypes ctecoltypmods ctecolcollations",
	"ColumnRef":        "fields location",
	"ParamRef":         "number location",
	"A_Expr":           "kind name lexpr rexpr rexpr_list_start rexpr_list_end location",
	"TypeCast":         "arg type_name location",
	"CollateClause":    "arg collname location",
	"FuncCall":         "funcname args agg_order agg_filter over agg_within_group agg_star agg_distinct func_variadic funcformat location",
	"NamedArgExpr":     "xpr arg name argnumber location",
	"A_Star":           "",
	"A_Indices":        "is_slice lidx uidx",
	"A_Indirection":    "arg indirection",
	"A_ArrayExpr":      "elements list_start list_end location",
	"ResTarget":        "name indirection val location",
	"SortBy":           "node sortby_dir sortby_nulls use_op location",
	"WindowDef":        "name refname partition_clause order_clause frame_options start_offset end_offset location",
	"RangeSubselect":   "lateral subquery alias",
	"RangeFunction":    "lateral ordinality is_rowsfrom functions alias coldeflist",
	"RangeVar":         "catalogname schemaname relname inh relpersistence alias location",
	"Alias":            "aliasname colnames",
	"JoinExpr":         "jointype is_natural larg rarg using_clause join_using_alias quals alias rtindex",
	"TypeName":         "names type_oid setof pct_type typmods typemod array_bounds location",
	"A_Const":          "ival fval boolval sval bsval isnull location",
	"Integer":          "ival",
	"Float":            "fval",
	"Boolean":          "boolval",
	"String":           "sval",
	"List":             "items",
	"SubLink":          "xpr sub_link_type sub_link_id testexpr oper_name subselect location",
	"BoolExpr":         "xpr boolop args location",
	"CaseExpr":         "xpr casetype casecollid arg args defresult location",
	"CaseWhen":         "xpr expr result location",
	"CoalesceExpr":     "xpr coalescetype coalescecollid args location",
	"MinMaxExpr":       "xpr minmaxtype minmaxcollid inputcollid op args location",
	"SQLValueFunction": "xpr op type typmod location",
	"NullTest":         "xpr arg nulltesttype argisrow location",
	"BooleanTest":      "xpr arg booltesttype location",
	"GroupingSet":      "kind content location",
	"GroupingFunc":     "xpr args refs agglevelsup location",
	"RowExpr":          "xpr args row_typeid row_format colnames location",
}

// places are fields that hold only positions.
var places = map[string]bool{
	"location": true, "rexpr_list_start": true, "rexpr_list_end": true, "list_start": true, "list_end": true,
}

func TestFieldsAreKnown(t *testing.T) {
	messages := ast.File_pg_query_proto.Messages()
	for name, want := range copied {
		m := messages.ByName(protoreflect.Name(name))
		if m == nil {
			t.Errorf("the parser has no %s any more", name)
			continue
		}
		var have []string
		for i := range m.Fields().Len() {
			have = append(have, string(m.Fields().Get(i).Name()))
		}
		if got := strings.Join(have, " "); got != want {
			t.Errorf("%s has the fields\n%s\nnot\n%s", name, got, want)
		}
	}
}

// samples use every node and field that is copied.
var samples = []string{
	`WITH RECURSIVE a (x) AS MATERIALIZED (SELECT 1), b AS NOT MATERIALIZED (VALUES (1, 'x')) SELECT DISTINCT ON (c) t.c AS d, *
		FROM r.s.t AS t (c), LATERAL (SELECT 1) AS u (v), LATERAL f(1) WITH ORDINALITY AS g (h)
		WHERE NOT c AND d OR e GROUP BY DISTINCT c, ROLLUP (c, (d, e)), CUBE (c), GROUPING SETS ((), c)
		HAVING true WINDOW w AS (PARTITION BY c ORDER BY d DESC NULLS LAST ROWS BETWEEN 1 PRECEDING AND 2 FOLLOWING)
		ORDER BY 1 ASC NULLS FIRST LIMIT 1 OFFSET 2`,
	`SELECT make_interval(1, days => 7, secs => x)`,
	`SELECT 1 FROM a JOIN b ON a.x = b.x LEFT JOIN c USING (x) AS j NATURAL FULL JOIN (d RIGHT JOIN e USING (y)) AS k (l)`,
	`SELECT 1 UNION ALL SELECT 2 EXCEPT (SELECT 3 INTERSECT SELECT 4)`,
	`SELECT $1, 1.5, true, 'x', NULL, -2, ARRAY[1, 2], (1, 2), ROW(3), a[1], a COLLATE s."C", a::s.t(1)[], INTERVAL '1' DAY`,
	`SELECT a + b, - a, a OPERATOR(s.+) b, a = ANY (b), a = ALL (b), a IS DISTINCT FROM b, a IS NOT DISTINCT FROM b, NULLIF(a, b),
		a IN (1, 2), a NOT IN (1), a LIKE b, a ILIKE b ESCAPE 'x', a SIMILAR TO b ESCAPE 'y', a BETWEEN 1 AND 2, a NOT BETWEEN SYMMETRIC 1 AND 2`,
	`SELECT a IS NULL, a IS NOT TRUE, CASE a WHEN 1 THEN 2 ELSE 3 END, COALESCE(a, b), GREATEST(a, b), current_timestamp(3), GROUPING(a)`,
	`SELECT EXISTS (SELECT 1), (SELECT 1), ARRAY(SELECT 1), a IN (SELECT 1), a NOT IN (SELECT 1), a < ALL (SELECT 1)`,
	`SELECT s.f(a, VARIADIC b), count(*), sum(DISTINCT a ORDER BY b) FILTER (WHERE c) OVER (w PARTITION BY d), p(1) WITHIN GROUP (ORDER BY e),
		extract(year FROM a), substring(a FROM 1 FOR 2), trim(a), a AT TIME ZONE b, sum(a) OVER w`,
}

// A field that is neither copied nor refused would be dropped in silence, and
// the tree would mean something else than the text. So: change each field of
// each node of the samples, one at a time; the converter must refuse, or its
// tree must differ.
func TestNoFieldIsDropped(t *testing.T) {
	changed := 0
	seen := map[string]bool{}
	for _, text := range samples {
		before, err := Parse(text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		want := Dump(before)
		for n := 0; ; n++ {
			stmt, err := run(text)
			if err != nil {
				t.Fatal(err)
			}
			m := mutator{left: n, seen: seen}
			m.message(stmt.ProtoReflect())
			if m.what == "" {
				break
			}
			changed++
			if got := converted(text, stmt); got == want {
				t.Errorf("%s is dropped in\n%s", m.what, text)
			}
		}
	}
	for name := range copied {
		if !seen[name] {
			t.Errorf("no sample has a %s", name)
		}
	}
	t.Logf("%d changes", changed)
}

// converted is the dump of the converted tree, or the refusal.
func converted(text string, stmt *ast.Node) string {
	var out string
	var err error
	func() {
		defer recovered(&err)
		c := &converter{guarded: guard(text, false, draftCaps())}
		out = Dump(c.statement(stmt))
	}()
	if err != nil {
		return err.Error()
	}
	return out
}

// mutator changes the left-th field below a message.
type mutator struct {
	left int
	what string
	seen map[string]bool
}

func (m *mutator) message(msg protoreflect.Message) {
	d := msg.Descriptor()
	m.seen[string(d.Name())] = true
	for i := 0; i < d.Fields().Len() && m.what == ""; i++ {
		f := d.Fields().Get(i)
		if f.Name() == "array_bounds" && msg.Has(f) {
			continue // int[3][] is int[]
		}
		if !m.skip(msg, f) {
			if m.left == 0 {
				m.what = string(d.Name()) + "." + string(f.Name())
				mutate(msg, f)
				return
			}
			m.left--
		}
		if f.Message() == nil || !msg.Has(f) {
			continue
		}
		if f.IsList() {
			for j := 0; j < msg.Get(f).List().Len() && m.what == ""; j++ {
				m.message(msg.Get(f).List().Get(j).Message())
			}
			continue
		}
		m.message(msg.Get(f).Message())
	}
}

// skip passes over what has no meaning of its own: positions, the wrapper of
// all nodes.
func (m *mutator) skip(msg protoreflect.Message, f protoreflect.FieldDescriptor) bool {
	name := string(msg.Descriptor().Name())
	return name == "Node" || places[string(f.Name())] || f.ContainingOneof() != nil && !msg.Has(f)
}

// mutate gives a field another value: an empty message where there is none,
// none where there is one, another number, another string, a longer list.
func mutate(msg protoreflect.Message, f protoreflect.FieldDescriptor) {
	switch {
	case f.IsList():
		list := msg.Mutable(f).List()
		if list.Len() > 0 {
			list.Append(list.Get(list.Len() - 1))
			return
		}
		list.Append(protoreflect.ValueOfMessage((&ast.Node{Node: &ast.Node_String_{String_: &ast.String{Sval: "changed"}}}).ProtoReflect()))
	case f.Message() != nil && msg.Has(f):
		msg.Clear(f)
	case f.Message() != nil:
		msg.Set(f, protoreflect.ValueOfMessage(filled(msg.NewField(f).Message())))
	case f.Kind() == protoreflect.BoolKind:
		msg.Set(f, protoreflect.ValueOfBool(!msg.Get(f).Bool()))
	case f.Kind() == protoreflect.StringKind:
		msg.Set(f, protoreflect.ValueOfString(msg.Get(f).String()+"changed"))
	case f.Kind() == protoreflect.EnumKind:
		next := msg.Get(f).Enum() + 1
		if f.Name() == "sortby_dir" && next == protoreflect.EnumNumber(ast.SortByDir_SORTBY_ASC) {
			next++ // ASC is the default
		}
		msg.Set(f, protoreflect.ValueOfEnum(next))
	case f.Kind() == protoreflect.Uint32Kind:
		msg.Set(f, protoreflect.ValueOfUint32(uint32(msg.Get(f).Uint())+1))
	default:
		msg.Set(f, protoreflect.ValueOfInt32(int32(msg.Get(f).Int())+1))
	}
}

// filled makes a message that converts, where one of its kind can.
func filled(m protoreflect.Message) protoreflect.Message {
	switch v := m.Interface().(type) {
	case *ast.Node:
		v.Node = &ast.Node_AConst{AConst: &ast.A_Const{Val: &ast.A_Const_Ival{Ival: &ast.Integer{Ival: 77}}}}
	case *ast.Alias:
		v.Aliasname = "changed"
	case *ast.WindowDef:
		v.Name, v.FrameOptions = "changed", frameDefault
	case *ast.SelectStmt:
		stmt, _ := run("SELECT 77")
		proto.Merge(v, stmt.GetSelectStmt())
	}
	return m
}
