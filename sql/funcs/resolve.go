package funcs

import (
	"fmt"
	"strings"

	"github.com/grille-dev/grille/sql/types"
)

// A ResolveError says why no overload was chosen.
type ResolveError struct {
	Func      *Func
	Args      []types.Type
	Ambiguous bool
}

func (e *ResolveError) Error() string {
	var b strings.Builder
	if e.Ambiguous {
		fmt.Fprintf(&b, "%s is ambiguous: write a cast", call(e.Func, e.Args))
	} else {
		fmt.Fprintf(&b, "there is no %s", call(e.Func, e.Args))
	}
	for i, s := range e.Func.Sigs {
		if i == 6 {
			b.WriteString(", ...")
			break
		}
		if i == 0 {
			b.WriteString("; known are ")
		} else {
			b.WriteString(", ")
		}
		b.WriteString(s.String())
	}
	return b.String()
}

// String shows the overload as a call: round(numeric, int4), date + int4.
func (s *Sig) String() string {
	out := call(s.Func, s.Params)
	if s.Variadic {
		out = strings.TrimSuffix(out, ")") + ", ...)"
	}
	return out
}

func call(f *Func, args []types.Type) string {
	names := make([]string, len(args))
	for i, t := range args {
		names[i] = t.String()
		if t.Kind == types.Unknown {
			names[i] = "literal"
		}
	}
	if f.Class == Operator && !isWord(f.Name) {
		if len(names) == 1 {
			return f.Name + names[0]
		}
		return strings.Join(names, " "+f.Name+" ")
	}
	return f.Name + "(" + strings.Join(names, ", ") + ")"
}

func isWord(name string) bool { return name[0] >= 'a' && name[0] <= 'z' }

// Resolve chooses the overload for arguments of the given types as PostgreSQL
// does (manual, 10.2 and 10.3; func_select_candidate). Unknown stands for an
// untyped literal. The error is a *ResolveError, or that of [CommonType].
func (f *Func) Resolve(args []types.Type) (Match, error) {
	for _, a := range args {
		if !castable(a) {
			return Match{}, &ResolveError{Func: f, Args: args}
		}
	}
	if s := f.exact(args); s != nil {
		return s.match(args)
	}
	var buf [8]*Sig
	fit := buf[:0]
	for _, s := range f.Sigs {
		if s.fits(args) {
			fit = append(fit, s)
		}
	}
	if len(fit) > 1 {
		fit = narrow(fit, args)
	}
	if len(fit) == 1 {
		return fit[0].match(args)
	}
	return Match{}, &ResolveError{Func: f, Args: args, Ambiguous: len(fit) > 1}
}

// exact finds an overload with exactly these types. For operators an untyped
// literal is first read as the other side's type; for functions named like a
// type, as that type: date('2024-01-31').
func (f *Func) exact(args []types.Type) *Sig {
	if f.sided && len(args) == 2 && args[0].Kind != args[1].Kind {
		switch {
		case args[0].Kind == types.Unknown:
			args = []types.Type{args[1], args[1]}
		case args[1].Kind == types.Unknown:
			args = []types.Type{args[0], args[0]}
		}
	}
	if f.Class == Scalar && len(args) == 1 && args[0].Kind == types.Unknown {
		if t, ok := types.Named("", f.Name); ok {
			args = []types.Type{t}
		}
	}
next:
	for _, s := range f.Sigs {
		if len(s.Params) != len(args) || s.Variadic {
			continue
		}
		for i, p := range s.Params {
			if p != args[i] {
				continue next
			}
		}
		return s
	}
	return nil
}

// param is the type of parameter i, the last one repeating.
func (s *Sig) param(i int) types.Type {
	if i >= len(s.Params) {
		i = len(s.Params) - 1
	}
	return s.Params[i]
}

func (s *Sig) fits(args []types.Type) bool {
	if len(args) != len(s.Params) && !(s.Variadic && len(args) >= len(s.Params)) {
		return false
	}
	poly := false
	for i, a := range args {
		p := s.param(i)
		if !accepts(p, a) {
			return false
		}
		poly = poly || isArray(p)
	}
	if poly { // check_generic_type_consistency
		_, err := s.element(args)
		return err == nil
	}
	return true
}

// accepts is can_coerce_type.
func accepts(param, arg types.Type) bool {
	if param.Kind != pseudo {
		return ImplicitCast(arg, param)
	}
	switch param {
	case Any, AnyElement:
		return true
	case AnyPrintable:
		return arg.Kind != types.Token && arg.Elem != types.Token
	case AnyJSON:
		return arg.Kind != types.Token && arg.Elem != types.Token && arg.Kind != types.Enum && arg.Elem != types.Enum
	case AnyNonArray:
		return arg.Kind != types.Token && arg.Kind != types.Array
	case AnyComparable:
		return arg.Kind == types.Unknown || arg.Comparable() && arg.Kind != types.Token && arg.Elem != types.Token
	case AnyArray:
		return arg.Kind == types.Unknown || arg.Kind == types.Array
	case AnyOrderedArray:
		return arg.Kind == types.Unknown || arg.Kind == types.Array && arg.Comparable() && arg.Elem != types.Token
	case AnyEnum:
		return arg.Kind == types.Unknown || arg.Kind == types.Enum
	case AnyToken: // a token is never made from a literal
		return arg.Kind == types.Token
	}
	return false
}

