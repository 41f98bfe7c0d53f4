package run

import "context"

// Said is what a database says itself of who may read a table.
type Said struct {
	Schema, Table string
	Readers       []Reader
	// Guarded: rows are given by Policies alone.
	Guarded  bool
	Policies []RowPolicy
}

// Reader is a role that may read a table.
type Reader struct {
	Role    string
	Columns []string // nil: all
}

// RowPolicy is a policy of row level security about reading. Its condition may
// quote values: it is for whoever keeps the rules, for no viewer and no model.
type RowPolicy struct {
	Name       string
	Roles      []string // none: everybody
	Condition  string
	Permissive bool // one of these must hold; all of the others
}

// Saying is what engines implement whose databases say such things.
type Saying interface {
	// Said lists tables with readers, but for the connection's role, owners and
	// superusers. It reads catalogs only.
	Said(ctx context.Context) ([]Said, error)
}
