//go:build unix

package testserver

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

//go:embed supervise.sh
var supervisor string

// Attach returns the URL of a running server, which runs at least until release.
func (s Server) Attach(ctx context.Context) (dsn string, release func(), err error) {
	for _, tool := range []string{"flock", "setpriv"} {
		if _, err := exec.LookPath(tool); err != nil {
			return "", nil, &MissingError{"install " + tool + " of util-linux"}
		}
	}
	if err := s.makeDir(); err != nil {
		return "", nil, err
	}
	use, err := lock(filepath.Join(s.Dir, "use"), syscall.LOCK_SH)
	if err != nil {
		return "", nil, err
	}
	dsn, err = s.find(ctx)
	if err != nil {
		use.Close()
		return "", nil, err
	}
	return dsn, func() { use.Close() }, nil
}

// makeDir makes the folder, or sees that it is ours: anybody may write to the
// folder for temporary files.
func (s Server) makeDir() error {
	if err := os.Mkdir(s.Dir, 0o711); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	} else if err == nil {
		// Whatever the umask: the server's user must reach its data.
		if err := os.Chmod(s.Dir, 0o711); err != nil {
			return err
		}
	}
	info, err := os.Lstat(s.Dir)
	if err != nil {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !info.IsDir() || !ok || int(owner.Uid) != os.Getuid() {
		return fmt.Errorf("%s is not a folder of this user: remove it", s.Dir)
	}
	return nil
}

// find returns the server that answers, or starts one.
func (s Server) find(ctx context.Context) (string, error) {
	start, err := lock(filepath.Join(s.Dir, "start"), syscall.LOCK_EX)
	if err != nil {
		return "", err
	}
	defer start.Close()
	file := filepath.Join(s.Dir, "dsn")
	if text, err := os.ReadFile(file); err == nil && s.answers(ctx, string(text)) == nil {
		return string(text), nil
	}
	var dsn string
	for range 3 { // somebody may take the port between our choice and our use
		if dsn, err = s.start(ctx); err == nil {
			return dsn, os.WriteFile(file, []byte(dsn), 0o600)
		}
	}
	return "", fmt.Errorf("starting a server for tests: %w", err)
}

func (s Server) answers(ctx context.Context, dsn string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	return s.Answers(ctx, dsn)
}

// start makes a new cluster and a supervisor that serves it.
func (s Server) start(ctx context.Context) (string, error) {
	account, err := serverAccount(s.Accounts)
	if err != nil {
		return "", err
	}
	data, err := s.freshData(account)
	if err != nil {
		return "", err
	}
	port, err := freePort()
	if err != nil {
		return "", err
	}
	command, dsn, err := s.Make(ctx, Place{Data: data, Port: port, account: account})
	if err != nil {
		return "", err
	}
	died, err := s.supervise(account, data, command)
	if err != nil {
		return "", err
	}
	deadline := time.After(Patience)
	for {
		err := s.answers(ctx, dsn)
		if err == nil {
			return dsn, nil
		}
		select {
		case <-died:
			log, _ := os.ReadFile(filepath.Join(s.Dir, "log"))
			return "", fmt.Errorf("the server ended at once: %s", log)
		case <-deadline:
			return "", err
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// freshData removes the clusters of servers that no longer answer and makes an
// empty folder for the next one.
func (s Server) freshData(a account) (string, error) {
	old, err := filepath.Glob(filepath.Join(s.Dir, "data-*"))
	if err != nil {
		return "", err
	}
	for _, folder := range old {
		if err := os.RemoveAll(folder); err != nil {
			return "", err
		}
	}
	data, err := os.MkdirTemp(s.Dir, "data-")
	if err != nil {
		return "", err
	}
	return data, a.own(data)
}

// supervise starts the detached process that ends the server when it is idle,
// and returns a channel that closes when that process ends.
func (s Server) supervise(a account, data string, command []string) (<-chan struct{}, error) {
	log, err := os.Create(filepath.Join(s.Dir, "log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	script := filepath.Join(s.Dir, "supervise.sh")
	if err := os.WriteFile(script, []byte(supervisor), 0o644); err != nil {
		return nil, err
	}
	if err := os.Chmod(script, 0o644); err != nil {
		return nil, err
	}
	args := append([]string{script, filepath.Join(s.Dir, "use"), strconv.Itoa(int(s.Grace.Seconds())), data}, command...)
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

// Place is where a new server is to stand.
type Place struct {
	Data    string // an empty folder of the server's account
	Port    string // free, on loopback
	account account
}

// account is who runs the server: ourselves, or somebody else if we are root,
// as whom a server is not run.
type account struct{ other *syscall.Credential }

func serverAccount(names []string) (account, error) {
	if os.Getuid() != 0 {
		return account{}, nil
	}
	for _, name := range names {
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
	return account{}, fmt.Errorf("root may not run this server, and there is no user %s: add one", strings.Join(names, " or "))
}

func (a account) own(path string) error {
	if a.other == nil {
		return nil
	}
	return os.Chown(path, int(a.other.Uid), int(a.other.Gid))
}

// command runs a program as the account, in an environment of its own: what
// a developer has set for servers of their own (PGDATA) is not for us.
func (a account) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Env = []string{"PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL=C.UTF-8"}
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: a.other}
	return cmd
}

// Run runs a program of the server to its end, as its account.
func (p Place) Run(name string, args ...string) error {
	if out, err := p.account.command(name, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("running %s (may its user reach %s?): %w\n%s", filepath.Base(name), p.Data, err, strings.TrimSpace(string(out)))
	}
	return nil
}

// File writes a file beside the data that only the server's account can read.
// Whoever makes it removes it; the next start does otherwise.
func (p Place) File(name, text string) (path string, err error) {
	path = p.Data + "." + name
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return "", err
	}
	return path, p.account.own(path)
}
