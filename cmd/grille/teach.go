package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/config"
	"github.com/grille-dev/grille/planner"
	"github.com/grille-dev/grille/planner/taught"
)

// readLessons are what was taught of a connection; nil where nothing was.
func readLessons(c config.Connection) (*taught.Lessons, error) {
	if c.Taught == "" {
		return nil, nil
	}
	text, err := os.ReadFile(c.Taught)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // nothing yet
	}
	if err != nil {
		return nil, fmt.Errorf("reading what was taught of %s: %w", c.Name, err)
	}
	return taught.Parse(c.Taught, text)
}

func (p *program) teach() *cobra.Command {
	how := teaching{}
	c := &cobra.Command{
		Use:   "teach PHRASE means MEANING",
		Short: "say what people here call things",
		Long: `Teaches the planner a word or phrase, in the file that the connection names in
the configuration:

  clinic: {dsn: ..., rules: clinic-rules.yaml, taught: clinic-words.yaml}

A phrase may mean a table (customers), a column (orders.total), a figure
(sum(orders.total)), or rows (customers where status = 'active' and age >= 18).
Whoever can write the file can teach; a viewer knows of it what names only what
they see. Nothing of it is sent to a model.

A phrase that is how one asks ("how many", "per"), or that the database has as a
name already, is refused unless --even-so is given. --also adds a meaning for
another table to those that the phrase has.`,
		Example: `  grille teach client means customers
  grille teach "active customers" means "customers where status = 'active'"
  grille teach revenue means "sum(orders.total)"
  grille teach default orders --date ordered_on --measure total
  grille teach list`,
		Args: args(1, 100, "a phrase and its meaning"),
		RunE: func(c *cobra.Command, given []string) error {
			if len(given) < 3 || given[1] != "means" {
				return usage("write what the phrase means, as in:\n%s", c.Example)
			}
			return p.teachWord(c.Context(), given[0], strings.Join(given[2:], " "), how)
		},
	}
	c.Flags().BoolVar(&how.evenSo, "even-so", false, "teach it although asking or the database has the phrase already")
	c.Flags().BoolVar(&how.also, "also", false, "add to the meanings that the phrase has")
	c.AddCommand(p.teachDefault(), p.teachList(), p.teachCheck(), p.teachForget(), p.teachExport(), p.teachAccept(), p.teachCorrect())
	return c
}

// teaching is how a word is taught.
type teaching struct{ evenSo, also bool }

func (p *program) teachWord(ctx context.Context, phrase, meaning string, how teaching) error {
	phrase, err := taught.Phrase(phrase)
	if err != nil {
		return usage("%v", err)
	}
	s, conn, f, err := p.words()
	if err != nil {
		return err
	}
	old, err := f.Lessons()
	if err != nil {
		return err
	}
	before := old.Means(phrase)
	meanings := []string{meaning}
	if how.also && !slices.Contains(before, meaning) {
		meanings = append(slices.Clone(before), meaning)
	}
	g, err := f.Teach(phrase, meanings)
	if err != nil {
		return usage("%v", err)
	}
	cat, err := s.wholeCatalog(ctx, conn)
	if err != nil {
		return err
	}
	lessons, err := g.Lessons()
	if err != nil {
		return err
	}
	if err := lessons.Fits(cat, phrase); err != nil {
		return usage("%v", err)
	}
	if no := planner.Objection(cat, phrase); no != "" && !how.evenSo {
		return usage("%s: teach another phrase, or this one with --even-so", no)
	}
	if err := replaceFile(f, g); err != nil {
		return err
	}
	fmt.Fprintf(p.out, "%q means %s, in %s.\n", phrase, strings.Join(meanings, ", or "), f.Path)
	if len(before) > 0 && !how.also {
		fmt.Fprintf(p.out, "It meant %s before.\n", strings.Join(before, ", or "))
	}
	if q, sql := planner.Lesson(cat, phrase, planner.Options{Now: s.clock(), Zone: s.Zone, Fiscal: s.Fiscal, Week: s.Week, Taught: lessons}); q != "" {
		section(p.out, fmt.Sprintf("now one can ask %q", q), sql)
	}
	return nil
}

