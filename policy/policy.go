// Package policy decides what a viewer may see and rewrites a query so that
// it cannot see more.
//
// [See] makes the [View]: the database as it exists for this viewer, hidden
// tables and columns absent, masked columns with the mask's type. [Apply]
// takes a query bound against that View and returns an [Allowed]: every stored
// relation guarded by its row filter, masks and fence. Apply, and nothing
// else, makes an Allowed; package emit prints nothing else.
//
// What holds: a column without a class, a table without a grant and a viewer
// without a team see nothing; a row filter and a mask stand at the table's
// read, wherever the table stands, so everything above computes on what the
// viewer may see; anything the package does not know is refused.
//
// The package knows no SQL text, no file format, no database and no model.
// Rules come from package policy/rules. Begin with apply.go.
package policy

import (
	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/viewer"
)

// View is one viewer's database. The zero View is refused by every consumer.
type View struct{ v *view }

type view struct {
	who       viewer.Viewer
	teams     []string // acting
	hard      hard
	rules     *Rules
	full      *catalog.Catalog // as stored: for guards and for the checker
	visible   *catalog.Catalog // as the viewer sees it
	tables    map[catalog.TableID]*sight
	key       string
	forModel  func() *view // what of it a model may see; itself for a View that is that
	forViewer *view        // whose forModel this is; itself otherwise
	service   bool         // of ForDictionary
}

// Made reports whether v came from [See].
func (v View) Made() bool { return v.v != nil }

// Viewer is who asks.
func (v View) Viewer() viewer.Viewer { return v.v.who.Clone() }

// Teams are the teams as which the viewer acts: one, or all where the viewer
// left it open.
func (v View) Teams() []string { return append([]string(nil), v.v.teams...) }

// Engine is the kind of database.
func (v View) Engine() catalog.Engine { return v.v.full.Engine }

// Names is what a draft may name.
func (v View) Names() catalog.Names { return v.v.visible.All() }

// Visible is the database as it exists for the viewer. Text that is stored in
// the database (comments) is not in it: no rule has opened it.
func (v View) Visible() *catalog.Catalog { return v.v.visible }

// Full is the database as stored, for package check and for engines. Nothing
// that a viewer or a model reads may come from it.
func (v View) Full() *catalog.Catalog { return v.v.full }

// ForModel is the part of v that a language model may know: tables and columns
// with `model: hide` are absent. Queries bound against it are applied with it,
// and give the viewer what v gives.
func (v View) ForModel() View { return View{v.v.forModel()} }

// Key is equal for viewers with equal rights over equal data definitions:
// caches are keyed by it. It is not for showing: who knows the rules could
// guess attributes from it.
func (v View) Key() string { return v.v.key }

// Allowed is a query that may run for the viewer of its View. The zero Allowed
// is refused by every consumer.
type Allowed struct{ a *allowed }

type allowed struct {
	view       View
	query      *ir.Query
	shown      *ir.Query // as the viewer may read it: before counted blocks are taken apart
	columns    []Output
	decides    string  // see deciding
	groups     []Group // of all counted blocks
	predicates []Predicate
	// showOnly: it may be explained, and not run.
	showOnly bool
	banner   []string
	notes    []string
}

// Made reports whether a came from [Apply].
func (a Allowed) Made() bool { return a.a != nil }

// View is whose rights the query was rewritten for.
func (a Allowed) View() View { return a.a.view }

// Query is a copy of the allowed tree.
func (a Allowed) Query() *ir.Query { return ir.Clone(a.a.query) }

// Shown is the query as it is told to the viewer: counted blocks stand there as
// they were asked, and not as the counts and conditions that they are made of.
// It is not what runs.
func (a Allowed) Shown() *ir.Query { return ir.Clone(a.a.shown) }

// Banner says which tables of the query have a row rule: "a row rule applies to
// patients: your wards". It depends on rules and query, never on data, so it
// does not tell whether a row was left out.
func (a Allowed) Banner() []string { return append([]string(nil), a.a.banner...) }

// Notes say which columns of the query are masked and what is shown of them.
// They depend on rules and query, never on data.
func (a Allowed) Notes() []string { return append([]string(nil), a.a.notes...) }
