package run

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// FileBelow resolves the path of a database file, links and all, and sees that
// it is a file below one of dirs. No dirs means nowhere.
func FileBelow(path string, dirs []string) (string, error) {
	full, err := resolve(path)
	if err != nil {
		return "", fmt.Errorf("the database file %s: %w", path, reason(err))
	}
	if info, err := os.Stat(full); err != nil || !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is not a file", path)
	}
	for _, d := range dirs {
		dir, err := resolve(d)
		if err != nil {
			continue
		}
		if rel, err := filepath.Rel(dir, full); err == nil && filepath.IsLocal(rel) && rel != "." {
			return full, nil
		}
	}
	return "", fmt.Errorf("%s is not below a folder that databases may lie in; add its folder to the configuration", path)
}

// reason is an error without the path that it repeats.
func reason(err error) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

func resolve(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(abs)
}
