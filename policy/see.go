package policy

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/viewer"
)

// sight is what the acting teams see of one table.
type sight struct {
	rules   *Table
	off     Switches // at all levels
	stored  *catalog.Table
	grants  []*Grant // of the acting teams, by name; at least one
	columns map[catalog.ColumnID]*seen
	hard    hard
	outside string    // a scope in force that the rules do not say about the table
	group   *MinGroup // the acting teams': only counted blocks read the table
	clash   bool      // they have different ones
	// filter is the row filter for the viewer, made when it is first needed.
	filter func() filter
}

// seen is one column that at least one of the acting teams sees.
type seen struct {
	class *Class
	mask  Mask
	// clash: the acting teams treat the column differently. Using it is refused
	// until the viewer chooses a team; mask is then only what bind types it by.
	clash bool
}

// See makes the database of one viewer.
//
// A viewer with several teams who has chosen none sees what any of them sees;
// rows of all their grants, and columns as they are shown. A column that they
// treat differently is visible, and refused in Apply as soon as it is used: what
// two grants give together is never more than what one of them gives, cell by
// cell.
func See(who viewer.Viewer, rules *Rules, cat *catalog.Catalog) (View, error) {
	if rules == nil || rules.catalog == nil || cat == nil {
		return View{}, refusal.New(refusal.Internal, "", "no rules, or no catalog")
	}
	if cat.Version == "" || cat.Version != rules.catalog.Version || cat.Engine != rules.catalog.Engine {
		return View{}, refusal.New(refusal.Drift, "have the rules read again", "the database changed since the rules were read")
	}
	v := &view{who: who.Clone(), teams: who.Acting(), rules: rules, full: cat, tables: map[catalog.TableID]*sight{}}
	if len(v.teams) == 0 {
		return View{}, noTeam(who)
	}
	hard, err := rules.narrow(v.who.HardFilters, cat)
	if err != nil {
		return View{}, err
	}
	v.hard = hard
	for _, t := range cat.Tables {
		r := rules.tables[t.ID]
		if r == nil {
			continue
		}
		if s := look(r, t, v.teams); s != nil {
			s.off = v.switched(t)
			s.narrow(hard)
			s.filter = sync.OnceValue(func() filter { return s.decide(v.who.Attributes, hard) })
			v.tables[t.ID] = s
		}
	}
	if len(v.tables) == 0 {
		return View{}, refusal.New(refusal.NoAccess, "ask whoever administers the rules for a grant", "no table is open to %s", list(v.teams)).
			ForOwner("%s grants nothing to %s", rules.file, list(v.teams))
	}
	v.key, v.forViewer = v.digest("viewer"), v
	v.visible = v.shown(false)
	v.forModel = sync.OnceValue(func() *view {
		m := *v
		m.key = v.digest("model")
		m.visible = m.shown(true)
		m.forModel = func() *view { return &m }
		return &m
	})
	return View{v}, nil
}

func noTeam(who viewer.Viewer) error {
	if who.Team != "" && len(who.Teams) > 0 {
		return refusal.New(refusal.NoAccess, "choose one of yours: "+list(slices.Sorted(slices.Values(who.Teams))), "you are not in the team %q", who.Team)
	}
	return refusal.New(refusal.NoAccess, "ask whoever administers the teams", "you are in no team, so nothing is open to you")
}

func list(names []string) string { return strings.Join(names, ", ") }

// look is what teams see of the table t, nil if nothing.
func look(r *Table, t *catalog.Table, teams []string) *sight {
	s := &sight{rules: r, stored: t, grants: r.grantsOf(teams), columns: map[catalog.ColumnID]*seen{}}
	if len(s.grants) == 0 {
		return nil
	}
	for _, c := range t.Columns {
		if x := s.column(c.ID); x != nil {
			s.columns[c.ID] = x
		}
	}
	s.group, s.clash = groupOf(s.grants)
	return s
}

// groupOf is the minimum group of grants that have the same, and whether they
// differ: rows of a grant without one, seen beside rows of one with it, would be
// told apart.
func groupOf(grants []*Grant) (*MinGroup, bool) {
	first := grants[0].MinGroup
	for _, g := range grants[1:] {
		if m := g.MinGroup; (m == nil) != (first == nil) || m != nil && *m != *first {
			return cmp.Or(first, m), true
		}
	}
	return first, false
}

// narrow takes away what a hard filter withholds.
func (s *sight) narrow(h hard) {
	for c := range h.withhold[s.stored.ID] {
		delete(s.columns, c)
	}
	s.hard, s.outside = h, s.rules.outside(h)
}

// column combines what the grants show of a column. Where they differ, the type
// is that of the plainest: the name means one thing until it is refused.
func (s *sight) column(id catalog.ColumnID) *seen {
	first := s.rules.treat(s.grants[0], id)
	x := &seen{class: s.rules.Columns[id], mask: first}
	for _, g := range s.grants[1:] {
		m := s.rules.treat(g, id)
		if m == first {
			continue
		}
		x.clash = true
		if x.mask.Show == Closed || m.Show == Plain {
			x.mask = m
		}
	}
	if x.mask.Show == Closed {
		return nil
	}
	return x
}

