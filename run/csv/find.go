package csv

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/grille-dev/grille/internal/strict"
	"github.com/grille-dev/grille/run"
)

// mostFiles of a folder.
const mostFiles = 1000

// find gives the paths of the files to read, resolved, in the order of their
// names.
func find(path string, dirs []string) ([]string, error) {
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		full, err := run.FileBelow(path, dirs)
		return []string{full}, err
	}
	folder, err := run.FolderBelow(path, dirs)
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("reading the folder %s: %w", path, err)
	}
	var files []string
	var wrong []error
	for _, e := range entries {
		if e.IsDir() || !readable(e.Name()) {
			continue
		}
		if strict.Hidden(e.Name()) || strings.ContainsAny(e.Name(), "\n\t") {
			wrong = append(wrong, fmt.Errorf("the folder %s has a file whose name holds a character that cannot be seen, %q: rename it", path, e.Name()))
			continue
		}
		full, err := run.FileBelow(filepath.Join(folder, e.Name()), dirs)
		files, wrong = append(files, full), append(wrong, err)
	}
	switch {
	case len(files) == 0 && errors.Join(wrong...) == nil:
		return nil, fmt.Errorf("the folder %s has no file whose name ends in .csv or .tsv", path)
	case len(files) > mostFiles:
		return nil, fmt.Errorf("the folder %s has %d files, and at most %d are read: connect to a part of it", path, len(files), mostFiles)
	}
	return files, errors.Join(wrong...)
}

// readable reports whether a file of a folder is meant: no hidden one, and no
// backup (visits.csv~).
func readable(name string) bool {
	ext := strings.ToLower(filepath.Ext(name))
	return (ext == ".csv" || ext == ".tsv") && !strings.HasPrefix(name, ".")
}

// read gives the content of a file, which find has resolved. What was put in its
// place since then cannot lead out of its folder.
func read(path string, most int64) ([]byte, error) {
	dir, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return nil, errGone
	}
	defer dir.Close()
	name := filepath.Base(path)
	info, err := dir.Lstat(name)
	if err != nil || !info.Mode().IsRegular() {
		return nil, errGone
	}
	f, err := dir.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0) // of a pipe nobody waits for a writer
	if err != nil {
		if errors.Is(err, fs.ErrPermission) {
			return nil, fmt.Errorf("this process may not read it")
		}
		return nil, errGone
	}
	defer f.Close()
	if info, err = f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errGone // it was swapped since
	}
	var text bytes.Buffer
	text.Grow(int(min(info.Size(), most)) + bytes.MinRead)
	if _, err := text.ReadFrom(io.LimitReader(f, most+1)); err != nil {
		return nil, fmt.Errorf("reading it: %w", err)
	}
	if int64(text.Len()) > most {
		return nil, fmt.Errorf("it has more than the %s that may be read: take out what is not asked about, or load it into a database", mebibytes(most))
	}
	return text.Bytes(), nil
}

var errGone = errors.New("it is no file any more")

func mebibytes(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%d MiB", n>>20)
}
