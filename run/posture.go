package run

import "slices"

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
	Mend  string // one line that mends it, e.g. a REVOKE; "" if there is none
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
