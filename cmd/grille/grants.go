package main

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/config"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/dsn"
)

// grants prints the script that makes a role able to read what the rules need, and
// nothing else. It runs nothing.
func (k *connecting) grants(ctx context.Context, given []string) error {
	s, conn, compile, err := k.ruled(given)
	if err != nil {
		return err
	}
	if _, ok := conn.Target.(dsn.File); ok {
		_, err := fmt.Fprintln(k.out, "-- A file has no roles: Grille opens it for reading only, and who may read the file decides.\n-- Let the account that runs Grille read it and nobody else: chmod 0400, and its folder 0500.")
		return err
	}
	conn.InsecureAllowWritableRole = true // catalogs are read, and no row
	heard := &hearing{Handler: s.log.Handler()}
	s.log = slog.New(heard)
	e, err := s.engine(conn)
	if err != nil {
		return err
	}
	defer func() { _ = e.Close() }()
	least, ok := e.(run.Least)
	if !ok {
		return usage("%s: what a user may do is decided by the server's access control, not by GRANT: let the user of Grille read, there, what the rules name", conn.Target)
	}
	cat, err := e.Catalog(ctx)
	if err != nil {
		return heard.told(err, conn)
	}
	r, err := compile(cat)
	if err != nil {
		return fmt.Errorf("%w\nIf the role of this connection may not see it all yet, look through an administrator's: grille connect --grants DSN --connection %s --role NAME", err, conn.Name)
	}
	script, err := least.Least(ctx, k.role, needs(cat, r))
	if err == nil {
		_, err = fmt.Fprint(k.out, indent(script, "")+"\n")
	}
	return err
}

// ruled is the connection to look through and the rules to look for: of the
// configuration, of a DSN with the rules of the configuration's connection that is
// named, or of a DSN with the rules that would be proposed.
func (k *connecting) ruled(given []string) (*site, config.Connection, compiler, error) {
	if len(given) == 0 || k.flags.connection != "" {
		s, err := k.site()
		if err != nil {
			return nil, config.Connection{}, nil, err
		}
		conn, err := s.Connection(k.flags.connection)
		if err != nil {
			return nil, conn, nil, err
		}
		compile, err := s.compile(conn)
		if err == nil && len(given) > 0 {
			if k.role == "" {
				k.role = userOf(conn.Target) // and not the administrator
			}
			conn.Password = ""
			conn.Target, err = parsed(given[0])
		}
		return s, conn, compile, err
	}
	target, err := parsed(given[0])
	if err != nil {
		return nil, config.Connection{}, nil, err
	}
	if k.role == "" {
		k.role = "grille_ro"
	}
	s, err := k.siteOf(config.Defaults())
	compile := func(cat *catalog.Catalog) (*policy.Rules, error) {
		opts, err := s.ruleOptions(config.Connection{Name: "proposed"})
		opts.Teams = []string{owners}
		if err != nil {
			return nil, err
		}
		return rules.Compile("the proposed rules", rules.Propose(cat).File(all), cat, opts)
	}
	return s, config.Connection{Name: "proposed", Target: target, Schemas: k.schemas}, compile, err
}

// userOf is the role of a connection to a server, or "".
func userOf(t dsn.Target) string {
	switch t := t.(type) {
	case dsn.Postgres:
		return t.User
	case dsn.MySQL:
		return t.User
	case dsn.Trino, dsn.SQLite, dsn.DuckDB, dsn.CSV:
		return "" // no GRANT there
	default:
		panic("grille: unknown kind of database")
	}
}

func parsed(text string) (dsn.Target, error) {
	target, err := dsn.Parse(text)
	if err != nil {
		return nil, usage("%v", err)
	}
	return target, nil
}

// needs are what the rules read, in the catalog's order.
func needs(cat *catalog.Catalog, r *policy.Rules) []run.Need {
	reads := r.Reads()
	var out []run.Need
	for _, t := range cat.Tables {
		ids := reads[t.ID]
		if len(ids) == 0 {
			continue
		}
		n := run.Need{Schema: t.Schema, Table: t.Name, View: t.Kind == catalog.View}
		for _, id := range ids {
			n.Columns = append(n.Columns, t.Column(id).Name)
		}
		out = append(out, n)
	}
	return out
}
