package oracle

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/grille-dev/grille/viewer"
)

// Viewer is who asks in a world.
type Viewer struct {
	viewer.Viewer
	declared []*Attribute
}

// Attribute is one attribute of the rules file and what the viewer has of it.
type Attribute struct {
	name, typ string
	kind      Kind
	list      bool
	texts     []string
	values    []Value // of texts that mean something
	missing   bool    // no text, an empty one, or one that is not exactly a value
}

// newViewer has one team of three, or two of which one may act.
func newViewer(r *rand.Rand) *Viewer {
	v := &Viewer{Viewer: viewer.Viewer{Name: "ana", Teams: []string{"alpha"}, Attributes: map[string][]string{}}}
	switch r.IntN(5) {
	case 0:
		v.Teams, v.Team = []string{"beta", "alpha"}, "alpha"
	case 1:
		v.Teams = []string{"alpha", "beta"}
	}
	v.declared = []*Attribute{
		{name: "wards", typ: "int[]", kind: Int, list: true},
		{name: "level", typ: "int", kind: Int},
		{name: "branches", typ: "bigint[]", kind: Big, list: true},
		{name: "region", typ: "text", kind: Text},
		{name: "regions", typ: "text[]", kind: Text, list: true},
		{name: "since", typ: "date", kind: Date},
		{name: "cap", typ: "numeric", kind: Num},
		{name: "vip", typ: "boolean", kind: Bool},
	}
	for _, a := range v.declared {
		a.have(r)
		if len(a.texts) > 0 || r.IntN(2) == 0 {
			v.Attributes[a.name] = a.texts
		}
	}
	return v
}

func (a *Attribute) have(r *rand.Rand) {
	n := 1
	if a.list {
		n = 1 + r.IntN(6)
	}
	for range n {
		v := randomValue(r, a.kind)
		for a.kind == Text && v == "" {
			v = randomValue(r, a.kind)
		}
		a.values, a.texts = append(a.values, v), append(a.texts, plain(v))
	}
	if r.IntN(8) > 0 {
		return
	}
	a.missing = true
	switch r.IntN(4) {
	case 0:
		a.texts = nil
	case 1:
		a.texts[r.IntN(len(a.texts))] = ""
	case 2:
		if a.list {
			a.texts = []string{}
		} else {
			a.texts = append(a.texts, a.texts[0])
		}
	default:
		if a.kind == Int {
			a.texts[0] = "0" + a.texts[0] // another customer's
		} else {
			a.texts[0] = ""
		}
	}
}

// lacks reports whether the viewer lacks one of the attributes.
func (v *Viewer) lacks(names []string) bool {
	return slices.ContainsFunc(v.declared, func(a *Attribute) bool { return a.missing && slices.Contains(names, a.name) })
}

func (v *Viewer) String() string {
	return fmt.Sprintf("teams %q, acting %q, attributes %q", v.Teams, v.Team, v.Attributes)
}
