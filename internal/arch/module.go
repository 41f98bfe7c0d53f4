package arch

import (
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// std marks a package of the standard library.
const std = "std:"

// ReadModule reads the imports of all packages of the module at root. It reads
// the files itself and asks no go command: so that no build tag hides an import,
// and the test cache knows which files the result depends on.
func ReadModule(root string) (Module, error) {
	name, err := moduleName(root)
	if err != nil {
		return nil, err
	}
	m := Module{}
	err = filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && file != root && skipped(file):
			return fs.SkipDir
		case d.IsDir() || filepath.Ext(file) != ".go":
			return nil
		}
		folder, err := filepath.Rel(root, filepath.Dir(file))
		if err != nil {
			return err
		}
		return m.add(filepath.ToSlash(folder), file, name)
	})
	return m, err
}

// skipped tells the folders that the go command skips too, and other modules.
func skipped(folder string) bool {
	base := filepath.Base(folder)
	if base == "testdata" || base == "vendor" || base == "node_modules" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return true
	}
	_, err := os.Stat(filepath.Join(folder, "go.mod"))
	return !errors.Is(err, fs.ErrNotExist)
}

// add notes what a file imports; a file of tests only, that its package exists.
func (m Module) add(pkg, file, module string) error {
	if _, ok := m[pkg]; !ok {
		m[pkg] = nil
	}
	if strings.HasSuffix(file, "_test.go") {
		return nil
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		return err
	}
	for _, spec := range parsed.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return err
		}
		if imported = notation(imported, module); !slices.Contains(m[pkg], imported) {
			m[pkg] = append(m[pkg], imported)
			slices.Sort(m[pkg])
		}
	}
	return nil
}

// notation is how the rules write an import path.
func notation(imported, module string) string {
	first, _, _ := strings.Cut(imported, "/")
	switch {
	case imported == module:
		return "."
	case strings.HasPrefix(imported, module+"/"):
		return path.Clean(strings.TrimPrefix(imported, module+"/"))
	case !strings.Contains(first, "."):
		return std + imported
	}
	return imported
}

func moduleName(root string) (string, error) {
	text, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(line, "module "); ok {
			return strings.TrimSpace(name), nil
		}
	}
	return "", fmt.Errorf("%s/go.mod names no module", root)
}
