package pgtest

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/grille-dev/grille/internal/testserver"
)

const superuser = "postgres"

// shared is the server that all tests of this user have in common.
func shared(bin string) testserver.Server {
	return testserver.Server{
		Dir:      testserver.Dir("pgtest"),
		Grace:    20 * time.Second,
		Accounts: []string{"postgres", "nobody"},
		Make: func(_ context.Context, at testserver.Place) ([]string, string, error) {
			return makeCluster(bin, at)
		},
		Answers: answers,
	}
}

func makeCluster(bin string, at testserver.Place) (command []string, dsn string, err error) {
	password := testserver.RandomHex(16)
	// Beside data, as initdb wants that empty.
	pwfile, err := at.File("password", password+"\n")
	if err != nil {
		return nil, "", err
	}
	defer os.Remove(pwfile)
	err = at.Run(filepath.Join(bin, "initdb"), "--pgdata="+at.Data, "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8",
		"--username="+superuser, "--pwfile="+pwfile, "--auth-local=reject", "--auth-host=scram-sha-256")
	if err != nil {
		return nil, "", err
	}
	command = []string{filepath.Join(bin, "postgres"), "-D", at.Data}
	for _, setting := range []string{
		"listen_addresses=127.0.0.1", "port=" + at.Port, "unix_socket_directories=", "max_connections=200",
		"fsync=off", "synchronous_commit=off", "full_page_writes=off", "jit=off", "timezone=UTC",
	} {
		command = append(command, "-c", setting)
	}
	u := url.URL{Scheme: "postgres", User: url.UserPassword(superuser, password), Host: "127.0.0.1:" + at.Port, Path: "/postgres"}
	return command, u.String(), nil
}

func answers(ctx context.Context, dsn string) error {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}
