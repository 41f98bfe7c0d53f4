package differential

import (
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"sort"
	"strings"
)

// normal is a tree of PostgreSQL's parser, as JSON, without what our tree does not
// tell apart because it means the same:
//
//   - places;
//   - ROW(a, b) and (a, b); GROUP BY (a, b) and GROUP BY a, b;
//   - pg_catalog.int4 and int4: INTEGER is the first, ::int4 the second;
//   - x IN (SELECT ...) and x = ANY (SELECT ...);
//   - a frame with BETWEEN ... AND CURRENT ROW and one without;
//   - a[1][2] and (a[1])[2];
//   - ORDER BY a and ORDER BY a ASC; LIMIT ALL and no LIMIT;
//   - int[], int[][] and int[3], which are one type to PostgreSQL;
//   - (t).a and t.a: no value that is handled has fields, so t is a relation;
//   - make_interval(days => 7) and make_interval(0, 0, 0, 7, 0, 0, 0);
//   - 1_000, 0x10 and what they are in base ten.
func normal(text string) (string, error) {
	var tree any
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&tree); err != nil {
		return "", err
	}
	var b strings.Builder
	write(&b, clean("", tree))
	return b.String(), nil
}

var places = map[string]bool{"location": true, "stmt_location": true, "stmt_len": true, "version": true,
	"list_start": true, "list_end": true, "rexpr_list_start": true, "rexpr_list_end": true, "arg_location": true,
	"row_format": true}

func clean(under string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, x := range v {
			if !places[k] {
				out[k] = clean(k, x)
			}
		}
		return field(plain(under, out))
	case []any:
		var out []any
		for _, x := range v {
			c := clean("", x)
			if row := node(c, "RowExpr"); row != nil && under == "groupClause" {
				args, _ := row["args"].([]any)
				out = append(out, args...)
				continue
			}
			out = append(out, c)
		}
		return out
	}
	return v
}

// node is the fields of v if it is a node of that kind.
func node(v any, kind string) map[string]any {
	m, _ := v.(map[string]any)
	if m == nil {
		return nil
	}
	fields, _ := m[kind].(map[string]any)
	return fields
}

// field makes the column t.a of the field (t).a, and what is left of more.
func field(m map[string]any) any {
	in := node(m, "A_Indirection")
	if in == nil {
		return m
	}
	of := node(in["arg"], "ColumnRef")
	parts, _ := in["indirection"].([]any)
	fields, _ := of["fields"].([]any)
	for len(fields) == 1 && len(parts) > 0 && (node(parts[0], "String") != nil || node(parts[0], "A_Star") != nil) {
		fields, parts = append(append([]any(nil), fields...), parts[0]), parts[1:]
	}
	column := map[string]any{"ColumnRef": map[string]any{"fields": fields}}
	switch {
	case of == nil:
		return m
	case len(parts) == 0:
		return column
	}
	return map[string]any{"A_Indirection": map[string]any{"arg": column, "indirection": parts}}
}

// plain simplifies the fields of one node.
func plain(kind string, m map[string]any) map[string]any {
	switch kind {
	case "TypeName", "typeName":
		if names, ok := m["names"].([]any); ok && len(names) == 2 && fmt.Sprint(node(names[0], "String")["sval"]) == "pg_catalog" {
			m["names"] = names[1:]
		}
		if dims, ok := m["arrayBounds"].([]any); ok && len(dims) > 0 {
			m["arrayBounds"] = "array"
		}
	case "FuncCall":
		named(m)
	case "SortBy":
		if m["sortby_dir"] == "SORTBY_ASC" {
			m["sortby_dir"] = "SORTBY_DEFAULT"
		}
	case "SelectStmt", "larg", "rarg":
		if k := node(m["limitCount"], "A_Const"); k != nil && k["isnull"] != nil {
			delete(m, "limitCount")
		}
		if m["limitOption"] == "LIMIT_OPTION_COUNT" {
			m["limitOption"] = "LIMIT_OPTION_DEFAULT"
		}
	case "SubLink":
		if ops, ok := m["operName"].([]any); ok && m["subLinkType"] == "ANY_SUBLINK" && len(ops) == 1 && node(ops[0], "String")["sval"] == "=" {
			delete(m, "operName")
		}
	case "WindowDef", "over":
		if n, ok := m["frameOptions"].(json.Number); ok {
			bits, _ := n.Int64()
			m["frameOptions"] = json.Number(fmt.Sprint(bits &^ 0x10)) // FRAMEOPTION_BETWEEN
		}
	case "A_Indirection":
		if in := node(m["arg"], "A_Indirection"); in != nil {
			inner, _ := in["indirection"].([]any)
			outer, _ := m["indirection"].([]any)
			m["arg"], m["indirection"] = in["arg"], append(append([]any(nil), inner...), outer...)
		}
	case "A_Const":
		if f, ok := m["fval"].(map[string]any); ok {
			f["fval"] = tens(fmt.Sprint(f["fval"]))
		}
	}
	return m
}

// named gives the arguments of make_interval their places; those that are not
// given are 0, as PostgreSQL's catalog has it.
func named(call map[string]any) {
	names, _ := call["funcname"].([]any)
	args, _ := call["args"].([]any)
	if len(names) != 1 || node(names[0], "String")["sval"] != "make_interval" || len(args) == 0 || node(args[len(args)-1], "NamedArgExpr") == nil {
		return
	}
	order := []string{"years", "months", "weeks", "days", "hours", "mins", "secs"}
	out := make([]any, len(order))
	for i := range out {
		out[i] = map[string]any{"A_Const": map[string]any{"ival": map[string]any{}}}
	}
	for i, a := range args {
		if n := node(a, "NamedArgExpr"); n != nil {
			a, i = n["arg"], slices.Index(order, fmt.Sprint(n["name"]))
		}
		if i < 0 || i >= len(out) {
			return
		}
		out[i] = a
	}
	call["args"] = out
}

// tens writes a number in base ten.
func tens(s string) string {
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	s = strings.ReplaceAll(s, "_", "")
	if n, ok := new(big.Int).SetString(s, 0); ok && len(s) > 2 && s[0] == '0' && strings.ContainsAny(s[1:2], "xXoObB") {
		s = n.String()
	}
	return sign + s
}

// write prints a tree with its keys in order.
func write(b *strings.Builder, v any) {
	switch v := v.(type) {
	case map[string]any:
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		sort.Strings(keys)
		b.WriteByte('{')
		for _, k := range keys {
			fmt.Fprintf(b, "%s:", k)
			write(b, v[k])
			b.WriteByte(' ')
		}
		b.WriteByte('}')
	case []any:
		b.WriteByte('[')
		for _, x := range v {
			write(b, x)
			b.WriteByte(' ')
		}
		b.WriteByte(']')
	default:
		fmt.Fprintf(b, "%q", fmt.Sprint(v))
	}
}
