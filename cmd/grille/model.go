package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/internal/config"
	"github.com/grille-dev/grille/ledger"
	"github.com/grille-dev/grille/model"
	"github.com/grille-dev/grille/refusal"
)

func (p *program) model() *cobra.Command {
	c := group(&cobra.Command{
		Use:   "model",
		Short: "list the models of the configuration, and try them out",
		Example: `  grille model list
  grille model test house`,
	})
	c.AddCommand(p.modelList(), p.modelTest())
	return c
}

func (p *program) modelList() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "list the models of the configuration, in the order in which they are asked",
		Long: `Lists the models of the configuration: where prompts for each go, and whether it
is called private. The number is its place in the order in which they are asked;
one without a number is asked by nobody.`,
		Example: `  grille model list
  grille model list -o json`,
		Args: args(0, 0, ""),
		RunE: func(*cobra.Command, []string) error {
			s, err := p.site()
			if err != nil {
				return err
			}
			var list table
			list.head = []string{"order", "name", "kind", "model", "host", "private"}
			for _, m := range s.Models {
				list.rows = append(list.rows, []any{orderOf(s.Config, m), m.Name, m.Kind, m.ID, host(m), m.Private})
			}
			return list.print(p)
		},
	}
}

// orderOf is the place of a model in the order, from 1; nil if it is not in it.
func orderOf(c *config.Config, m config.Model) any {
	if i := slices.Index(c.Order, m.Name); i >= 0 {
		return i + 1
	}
	return nil
}

func host(m config.Model) string {
	u, err := url.Parse(m.URL)
	if err != nil {
		return ""
	}
	return u.Host
}

func (p *program) modelTest() *cobra.Command {
	return &cobra.Command{
		Use:   "test [NAME]",
		Short: "send a model a question about nothing, and see whether it can draft",
		Long: `Sends a fixed question about a table that does not exist, and says how long the
answer took, whether it had the form that Grille asks for, in how many requests
(more than one: the server lacks something, a schema say, and was asked without
it), and how many tokens it counts. Nothing of yours is in it. Without NAME all models are tried
that the configuration has draft, or, if it has none do so, all that it names.`,
		Example: `  grille model test
  grille model test house -o json`,
		Args: args(0, 1, "the name of a model"),
		RunE: func(c *cobra.Command, given []string) error {
			s, err := p.site()
			if err != nil {
				return err
			}
			models, err := s.tested(given)
			if err != nil {
				return err
			}
			defer s.left.close()
			list := table{head: []string{"name", "answered", "requests", "milliseconds", "tokens_in", "tokens_out"}}
			code := exitOK
			for _, m := range models {
				row, failed, err := s.try(c.Context(), m)
				if err != nil {
					return err
				}
				list.rows = append(list.rows, row)
				code = max(code, failed)
			}
			if err := list.print(p); err != nil || code == exitOK {
				return err
			}
			return &found{code: code}
		},
	}
}

func (s *site) tested(given []string) ([]config.Model, error) {
	if len(given) == 1 {
		m, ok := s.ModelOf(given[0])
		if !ok {
			return nil, usage("%s has no model %q: grille model list lists them", s.File, given[0])
		}
		return []config.Model{m}, nil
	}
	if ms := s.Drafters(); len(ms) > 0 {
		return ms, nil
	}
	if len(s.Models) == 0 {
		return nil, usage("%s names no model: add models: {NAME: {kind: ..., url: ..., model: ...}}", s.File)
	}
	return s.Models, nil
}

// try sends the probe to one model. A refusal is printed, and gives an exit code.
func (s *site) try(ctx context.Context, m config.Model) (row []any, code int, err error) {
	c, err := s.client(m)
	if err != nil {
		return nil, exitOK, err
	}
	start := time.Now()
	log := probing{s: s}
	d, err := c.Draft(ctx, egress.Probe(), &log)
	took := time.Since(start).Milliseconds()
	answered := "as asked"
	var no *refusal.Refusal
	switch {
	case errors.As(err, &no):
		answered, code = "no", exitOf(no.Code)
		fmt.Fprint(s.err, refused(no, ""))
	case err != nil:
		return nil, exitOK, err
	case d.Kind != model.SQL:
		answered = "as asked, without SQL"
	}
	return []any{m.Name, answered, log.requests, took, int(d.Usage.Input), int(d.Usage.Output)}, code, nil
}

// probing records what leaves, and says so.
type probing struct {
	s        *site
	requests int
}

func (l *probing) Append(ctx context.Context, e model.Entry) error {
	n, err := l.s.left.Append(ctx, ledger.Asker{Viewer: l.s.flags.as, Purpose: ledger.Test}, e)
	if err != nil {
		return err
	}
	l.requests++
	_, err = fmt.Fprintf(l.s.err, "left: %d bytes to %s (ledger entry %d)\n", len(e.Body), e.Provider, n)
	return err
}

// table is a small list, printed as -o has it.
type table struct {
	head []string
	rows [][]any // nil is an empty cell
}

func (t table) print(p *program) error {
	switch p.flags.output {
	case "json":
		return t.json(p.out)
	case "csv":
		w := csv.NewWriter(p.out)
		_ = w.Write(t.head) // Flush has its error
		for _, row := range t.texts() {
			_ = w.Write(row)
		}
		w.Flush()
		return w.Error()
	default:
		return t.plain(p.out)
	}
}

func (t table) plain(to io.Writer) error {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{t.head}, t.texts()...) {
		for i, cell := range row {
			if i > 0 {
				fmt.Fprint(w, "\t")
			}
			fmt.Fprint(w, cell)
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}

func (t table) texts() (rows [][]string) {
	for _, row := range t.rows {
		var texts []string
		for _, cell := range row {
			switch cell := cell.(type) {
			case nil:
				texts = append(texts, "")
			case string:
				texts = append(texts, cell)
			case bool:
				texts = append(texts, map[bool]string{true: "yes", false: "no"}[cell])
			case int:
				texts = append(texts, strconv.Itoa(cell))
			case int64:
				texts = append(texts, strconv.FormatInt(cell, 10))
			default:
				panic("grille: unknown kind of cell")
			}
		}
		rows = append(rows, texts)
	}
	return rows
}

func (t table) json(to io.Writer) error {
	objects := []map[string]any{}
	for _, row := range t.rows {
		o := map[string]any{}
		for i, name := range t.head {
			o[name] = row[i]
		}
		objects = append(objects, o)
	}
	e := json.NewEncoder(to)
	e.SetIndent("", " ")
	return e.Encode(objects)
}
