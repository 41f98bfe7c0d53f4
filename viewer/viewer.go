// Package viewer is who asks. It is a leaf: it decides nothing.
package viewer

// Viewer is one person or program asking one question. The zero Viewer has no
// team and therefore sees nothing.
type Viewer struct {
	Name  string   // for receipts; grants nothing
	Teams []string // all teams of the viewer
	// Team is the acting team; "" where the viewer left it open.
	Team string
	// Attributes keep their source text and are converted by the type that the
	// rules declare. A list attribute has its elements; a scalar one element.
	Attributes map[string][]string
}
