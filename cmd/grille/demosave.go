package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/grille-dev/grille/demo"
	"github.com/grille-dev/grille/demo/load"
	"github.com/grille-dev/grille/internal/config"
	"github.com/grille-dev/grille/run/dsn"
)

// saving makes a folder in which the demo is a database like any other.
type saving struct {
	*program
	dir, dsn string
}

func (s *saving) flags(c *cobra.Command) {
	c.Flags().StringVar(&s.dir, "save", "", "write the demo into the new `folder`, for other commands")
	c.Flags().StringVar(&s.dsn, "dsn", "", "with --save: load the data into this PostgreSQL `database`")
}

func (s *saving) wanted() bool { return s.dir != "" || s.dsn != "" }

func (s *saving) run(ctx context.Context) error {
	target, err := s.target()
	if err != nil {
		return err
	}
	if err := os.Mkdir(s.dir, 0o750); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return usage("%s exists: name a new folder", s.dir)
		}
		return fmt.Errorf("making the folder: %w", err)
	}
	if target == nil {
		err = s.file(ctx)
	} else {
		err = s.server(ctx, *target)
	}
	if err != nil {
		_ = os.Remove(s.dir) // if nothing is in it
	}
	return err
}

// target is the server that --dsn names; nil: none is.
func (s *saving) target() (*dsn.Postgres, error) {
	if s.dsn == "" {
		return nil, nil
	}
	if s.dir == "" {
		return nil, usage("--dsn needs --save FOLDER too: a new folder for the rules and the configuration")
	}
	t, err := dsn.Parse(s.dsn)
	if err != nil {
		return nil, usage("--dsn: %v", err)
	}
	p, ok := t.(dsn.Postgres)
	if !ok {
		return nil, usage("--dsn loads the demo into PostgreSQL only: write postgres://USER@HOST:PORT/DATABASE; --save alone makes a SQLite database")
	}
	return &p, nil
}

func (s *saving) file(ctx context.Context) error {
	told, done := s.counting()
	err := demo.Making{Today: s.clock(), Told: told}.SQLite(ctx, filepath.Join(s.dir, "clinic.db"))
	done()
	if err != nil {
		return err
	}
	if err := s.write(demo.Config); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%s has clinic.db, clinic-rules.yaml, clinic-meaning.yaml and grille.yaml. Ask in it:\n  cd %s\n  grille ask --as ines %q\n", s.dir, s.dir, demo.Questions()[0])
	return nil
}

func (s *saving) write(configuration []byte) error {
	for name, text := range map[string][]byte{"clinic-rules.yaml": demo.Rules, "clinic-meaning.yaml": demo.Meaning, "grille.yaml": configuration} {
		if err := os.WriteFile(filepath.Join(s.dir, name), text, 0o600); err != nil {
			return fmt.Errorf("writing %s: %w", name, err)
		}
	}
	return nil
}

// reader is the role that the configuration names: who loaded the demo may write,
// so Grille would not take it.
const reader = "grille_ro"

func (s *saving) server(ctx context.Context, t dsn.Postgres) error {
	site, err := s.siteOf(config.Defaults())
	if err != nil {
		return err
	}
	_, pem, err := site.target(config.Connection{Name: "clinic", Target: t})
	if err != nil {
		return err
	}
	told, done := s.counting()
	rows, err := load.Postgres(ctx, load.Config{Target: t, RootPEM: pem, Today: s.clock(), Told: told})
	done()
	if err != nil {
		return err
	}
	owner := t.String()
	t.User = reader
	if err := s.write(demo.ConfigOf(fmt.Sprintf("dsn: %q, password: env:GRILLE_CLINIC_PASSWORD, schemas: [%s]", t, load.Schema))); err != nil {
		return err
	}
	fmt.Fprintf(s.out, `%d rows are in %s, schema %s.
%s has clinic-rules.yaml, clinic-meaning.yaml and grille.yaml, which asks as the role %s. Make it, of those
rights alone that the rules need (read the script first), and give it a password:
  cd %s
  grille connect --grants %s --connection clinic --role %s > role.sql
  psql %s -f role.sql -c "\password %s"
  export GRILLE_CLINIC_PASSWORD=...
  grille ask --as ines %q
`, rows, owner, load.Schema, s.dir, reader, s.dir, owner, reader, owner, reader, demo.Questions()[0])
	return nil
}
