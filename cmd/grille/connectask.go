package main

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/config"
	"github.com/grille-dev/grille/policy/rules"
)

// decide asks what to do, and writes files.
func (k *connecting) decide(ctx context.Context, s *site, conn config.Connection, proposed *rules.Proposal) error {
	if k.accept {
		return k.accepted(ctx, s, conn, proposed, all)
	}
	fmt.Fprintf(k.out, "\nNothing is visible until you accept. Team %q, you, would see every row of these tables,\nwith columns masked or closed by class.\n", owners)
	in := bufio.NewReader(k.in)
	choice, err := k.choice(in, "[a]ccept  [e]dit  [t]able by table  [q]uit: ", "accept", "edit", "table", "quit")
	if err != nil {
		return err
	}
	switch choice {
	case "accept":
		return k.accepted(ctx, s, conn, proposed, all)
	case "table":
		return k.byTable(ctx, s, conn, proposed, in)
	case "edit":
		if err := k.write(s, conn, proposed.File(none)); err != nil {
			return err
		}
		fmt.Fprintf(k.out, "Nothing is granted yet. Edit %s, add grants, then: grille rules check --config %s\n", conn.Rules, s.File)
		return nil
	case "quit":
		return k.quit()
	default:
		panic("grille: an unknown choice")
	}
}

// choice asks until one of the words, or a word's first letter, comes.
func (k *connecting) choice(in *bufio.Reader, ask string, words ...string) (string, error) {
	for range 3 {
		fmt.Fprint(k.out, ask)
		line, err := in.ReadString('\n')
		if err != nil && line == "" {
			fmt.Fprintln(k.out)
			return "", usage("nobody answered, and nothing was written: add --accept to accept without being asked")
		}
		said := strings.ToLower(strings.TrimSpace(line))
		for _, w := range words {
			if said == w || said == w[:1] {
				return w, nil
			}
		}
		fmt.Fprintf(k.out, "That is none of %s.\n", strings.Join(words, ", "))
	}
	return "", usage("three answers that were not asked for: nothing was written")
}

func (k *connecting) quit() error {
	fmt.Fprintln(k.out, "Nothing was written.")
	return nil
}

// accepted writes what is proposed with the grants of some tables, and says what
// can be asked.
func (k *connecting) accepted(ctx context.Context, s *site, conn config.Connection, proposed *rules.Proposal, opens func(*catalog.Table) string) error {
	if len(proposed.Tables()) == 0 {
		return usage("there is no table that could be opened: views and foreign tables are opened by hand, see grille rules init")
	}
	if err := k.write(s, conn, proposed.File(opens)); err != nil {
		return err
	}
	return k.suggest(ctx, s, conn)
}

// all and none say to whom a table opens that was accepted, and one that was not.
func all(*catalog.Table) string  { return owners }
func none(*catalog.Table) string { return "" }

// byTable shows one table after the other and asks whether it opens. Nothing is
// written before the last.
func (k *connecting) byTable(ctx context.Context, s *site, conn config.Connection, proposed *rules.Proposal, in *bufio.Reader) error {
	tables := proposed.Tables()
	opens := map[*catalog.Table]string{}
	shown := rules.Shown()
	for i, t := range tables {
		fmt.Fprintf(k.out, "\n%s  (%d of %d)\n", indent(proposed.Name(t), ""), i+1, len(tables))
		for _, c := range t.Columns {
			class := proposed.Class(c)
			fmt.Fprintf(k.out, "  %-24s %-18s %-12s %s\n", indent(c.Name, ""), c.Declared, class, shown[class])
		}
		choice, err := k.choice(in, fmt.Sprintf("open it to team %q? [o]pen  [c]losed  [q]uit: ", owners), "open", "closed", "quit")
		if err != nil {
			return err
		}
		switch choice {
		case "open":
			opens[t] = owners
		case "closed":
		case "quit":
			return k.quit()
		default:
			panic("grille: an unknown choice")
		}
	}
	if len(opens) == 0 {
		fmt.Fprintln(k.out, "\nNo table was opened.")
		return k.quit()
	}
	fmt.Fprintf(k.out, "\n%s open, %d closed.\n", counted(len(opens), "table"), len(tables)-len(opens))
	return k.accepted(ctx, s, conn, proposed, func(t *catalog.Table) string { return opens[t] })
}

// suggest names up to three questions that work.
func (k *connecting) suggest(ctx context.Context, s *site, conn config.Connection) error {
	compile, err := s.compile(conn)
	if err != nil {
		return err
	}
	g, err := s.openWith(ctx, conn, compile)
	if err != nil {
		return err
	}
	defer func() { _ = g.Close() }()
	works, err := g.Suggest(ctx, grille.Question{Viewer: s.Viewers[0]}, 3)
	if err != nil || len(works) == 0 {
		return err
	}
	fmt.Fprintln(k.out, "\nTry:")
	for _, q := range works {
		fmt.Fprintf(k.out, "  grille ask%s --as %s %q\n", k.where(s, conn), owner, q.Text)
	}
	return nil
}

// where are the flags by which the connection is found.
func (k *connecting) where(s *site, conn config.Connection) string {
	flags := ""
	if s.File != "grille.yaml" {
		flags += " --config " + s.File
	}
	if k.there {
		flags += " --connection " + conn.Name
	}
	return flags
}
