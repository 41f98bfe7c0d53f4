package rules

import (
	"strings"

	"github.com/grille-dev/grille/internal/strict"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/sql/types"
)

// readAttributes reads attributes: {wards: "int[]", region: text}.
func (c *compiler) readAttributes(n strict.Node) error {
	entries, err := n.Entries()
	if err != nil {
		return err
	}
	c.attrs = map[string]policy.Attribute{}
	for _, e := range entries {
		if !plainName(e.Name) {
			return e.Key.Errorf("%q is no name for an attribute: use lower case letters, digits and _", e.Name)
		}
		text, err := e.Value.Text()
		if err != nil {
			return err
		}
		a := policy.Attribute{}
		text, a.List = strings.CutSuffix(text, "[]")
		t, ok := types.Named("", text)
		if !ok || !attributeType(t) {
			return e.Value.Errorf("%q is no type for an attribute: write one of int, bigint, text, boolean, numeric, date, timestamp, timestamptz, uuid, or a list of it such as int[]", text)
		}
		a.Type = t
		c.attrs[e.Name] = a
	}
	return nil
}

// attributeType are the types whose values have one text: a float has several,
// and so has an interval.
func attributeType(t types.Type) bool {
	switch t.Kind {
	case types.Bool, types.Int2, types.Int4, types.Int8, types.Numeric, types.Text,
		types.Date, types.Timestamp, types.TimestampTZ, types.UUID:
		return true
	}
	return false
}

func plainName(s string) bool {
	for i, r := range s {
		letter := r == '_' || r >= 'a' && r <= 'z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}
