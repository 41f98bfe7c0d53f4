package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/planner"
)

func (p *program) suggest() *cobra.Command {
	most := 0
	c := &cobra.Command{
		Use:   "suggest [TYPED]",
		Short: "complete a question that has been typed in part",
		Long: `Prints whole questions that begin with what has been typed so far, down to half a
word, the most useful first; without anything typed, questions to begin with.

Each is one that the planner answers, within the rights of the viewer that --as
names. They are made of names, and of no stored value; nothing is run.`,
		Example: `  grille suggest --as ana
  grille suggest --as ana "how many vis"
  grille suggest --as ana -o json "average stay "`,
		Args: args(0, 1, "what has been typed"),
		RunE: func(c *cobra.Command, given []string) error {
			return p.withGrille(c.Context(), append(given, "")[:1], func(ctx context.Context, s *site, g *grille.Grille, text string) error {
				v, err := s.viewer()
				if err != nil {
					return err
				}
				all, err := g.Suggest(ctx, grille.Question{Text: text, Viewer: v}, most)
				if err != nil {
					return err
				}
				return printSuggestions(p.out, p.flags.output, all)
			})
		},
	}
	c.Flags().IntVarP(&most, "number", "n", 0, "how `many`; else eight")
	return c
}

// suggestedQuestion is a suggestion in JSON. Typed counts bytes.
type suggestedQuestion struct {
	Text  string `json:"text"`
	Typed int    `json:"typed"`
	Kind  string `json:"kind"`
}

// printSuggestions prints one a line, and nothing where there are none.
func printSuggestions(w io.Writer, format string, all []planner.Suggestion) error {
	switch format {
	case "json":
		list := []suggestedQuestion{}
		for _, s := range all {
			list = append(list, suggestedQuestion{s.Text, s.Typed, s.Kind.String()})
		}
		e := json.NewEncoder(w)
		e.SetIndent("", " ")
		return e.Encode(list)
	case "csv":
		c := csv.NewWriter(w)
		rows := [][]string{{"text", "typed", "kind"}}
		for _, s := range all {
			rows = append(rows, []string{s.Text, strconv.Itoa(s.Typed), s.Kind.String()})
		}
		return c.WriteAll(rows)
	default:
		for _, s := range all {
			fmt.Fprintln(w, indent(s.Text, ""))
		}
		return nil
	}
}
