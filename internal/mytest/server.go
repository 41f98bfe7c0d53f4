package mytest

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/grille-dev/grille/internal/testserver"
)

const superuser = "grille_test_admin"

// attach finds or starts the server that all tests of this user have in common.
func attach(ctx context.Context) (dsn string, release func(), err error) {
	bin, err := findPrograms()
	if err != nil {
		return "", nil, err
	}
	return bin.shared().Attach(ctx)
}

// Missing says what this machine lacks for [New], "" if nothing.
func Missing() string {
	if os.Getenv("GRILLE_TEST_MARIADB") != "" {
		return ""
	}
	if _, err := findPrograms(); err != nil {
		return err.Error()
	}
	return ""
}

// programs are the paths of what makes a MariaDB and what serves it.
type programs struct{ install, serve string }

func findPrograms() (programs, error) {
	p := programs{find("mariadb-install-db"), find("mariadbd")}
	if p.install == "" || p.serve == "" {
		return programs{}, &testserver.MissingError{What: "install Debian's package mariadb-server"}
	}
	return p, nil
}

func find(name string) string {
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	path := filepath.Join("/usr/sbin", name) // not in the path of every account
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}

func (p programs) shared() testserver.Server {
	return testserver.Server{
		Dir:      testserver.Dir("mytest"),
		Grace:    20 * time.Second,
		Accounts: []string{"mysql", "nobody"},
		Make: func(_ context.Context, at testserver.Place) ([]string, string, error) {
			return p.make(at)
		},
		Answers: answers,
	}
}

func (p programs) make(at testserver.Place) (command []string, dsn string, err error) {
	err = at.Run(p.install, "--no-defaults", "--datadir="+at.Data, "--skip-test-db", "--auth-root-authentication-method=normal")
	if err != nil {
		return nil, "", err
	}
	password := testserver.RandomHex(16)
	// It is run before the server listens; a line a statement.
	start, err := at.File("start.sql", "DELETE FROM mysql.global_priv WHERE user <> 'mariadb.sys';\nFLUSH PRIVILEGES;\n"+
		"CREATE USER "+superuser+" IDENTIFIED BY '"+password+"';\n"+
		"GRANT ALL ON *.* TO "+superuser+" WITH GRANT OPTION;\n")
	if err != nil {
		return nil, "", err
	}
	command = []string{p.serve, "--no-defaults", "--datadir=" + at.Data, "--init-file=" + start,
		"--socket=" + filepath.Join(at.Data, "socket"), "--pid-file=" + filepath.Join(at.Data, "pid"),
		"--bind-address=127.0.0.1", "--port=" + at.Port, "--skip-name-resolve", "--max-connections=300",
		"--skip-log-bin", "--innodb-flush-log-at-trx-commit=0", "--innodb-fast-shutdown=2", "--performance-schema=OFF",
		"--character-set-server=utf8mb4", "--collation-server=utf8mb4_general_ci", "--local-infile=ON"}
	u := url.URL{Scheme: "mariadb", User: url.UserPassword(superuser, password), Host: "127.0.0.1:" + at.Port, Path: "/mysql"}
	return command, u.String(), nil
}

func answers(ctx context.Context, dsn string) error {
	conn, err := open(ctx, dsn)
	if err != nil {
		return err
	}
	return conn.Close()
}
