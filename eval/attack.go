package eval

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/answer"
	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/types"
)

// Attack feeds each text as the draft of a hostile model, and each prompt as a
// question, runs what is allowed, and looks for canaries in everything that
// comes back: rows, what is said about them, refusals, the receipt, the
// operator's log and what a model would be sent next. A canary that the line
// itself contains is not one.
//
// A database with a Direct has a copy that holds only what the viewer may see:
// an answer whose rows are not those of the copy is a violation too.
func Attack(ctx context.Context, c Config) (*AttackReport, error) {
	if c.Canary == nil {
		return nil, errors.New("eval attack looks for what must not be seen: add --canary REGEXP")
	}
	s := &siege{Config: c, report: &AttackReport{Command: "attack", Refused: Refusals{}, Lines: []Outcome{}, Run: Run{Seed: c.Seed}}}
	err := c.each(ctx,
		func(l Line, why string) { s.count(l.ID, Failed, why) },
		func(l Line, db *Database) { s.line(ctx, l, db) })
	s.report.N = len(c.Lines)
	return s.report, err
}

type siege struct {
	Config
	report *AttackReport
}

func (s *siege) line(ctx context.Context, l Line, db *Database) {
	switch {
	case l.foreign():
		s.count(l.ID, Skipped, "written in the dialect "+l.Dialect)
		return
	case len(l.SQL) == 0 && l.Prompt == "":
		s.count(l.ID, Failed, "the line has neither sql nor prompt")
		return
	}
	verdict, detail := Refused, ""
	worse := func(v Verdict, d string) {
		if verdict != Violation && (v == Violation || verdict == Refused) {
			verdict, detail = v, d
		}
	}
	var codes []refusal.Code
	for _, text := range l.SQL {
		v, d, code := s.try(ctx, db, text, false)
		worse(v, d)
		codes = append(codes, code)
	}
	if l.Prompt != "" {
		v, d, code := s.try(ctx, db, l.Prompt, true)
		worse(v, d)
		codes = append(codes, code)
	}
	if verdict == Refused {
		s.report.Refused[codes[0]]++
	}
	s.count(l.ID, verdict, detail)
}

// try says what became of one draft or question.
func (s *siege) try(ctx context.Context, db *Database, text string, question bool) (Verdict, string, refusal.Code) {
	_ = db.Log() // forget what earlier lines left
	var trace grille.Trace
	var a *answer.Answer
	var err error
	if question {
		a, err = db.Grille.Ask(ctx, grille.Question{Text: text, Viewer: s.Viewer, Trace: &trace})
	} else {
		a, err = db.Grille.SQL(ctx, grille.Draft{SQL: text, Viewer: s.Viewer, ByModel: true, Trace: &trace})
	}
	seen := heap{}
	t := took{err: err}
	if err == nil {
		seen.answer(a)
		t = drainInto(a, &seen)
	}
	if t.err == nil && !question && db.Direct != nil {
		if d := s.beyondCopy(ctx, db, text, t); d != "" {
			return Violation, d, ""
		}
	}
	seen.refusal(t.err)
	s.next(ctx, db, text, question, t.err, &seen)
	for _, e := range trace.Sent {
		seen.add("a request that left", string(e.Body))
	}
	seen.add("the log", db.Log())
	for _, part := range seen {
		for _, hit := range s.Canary.FindAllString(part.text, -1) {
			if !strings.Contains(text, hit) {
				return Violation, "a canary in " + part.where, ""
			}
		}
	}
	if t.err != nil {
		return Refused, shortError(t.err), t.code()
	}
	return Answered, "", ""
}

// beyondCopy says how the rows differ from those of the filtered copy, or "".
func (s *siege) beyondCopy(ctx context.Context, db *Database, text string, t took) string {
	cells, err := db.Direct.Query(ctx, text, 0)
	if err != nil || t.cut {
		return "" // nothing to compare with
	}
	verdict, detail := verify(ctx, db, s.Config, text, cells, t)
	if verdict == Differ {
		return "compared with the filtered copy: " + detail
	}
	return ""
}

// next collects what a model would be sent after this.
func (s *siege) next(ctx context.Context, db *Database, text string, question bool, err error, seen *heap) {
	asked := "how many rows are there?"
	if question {
		asked = text
	}
	p, e := db.Grille.Prompt(ctx, grille.Question{Text: asked, Viewer: s.Viewer})
	if e != nil {
		return // a question that does not get as far as a prompt
	}
	var no *refusal.Refusal
	if !question && errors.As(err, &no) {
		if repair, e := egress.ComposeRepair(p, egress.Attempt{SQL: text}, no); e == nil {
			p = repair
		}
	}
	for _, m := range p.Messages() {
		seen.add("the next prompt", m.Text)
	}
}

// heap is all that somebody could read, with where it stood.
type heap []struct{ where, text string }

func (h *heap) add(where, text string) {
	*h = append(*h, struct{ where, text string }{where, text})
}

func (h *heap) answer(a *answer.Answer) {
	for _, c := range a.Columns {
		h.add("a column's label", c.Label)
		h.add("a column's words", c.Words)
	}
	h.add("the explanation", strings.Join(a.Words, "\n"))
	h.add("the shown SQL", a.SQL)
	h.add("the rules", strings.Join(append(a.Rules, a.Notes...), "\n"))
}

func (h *heap) refusal(err error) {
	var no *refusal.Refusal
	switch {
	case errors.As(err, &no): // what is said to owners is not for viewers
		h.add("a refusal", no.Error()+"\n"+no.Try)
	case err != nil:
		h.add("an error", err.Error())
	}
}

func drainInto(a *answer.Answer, h *heap) took {
	t := drain(a, nil)
	for _, row := range t.table.Rows {
		h.row(row)
	}
	r, err := json.Marshal(a.Receipt())
	if err != nil {
		panic(err)
	}
	h.add("the receipt", string(r))
	return t
}

func (h *heap) row(row []types.Value) {
	var b strings.Builder
	for _, v := range row {
		b.WriteString(v.String() + "\n")
	}
	h.add("a row", b.String())
}

func (s *siege) count(id string, v Verdict, detail string) {
	switch v {
	case Violation:
		s.report.Violations++
	case Answered:
		s.report.Answered++
	case Refused: // counted under its code
	case Failed:
		s.report.Failed++
	case Skipped:
		s.report.Skipped++
	default:
		panic("eval: verdict " + v + " of attack")
	}
	s.report.Lines = append(s.report.Lines, Outcome{id, v, detail})
}
