package emit

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/ir"
)

// name is how a column is written where it is referred to. Relations are t1,
// t2, ..., WITH items w1, w2, ..., and output i of a block is c<i>: nothing
// that a draft calls its things gets into the text, so nothing can capture,
// collide or be cut at 63 bytes.
type name struct {
	text string // of a group key: its expression, as printed; else of a block's output
	rel  string // alias of the relation; "" for a group key
	deep int    // how many derived tables it stands in
	// stored column, read by the dialect
	table  *catalog.Table
	column *catalog.Column
	// shows is the stored column that a guard gives here, read; kept how to have it
	// as it is.
	shows *catalog.Column
	kept  *kept
}

func (p *printer) alias() string {
	p.tables++
	return "t" + strconv.Itoa(p.tables)
}

// column is the name of output i of a block.
func column(i int) string { return "c" + strconv.Itoa(i+1) }

// output is the name of visible output i of a body.
func output(b ir.Body, i int) string {
	switch b := b.(type) {
	case *ir.Select:
		return column(i)
	case *ir.SetOp:
		return output(b.Left.Body, i)
	case *ir.Values:
		return "column" + strconv.Itoa(i+1)
	default:
		panic("emit: unknown body")
	}
}

// outputs names the columns cols of the relation alias, which are the visible
// outputs of b in order.
func (p *printer) outputs(alias string, b ir.Body, cols []ir.Column) {
	for i, c := range cols {
		p.names[c.ID] = name{rel: alias, text: output(b, i), deep: p.deep}
	}
}

// maxName is how much of a name PostgreSQL keeps.
const maxName = 63

// printable reports whether the writer's name for an output can be printed as
// it is. Otherwise the output has a name of ours, and only Statement.Columns
// has the writer's.
func printable(s string) bool {
	return s != "" && len(s) <= maxName && utf8.ValidString(s) && !strings.ContainsRune(s, 0)
}

// keeps reports whether the engine keeps a name as it is: MySQL and MariaDB
// take no blank at the end, and nothing beyond the basic plane.
func (d *dialect) keeps(s string) bool {
	return !d.backquotes || !strings.HasSuffix(s, " ") && !strings.ContainsFunc(s, func(r rune) bool { return r > 0xffff })
}

// quote appends s as a quoted identifier.
func (p *printer) quote(s string) {
	if s == "" || strings.ContainsRune(s, 0) {
		panic("emit: not an identifier")
	}
	mark := byte('"')
	if p.d.backquotes {
		mark = '`'
	}
	p.b = append(p.b, mark)
	for i := 0; i < len(s); i++ {
		if s[i] == mark {
			p.b = append(p.b, mark)
		}
		p.b = append(p.b, s[i])
	}
	p.b = append(p.b, mark)
}

// table prints the name of t. That of a schema may have two parts.
func (p *printer) table(t *catalog.Table) {
	if p.d.database != "" {
		p.quote(p.d.database)
		p.b = append(p.b, '.')
	}
	if catalog, schema, ok := strings.Cut(t.Schema, "."); ok && p.d.catalogs {
		p.quote(catalog)
		p.b = append(p.b, '.')
		p.quote(schema)
	} else {
		p.quote(t.Schema)
	}
	p.b = append(p.b, '.')
	p.quote(t.Name)
}
