package tour

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/grille-dev/grille/ledger"
)

// proof is who writes the rules and sees no data: what left for a model is all in
// the ledger, and nobody can change it unseen.
type proof struct {
	priya    asked
	entries  []ledger.Entry
	report   *ledger.Report
	flipped  int64 // the entry in which a byte of the copy was changed
	tampered *ledger.Report
}

func (*proof) about() about {
	return about{"What left, and whether it can be proved", "priya",
		"Priya is the security officer. She writes the rules, and no table is open to her. What was sent to the stand-in in this tour is in a ledger, which was written before each request left."}
}

func (p *proof) play(ctx context.Context, s *stage) (err error) {
	if p.priya, err = s.planned(perDepartment, "priya"); err != nil {
		return err
	}
	if _, err = s.byModel(); err != nil {
		return err
	}
	if _, err = s.drafted("tom", "average stay by ward and birth decade", once); err != nil {
		return err // so that there is an entry, also where this scene is shown alone
	}
	if err := ledger.Read(ctx, s.ledgerDir(), filepath.Join(s.Dir, "keys"), 1, func(e ledger.Entry) error {
		p.entries = append(p.entries, e)
		return nil
	}); err != nil {
		return err
	}
	if p.report, err = ledger.Verify(ctx, ledger.Verification{Dir: s.ledgerDir(), Keys: filepath.Join(s.Dir, "keys"), Open: true}); err != nil {
		return err
	}
	if err := p.tamper(ctx, s); err != nil {
		return err
	}
	p.show(s)
	return nil
}

// tamper changes one byte of a copy, in the middle of the last entry.
func (p *proof) tamper(ctx context.Context, s *stage) error {
	dir := filepath.Join(s.Dir, "copy")
	if err := os.CopyFS(dir, os.DirFS(s.ledgerDir())); err != nil {
		return fmt.Errorf("copying the ledger: %w", err)
	}
	if err := os.Chmod(dir, 0o700); err != nil { // a ledger's folder is nobody else's
		return err
	}
	file := filepath.Join(dir, "log")
	log, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	lines := bytes.SplitAfter(log, []byte("\n"))
	n := len(p.entries)
	if n == 0 || len(lines) < 2*n { // an entry, and its checkpoint
		return errors.New("the ledger's log is not as long as it should be")
	}
	entry := lines[2*(n-1)]
	entry[len(entry)/2] ^= 1
	if err := os.WriteFile(file, bytes.Join(lines, nil), 0o600); err != nil {
		return err
	}
	p.flipped = int64(n)
	p.tampered, err = ledger.Verify(ctx, ledger.Verification{Dir: dir})
	return err
}

func (p *proof) show(s *stage) {
	s.asks(p.priya)
	s.result(p.priya)
	s.heading("The ledger")
	for _, e := range p.entries {
		s.line(fmt.Sprintf("  entry %d: %d bytes to %s for %s", e.Number, e.Bytes, e.Provider, e.Viewer))
	}
	s.heading("It is verified")
	s.list(told(p.report))
	s.heading(fmt.Sprintf("In a copy of it one bit of entry %d is changed, and it is verified again", p.flipped))
	s.list(told(p.tampered))
}

func told(r *ledger.Report) []string {
	if len(r.Findings) > 0 {
		return r.Lines()
	}
	return append(r.Lines(), "nothing was changed")
}

func (s *stage) list(lines []string) {
	for _, l := range lines {
		s.text(l, "  ", "    ")
	}
}

func (p *proof) claims() []claim {
	var sent int64
	for _, e := range p.entries {
		sent += e.Bytes
	}
	return []claim{
		{"Priya saw no data", p.priya.refused != "" && p.priya.table == ""},
		{fmt.Sprintf("the ledger has %s of %d bytes, and nothing of it was changed", some(p.report.Requests, "request", "requests"), p.report.Bytes),
			p.report.Requests > 0 && p.report.Requests == int64(len(p.entries)) && p.report.Bytes == sent && len(p.report.Findings) == 0},
		{"one bit that was changed was found, and the entry named in which it is", p.named()},
	}
}

func (p *proof) named() bool {
	for _, f := range p.tampered.Findings {
		if f.Entry == p.flipped {
			return true
		}
	}
	return false
}
