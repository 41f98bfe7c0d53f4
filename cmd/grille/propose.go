package main

import (
	"context"
	"slices"

	"github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/run"
)

// propose sorts a database's columns, and adds what it says itself of who may read
// what.
func propose(ctx context.Context, e run.Engine) (*rules.Proposal, error) {
	cat, err := e.Catalog(ctx)
	if err != nil {
		return nil, err
	}
	proposed := rules.Propose(cat)
	saying, ok := e.(run.Saying)
	if !ok {
		return proposed, nil
	}
	said, err := saying.Said(ctx)
	if err != nil {
		return nil, err
	}
	for _, of := range said {
		if t := cat.All().Lookup(of.Schema, of.Table); t != nil {
			proposed.Say(t, readers(of))
		}
	}
	return proposed, nil
}

// readers are those of a table, each with the policies that are about it.
func readers(of run.Said) []rules.Reader {
	var out []rules.Reader
	for _, r := range of.Readers {
		x := rules.Reader{Role: r.Role, Columns: r.Columns, Guarded: of.Guarded}
		for _, p := range of.Policies {
			switch {
			case p.Roles != nil && !slices.Contains(p.Roles, r.Role):
			case p.Permissive:
				x.Rows = append(x.Rows, p.Condition)
			default:
				x.All = append(x.All, p.Condition)
			}
		}
		out = append(out, x)
	}
	return out
}
