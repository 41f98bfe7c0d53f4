package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/grille-dev/grille/internal/config"
	meanings "github.com/grille-dev/grille/meaning"
	"github.com/grille-dev/grille/policy/rules"
)

func (p *program) schema() *cobra.Command {
	return &cobra.Command{
		Use:   "schema config|rules|meaning",
		Short: "print a JSON Schema of a kind of file, for editors",
		Long: `Prints a JSON Schema (draft 2020-12): config is for grille.yaml, rules for the
file that says who may see what, meaning for that of what the data mean. It knows
keys and forms; whether a file works is for
grille doctor, grille rules check and grille meaning check.`,
		Example: `  grille schema config > grille.schema.json
  # then, as the first line of grille.yaml:
  # yaml-language-server: $schema=grille.schema.json
  grille schema rules > rules.schema.json`,
		Args: args(1, 1, "the kind of a file"),
		RunE: func(_ *cobra.Command, given []string) error {
			text, err := schemaOf(given[0])
			if err != nil {
				return err
			}
			_, err = p.out.Write(text)
			return err
		},
	}
}

func schemaOf(kind string) ([]byte, error) {
	switch strings.ToLower(kind) {
	case "config":
		return config.Schema(), nil
	case "rules":
		return rules.Schema(), nil
	case "meaning":
		return meanings.Schema(), nil
	default:
		return nil, usage("there is no schema of %q: write config, rules or meaning", kind)
	}
}
