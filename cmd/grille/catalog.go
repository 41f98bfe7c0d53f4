package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/grille-dev/grille/catalog"
)

func (p *program) catalog() *cobra.Command {
	return &cobra.Command{
		Use:   "catalog",
		Short: "list what the viewer can ask about",
		Long: `Lists the tables and columns as they exist for the viewer that --as names:
what the rules close is not there, and what they mask has the mask's type.`,
		Example: `  grille catalog --as ana
  grille catalog --as ana -o json`,
		Args: args(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := p.site()
			if err != nil {
				return err
			}
			v, err := s.viewer()
			if err != nil {
				return err
			}
			g, _, err := s.open(c.Context())
			if err != nil {
				return err
			}
			defer func() { _ = g.Close() }()
			outline, err := g.Outline(c.Context(), v)
			if err != nil {
				return err
			}
			return printOutline(p.out, p.flags.output, outline)
		},
	}
}

type listed struct {
	Schema string `json:"schema"`
	Table  string `json:"table"`
	Column string `json:"column"`
	Type   string `json:"type"`
	Refers string `json:"refers_to,omitempty"`
	// InGroups: only counts, sums and averages of groups are shown of the table.
	InGroups bool `json:"in_groups,omitempty"`
}

func printOutline(w io.Writer, format string, c *catalog.Catalog) error {
	var rows []listed
	for _, t := range c.Tables {
		for _, col := range t.Columns {
			rows = append(rows, listed{Schema: t.Schema, Table: t.Name, Column: col.Name, Type: col.Type.String(), Refers: refersTo(c, t, col), InGroups: t.InGroups})
		}
	}
	switch format {
	case "json":
		e := json.NewEncoder(w)
		e.SetIndent("", " ")
		return e.Encode(rows)
	case "csv":
		fmt.Fprintln(w, "schema,table,column,type,refers_to,in_groups")
		for _, r := range rows {
			fields := []string{r.Schema, r.Table, r.Column, r.Type, r.Refers, fmt.Sprint(r.InGroups)}
			for i, f := range fields {
				if strings.ContainsAny(f, ",\"\n\r") {
					fields[i] = `"` + strings.ReplaceAll(f, `"`, `""`) + `"`
				}
			}
			fmt.Fprintln(w, strings.Join(fields, ","))
		}
		return nil
	}
	var b strings.Builder
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	last := ""
	for _, r := range rows {
		if r.Schema+"."+r.Table != last {
			last = r.Schema + "." + r.Table
			note := ""
			if r.InGroups {
				note = " (counts, sums and averages of groups)"
			}
			fmt.Fprintf(t, "%s%s\n", last, note)
		}
		note := ""
		if r.Refers != "" {
			note = "-> " + r.Refers
		}
		fmt.Fprintf(t, "  %s\t%s\t%s\n", r.Column, r.Type, note)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for line := range strings.Lines(b.String()) {
		fmt.Fprintln(w, strings.TrimRight(line, " \n"))
	}
	return nil
}

func refersTo(c *catalog.Catalog, t *catalog.Table, col *catalog.Column) string {
	for _, f := range t.Refers() {
		if len(f.Columns) == 1 && f.Columns[0] == col.ID {
			if to := c.Table(f.To); to != nil && to.Column(f.ToColumns[0]) != nil {
				return to.Name + "." + to.Column(f.ToColumns[0]).Name
			}
		}
	}
	return ""
}
