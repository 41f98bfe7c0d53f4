package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/grille-dev/grille/ledger"
)

// inspecting are the flags of ledger.
type inspecting struct {
	*program
	last   int
	viewer string
	yes    bool
}

func (p *program) ledger() *cobra.Command {
	k := &inspecting{program: p}
	c := group(&cobra.Command{
		Use:   "ledger",
		Short: "see what left for a model, and erase who asked it",
		Long: `Every request to a model is recorded before its first byte leaves, in the folder
that ledger: {dir: PATH} of the configuration names (grille-state/ledger).
Who asked and what was sent are encrypted; the keys lie in another folder.

To check that nothing was changed or removed: grille verify ledger.`,
		Example: `  grille ledger list
  grille ledger show 12
  grille ledger export march.bundle
  grille ledger erase --viewer ana`,
	})
	list := &cobra.Command{
		Use: "list", Short: "list what left, the newest last",
		Example: "  grille ledger list --last 20\n  grille ledger list --last 0 -o csv > left.csv",
		Args:    args(0, 0, ""),
		RunE:    func(c *cobra.Command, _ []string) error { return k.list(c.Context()) },
	}
	list.Flags().IntVar(&k.last, "last", 100, "how many of the newest; 0: all")
	show := &cobra.Command{
		Use: "show NUMBER", Short: "show exactly what left in one request",
		Example: "  grille ledger show 12\n  grille ledger show 12 -o json",
		Args:    args(1, 1, "the number of an entry"),
		RunE:    func(c *cobra.Command, given []string) error { return k.show(c.Context(), given[0]) },
	}
	export := &cobra.Command{
		Use: "export FILE", Short: "write a file with which others can verify, and read nothing",
		Long: `Writes the log and its public key into one file, which grille verify ledger
--bundle checks anywhere, without keys. Who asked and what was sent stay
encrypted in it. - writes to standard output.`,
		Example: "  grille ledger export march.bundle\n  grille verify ledger --bundle march.bundle",
		Args:    args(1, 1, "a file"),
		RunE:    func(c *cobra.Command, given []string) error { return k.export(c.Context(), given[0]) },
	}
	erase := &cobra.Command{
		Use: "erase --viewer NAME", Short: "make all that one person sent unreadable, for good",
		Long: `Destroys the key of one person: what they sent, and that it was they, can be read
no more, by nobody. That something left, when, where to and how much stays, and
so does every proof. An entry says that somebody was erased, and not who.

Copies of the folder of keys that were made elsewhere keep the key: erase there
too.`,
		Example: "  grille ledger erase --viewer ana\n  grille ledger erase --viewer ana --yes",
		Args:    args(0, 0, ""),
		RunE:    func(c *cobra.Command, _ []string) error { return k.erase(c.Context()) },
	}
	erase.Flags().StringVar(&k.viewer, "viewer", "", "the `name` of who is erased")
	erase.Flags().BoolVar(&k.yes, "yes", false, "do not ask")
	c.AddCommand(list, show, export, erase)
	return c
}

func (k *inspecting) list(ctx context.Context) error {
	if k.last < 0 {
		return usage("--last is how many of the newest: write 0 for all")
	}
	s, err := k.site()
	if err != nil {
		return err
	}
	from := int64(1)
	if k.last > 0 {
		from = 1 - int64(k.last)
	}
	var all []ledger.Entry
	if err := ledger.Read(ctx, s.Ledger.Dir, s.Ledger.Keys, from, func(e ledger.Entry) error {
		e.Body = nil
		all = append(all, e)
		return nil
	}); err != nil {
		return err
	}
	if err := k.printEntries(s, all); err != nil {
		return err
	}
	k.printDeliveries(s)
	return nil
}

var entryColumns = []string{"entry", "time", "viewer", "model", "host", "bytes", "purpose", "connection"}

func entryRow(s *site, e ledger.Entry) []any {
	number, at := int(e.Number), e.Time.In(s.Zone).Format("2006-01-02 15:04:05")
	switch e.Kind {
	case "erased":
		return []any{number, at, "(somebody was erased)", nil, nil, nil, nil, nil}
	case "recovered":
		return []any{number, at, fmt.Sprintf("(%d bytes of a torn record were cut off)", e.Bytes), nil, nil, nil, nil, nil}
	}
	who := e.Viewer
	if e.Sealed != "" {
		who = "(" + e.Sealed + ")"
	}
	purpose := string(e.Purpose)
	if e.Round > 0 {
		purpose += fmt.Sprintf(", repair %d", e.Round)
	}
	return []any{number, at, who, e.Provider, e.Host, int(e.Bytes), purpose, e.Connection}
}

