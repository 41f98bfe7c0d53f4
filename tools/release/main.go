// Command release makes what is published of one commit: for each system an
// archive of the program with its manual pages, completions and licences, a list
// of what is in the program, and the sums of all.
//
// It builds from a clone of the commit, never from the working files, and adds
// nothing that differs from one machine, folder or hour to the next: the same
// commit and the same Go give the same bytes. `.ci/run release` compares two.
//
//	go -C tools run ./release [-version v1.2.3] [-only linux/amd64] [-out FOLDER]
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// target is a kind of machine.
type target struct{ os, arch string }

// targets are those for which there is a release.
var targets = []target{
	{"linux", "amd64"}, {"linux", "arm64"},
	{"darwin", "amd64"}, {"darwin", "arm64"},
	{"windows", "amd64"},
}

func (t target) String() string { return t.os + "/" + t.arch }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	f := flag.NewFlagSet("release", flag.ContinueOnError)
	version := f.String("version", "", "the `version`; else the commit's tag, or one made of its time and name")
	only := f.String("only", "", "the one `system/machine` to build for; else all")
	out := f.String("out", "", "the new `folder` for the files; else dist/VERSION of the repository")
	if err := f.Parse(args); err != nil {
		return err
	}
	wanted, err := chosen(*only)
	if err != nil {
		return err
	}
	s, err := checkout(ctx, *version)
	if err != nil {
		return err
	}
	defer s.remove()
	return s.release(ctx, *out, wanted)
}

func chosen(only string) ([]target, error) {
	if only == "" {
		return targets, nil
	}
	var names []string
	for _, t := range targets {
		if t.String() == only {
			return []target{t}, nil
		}
		names = append(names, t.String())
	}
	return nil, fmt.Errorf("-only is one of %s, not %q", strings.Join(names, ", "), only)
}

// release writes into a folder beside the one that is wanted, which is there
// only once it is complete.
func (s *source) release(ctx context.Context, out string, wanted []target) error {
	docs, err := s.documents(ctx)
	if err != nil {
		return err
	}
	if out == "" {
		out = filepath.Join(s.repository, "dist", s.version)
	}
	if _, err := os.Lstat(out); err == nil {
		return fmt.Errorf("%s exists: remove it, or name a new folder with -out", out)
	}
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return err
	}
	unfinished, err := os.MkdirTemp(filepath.Dir(out), ".release-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(unfinished)
	for _, t := range wanted {
		begun := time.Now()
		if err := s.publish(ctx, unfinished, t, docs); err != nil {
			return fmt.Errorf("%s: %w", t, err)
		}
		fmt.Fprintf(os.Stderr, "%s %s (%.0fs)\n", s.version, t, time.Since(begun).Seconds())
	}
	if err := writeSums(unfinished); err != nil {
		return err
	}
	if err := os.Chmod(unfinished, 0o755); err != nil {
		return err
	}
	if err := os.Rename(unfinished, out); err != nil {
		return err
	}
	fmt.Println(out)
	return nil
}

// publish writes the archive and the list for one kind of machine.
func (s *source) publish(ctx context.Context, dir string, t target, docs []file) error {
	p, err := s.program(ctx, t)
	if err != nil {
		return err
	}
	notices, err := s.notices(ctx, p)
	if err != nil {
		return err
	}
	with, err := s.packaging(t)
	if err != nil {
		return err
	}
	name := fmt.Sprintf("grille_%s_%s_%s", s.version, t.os, t.arch)
	bom, err := s.bill(p)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, name+".cdx.json"), bom, 0o644); err != nil {
		return err
	}
	a := archive{folder: name, at: s.at, files: slices.Concat([]file{p.file(), {name: "NOTICES", content: notices}}, docs, with)}
	return a.write(dir, t)
}
