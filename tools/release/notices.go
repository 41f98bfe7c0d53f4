package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

var noticeName = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents)([.-].*)?$`)

// notices are the licences of all that is in a program, word for word, as most
// of them demand of whoever hands the program on.
func (s *source) notices(ctx context.Context, p *program) ([]byte, error) {
	root, err := output(ctx, s.dir, nil, "go", "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	parts := []part{{"Grille", s.dir, false}, {"Go " + p.info.GoVersion, root, true}}
	list := []string{"list", "-m", "-f", "{{.Path}} {{.Version}}\t{{.Dir}}"}
	for _, m := range p.info.Deps {
		list = append(list, m.Path)
	}
	dirs, err := output(ctx, s.dir, []string{"GOFLAGS=-mod=readonly", "GOWORK=off"}, "go", list...)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(dirs) {
		name, dir, _ := strings.Cut(strings.TrimSpace(line), "\t")
		parts = append(parts, part{name, dir, false})
	}
	var b bytes.Buffer
	for _, m := range parts {
		if err := m.notices(&b); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

// part is something of which a program is made, and where its files are.
type part struct {
	name, dir string
	flat      bool // only the files of the folder itself are its own
}

func (m part) notices(b *bytes.Buffer) error {
	if m.dir == "" {
		return fmt.Errorf("%s: its files are not on this machine: go mod download", m.name)
	}
	none := true
	err := filepath.WalkDir(m.dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != m.dir && (m.flat || d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".")):
			return fs.SkipDir
		case !d.Type().IsRegular() || !noticeName.MatchString(d.Name()) || strings.HasSuffix(d.Name(), ".go"):
			return nil
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(m.dir, path) // it is below
		fmt.Fprintf(b, "==== %s: %s ====\n\n%s\n\n", m.name, filepath.ToSlash(name), bytes.TrimSpace(text))
		none = false
		return err
	})
	if err == nil && none {
		err = fmt.Errorf("%s has no licence", m.name)
	}
	return err
}
