package tour

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/answer"
	"github.com/grille-dev/grille/demo"
	"github.com/grille-dev/grille/ledger"
	"github.com/grille-dev/grille/model/openai"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/viewer"
)

// stage is what the scenes of one tour share.
type stage struct {
	Config
	ctx     context.Context // of the tour
	plain   *grille.Grille  // the planner drafts; nil until it is needed
	modeled *grille.Grille  // the stand-in drafts
	model   *standIn
	log     *ledger.Log
	unread  int   // words since the last pause
	err     error // of the screen
}

// byPlanner is a Grille without a model.
func (s *stage) byPlanner() (*grille.Grille, error) {
	if s.plain != nil {
		return s.plain, nil
	}
	var err error
	s.plain, err = s.Open(s.ctx, nil, nil)
	return s.plain, err
}

// byModel is a Grille for which the stand-in drafts, and its ledger.
func (s *stage) byModel() (g *grille.Grille, err error) {
	if s.modeled != nil {
		return s.modeled, nil
	}
	if s.model, err = newStandIn(); err != nil {
		return nil, err
	}
	c := openai.Config{Model: "scripted"}
	c.Provider, c.URL = "stand-in", s.model.url
	client, err := openai.New(c)
	if err != nil {
		return nil, err
	}
	s.log, err = ledger.Open(s.ctx, ledger.Config{Dir: s.ledgerDir(), Keys: filepath.Join(s.Dir, "keys"), Clock: s.Clock, Random: s.Random,
		Report: func(line string) { s.err = errors.Join(s.err, errors.New("the ledger reports: "+line)) }})
	if err != nil {
		return nil, err
	}
	s.modeled, err = s.Open(s.ctx, client, s.log)
	return s.modeled, err
}

func (s *stage) ledgerDir() string { return filepath.Join(s.Dir, "ledger") }

func (s *stage) close() error {
	var all []error
	for _, g := range []*grille.Grille{s.plain, s.modeled} {
		if g != nil {
			all = append(all, g.Close())
		}
	}
	if s.log != nil {
		all = append(all, s.log.Close())
	}
	if s.model != nil {
		all = append(all, s.model.close())
	}
	return errors.Join(all...)
}

// asked is a question and what became of it.
type asked struct {
	who, text string
	table     string // the answer as it is shown
	refused   string // or why there is none
	code      refusal.Code
	about     []string // what is said beside the rows
	rows      int64
	complete  bool
	answer.Explanation
	matched []answer.Match
	reading answer.Reading
	draft   string
	sent    []grille.Sent
}

func person(name string) viewer.Viewer {
	for _, v := range demo.Viewers() {
		if v.Name == name {
			return v.Viewer
		}
	}
	panic("tour: the demo has no viewer " + name)
}

// ask asks, and shows nothing. A refusal is an outcome like any other.
func (s *stage) ask(g *grille.Grille, q grille.Question) (asked, error) {
	var trace grille.Trace
	q.Trace = &trace
	a, err := g.Ask(s.ctx, q)
	k := asked{who: q.Viewer.Name, text: q.Text}
	if err == nil {
		err = s.read(a, &k)
	}
	k.draft, k.sent = trace.Draft, trace.Sent
	return k, k.refuse(err)
}

// sql has a draft answered, as its author would.
func (s *stage) sql(g *grille.Grille, d grille.Draft) (asked, error) {
	a, err := g.SQL(s.ctx, d)
	k := asked{who: d.Viewer.Name, draft: d.SQL}
	if err == nil {
		err = s.read(a, &k)
	}
	return k, k.refuse(err)
}

// read takes an answer to its end.
func (s *stage) read(a *answer.Answer, k *asked) error {
	defer func() { _ = a.Close() }()
	var table strings.Builder
	write := a.WriteTable
	if s.Draw {
		write = a.WriteDrawn
	}
	if err := write(&table); err != nil {
		return err
	}
	k.table, k.Explanation, k.matched = table.String(), a.Explanation, a.Matched
	if a.Reading != nil {
		k.reading = *a.Reading
	}
	k.about = append(said(a.Matched), a.Said()...)
	r := a.Receipt()
	k.rows, k.complete = r.Rows, r.Complete
	return nil
}

// refuse keeps a refusal; what is none is an error of the tour.
func (k *asked) refuse(err error) error {
	var no *refusal.Refusal
	if !errors.As(err, &no) {
		return err
	}
	k.code, k.refused = no.Code, fmt.Sprintf("refused %s: %s\ntry: %s", no.Code, no.Msg, no.Try)
	return nil
}

// bytes is how much left for a model.
func (k asked) bytes() int {
	n := 0
	for _, e := range k.sent {
		n += len(e.Body)
	}
	return n
}

// result shows what came of it: the answer with what is said beside it, or why not.
func (s *stage) result(k asked) {
	if k.refused != "" {
		s.code(k.refused, nil)
		return
	}
	s.table(k.table)
	for _, line := range k.about {
		s.text(line, "  ", "    ")
	}
}