// narrow is func_select_candidate.
func narrow(fit []*Sig, args []types.Type) []*Sig {
	fit = best(fit, args, func(param, arg types.Type) bool { return param == arg })
	if len(fit) == 1 {
		return fit
	}
	fit = best(fit, args, func(param, arg types.Type) bool {
		return param == arg || category(param) == category(arg) && preferred(param)
	})
	if len(fit) == 1 {
		return fit
	}
	if !hasUnknown(args) {
		return fit
	}
	fit = byCategory(fit, args)
	if len(fit) == 1 {
		return fit
	}
	return byKnownType(fit, args)
}

func hasUnknown(args []types.Type) bool {
	for _, a := range args {
		if a.Kind == types.Unknown {
			return true
		}
	}
	return false
}

// best keeps those with the most arguments of known type that are good.
func best(fit []*Sig, args []types.Type, good func(param, arg types.Type) bool) []*Sig {
	most := -1
	kept := fit[:0:0]
	for _, s := range fit {
		n := 0
		for i, a := range args {
			if a.Kind != types.Unknown && good(s.param(i), a) {
				n++
			}
		}
		if n > most {
			most, kept = n, kept[:0]
		}
		if n == most {
			kept = append(kept, s)
		}
	}
	return kept
}

// byCategory decides untyped literals by the category that the overloads agree
// on, text if any of them takes a text, and then by the preferred type in it.
func byCategory(fit []*Sig, args []types.Type) []*Sig {
	slots := make([]byte, len(args))
	wants := make([]bool, len(args))
	for i, a := range args {
		if a.Kind != types.Unknown {
			continue
		}
		conflict := false
		for _, s := range fit {
			p := s.param(i)
			switch c := category(p); {
			case slots[i] == 0:
				slots[i], wants[i] = c, preferred(p)
			case c == slots[i]:
				wants[i] = wants[i] || preferred(p)
			case c == 'S':
				slots[i], wants[i] = c, preferred(p)
			default:
				conflict = true
			}
		}
		if conflict && slots[i] != 'S' {
			return fit
		}
	}
	var kept []*Sig
	for _, s := range fit {
		keep := true
		for i, a := range args {
			if a.Kind == types.Unknown {
				p := s.param(i)
				keep = keep && category(p) == slots[i] && (!wants[i] || preferred(p))
			}
		}
		if keep {
			kept = append(kept, s)
		}
	}
	if kept == nil {
		return fit
	}
	return kept
}

// byKnownType reads untyped literals as the one type that the others have.
func byKnownType(fit []*Sig, args []types.Type) []*Sig {
	known := unknown
	for _, a := range args {
		switch {
		case a.Kind == types.Unknown:
		case known.Kind == types.Unknown:
			known = a
		case known != a:
			return fit
		}
	}
	if known.Kind == types.Unknown {
		return fit
	}
	same := make([]types.Type, len(args))
	for i := range same {
		same[i] = known
	}
	var kept []*Sig
	for _, s := range fit {
		if s.fits(same) {
			kept = append(kept, s)
		}
	}
	if len(kept) == 1 {
		return kept
	}
	return fit
}

// match gives the pseudo types of s their meaning for args.
func (s *Sig) match(args []types.Type) (Match, error) {
	m := Match{Sig: s, Args: make([]types.Type, len(args)), Result: s.Result}
	elem, err := s.element(args)
	if err != nil {
		return Match{}, err
	}
	for i, a := range args {
		p := s.param(i)
		m.Args[i] = concrete(p, elem)
		if p.Kind == pseudo && (p == Any || p == AnyPrintable || p == AnyJSON || p == AnyNonArray) {
			m.Args[i] = a
			if a.Kind == types.Unknown {
				m.Args[i] = text
			}
		}
	}
	m.Result = concrete(s.Result, elem)
	return m, nil
}

func isArray(param types.Type) bool {
	return param.Kind == pseudo && (param == AnyArray || param == AnyOrderedArray)
}

func concrete(t, elem types.Type) types.Type {
	if t.Kind != pseudo {
		return t
	}
	switch t {
	case AnyElement, AnyComparable, AnyEnum, AnyToken:
		return elem
	case AnyArray, AnyOrderedArray:
		return types.ArrayOfType(elem)
	}
	return t
}

// element is what AnyElement, AnyComparable, AnyEnum and AnyToken stand for.
func (s *Sig) element(args []types.Type) (types.Type, error) {
	var buf [4]types.Type
	elems := buf[:0]
	arrays, typed, poly := false, false, s.Result == AnyArray
	for i, a := range args {
		if s.param(i).Kind != pseudo {
			continue
		}
		switch s.param(i) {
		case AnyArray, AnyOrderedArray:
			arrays, poly = true, true
			typed = typed || a.Kind != types.Unknown
			if a.Kind == types.Array {
				a = a.Element()
			}
			elems = append(elems, a)
		case AnyElement, AnyComparable, AnyEnum, AnyToken:
			poly = true
			typed = typed || a.Kind != types.Unknown
			elems = append(elems, a)
		}
	}
	if !poly {
		return unknown, nil
	}
	elem, err := CommonType(elems)
	if err != nil {
		return unknown, err
	}
	if arrays && !typed || (arrays || s.Result == AnyArray) && elem.Kind == types.Array {
		return unknown, &ResolveError{Func: s.Func, Args: args}
	}
	if arrays { // arrays convert to nothing by themselves
		for i, a := range args {
			if isArray(s.param(i)) && a.Kind == types.Array && a.Element() != elem {
				return unknown, &ResolveError{Func: s.Func, Args: args}
			}
		}
	}
	return elem, nil
}
