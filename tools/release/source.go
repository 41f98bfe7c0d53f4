package main

import (
	"bytes"
	"context"
	"debug/buildinfo"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"golang.org/x/mod/semver"
)

// source is a clone of the commit, in a folder of its own.
type source struct {
	repository string // of which it is a clone
	dir        string // the clone; beside it stands what is built
	version    string
	at         time.Time // of the commit
}

// checkout clones what is committed. A version that is given is a tag of the
// clone alone, where Go finds it, as it finds that of a tagged commit: the
// program is the one that go install makes of that tag.
func checkout(ctx context.Context, version string) (*source, error) {
	if version != "" && (semver.Canonical(version) != version || semver.Build(version) != "") {
		return nil, fmt.Errorf("a version is like v1.2.3 or v1.2.3-rc.1, not %q", version)
	}
	top, err := output(ctx, "", nil, "git", "rev-parse", "--show-toplevel")
	if err != nil {
		return nil, err
	}
	work, err := os.MkdirTemp("", "grille-release-")
	if err != nil {
		return nil, err
	}
	s := &source{repository: top, dir: filepath.Join(work, "clone"), version: version}
	if err := s.clone(ctx); err != nil {
		s.remove()
		return nil, err
	}
	return s, nil
}

func (s *source) clone(ctx context.Context) error {
	if changed, err := output(ctx, s.repository, nil, "git", "status", "--porcelain"); err != nil {
		return err
	} else if changed != "" {
		fmt.Fprintln(os.Stderr, "release: what is not committed is not in it")
	}
	if _, err := output(ctx, "", nil, "git", "clone", "--quiet", "--config", "core.autocrlf=false", s.repository, s.dir); err != nil {
		return err
	}
	if s.version != "" {
		if _, err := output(ctx, s.dir, nil, "git", "-c", "tag.gpgSign=false", "tag", "--force", s.version); err != nil {
			return err
		}
	}
	at, err := output(ctx, s.dir, nil, "git", "-c", "log.showSignature=false", "log", "-1", "--format=%cI")
	if err != nil {
		return err
	}
	s.at, err = time.Parse(time.RFC3339, at)
	s.at = s.at.UTC()
	return err
}

func (s *source) remove() { _ = os.RemoveAll(filepath.Dir(s.dir)) }

// program is a program that was built, and what Go noted in it.
type program struct {
	path string
	info *buildinfo.BuildInfo
}

func (s *source) program(ctx context.Context, t target) (*program, error) {
	path := filepath.Join(filepath.Dir(s.dir), t.os+"-"+t.arch, "grille")
	if t.os == "windows" {
		path += ".exe"
	}
	if err := s.build(ctx, t, path); err != nil {
		return nil, err
	}
	return s.noted(path)
}

// noted reads what Go noted in a program, whose version is that of the release.
func (s *source) noted(path string) (*program, error) {
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if s.version != "" && info.Main.Version != s.version {
		return nil, fmt.Errorf("the program says that it is %s, not %s: has the commit another tag?", info.Main.Version, s.version)
	}
	s.version = info.Main.Version
	return &program{path, info}, nil
}

// build leaves out what a debugger wants; the names of functions stay. What the
// caller's environment could add to the bytes is set to nothing.
func (s *source) build(ctx context.Context, t target, out string, more ...string) error {
	env := []string{
		"GOOS=" + t.os, "GOARCH=" + t.arch, "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off",
		"GOAMD64=v1", "GOARM64=v8.0", "GOEXPERIMENT=", "GOFIPS140=off",
	}
	args := append([]string{"build", "-trimpath", "-buildvcs=true", "-ldflags=-s -w", "-o", out}, more...)
	_, err := output(ctx, s.dir, env, "go", append(args, "./cmd/grille")...)
	return err
}

func (p *program) file() file {
	content, err := os.ReadFile(p.path)
	return file{name: filepath.Base(p.path), content: content, runs: true, err: err}
}

// documents are the same on all machines: the licence, the README, and what the
// program writes of its own commands when it is built to do that.
func (s *source) documents(ctx context.Context) ([]file, error) {
	writer := filepath.Join(filepath.Dir(s.dir), "manual.exe")
	if err := s.build(ctx, target{runtime.GOOS, runtime.GOARCH}, writer, "-tags=manual"); err != nil {
		return nil, err
	}
	if _, err := s.noted(writer); err != nil {
		return nil, err
	}
	manual := filepath.Join(filepath.Dir(s.dir), "manual")
	if _, err := output(ctx, "", nil, writer, manual); err != nil {
		return nil, err
	}
	docs := []file{}
	for _, name := range []string{"LICENSE", "README.md"} {
		content, err := os.ReadFile(filepath.Join(s.dir, name))
		docs = append(docs, file{name: name, content: content, err: err})
	}
	written, err := filesBelow(manual, ".")
	return append(docs, written...), err
}

// packaging is what a Linux runs the program with: an image, a unit.
func (s *source) packaging(t target) ([]file, error) {
	if t.os != "linux" {
		return nil, nil
	}
	return filesBelow(s.dir, "packaging")
}

func filesBelow(root, dir string) ([]file, error) {
	var all []file
	err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		content, err := os.ReadFile(path)
		name, _ := filepath.Rel(root, path) // it is below
		all = append(all, file{name: filepath.ToSlash(name), content: content, runs: info.Mode()&0o100 != 0, err: err})
		return nil
	})
	return all, err
}

// output runs a program, and returns what it printed.
func output(ctx context.Context, dir string, env []string, name string, args ...string) (string, error) {
	c := exec.CommandContext(ctx, name, args...)
	c.Dir, c.Env = dir, append(os.Environ(), env...)
	var said bytes.Buffer
	c.Stderr = &said
	text, err := c.Output()
	if err != nil {
		return "", errors.Join(fmt.Errorf("%s %s: %w", filepath.Base(name), strings.Join(args, " "), err), errors.New(strings.TrimSpace(said.String())))
	}
	return strings.TrimSpace(string(text)), nil
}
