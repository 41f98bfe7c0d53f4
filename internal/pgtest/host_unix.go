//go:build unix

package pgtest

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

//go:embed supervise.sh
var supervisor string

// host is where the shared server of one user lives:
//
//	dir/use      every user of the server holds a shared lock on it
//	dir/start    whoever looks whether the server runs, and starts it, holds this one
//	dir/dsn      the URL of the superuser
//	dir/log      what the last server said
//	dir/supervise.sh
//	dir/data-*   the cluster
type host struct {
	dir   string
	bin   func() (string, error)
	grace time.Duration // without a user, before the server is stopped
}

func defaultHost() host {
	return host{
		dir:   filepath.Join(os.TempDir(), fmt.Sprintf("grille-pgtest-%d", os.Getuid())),
		bin:   func() (string, error) { return binaries("/usr/lib/postgresql") },
		grace: 20 * time.Second,
	}
}

// attach returns the URL of a running server, which runs at least until release.
func (h host) attach(ctx context.Context) (dsn string, release func(), err error) {
	bin, err := h.bin()
	if err != nil {
		return "", nil, err
	}
	for _, tool := range []string{"flock", "setpriv"} {
		if _, err := exec.LookPath(tool); err != nil {
			return "", nil, &missingError{"install " + tool + " of util-linux"}
		}
	}
	if err := h.makeDir(); err != nil {
		return "", nil, err
	}
	use, err := lock(filepath.Join(h.dir, "use"), syscall.LOCK_SH)
	if err != nil {
		return "", nil, err
	}
	dsn, err = h.find(ctx, bin)
	if err != nil {
		use.Close()
		return "", nil, err
	}
	return dsn, func() { use.Close() }, nil
}

// makeDir makes the folder, or sees that it is ours: anybody may write to the
// folder for temporary files.
func (h host) makeDir() error {
	if err := os.Mkdir(h.dir, 0o711); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	} else if err == nil {
		// Whatever the umask: the server's user must reach its data.
		if err := os.Chmod(h.dir, 0o711); err != nil {
			return err
		}
	}
	info, err := os.Lstat(h.dir)
	if err != nil {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !info.IsDir() || !ok || int(owner.Uid) != os.Getuid() {
		return fmt.Errorf("%s is not a folder of this user: remove it", h.dir)
	}
	return nil
}

// find returns the server that answers, or starts one.
func (h host) find(ctx context.Context, bin string) (string, error) {
	start, err := lock(filepath.Join(h.dir, "start"), syscall.LOCK_EX)
	if err != nil {
		return "", err
	}
	defer start.Close()
	file := filepath.Join(h.dir, "dsn")
	if text, err := os.ReadFile(file); err == nil && answers(ctx, string(text)) == nil {
		return string(text), nil
	}
	var dsn string
	for range 3 { // somebody may take the port between our choice and our use
		if dsn, err = h.start(ctx, bin); err == nil {
			return dsn, os.WriteFile(file, []byte(dsn), 0o600)
		}
	}
	return "", fmt.Errorf("starting PostgreSQL: %w", err)
}

