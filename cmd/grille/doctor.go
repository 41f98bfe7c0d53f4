package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/config"
	"github.com/grille-dev/grille/internal/strict"
	"github.com/grille-dev/grille/ledger"
	"github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run"
)

// doctor looks at everything that an answer needs, each on its own, so that one
// thing that is broken does not hide the next.
type doctor struct {
	*program
	found []diagnosis
}

// diagnosis is one thing that was looked at.
type diagnosis struct {
	Area  string `json:"area"`  // program, configuration, connection clinic, ...
	Level string `json:"level"` // ok, note, red
	What  string `json:"what"`
	Mend  string `json:"mend,omitempty"`
}

func (p *program) doctor() *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "look at everything that an answer needs, and say how to mend what is broken",
		Long: `Looks at this program, the clock, the configuration, each database (what its role
may do, its tables, the rules), each model's settings, and the ledger. No row is
read, and nothing is sent to a model: grille model test does that.

Ends with exit code 1 if something is RED.`,
		Example: `  grille doctor
  grille doctor --connection clinic
  grille doctor -o json`,
		Args: args(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			d := &doctor{program: p}
			d.look(c.Context())
			return d.print()
		},
	}
}

func (d *doctor) say(l run.Level, area, what, mend string) {
	level := map[run.Level]string{run.OK: "ok", run.Yellow: "note", run.Red: "red"}[l]
	d.found = append(d.found, diagnosis{area, level, what, mend})
}

// broken says what an error says, each place of a file on its own.
func (d *doctor) broken(area string, err error) {
	var no *refusal.Refusal
	var many interface{ Unwrap() []error }
	var place *strict.Error
	switch {
	case errors.As(err, &no):
		d.say(run.Red, area, string(no.Code)+": "+no.Msg, no.Try)
	case errors.As(err, &many) && errors.As(err, &place):
		for _, e := range many.Unwrap() {
			d.say(run.Red, area, e.Error(), "")
		}
	default:
		d.say(run.Red, area, err.Error(), "")
	}
}

func (d *doctor) look(ctx context.Context) {
	b := built()
	d.say(run.OK, "program", "grille "+b.String(), "")
	if now := d.clock(); now.Before(b.at) {
		d.say(run.Red, "clock", "it is "+now.UTC().Format(time.DateOnly)+" to this machine, and this program is younger", "set the clock: \"today\" in questions, certificates and receipts depend on it")
	}
	c, err := config.Load(d.flags.config)
	if err != nil {
		d.broken("configuration", err)
		return
	}
	s, err := d.siteOf(c)
	if err != nil {
		d.broken("configuration", err)
		return
	}
	d.configured(s)
	for _, conn := range c.Connections {
		if d.flags.connection == "" || d.flags.connection == conn.Name {
			d.connection(ctx, s, conn)
		}
	}
	d.models(s)
	d.ledger(ctx, s)
}

func (d *doctor) configured(s *site) {
	d.say(run.OK, "configuration", fmt.Sprintf("%s: %s, %s, %s", s.File, counted(len(s.Connections), "connection"), counted(len(s.Models), "model"), counted(len(s.Viewers), "viewer")), "")
	if _, err := s.Connection(d.flags.connection); err != nil && d.flags.connection != "" {
		d.broken("configuration", err)
	}
	if len(s.Viewers) == 0 {
		d.say(run.Yellow, "configuration", "there are no viewers, so nobody can be named with --as", "write viewers: {ana: {teams: [analysts]}} into "+s.File)
	}
	if s.SecretRef == "" {
		d.say(run.Yellow, "configuration", "there is no secret: pseudonyms differ from run to run, and receipts cannot be checked later", "openssl rand -hex 32 > grille.key, chmod 600 grille.key, and secret: file:grille.key in "+s.File)
	}
	if path, ok := strings.CutPrefix(s.SecretRef, "file:"); ok {
		if info, err := os.Stat(s.Path(path)); err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
			d.say(run.Yellow, "configuration", "others may read the secret "+path, "chmod 600 "+path)
		}
	}
	now := d.clock().In(s.Zone)
	what := fmt.Sprintf("today is %s in %s, weeks begin on %s", now.Format("Monday, 2 January 2006"), s.Zone, s.Week)
	if s.Fiscal != 0 {
		what += ", financial years begin in " + s.Fiscal.String()
	}
	d.say(run.OK, "calendar", what, "")
}

