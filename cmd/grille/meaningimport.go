package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/grille-dev/grille/meaning/dbt"
)

func (p *program) meaningImport() *cobra.Command {
	return &cobra.Command{
		Use:   "import MANIFEST",
		Short: "propose a meaning file from the manifest.json of a dbt project",
		Long: `Reads the manifest.json that dbt writes into its target folder and prints a meaning
file for the tables of this connection, to be read by a person: descriptions, other
names and units below meta, keys from tests (unique with not_null, relationships)
and contracts, the date and the metrics of semantic models. No value is taken:
what accepted_values tests and seeds hold stays where it is.

What is not taken is listed on standard error with the reason. Classes below meta
(meta: {class: pii.name}) are for rules init --dbt.`,
		Example: `  grille meaning import target/manifest.json > clinic-meaning.yaml
  grille meaning import --connection clinic ../warehouse/target/manifest.json`,
		Args: args(1, 1, "a manifest.json"),
		RunE: func(c *cobra.Command, given []string) error {
			s, err := p.site()
			if err != nil {
				return err
			}
			project, err := dbt.Read(given[0])
			if err != nil {
				return usage("%v", err)
			}
			conn, err := s.Connection(p.flags.connection)
			if err != nil {
				return err
			}
			cat, err := s.wholeCatalog(c.Context(), conn)
			if err != nil {
				return err
			}
			text, left := project.Meaning(cat)
			for _, l := range left {
				fmt.Fprintln(p.err, indent("not taken: "+l, ""))
			}
			_, err = p.out.Write(text)
			return err
		},
	}
}
