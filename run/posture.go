package run

import (
	"fmt"
	"slices"
	"strings"
)

// Level is how bad a finding is.
type Level uint8

const (
	OK     Level = iota // as it should be
	Yellow              // worth knowing; Grille's own statements cannot reach it
	Red                 // the role may do more than read: refused unless the operator insists
)

func (l Level) String() string {
	switch l {
	case OK:
		return "ok"
	case Yellow:
		return "yellow"
	case Red:
		return "red"
	default:
		panic("run: unknown level")
	}
}

// Finding is one thing that the database role or the connection can do.
type Finding struct {
	Level Level
	What  string // "the role may write to 3 tables, first public.orders"
	Mend  string // what an administrator runs to mend it, a statement a line; "" if there is nothing to run
}

// mostStatements is how many statements a finding lists.
const mostStatements = 20

// Statements is the Mend of a finding that takes all of these.
func Statements(all []string) string {
	if n := len(all) - mostStatements; n > 0 {
		all = append(slices.Clone(all[:mostStatements]), fmt.Sprintf("-- and %d more like these: look again after them", n))
	}
	return strings.Join(all, "\n")
}

// Posture is what a connection could do beyond reading. The zero Posture has
// been looked at by nobody and is refused.
type Posture struct{ Findings []Finding }

// Refused reports whether the connection may not be used.
func (p Posture) Refused() bool {
	return len(p.Findings) == 0 || slices.ContainsFunc(p.Findings, func(f Finding) bool { return f.Level == Red })
}

// Worst is the first red finding.
func (p Posture) Worst() Finding {
	for _, f := range p.Findings {
		if f.Level == Red {
			return f
		}
	}
	return Finding{Level: Red, What: "nothing is known about this role"}
}
