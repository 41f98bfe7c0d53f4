// Package policy decides what a viewer may see and rewrites a query so that
// it cannot see more.
//
// [See] makes the View: the database as it exists for this viewer, hidden
// tables and columns absent, masked columns with the mask's type. [Apply]
// takes a query bound against that View and returns an [Allowed]: every stored
// relation guarded by its row filter, masks and fence. Apply, and nothing
// else, makes an Allowed; package emit prints nothing else.
//
// The package knows no SQL text, no file format, no database and no model.
package policy

import (
	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/viewer"
)

// View is one viewer's database. The zero View is refused by every consumer.
type View struct{ v *view }

type view struct {
	who     viewer.Viewer
	rules   *Rules
	full    *catalog.Catalog // as stored: for guards and for the checker
	visible *catalog.Catalog // as the viewer sees it
	key     string
}

// Allowed is a query that may run for the viewer of its View.
type Allowed struct{ a *allowed }

type allowed struct {
	view  View
	query *ir.Query
}

// View is whose rights the query was rewritten for.
func (a Allowed) View() View { return a.a.view }

// Query is a copy of the allowed tree.
func (a Allowed) Query() *ir.Query { return ir.Clone(a.a.query) }