func (k *inspecting) printEntries(s *site, all []ledger.Entry) error {
	if k.flags.output == "json" {
		return writeJSON(k.out, append([]ledger.Entry{}, all...)) // [] where there is none
	}
	list := table{head: entryColumns}
	for _, e := range all {
		list.rows = append(list.rows, entryRow(s, e))
	}
	return list.print(k.program)
}

// printDeliveries says where checkpoints are, and where not.
func (k *inspecting) printDeliveries(s *site) {
	all := ledger.Deliveries(s.Ledger.Dir)
	for _, o := range s.Ledger.Checkpoints {
		switch d := all[place(o)]; {
		case d.Failed != "":
			fmt.Fprintf(k.err, "grille: %s: since checkpoint %d none got out; it is tried again with the next entry\n", d.Failed, d.Since)
		case d.Size == 0:
			fmt.Fprintf(k.err, "grille: no checkpoint got out to %s yet\n", place(o))
		}
	}
}

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

func (k *inspecting) show(ctx context.Context, text string) error {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 {
		return usage("entries are numbered from 1, and %q is no number", text)
	}
	s, err := k.site()
	if err != nil {
		return err
	}
	var found *ledger.Entry
	enough := errors.New("enough")
	err = ledger.Read(ctx, s.Ledger.Dir, s.Ledger.Keys, n, func(e ledger.Entry) error {
		found = &e
		return enough
	})
	if err != nil && !errors.Is(err, enough) {
		return err
	}
	if found == nil {
		return usage("the ledger has no entry %d: see grille ledger list", n)
	}
	return k.printEntry(s, *found)
}

func (k *inspecting) printEntry(s *site, e ledger.Entry) error {
	sum := sha256.Sum256(e.Body)
	digest := hex.EncodeToString(sum[:])
	if k.flags.output == "json" {
		out := struct {
			ledger.Entry
			SHA256 string `json:"sha256,omitempty"`
			Body   string `json:"body,omitempty"`
		}{Entry: e, Body: string(e.Body)}
		if len(e.Body) > 0 {
			out.SHA256 = digest
		}
		return writeJSON(k.out, out)
	}
	w := tabwriter.NewWriter(k.err, 0, 4, 2, ' ', 0) // what left goes to standard output alone
	row := entryRow(s, e)
	for i, name := range entryColumns {
		if row[i] != nil {
			fmt.Fprintf(w, "%s\t%v\n", name, row[i])
		}
	}
	for _, more := range [][2]string{{"team", e.Team}, {"receipt", e.Ask}, {"url", e.URL}} {
		if more[1] != "" {
			fmt.Fprintf(w, "%s\t%s\n", more[0], more[1])
		}
	}
	if len(e.Body) > 0 {
		fmt.Fprintf(w, "sha256\t%s\n", digest)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := k.out.Write(e.Body)
	return err
}

func (k *inspecting) export(ctx context.Context, path string) error {
	s, err := k.site()
	if err != nil {
		return err
	}
	out := k.out
	var f *os.File
	if path != "-" {
		if f, err = os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600); err != nil {
			return usage("%v: name a file that is not there yet", err)
		}
		out = f
	}
	n, err := ledger.Export(ctx, s.Ledger.Dir, out)
	if f != nil {
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(k.err, "%d entries; others verify them with: grille verify ledger --bundle %s\n", n, path)
	return nil
}

func (k *inspecting) erase(ctx context.Context) error {
	if k.viewer == "" {
		return usage("who is erased? add --viewer NAME")
	}
	s, err := k.site()
	if err != nil {
		return err
	}
	if !k.yes {
		fmt.Fprintf(k.err, "What %s sent to models will be unreadable for good. To go on, write the name again: ", k.viewer)
		line, _ := bufio.NewReader(k.in).ReadString('\n')
		if strings.TrimSpace(line) != k.viewer {
			fmt.Fprintln(k.err)
			return usage("that is another name, so nothing was erased")
		}
	}
	l, err := s.openLedger(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }() // what did not get out was said
	n, err := l.Erase(ctx, k.viewer)
	if n > 0 { // also where the checkpoint did not get out
		fmt.Fprintf(k.err, "erased; entry %d says so, and not who. Copies of %s keep the key: erase there too\n", n, s.Ledger.Keys)
	}
	return err
}
