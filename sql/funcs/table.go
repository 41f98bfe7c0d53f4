package funcs

import (
	"maps"
	"sync"

	"github.com/grille-dev/grille/sql/types"
)

// Find is the function a draft calls by that name: scalar, aggregate, window or
// set; nil if there is none. Functions made for Grille's own use are not found.
func Find(name string) *Func {
	f := table().named[name]
	if f == nil || f.Internal || f.Class == Operator {
		return nil
	}
	return f
}

// FindOperator is the operator of that symbol, or of that word for those that
// SQL spells with keywords: like, ilike, between, between_symmetric,
// is_distinct. nil if there is none.
func FindOperator(symbol string) *Func {
	switch symbol {
	case "!=":
		symbol = "<>"
	case "~~":
		symbol = "like"
	case "~~*":
		symbol = "ilike"
	}
	f := table().named[symbol]
	if f == nil || f.Class != Operator {
		return nil
	}
	return f
}

// FindInternal is a function that Grille itself puts into a query, for masks.
func FindInternal(name string) *Func {
	f := table().named[name]
	if f == nil || !f.Internal {
		return nil
	}
	return f
}

// All are the functions of the table, internal ones too, in its order. They
// must not be changed.
func All() []*Func { return table().all }

type index struct {
	all   []*Func
	named map[string]*Func
}

var table = sync.OnceValue(func() *index {
	x := &index{named: map[string]*Func{}}
	for _, part := range parts() {
		for _, f := range part.funcs {
			if x.named[f.Name] != nil {
				panic("funcs: " + f.Name + " is in the table twice")
			}
			for _, s := range f.Sigs {
				s.Func = f
			}
			x.named[f.Name] = f
			x.all = append(x.all, f)
		}
	}
	x.spelled(mysql(), func(s *Sig, t string) { s.MySQL = t })
	x.spelled(trino(), func(s *Sig, t string) { s.Trino = t })
	x.spelled(duckdb(), func(s *Sig, t string) { s.DuckDB = t })
	return x
})

type family struct {
	name  string
	funcs []*Func
}

// parts are the families, in the order of the table.
func parts() []family {
	return []family{
		{"Comparing", comparisons()},
		{"Arithmetic and bits", arithmetic()},
		{"Mathematics", mathematics()},
		{"Texts", texts()},
		{"Patterns", patterns()},
		{"Choosing a value", conditionals()},
		{"Dates and times", dates()},
		{"Formats", formats()},
		{"JSON", jsons()},
		{"Arrays", arrays()},
		{"Network addresses", networks()},
		{"Aggregates", aggregates()},
		{"Window functions", windows()},
		{"Rows from values", append(sets(), jsonSets()...)},
		{"Of masks", internals()},
	}
}

// spelled are one engine's templates by overload, as [Sig.String] writes it.
// The table sets them with set.
func (x *index) spelled(templates map[string]string, set func(*Sig, string)) {
	left := maps.Clone(templates)
	for _, f := range x.all {
		for _, s := range f.Sigs {
			if t, ok := templates[s.String()]; ok {
				set(s, t)
				delete(left, s.String())
			}
		}
	}
	for name := range left {
		panic("funcs: a template for " + name + ", which is not in the table")
	}
}

func scalar(name, words string, sigs ...*Sig) *Func {
	return &Func{Name: name, Class: Scalar, Words: words, Sigs: sigs}
}

func operator(name, words string, sigs ...*Sig) *Func {
	return &Func{Name: name, Class: Operator, Words: words, Sigs: sigs, sided: true}
}

func aggregate(name, words string, sigs ...*Sig) *Func {
	return &Func{Name: name, Class: Aggregate, Words: words, Sigs: sigs}
}

// or gives f further overloads, which mean something else.
func (f *Func) or(sigs ...*Sig) *Func { f.Sigs = append(f.Sigs, sigs...); return f }

// sig is an overload; the methods below complete it.
func sig(result types.Type, params ...types.Type) *Sig { return &Sig{Result: result, Params: params} }

func (s *Sig) pg(template string) *Sig   { s.Postgres = template; return s }
func (s *Sig) lite(template string) *Sig { s.SQLite = template; return s }
func (s *Sig) stable() *Sig              { s.Stable = true; return s }
func (s *Sig) variadic() *Sig            { s.Variadic = true; return s }
func (s *Sig) total() *Sig               { s.Total = always; return s }

// totalIf makes s total when the condition on its constants holds.
func (s *Sig) totalIf(cond func(consts []*types.Value) bool) *Sig { s.Total = cond; return s }

// check refuses constants; a later check is asked if the earlier ones are content.
func (s *Sig) check(c func(consts []*types.Value) string) *Sig {
	before := s.Check
	if before == nil {
		s.Check = c
		return s
	}
	s.Check = func(consts []*types.Value) string {
		if why := before(consts); why != "" {
			return why
		}
		return c(consts)
	}
	return s
}