func (p *program) teachDefault() *cobra.Command {
	var date, measure, display string
	c := &cobra.Command{
		Use:   "default TABLE [--date COLUMN] [--measure COLUMN] [--display COLUMN]",
		Short: "say which columns of a table are meant where none is named",
		Long: `Says by which date the rows of a table are known, which number they are about,
and by which column people know them. Without any, what was said is forgotten.`,
		Example: `  grille teach default orders --date ordered_on --measure total`,
		Args:    args(1, 1, "a table"),
		RunE: func(c *cobra.Command, given []string) error {
			s, conn, f, err := p.words()
			if err != nil {
				return err
			}
			g, err := f.Standard(given[0], date, measure, display)
			if err != nil {
				return usage("%v", err)
			}
			lessons, err := g.Lessons()
			if err != nil {
				return err
			}
			cat, err := s.wholeCatalog(c.Context(), conn)
			if err != nil {
				return err
			}
			if err := lessons.FitsDefault(cat, given[0]); err != nil {
				return usage("%v", err)
			}
			if err := replaceFile(f, g); err != nil {
				return err
			}
			for _, line := range lessons.Defaults() {
				if strings.HasPrefix(line, given[0]+":") {
					fmt.Fprintf(p.out, "%s, in %s.\n", line, f.Path)
					return nil
				}
			}
			fmt.Fprintf(p.out, "nothing is said of %s any more.\n", given[0])
			return nil
		},
	}
	c.Flags().StringVar(&date, "date", "", "the `column` that says when")
	c.Flags().StringVar(&measure, "measure", "", "the `column` that numbers without a name are compared with")
	c.Flags().StringVar(&display, "display", "", "the `column` by which people know a row")
	return c
}

func (p *program) teachList() *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "list what was taught",
		Example: `  grille teach list`,
		Args:    args(0, 0, ""),
		RunE: func(*cobra.Command, []string) error {
			_, _, f, err := p.words()
			if err != nil {
				return err
			}
			l, err := f.Lessons()
			if err != nil {
				return err
			}
			if len(l.Words())+len(l.Defaults())+len(l.Answers()) == 0 {
				fmt.Fprintf(p.out, "nothing was taught: grille teach --help\n")
			}
			for _, w := range l.Words() {
				fmt.Fprintln(p.out, indent(fmt.Sprintf("%q means %s", w.Phrase, strings.Join(w.Meanings, ", or ")), ""))
			}
			for _, d := range l.Defaults() {
				fmt.Fprintln(p.out, indent("of "+d, ""))
			}
			for i, a := range l.Answers() {
				section(p.out, fmt.Sprintf("answer %d", i+1), a.Question+"\n"+a.SQL)
			}
			return nil
		},
	}
}

func (p *program) teachCheck() *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "say what was taught of names that are gone, or of another type",
		Long: `Compares what was taught with the database as it is. A lesson that does not fit
is unknown to whoever asks, without a word; here it is told. Exit code 1 if there
is one.`,
		Example: `  grille teach check`,
		Args:    args(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			s, conn, f, err := p.words()
			if err != nil {
				return err
			}
			l, err := f.Lessons()
			if err != nil {
				return err
			}
			cat, err := s.wholeCatalog(c.Context(), conn)
			if err != nil {
				return err
			}
			wrong := l.Check(cat)
			for _, x := range wrong {
				fmt.Fprintln(p.out, indent(fmt.Sprintf("%s: %s", x.At, x.What), ""))
			}
			for _, w := range l.Words() {
				if no := planner.Objection(cat, w.Phrase); no != "" {
					fmt.Fprintln(p.out, indent("note: "+no, ""))
				}
			}
			if len(wrong) > 0 {
				return &found{text: fmt.Sprintf("%d of what was taught does not fit the database: teach it anew, or grille teach forget", len(wrong))}
			}
			fmt.Fprintln(p.out, "all of it fits the database.")
			return nil
		},
	}
}

