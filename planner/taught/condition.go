package taught

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/syntax"
)

// cond compares a column with values: the column, and then one of two tests, as
// SQL writes them behind it.
type cond struct {
	column string
	test   string // " = 'active'"; "" for a column that is true itself
	not    string // " <> 'active'"
}

const (
	maxConds = 6
	maxList  = 50 // values of IN
)

var errForm = errors.New("compare columns of one table with values: =, <>, <, >, <=, >=, IN, BETWEEN, LIKE, IS NULL, or a column that is true itself, " +
	"joined by AND, as in: customers where status = 'active' and age >= 18")

// readConditions reads comparisons joined by AND. table is the path of the table
// that they are of, and is set from the columns where it is not given.
func readConditions(text string, table *[]string) ([]cond, error) {
	x, err := syntax.ParseExpr(text)
	if err != nil {
		var r *refusal.Refusal
		if errors.As(err, &r) {
			return nil, fmt.Errorf("%s: %w", r.Msg, errForm)
		}
		return nil, err
	}
	if strings.Contains(text, "--") || strings.Contains(text, "/*") {
		return nil, errors.New("a comment may not stand in a meaning: write it as a YAML comment, after #")
	}
	args := []syntax.Expr{x}
	if l, ok := x.(*syntax.Logic); ok && !l.Or {
		args = l.Args
	}
	if len(args) > maxConds {
		return nil, fmt.Errorf("%d comparisons: write at most %d", len(args), maxConds)
	}
	var out []cond
	for _, a := range args {
		c, err := readCond(a, table)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

func readCond(x syntax.Expr, table *[]string) (cond, error) {
	col, test, not := x, "", " = FALSE"
	ok := true
	switch x := x.(type) {
	case *syntax.Column:
	case *syntax.Not:
		col, test, not = x.X, not, test
	case *syntax.Binary:
		var value string
		value, ok = literal(x.R)
		col, test, not = x.L, " "+x.Op+" "+value, " "+opposite[x.Op]+" "+value
		ok = ok && opposite[x.Op] != "" && x.Schema == ""
	case *syntax.Is:
		col, test, not = x.X, " IS "+isWords[x.What], " IS NOT "+isWords[x.What]
		if x.Not {
			test, not = not, test
		}
	case *syntax.Between:
		col, test, not, ok = between(x)
	case *syntax.In:
		col, test, not, ok = in(x)
	case *syntax.Like:
		var value string
		value, ok = literal(x.Pattern)
		col, test, not = x.X, " "+likeWords[x.Kind]+" "+value, " NOT "+likeWords[x.Kind]+" "+value
		if x.Not {
			test, not = not, test
		}
		ok = ok && x.Escape == nil && likeWords[x.Kind] != "" && strings.HasPrefix(value, "'")
	case *syntax.ArrayList, *syntax.ArrayQuery, *syntax.Call, *syntax.Case, *syntax.Cast, *syntax.Collate, *syntax.Exists, *syntax.GroupSet,
		*syntax.Grouping, *syntax.InQuery, *syntax.IsDistinct, *syntax.Literal, *syntax.Logic, *syntax.Now, *syntax.Param, *syntax.Quantified,
		*syntax.Row, *syntax.Scalar, *syntax.Subscript, *syntax.Unary:
		return cond{}, errForm
	default:
		panic("taught: unknown expression")
	}
	name, err := columnOf(col, table)
	if err == nil && !ok {
		err = errForm
	}
	return cond{name, test, not}, err
}

var (
	opposite  = map[string]string{"=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
	isWords   = map[syntax.IsKind]string{syntax.IsNull: "NULL", syntax.IsTrue: "TRUE", syntax.IsFalse: "FALSE", syntax.IsUnknown: "UNKNOWN"}
	likeWords = map[syntax.LikeKind]string{syntax.LikePlain: "LIKE", syntax.ILike: "ILIKE"}
)

func between(x *syntax.Between) (col syntax.Expr, test, not string, ok bool) {
	lo, ok1 := literal(x.Lo)
	hi, ok2 := literal(x.Hi)
	test, not = " BETWEEN "+lo+" AND "+hi, " NOT BETWEEN "+lo+" AND "+hi
	if x.Not {
		test, not = not, test
	}
	return x.X, test, not, ok1 && ok2 && !x.Symmetric
}

func in(x *syntax.In) (col syntax.Expr, test, not string, ok bool) {
	var values []string
	for _, v := range x.List {
		text, ok := literal(v)
		if !ok {
			return x.X, "", "", false
		}
		values = append(values, text)
	}
	test = " IN (" + strings.Join(values, ", ") + ")"
	not = " NOT" + test
	if x.Not {
		test, not = not, test
	}
	return x.X, test, not, len(values) <= maxList
}

// literal is a constant as SQL writes it.
func literal(x syntax.Expr) (string, bool) {
	switch x := x.(type) {
	case *syntax.Literal:
		switch x.Kind {
		case syntax.String:
			return quoteText(x.Text), true
		case syntax.Integer, syntax.Decimal, syntax.Bool:
			return x.Text, true
		case syntax.Null:
			return "", false // nothing equals it
		default:
			panic("taught: kind of literal")
		}
	case *syntax.Unary:
		text, ok := literal(x.X)
		return "-" + text, ok && x.Op == "-" && x.Schema == "" && !strings.ContainsAny(text, "-'")
	case *syntax.Cast: // date '2024-01-01'
		text, ok := literal(x.X)
		return strings.ToUpper(x.Type.Name) + " " + text, ok && strings.HasPrefix(text, "'") && !x.Type.Array && len(x.Type.Mods) == 0 &&
			(x.Type.Schema == "" || x.Type.Schema == "pg_catalog") && slices.Contains([]string{"date", "timestamp", "timestamptz"}, x.Type.Name)
	case *syntax.ArrayList, *syntax.ArrayQuery, *syntax.Between, *syntax.Binary, *syntax.Call, *syntax.Case, *syntax.Collate, *syntax.Column,
		*syntax.Exists, *syntax.GroupSet, *syntax.Grouping, *syntax.In, *syntax.InQuery, *syntax.Is, *syntax.IsDistinct, *syntax.Like,
		*syntax.Logic, *syntax.Not, *syntax.Now, *syntax.Param, *syntax.Quantified, *syntax.Row, *syntax.Scalar, *syntax.Subscript:
		return "", false
	default:
		panic("taught: unknown expression")
	}
}

func quoteText(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// columnOf is a column of the table, which is set if it was not given.
func columnOf(x syntax.Expr, table *[]string) (string, error) {
	c, ok := x.(*syntax.Column)
	if !ok || c.Star {
		return "", errForm
	}
	path, name := c.Parts[:len(c.Parts)-1], c.Parts[len(c.Parts)-1]
	switch {
	case len(path) == 0 && *table == nil:
		return "", fmt.Errorf("of which table is %s? Write the table in front: customers where %s", name, name)
	case len(path) == 0:
	case *table == nil:
		*table = path
	case !slices.EqualFunc(path, *table, strings.EqualFold) && !strings.EqualFold(path[len(path)-1], (*table)[len(*table)-1]):
		return "", errors.New("a phrase is about the rows of one table: name columns of that table only")
	}
	return name, nil
}