// shown is the catalog of what is seen; with forModel without what the rules
// hide from models.
func (v *view) shown(forModel bool) *catalog.Catalog {
	hidden := func(s *sight, c *seen) bool {
		return forModel && (s.off.HideFromModel || c.class.HideFromModel)
	}
	out := &catalog.Catalog{Engine: v.full.Engine, Path: slices.Clone(v.full.Path)}
	for _, t := range v.full.Tables {
		s := v.tables[t.ID]
		if s == nil || forModel && (s.off.HideFromModel || s.outside != "") {
			continue
		}
		told := s.rules.Told.over(t.About, t.Also)
		shown := &catalog.Table{ID: t.ID, Schema: t.Schema, Name: t.Name, Kind: t.Kind, Strict: t.Strict, InGroups: s.group != nil,
			About: told.About, Also: told.Also}
		for _, c := range t.Columns {
			if x := s.columns[c.ID]; x != nil && !hidden(s, x) {
				shown.Columns = append(shown.Columns, x.shown(c, s.rules.ColumnsTold[c.ID].over(c.About, c.Also)))
			}
		}
		if forModel && len(shown.Columns) == 0 {
			continue
		}
		shown.Unique = s.unique(t.Unique, shown)
		out.Tables = append(out.Tables, shown)
	}
	for _, t := range out.Tables {
		t.Foreign = v.foreign(t, v.tables[t.ID].stored.Foreign, out)
		t.Said = v.said(t, out)
	}
	out.Metrics = v.metrics(out)
	out.Version = v.key // equal rights see equal catalogs; reading all of it again would cost more than the rest
	return out
}

// shown is the column as the viewer sees it, with what a person has told about
// it. A comment is a text stored in the database, and no rule has opened it.
func (x *seen) shown(c *catalog.Column, told Told) *catalog.Column {
	if !x.mask.masks() && (!x.clash || c.Shape == catalog.Shape{}) && c.Comment == "" && !c.Generated && told.Empty() {
		return c // catalogs do not change: nothing is to be taken away
	}
	out := &catalog.Column{ID: c.ID, Name: c.Name, Type: c.Type, Declared: c.Declared, NotNull: c.NotNull, Collation: c.Collation,
		About: told.About, Also: told.Also}
	if x.plain() {
		out.Shape = c.Shape
	}
	if !x.mask.masks() {
		return out
	}
	out.Type = x.mask.Type(c.Type)
	out.Declared = out.Type.String()
	out.NotNull = c.NotNull && x.mask.keeps()
	if !out.Type.IsText() {
		out.Collation = ""
	}
	return out
}

// unique are those of all keys whose columns are shown so that they are unique still.
func (s *sight) unique(all [][]catalog.ColumnID, shown *catalog.Table) [][]catalog.ColumnID {
	var keys [][]catalog.ColumnID
	for _, key := range all {
		if !slices.ContainsFunc(key, func(id catalog.ColumnID) bool { return shown.Column(id) == nil || !s.columns[id].keeps() }) {
			keys = append(keys, slices.Clone(key))
		}
	}
	return keys
}

func (x *seen) keeps() bool { return !x.clash && x.mask.keeps() }

// foreign are those of all keys of t both of whose ends are shown, and alike: a year
// of birth does not refer to a date of birth.
func (v *view) foreign(t *catalog.Table, all []catalog.ForeignKey, shown *catalog.Catalog) []catalog.ForeignKey {
	var keys []catalog.ForeignKey
	for _, k := range all {
		to := shown.Table(k.To)
		if to == nil || len(k.Columns) != len(k.ToColumns) {
			continue
		}
		alike := true
		for i, id := range k.Columns {
			from, toCol := t.Column(id), to.Column(k.ToColumns[i])
			if from == nil || toCol == nil {
				alike = false
				break
			}
			a, b := v.tables[t.ID].columns[id], v.tables[to.ID].columns[k.ToColumns[i]]
			alike = alike && a.keeps() && b.keeps() && a.mask == b.mask
		}
		if alike {
			keys = append(keys, catalog.ForeignKey{Columns: slices.Clone(k.Columns), To: k.To, ToColumns: slices.Clone(k.ToColumns)})
		}
	}
	return keys
}

// digest names the rights of v: equal rights give equal digests. Every part is
// written with its length, so that no two lists of parts look alike.
func (v *view) digest(what string) string {
	h := sha256.New()
	part := func(s string) { fmt.Fprintf(h, "%d:%s", len(s), s) }
	parts := func(ss []string) {
		fmt.Fprintf(h, "[%d]", len(ss))
		for _, s := range ss {
			part(s)
		}
	}
	part("grille/view/1")
	part(what)
	part(v.rules.version)
	part(v.rules.keys.connection)
	part(v.full.Version)
	parts(v.teams)
	parts(v.hard.key())
	part(fmt.Sprint(v.who.Off))
	for _, name := range slices.Sorted(maps.Keys(v.rules.attrs)) {
		part(name)
		parts(v.who.Attributes[name])
	}
	return hex.EncodeToString(h.Sum(nil))
}
