package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os/exec"
	"path/filepath"
)

// psql runs the file at path on the database dsn. Neither ~/.psqlrc nor the
// environment has a say, and the password does not show in the process list.
func psql(ctx context.Context, dsn, path string) error {
	program, err := findPsql()
	if err != nil {
		return err
	}
	u, err := url.Parse(dsn)
	if err != nil {
		return err
	}
	password, _ := u.User.Password()
	u.User = url.User(u.User.Username())
	cmd := exec.CommandContext(ctx, program, "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file="+path, u.String())
	cmd.Env = []string{"LC_ALL=C.UTF-8", "PGPASSWORD=" + password, "PGOPTIONS=-c client_min_messages=warning"}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("running %s: %w\n%s", path, err, out)
	}
	return nil
}

// findPsql prefers the server's own psql: what Debian has in the path is a
// wrapper that looks for clusters of its own.
func findPsql() (string, error) {
	if bin, err := binaries("/usr/lib/postgresql"); err == nil && isFile(bin, "psql") {
		return filepath.Join(bin, "psql"), nil
	}
	if path, err := exec.LookPath("psql"); err == nil {
		return path, nil
	}
	return "", errors.New("no psql: install the package postgresql-client")
}