func (d *doctor) connection(ctx context.Context, s *site, conn config.Connection) {
	area := "connection " + conn.Name
	heard, own := &hearing{Handler: s.log.Handler()}, *s
	own.log = slog.New(heard)
	e, err := own.engine(conn)
	if err != nil {
		d.broken(area, err)
		return
	}
	defer func() { _ = e.Close() }()
	posture, err := e.Posture(ctx)
	if err != nil {
		d.broken(area, heard.told(err, conn))
		return
	}
	for _, f := range posture.Findings {
		if f.Level == run.Red && conn.InsecureAllowWritableRole {
			f.Level, f.What = run.Yellow, f.What+", and insecure_allow_writable_role lets it"
		}
		d.say(f.Level, area, f.What, f.Mend)
	}
	cat, err := e.Catalog(ctx)
	if err != nil {
		d.broken(area, err)
		return
	}
	columns := 0
	for _, t := range cat.Tables {
		columns += len(t.Columns)
	}
	d.say(run.OK, area, counted(len(cat.Tables), "table")+", "+counted(columns, "column"), "")
	all, err := s.check(cat, conn, false)
	if err != nil {
		d.broken(area, err)
		return
	}
	d.rules(area, all)
	d.meaning(area, conn, cat)
}

// rules says what is wrong with rules, and how much else there is to say.
func (d *doctor) rules(area string, all []rules.Finding) {
	more := 0
	for _, f := range all {
		if f.Severity == rules.Error {
			d.say(run.Red, area, f.String(), "")
		} else {
			more++
		}
	}
	switch {
	case failed(all):
	case more > 0:
		d.say(run.Yellow, area, "the rules hold, with "+counted(more, "thing")+" to know", "grille rules check lists them")
	default:
		d.say(run.OK, area, "the rules hold", "")
	}
}

// meaning says whether what people say of the data fits the database.
func (d *doctor) meaning(area string, conn config.Connection, cat *catalog.Catalog) {
	m, err := readMeaning(conn)
	switch _, unfit := m.Over(cat); {
	case err != nil:
		d.broken(area, err)
	case len(unfit) > 0:
		d.say(run.Yellow, area, counted(len(unfit), "thing")+" that the file of meaning says do not fit the database, and are left out", "grille meaning check lists them")
	case m != nil:
		d.say(run.OK, area, "what the file of meaning says fits the database", "")
	}
}

func (d *doctor) models(s *site) {
	if len(s.Drafters()) == 0 {
		d.say(run.OK, "models", "the planner drafts, and nothing leaves", "")
	}
	for _, m := range s.Models {
		area := "model " + m.Name
		if _, err := s.client(m); err != nil {
			d.broken(area, err)
			continue
		}
		d.say(run.OK, area, m.ID+" at "+m.URL+": address, key and certificates can be used", "grille model test "+m.Name+" sends it a request")
	}
}

func (d *doctor) ledger(ctx context.Context, s *site) {
	if _, err := os.Stat(s.Ledger.Dir); errors.Is(err, fs.ErrNotExist) {
		d.say(run.OK, "ledger", "nothing has left yet", "")
		return
	}
	v := &verifying{program: d.program}
	r, err := v.ofSite(ctx, s, ledger.PublicKey{}, nil)
	if err != nil {
		d.broken("ledger", err)
		return
	}
	for _, f := range r.Findings {
		d.say(run.Red, "ledger", f.Text, "grille verify ledger says more")
	}
	if len(r.Findings) == 0 {
		d.say(run.OK, "ledger", fmt.Sprintf("%d requests of %d bytes in all, and nothing was changed", r.Requests, r.Bytes), "")
	}
	if len(s.Ledger.Checkpoints) == 0 {
		d.say(run.Yellow, "ledger", "no checkpoints are sent outside: whoever has its keys can write another history", "name some as ledger: {checkpoints: [...]} (docs/ledger.md)")
	}
}

func (d *doctor) print() error {
	red := 0
	for _, f := range d.found {
		if f.Level == "red" {
			red++
		}
	}
	if err := d.printed(); err != nil {
		return err
	}
	if red > 0 {
		return &found{text: counted(red, "thing") + " to mend"}
	}
	return nil
}

func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

func (d *doctor) printed() error {
	switch d.flags.output {
	case "json":
		return writeJSON(d.out, d.found)
	case "csv":
		t := table{head: []string{"area", "level", "what", "mend"}}
		for _, f := range d.found {
			t.rows = append(t.rows, []any{f.Area, f.Level, f.What, f.Mend})
		}
		return t.print(d.program)
	}
	area := ""
	for _, f := range d.found {
		if f.Area != area {
			area = f.Area
			fmt.Fprintln(d.out, area)
		}
		mark := map[string]string{"ok": "ok    ", "note": "note  ", "red": "RED   "}[f.Level]
		fmt.Fprintf(d.out, "  %s%s\n%s", mark, indent(f.What, ""), mending(f.Mend))
	}
	return nil
}
