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
	if rel, ok := below(full, dirs); !ok || rel == "." {
		return "", errOutside(path)
	}
	return full, nil
}

// FolderBelow is the same for a folder, which may be one of dirs itself.
func FolderBelow(path string, dirs []string) (string, error) {
	full, err := resolve(path)
	if err != nil {
		return "", fmt.Errorf("the folder %s: %w", path, reason(err))
	}
	if info, err := os.Stat(full); err != nil || !info.IsDir() {
		return "", fmt.Errorf("%s is not a folder", path)
	}
	if _, ok := below(full, dirs); !ok {
		return "", errOutside(path)
	}
	return full, nil
}

func errOutside(path string) error {
	return fmt.Errorf("%s is not below a folder that databases may lie in; add its folder to the configuration", path)
}

// below is the way to a resolved path from the first of dirs that it is below, or
// is itself.
func below(full string, dirs []string) (string, bool) {
	for _, d := range dirs {
		dir, err := resolve(d)
		if err != nil {
			continue
		}
		if rel, err := filepath.Rel(dir, full); err == nil && filepath.IsLocal(rel) {
			return rel, true
		}
	}
	return "", false
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
