package csv

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/grille-dev/grille/run/sqlite"
)

// File is one file as it was read.
type File struct {
	Name    string // without its folder
	Table   string
	Rows    int
	Parted  string // what stands between fields: "commas"
	Columns []Column
	Notes   []string // what whoever has the file should know
}

// Column is one column of a file.
type Column struct {
	Header   string // as it stands in the file
	Name     string
	Declared string // its type
	NotNull  bool
	Unique   bool
	repeats  bool   // and so is no key
	To       Target // the key it refers to, if any
}

// Target is a column of a table.
type Target struct{ Table, Column string }

// String is the file in one line, of names and counts alone.
func (f File) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: table %s, %s, %s", f.Name, f.Table, counted(f.Rows, "row"), counted(len(f.Columns), "column"))
	if len(f.Columns) > 1 {
		fmt.Fprintf(&b, " parted by %s", f.Parted)
	}
	for _, c := range f.Columns {
		if c.Unique {
			fmt.Fprintf(&b, "; key %s", c.Name)
		}
	}
	for _, c := range f.Columns {
		if c.To.Table != "" {
			fmt.Fprintf(&b, "; %s refers to %s", c.Name, c.To.Table)
		}
	}
	return b.String()
}

func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// open reads the files and makes the database.
func (c Config) open(ctx context.Context) (*database, error) {
	db, err := c.make(ctx)
	if err != nil && ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return db, err
}

func (c Config) make(ctx context.Context) (*database, error) {
	paths, err := find(c.Path, c.Dirs)
	if err != nil {
		return nil, err
	}
	total, err := c.sizes(paths)
	if err != nil {
		return nil, err
	}
	told := newProgress(c.Progress, total)
	defer told.done()
	m, err := newMaker(ctx, told)
	if err != nil {
		return nil, err
	}
	defer m.close()
	left := c.MaxAll
	var wrong []error
	for _, path := range paths {
		text, err := read(path, min(c.MaxFile, left)) // it may have grown since
		left -= int64(len(text))
		if err == nil {
			err = m.add(ctx, filepath.Base(path), text)
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", filepath.Base(path), err))
		}
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, err
	}
	image, files, err := m.finish()
	if err != nil {
		return nil, err
	}
	e, err := sqlite.New(c.sqlite(image))
	if err != nil {
		return nil, err
	}
	return &database{e, files}, nil
}

// sizes adds up what the files have, before any is read.
func (c Config) sizes(paths []string) (total int64, err error) {
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", filepath.Base(path), errGone)
		}
		total += info.Size()
	}
	if total > c.MaxAll {
		return 0, fmt.Errorf("the files have %s together, and at most %s are read: take out what is not asked about, or load them into a database", mebibytes(total), mebibytes(c.MaxAll))
	}
	return total, nil
}
