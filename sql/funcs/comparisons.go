package funcs

import (
	"slices"

	"github.com/grille-dev/grille/sql/types"
)

// ordered are the types that compare with themselves.
func ordered() []types.Type {
	return []types.Type{
		boolean, int2, int4, int8, numeric, float4, float8, text, bpchar, bytea,
		date, clock, timestamp, timestamptz, interval, uuid,
	}
}

// mixed are the pairs of different types that PostgreSQL compares without a cast.
func mixed() [][2]types.Type {
	return [][2]types.Type{
		{int2, int4}, {int2, int8}, {int4, int2}, {int4, int8}, {int8, int2}, {int8, int4},
		{float4, float8}, {float8, float4},
		{date, timestamp}, {timestamp, date}, {date, timestamptz}, {timestamptz, date},
		{timestamp, timestamptz}, {timestamptz, timestamp},
	}
}

// comparisons cannot fail: every one of these types has a total order. A date
// against a timestamp is compared without overflow (date_cmp_timestamp_internal).
func comparisons() []*Func {
	out := []*Func{
		operator("=", "{1} is {2}", equality()...),
		operator("<>", "{1} is not {2}", equality()...),
		operator("<", "{1} is less than {2}", order()...),
		operator("<=", "{1} is at most {2}", order()...),
		operator(">", "{1} is greater than {2}", order()...),
		operator(">=", "{1} is at least {2}", order()...),
	}
	distinct := equality()
	for _, s := range distinct {
		if s.SQLite != "" {
			s.pg("({1} IS DISTINCT FROM {2})")
			s.lite(liteSides(s.Params, "IS NOT"))
		}
		s.pg("({1} IS DISTINCT FROM {2})")
	}
	return append(out,
		// Bytes decide how texts compare, as they do on every engine but PostgreSQL.
		operator("collate", "{1}", inBytes(text), inBytes(varchar), inBytes(bpchar)),
		operator("is_distinct", "{1} differs from {2}", distinct...),
		operator("between", "{1} is between {2} and {3}",
			sig(boolean, AnyComparable, AnyComparable, AnyComparable).total().
				pg("({1} BETWEEN {2} AND {3})").lite("({1} BETWEEN {2} AND {3})")),
		operator("between_symmetric", "{1} is between {2} and {3}, in either order",
			sig(boolean, AnyComparable, AnyComparable, AnyComparable).total().
				pg("({1} BETWEEN SYMMETRIC {2} AND {3})").
				lite("({1} BETWEEN {2} AND {3} OR {1} BETWEEN {3} AND {2})")),
	)
}

func order() []*Sig {
	var out []*Sig
	for _, t := range ordered() {
		out = append(out, compare(t, t))
	}
	for _, p := range mixed() {
		out = append(out, compare(p[0], p[1]))
	}
	for _, t := range addresses() {
		out = append(out, compare(t, t))
	}
	return append(out, compare(jsonb, jsonb), compare(AnyEnum, AnyEnum), compare(AnyOrderedArray, AnyOrderedArray))
}

// equality is order and tokens, which only ever are equal or not.
func equality() []*Sig { return append(order(), compare(AnyToken, AnyToken)) }

func compare(a, b types.Type) *Sig {
	s := sig(boolean, a, b).total()
	if b == timestamptz && a != b || a == timestamptz && a != b {
		s.stable()
	}
	return s.lite(liteSides(s.Params, "{op}"))
}

// liteSides compares two sides in SQLite's representation, in which mixed
// temporal types must be brought to the wider one, and blanks at the end of a
// bpchar do not count.
func liteSides(params []types.Type, op string) string {
	a, b := params[0], params[1]
	if slices.Contains(append(addresses(), jsonb, AnyOrderedArray, AnyEnum), a) {
		return ""
	}
	return "(" + liteSide("{1}", a, b) + " " + op + " " + liteSide("{2}", b, a) + ")"
}

func liteSide(arg string, t, other types.Type) string {
	switch {
	case t == bpchar:
		return "rtrim(" + arg + ", ' ')"
	case t == date && other == timestamp:
		return "g_date_to_timestamp(" + arg + ")"
	case t == date && other == timestamptz:
		return "g_date_sortable(" + arg + ")"
	case t == timestamp && other == timestamptz:
		return "g_timestamp_sortable(" + arg + ")"
	}
	return arg
}

// inBytes is x COLLATE "C", which elsewhere is x.
func inBytes(t types.Type) *Sig {
	return sig(t, t).pg(`({1} COLLATE pg_catalog."C")`).lite("{1}").total()
}