func answers(ctx context.Context, dsn string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

// start makes a new cluster and a supervisor that serves it.
func (h host) start(ctx context.Context, bin string) (string, error) {
	account, err := serverAccount()
	if err != nil {
		return "", err
	}
	data, err := h.freshData(account)
	if err != nil {
		return "", err
	}
	password := randomHex(16)
	if err := account.initdb(ctx, bin, data, password); err != nil {
		return "", err
	}
	port, err := freePort()
	if err != nil {
		return "", err
	}
	died, err := h.supervise(account, bin, data, port)
	if err != nil {
		return "", err
	}
	dsn := (&url.URL{Scheme: "postgres", User: url.UserPassword(superuser, password), Host: "127.0.0.1:" + port, Path: "/postgres"}).String()
	deadline := time.After(patience)
	for {
		err := answers(ctx, dsn)
		if err == nil {
			return dsn, nil
		}
		select {
		case <-died:
			log, _ := os.ReadFile(filepath.Join(h.dir, "log"))
			return "", fmt.Errorf("the server ended at once: %s", log)
		case <-deadline:
			return "", err
		case <-time.After(50 * time.Millisecond):
		}
	}
}

const superuser = "postgres"

// freshData removes the clusters of servers that no longer answer and makes an
// empty folder for the next one.
func (h host) freshData(a account) (string, error) {
	old, err := filepath.Glob(filepath.Join(h.dir, "data-*"))
	if err != nil {
		return "", err
	}
	for _, folder := range old {
		if err := os.RemoveAll(folder); err != nil {
			return "", err
		}
	}
	data, err := os.MkdirTemp(h.dir, "data-")
	if err != nil {
		return "", err
	}
	return data, a.own(data)
}

// supervise starts the detached process that ends the server when it is idle,
// and returns a channel that closes when that process ends.
func (h host) supervise(a account, bin, data, port string) (<-chan struct{}, error) {
	log, err := os.Create(filepath.Join(h.dir, "log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	script := filepath.Join(h.dir, "supervise.sh")
	if err := os.WriteFile(script, []byte(supervisor), 0o644); err != nil {
		return nil, err
	}
	if err := os.Chmod(script, 0o644); err != nil {
		return nil, err
	}
	args := []string{script, filepath.Join(h.dir, "use"), strconv.Itoa(int(h.grace.Seconds())), data,
		filepath.Join(bin, "postgres"), "-D", data}
	for _, setting := range []string{
		"listen_addresses=127.0.0.1", "port=" + port, "unix_socket_directories=", "max_connections=200",
		"fsync=off", "synchronous_commit=off", "full_page_writes=off", "jit=off", "timezone=UTC",
	} {
		args = append(args, "-c", setting)
	}
	cmd := a.command("/bin/sh", args...)
	cmd.SysProcAttr.Setsid = true // Ctrl-C is for the tests; the server ends when they have
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	died := make(chan struct{})
	go func() {
		defer close(died)
		_ = cmd.Wait() // why it ended is in the log
	}()
	return died, nil
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}

// lock opens a file and waits for a lock on it, which lasts until it is closed.
func lock(path string, how int) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	if err := f.Chmod(0o644); err != nil { // the server's user opens it too
		f.Close()
		return nil, err
	}
	for {
		err := syscall.Flock(int(f.Fd()), how)
		if err == nil {
			return f, nil
		}
		if !errors.Is(err, syscall.EINTR) {
			f.Close()
			return nil, fmt.Errorf("locking %s: %w", path, err)
		}
	}
}

// account is who runs the server: ourselves, or somebody else if we are root,
// as whom PostgreSQL refuses to run.
type account struct{ other *syscall.Credential }

func serverAccount() (account, error) {
	if os.Getuid() != 0 {
		return account{}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(err1, err2); err != nil {
			return account{}, err
		}
		return account{&syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
	}
	return account{}, errors.New("root may not run PostgreSQL, and there is no user postgres or nobody: add one")
}

func (a account) own(path string) error {
	if a.other == nil {
		return nil
	}
	return os.Chown(path, int(a.other.Uid), int(a.other.Gid))
}

// command runs a program as the account, in an environment of its own: PGDATA
// or PGPORT of a developer are not for us.
func (a account) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Env = []string{"PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL=C.UTF-8"}
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: a.other}
	return cmd
}

func (a account) initdb(ctx context.Context, bin, data, password string) error {
	// Beside data, as initdb wants that empty.
	pwfile := data + ".password"
	if err := os.WriteFile(pwfile, []byte(password+"\n"), 0o600); err != nil {
		return err
	}
	defer os.Remove(pwfile)
	if err := a.own(pwfile); err != nil {
		return err
	}
	cmd := a.command(filepath.Join(bin, "initdb"), "--pgdata="+data, "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8",
		"--username="+superuser, "--pwfile="+pwfile, "--auth-local=reject", "--auth-host=scram-sha-256")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("running initdb (may its user reach %s?): %w\n%s", data, err, strings.TrimSpace(string(out)))
	}
	return ctx.Err()
}
