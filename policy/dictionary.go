package policy

import (
	"slices"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/viewer"
)

// service is who builds the dictionary. It is no viewer: a file of rules cannot
// name it, and nobody can ask as it.
const service = "dictionary"

// ForDictionary is the database as the builder of the dictionary of personal data
// has it: the columns that the rules name for it, in all rows and as they are
// stored, and nothing else. Nobody is shown what it reads: package answer, the
// planner and egress refuse such a view. It is not ok where there are none.
//
// Where `run: show` or `values: none` holds for everybody, for the schema or for
// the table, nothing is read.
func ForDictionary(rules *Rules, cat *catalog.Catalog) (v View, ok bool, err error) {
	if rules == nil || cat == nil {
		panic("policy: no rules, or no catalog")
	}
	c := Config{File: rules.file, Version: "dictionary " + rules.version, Catalog: rules.catalog}
	for id, t := range rules.tables {
		stored := rules.catalog.Table(id)
		off := rules.off.And(rules.schemas[stored.Schema]).And(t.Off)
		if len(t.Dictionary) == 0 || off.ShowOnly || off.NoValues {
			continue
		}
		read := Table{Table: id, Where: t.Where, AsView: t.AsView, Columns: map[catalog.ColumnID]*Class{}, Grants: []Grant{{Team: service, Where: t.Where, All: true}}}
		for _, col := range t.Dictionary {
			read.Columns[col] = &Class{Name: service, Mask: Mask{Show: Plain}, HideFromModel: true, NoValues: true}
		}
		c.Tables = append(c.Tables, read)
	}
	if len(c.Tables) == 0 {
		return View{}, false, nil
	}
	slices.SortFunc(c.Tables, func(a, b Table) int { return int(a.Table) - int(b.Table) })
	only, err := New(c)
	if err != nil {
		return View{}, false, err
	}
	v, err = See(viewer.Viewer{Name: service, Teams: []string{service}}, only, cat)
	if err != nil {
		return View{}, false, err
	}
	v.v.service = true
	return v, true, nil
}

// Service reports whether v is [ForDictionary]'s, and nobody's to be shown.
func (v View) Service() bool { return v.v.service }
