package main

import (
	"bytes"

	"github.com/spf13/cobra"

	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/eval"
)

// redact is eval's one command that needs no database: a text is enough.
func (k *evaluating) redact() *cobra.Command {
	const short = "count which personal data is found in labelled texts, and what is marked besides"
	return &cobra.Command{
		Use:   "redact FILE",
		Short: short,
		Long: short + `.

Each line of the file: {"full_text","spans":[{"entity_type","start_position","end_position"}]}
Positions count code points. A label counts as found when half of it is marked.
No database is opened: words that only its names explain count as unknown.`,
		Example: "  grille eval redact --require 'recall.EMAIL_ADDRESS>=0.99' questions.jsonl",
		Args:    args(1, 1, "a file of JSON lines"),
		RunE: func(_ *cobra.Command, given []string) error {
			bounds, err := k.bounds()
			if err != nil {
				return err
			}
			text, err := k.read(given[0])
			if err != nil {
				return err
			}
			lines, err := eval.ReadLabelled(bytes.NewReader(text))
			if err != nil {
				return usage("%s: %v", given[0], err)
			}
			return k.report(eval.Redact(lines, egress.Detect), bounds)
		},
	}
}
