package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/dictionary"
	"github.com/grille-dev/grille/internal/config"
)

func (p *program) dictionary() *cobra.Command {
	c := group(&cobra.Command{
		Use:   "dictionary",
		Short: "the database's own names, by which they are found in questions",
		Long: `Columns that the rules mark with dictionary: true are read, in all rows, and of
their names keyed digests are kept, in the state folder; no name is. Questions to
a model have phrases that are among them replaced. It is made when a model is
first asked, and anew after a day and when rules or tables change.

Make it anew after somebody's data was erased.`,
		Example: "  grille dictionary build\n  grille dictionary status",
	})
	c.AddCommand(&cobra.Command{
		Use:     "build",
		Short:   "read the names anew",
		Long:    "Reads the columns that the rules mark with dictionary: true, and keeps the digests.",
		Example: "  grille dictionary build --connection clinic",
		Args:    args(0, 0, ""),
		RunE:    func(c *cobra.Command, _ []string) error { return p.dictionaryBuild(c) },
	}, &cobra.Command{
		Use:     "status",
		Short:   "say what is kept, and since when",
		Long:    "Says how many names the kept dictionary is of, and when they were read. No database is opened.",
		Example: "  grille dictionary status --connection clinic",
		Args:    args(0, 0, ""),
		RunE:    func(*cobra.Command, []string) error { return p.dictionaryStatus() },
	})
	return c
}

func (p *program) dictionaryBuild(c *cobra.Command) error {
	s, err := p.site()
	if err != nil {
		return err
	}
	g, conn, err := s.open(c.Context())
	if err != nil {
		return err
	}
	defer func() { _ = g.Close() }()
	fmt.Fprintln(p.err, "reading the names of "+conn.Name)
	i, ok, err := g.Dictionary(c.Context())
	if err != nil {
		return err
	}
	if !ok {
		return usage("the rules of %s mark no column for the dictionary, or a switch forbids to read it: write name: {class: ..., dictionary: true}", conn.Name)
	}
	p.printDictionary(i)
	return nil
}

func (p *program) dictionaryStatus() error {
	s, err := p.site()
	if err != nil {
		return err
	}
	conn, err := s.Connection(s.flags.connection)
	if err != nil {
		return err
	}
	text, err := s.nameFile(conn).Load()
	if err != nil {
		return err
	}
	if text == nil {
		fmt.Fprintln(p.out, "there is no dictionary yet: grille dictionary build")
		return nil
	}
	key, err := s.namesKey()
	if err != nil {
		return err
	}
	d, err := dictionary.Decode(key, text)
	if err != nil {
		return fmt.Errorf("what is kept was changed, or made with another key: grille dictionary build")
	}
	p.printDictionary(d.Info())
	return nil
}

func (p *program) printDictionary(i dictionary.Info) {
	forms := "none"
	if len(i.Forms) > 0 {
		forms = strings.Join(i.Forms, ", ")
	}
	fmt.Fprintf(p.out, "names         %d of several plain words\nforms of ids  %s\nread          %d rows, %s\n", i.Names, forms, i.Rows, i.Made.Format("2006-01-02 15:04 MST"))
}

// names is the dictionary of a connection.
func (s *site) names(c config.Connection) grille.Names {
	return grille.Names{Key: s.namesKey, Store: s.nameFile(c)}
}

// namesKey comes from the site's secret; where there is none, from a file that is
// made when it is first needed.
func (s *site) namesKey() ([]byte, error) {
	if s.SecretRef != "" {
		return s.key("dictionary"), nil
	}
	path := filepath.Join(s.StateDir(), "dictionary.key")
	key, err := os.ReadFile(path) //nolint:gosec // in the site's own folder
	if err == nil && len(key) == sha256.Size {
		return key, nil
	}
	if err == nil {
		return nil, fmt.Errorf("%s is no key: remove it, and a new one is made", path)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading the key of the dictionary: %w", err)
	}
	key = make([]byte, sha256.Size)
	if _, err := io.ReadFull(s.random, key); err != nil {
		return nil, err
	}
	return key, save(path, key)
}

// nameFile is where the dictionary of a connection is kept.
func (s *site) nameFile(c config.Connection) kept {
	sum := sha256.Sum256([]byte(c.Name))
	return kept(filepath.Join(s.StateDir(), "dictionary-"+hex.EncodeToString(sum[:6])))
}

// kept is a file with one text.
type kept string

// Load implements grille.NameStore.
func (k kept) Load() ([]byte, error) {
	text, err := os.ReadFile(string(k))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return text, err
}

// Save implements grille.NameStore.
func (k kept) Save(text []byte) error { return save(string(k), text) }

// save writes a file that only its owner reads, whole or not at all.
func save(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".new-") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}
