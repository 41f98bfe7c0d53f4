package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/grille-dev/grille/internal/config"
	"github.com/grille-dev/grille/run/dsn"
)

// write keeps the rules, and the configuration if there is none; else it says what
// to add to the one that is there.
func (k *connecting) write(s *site, conn config.Connection, text []byte) error {
	lines, err := k.lines(s, conn)
	if err != nil {
		return err
	}
	const viewers = "viewers:\n  " + owner + ": {teams: [" + owners + "]}\n"
	if err := create(conn.Rules, text); err != nil {
		return err
	}
	if k.there {
		fmt.Fprintf(k.out, "wrote %s\n\n%s stays as it is. Add to it, under the keys that it has:\n\n%s%s\n", conn.Rules, s.File, lines, viewers)
	} else {
		if err := create(s.File, []byte("# Who may ask what of which database. See: grille --help\n"+lines+"\n# Who may be named with --as.\n"+viewers)); err != nil {
			return err
		}
		fmt.Fprintf(k.out, "wrote %s and %s\n", s.File, conn.Rules)
	}
	if c, ok := conn.Target.(dsn.Server); ok && !c.Given().Empty() {
		fmt.Fprintf(k.out, "The password was not written down. Before you ask, put it where the file looks for it:\n  export %s='...'\n", variable(conn))
	}
	return nil
}

// lines are those of the connection in a configuration.
func (k *connecting) lines(s *site, conn config.Connection) (string, error) {
	target, dir, err := seenFrom(filepath.Dir(s.File), conn.Target)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "connections:\n  %s:\n    dsn: %q\n", key(conn.Name), target)
	if s, ok := conn.Target.(dsn.Server); ok {
		if !s.Given().Empty() {
			fmt.Fprintf(&b, "    password: env:%s\n", variable(conn))
		}
		if len(conn.Schemas) > 0 {
			var names []string
			for _, name := range conn.Schemas {
				names = append(names, key(name))
			}
			fmt.Fprintf(&b, "    schemas: [%s]\n", strings.Join(names, ", "))
		}
	}
	if dir != "" {
		fmt.Fprintf(&b, "    dirs: [%q]\n", dir)
	}
	fmt.Fprintf(&b, "    rules: %q\n", filepath.Base(conn.Rules))
	return b.String(), nil
}

// key is a name as YAML reads it as one: 2024, null and "a, b" are none without quotes.
func key(name string) string {
	switch strings.ToLower(name) {
	case "null", "true", "false", "yes", "no", "on", "off", "y", "n":
		return strconv.Quote(name)
	}
	if !plainName.MatchString(name) || name[0] >= '0' && name[0] <= '9' {
		return strconv.Quote(name)
	}
	return name
}

// variable is where a connection's password is looked for.
func variable(conn config.Connection) string {
	return "GRILLE_" + strings.ToUpper(strings.ReplaceAll(conn.Name, "-", "_")) + "_PASSWORD"
}

// seenFrom is a target as the configuration in folder names it, and the folder
// in which a database file lies.
func seenFrom(folder string, t dsn.Target) (dsn.Target, string, error) {
	if file, ok := t.(dsn.File); ok {
		path, err := relative(folder, file.File())
		dir := filepath.Dir(path)
		if folderOf(file) == file.File() {
			dir = path
		}
		return file.At(path), dir, err
	}
	server, ok := t.(dsn.Server)
	if !ok || server.Authority() == "" {
		return t, "", nil
	}
	path, err := relative(folder, server.Authority())
	return server.WithAuthority(path), "", err
}

func relative(folder, path string) (string, error) {
	from, err := filepath.Abs(folder)
	if err != nil {
		return "", err
	}
	to, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if rel, err := filepath.Rel(from, to); err == nil {
		return rel, nil
	}
	return to, nil
}

func errThere(path string) error {
	return usage("%s is there already: move it away, or use --name", path)
}

// create writes a file that must not be there yet.
func create(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return errThere(path)
	}
	if err != nil {
		return fmt.Errorf("writing: %w", err)
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}
