// Package viewer is who asks. It is a leaf: it decides nothing.
package viewer

import (
	"maps"
	"slices"
)

// Viewer is one person or program asking one question. The zero Viewer has no
// team and therefore sees nothing.
//
// Teams and attributes come only from what an admin wrote (a file, a mapping of
// a token's claims): never from a profile that the person edits, the body of a
// request or a header.
type Viewer struct {
	Name  string   // for receipts; grants nothing
	Teams []string // all teams of the viewer
	// Team is the acting team; "" where the viewer left it open.
	Team string
	// Attributes keep their source text and are converted by the type that the
	// rules declare. A list attribute has its elements; a scalar one element.
	// What is null at its source is left out, or "": both count as missing.
	Attributes map[string][]string
	// Off is switched off for this person, by whoever administers the site.
	Off Switches
	// HardFilters narrow this request; nil: it has none.
	HardFilters *HardFilters
}

// Clone is a copy that shares nothing with v.
func (v Viewer) Clone() Viewer {
	v.Teams = slices.Clone(v.Teams)
	v.HardFilters = v.HardFilters.Clone()
	v.Attributes = maps.Clone(v.Attributes)
	for name, values := range v.Attributes {
		v.Attributes[name] = slices.Clone(values)
	}
	return v
}

// Acting are the teams as which v asks, sorted and without duplicates: the
// acting team if v has chosen one of its own, all of its teams if it left that
// open, and none if it chose another's.
func (v Viewer) Acting() []string {
	teams := slices.Clone(v.Teams)
	if v.Team != "" {
		if !slices.Contains(teams, v.Team) {
			return nil
		}
		teams = []string{v.Team}
	}
	teams = slices.DeleteFunc(teams, func(t string) bool { return t == "" })
	slices.Sort(teams)
	return slices.Compact(teams)
}