func (p *program) teachForget() *cobra.Command {
	answer := 0
	c := &cobra.Command{
		Use:   "forget PHRASE | --answer N",
		Short: "forget a phrase, or an answer",
		Example: `  grille teach forget client
  grille teach forget --answer 2`,
		Args: args(0, 1, "a phrase"),
		RunE: func(c *cobra.Command, given []string) error {
			if (answer != 0) == (len(given) == 1) {
				return usage("say what to forget, as in:\n%s", c.Example)
			}
			_, _, f, err := p.words()
			if err != nil {
				return err
			}
			l, err := f.Lessons()
			if err != nil {
				return err
			}
			if answer != 0 {
				return p.forgetAnswer(f, l.Answers(), answer)
			}
			return p.forgetWord(f, l, given[0])
		},
	}
	c.Flags().IntVar(&answer, "answer", 0, "the `number` that an answer has in the list")
	return c
}

func (p *program) forgetWord(f taught.File, l *taught.Lessons, given string) error {
	phrase, err := taught.Phrase(given)
	if err != nil || l.Means(phrase) == nil {
		return usage("%q was not taught: see grille teach list", given)
	}
	g, err := f.Teach(phrase, nil)
	if err != nil {
		return usage("%v", err)
	}
	if err := replaceFile(f, g); err != nil {
		return err
	}
	fmt.Fprintf(p.out, "%q is forgotten; it meant %s.\n", phrase, strings.Join(l.Means(phrase), ", or "))
	return nil
}

func (p *program) teachExport() *cobra.Command {
	return &cobra.Command{
		Use:   "export",
		Short: "print the file of what was taught",
		Long: `Prints the file as it is: it holds all that was taught, so that a copy of it is
an export, and removing it forgets everything.`,
		Example: `  grille teach export > clinic-words.yaml`,
		Args:    args(0, 0, ""),
		RunE: func(*cobra.Command, []string) error {
			_, _, f, err := p.words()
			if err != nil {
				return err
			}
			if _, err := f.Lessons(); err != nil {
				return err
			}
			_, err = p.out.Write(f.Text)
			return err
		},
	}
}

// words are the file of the connection that --connection names; it may not be there
// yet.
func (p *program) words() (*site, config.Connection, taught.File, error) {
	none := taught.File{}
	s, err := p.site()
	if err != nil {
		return nil, config.Connection{}, none, err
	}
	c, err := s.Connection(p.flags.connection)
	if err != nil {
		return nil, c, none, err
	}
	if c.Taught == "" {
		return nil, c, none, usage("connection %s names no file for what is taught: write taught: FILE beside its rules in %s", c.Name, s.File)
	}
	text, err := os.ReadFile(c.Taught)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, c, none, fmt.Errorf("reading what was taught of %s: %w", c.Name, err)
	}
	return s, c, taught.File{Path: c.Taught, Text: text}, nil
}

// wholeCatalog is the database as it is, without rules: who can write the file of
// words has the configuration.
func (s *site) wholeCatalog(ctx context.Context, c config.Connection) (*catalog.Catalog, error) {
	e, err := s.engine(c)
	if err != nil {
		return nil, err
	}
	cat, err := e.Catalog(ctx)
	return cat, errors.Join(err, e.Close())
}

// replaceFile puts a changed file in place as a whole, unless somebody else changed it
// in the meantime. Of a link it is the file that it leads to.
func replaceFile(old, changed taught.File) error {
	if real, err := filepath.EvalSymlinks(old.Path); err == nil {
		old.Path = real
	}
	mode := fs.FileMode(0o600)
	if info, err := os.Stat(old.Path); err == nil {
		mode = info.Mode().Perm()
	}
	f, err := os.CreateTemp(filepath.Dir(old.Path), ".taught-*")
	if err != nil {
		return fmt.Errorf("writing what was taught: %w", err)
	}
	_, err = f.Write(changed.Text)
	err = errors.Join(err, f.Chmod(mode), f.Close())
	now, other := os.ReadFile(old.Path)
	switch {
	case err != nil:
	case other != nil && !errors.Is(other, fs.ErrNotExist):
		err = other
	case !bytes.Equal(now, old.Text):
		err = errors.New("somebody else changed the file in the meantime: try again")
	default:
		err = os.Rename(f.Name(), old.Path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("writing what was taught: %w", err), os.Remove(f.Name()))
	}
	return nil
}
