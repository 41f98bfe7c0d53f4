package oracle

import "fmt"

// probing is an expression of kind k that fails on the values that only hidden
// rows have: through Grille it must not, wherever it stands. "" if the sources
// have no column for it.
func (g *generator) probing(s *scope, k Kind) string {
	f, ok := g.field(s, func(f field) bool { return f.trap != NoTrap })
	if !ok {
		return ""
	}
	x := probeMark + g.failing(s, f)
	switch k {
	case Int:
		return x
	case Big:
		return fmt.Sprintf("CAST(%s AS bigint)", x)
	case Num:
		return fmt.Sprintf("CAST(%s AS numeric)", x)
	case Float:
		return fmt.Sprintf("CAST(%s AS double precision)", x)
	case Text:
		return fmt.Sprintf("CAST(%s AS text)", x)
	case Date:
		return fmt.Sprintf("(DATE '2020-01-01' + CAST(%s AS int))", x)
	case Stamp:
		return fmt.Sprintf("CAST(DATE '2020-01-01' + CAST(%s AS int) AS timestamp)", x)
	case Bool:
		return fmt.Sprintf("(%s > 0)", x)
	case Token:
		return ""
	default:
		panic("oracle: unknown kind")
	}
}

func (g *generator) failing(s *scope, f field) string {
	x := f.text
	if g.chance(15) && f.trap == Naught {
		t := g.stored(&scope{})
		return fmt.Sprintf("(SELECT 1 FROM %s WHERE %s = %d)", t.before, x, devil)
	}
	switch f.trap {
	case Naught:
		return fmt.Sprintf(g.one("(1/(%s - 666))", "(7 %% (%s - 666))", "(100 / nullif(%s - 666, 5))", "CAST(ln(abs(%s - 666)) AS int)", "mod(5, %s - 666)"), x)
	case Letters:
		return fmt.Sprintf(g.one("CAST(%s AS int)", "%s::int", "CAST(CAST(%s AS numeric) AS int)", "length(CAST(CAST(%s AS int) AS text))"), x)
	case Brim:
		return fmt.Sprintf(g.one("CAST((%s + 1) %% 1000 AS int)", "CAST(%s AS int)", "CAST(abs(%s * 3) %% 100 AS int)", "CAST(-(%s + 2) AS int)"), x)
	default:
		panic("oracle: no trap")
	}
}
