package tour

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/planner"
)

const (
	stored    = "Maria Keller"
	notStored = "Mirela Kessler"
	diagnosis = "SELECT p.name, v.admitted_at, d.description AS diagnosis FROM diagnoses d JOIN visits v ON v.id = d.visit_id" +
		" JOIN patients p ON p.id = v.patient_id WHERE p.name = 'PLACEHOLDER' AND d.main ORDER BY v.admitted_at"
)

// aName is a question that holds the name of a patient, of somebody who may not see
// it and of somebody who may.
type aName struct {
	tom, other, ines reply
	mayAsk           []planner.Suggestion
	hasName, hasNot  bool // of the database
}

// reply is a question to the stand-in, and what that was sent.
type reply struct {
	asked
	name     string // in the question
	received []request
}

func (*aName) about() about {
	return about{"A name in a question", "tom, then ines",
		"Tom asks about a patient by name, and this time a language model drafts. " + scripted}
}

func (n *aName) play(ctx context.Context, s *stage) (err error) {
	for _, a := range []struct {
		to        *reply
		who, name string
	}{{&n.tom, "tom", stored}, {&n.other, "tom", notStored}, {&n.ines, "ines", stored}} {
		if *a.to, err = s.byName(a.who, a.name); err != nil {
			return err
		}
	}
	n.hasName, n.hasNot = bytes.Contains(s.Image, []byte(stored)), !bytes.Contains(s.Image, []byte(notStored))
	g, err := s.byModel()
	if err != nil {
		return err
	}
	if n.mayAsk, err = g.Suggest(ctx, grille.Question{Text: "how many patients", Viewer: person("tom")}, 3); err != nil {
		return err
	}
	n.show(s)
	return nil
}

func (n *aName) show(s *stage) {
	s.asks(n.tom.asked)
	s.heading("The end of what the model was sent")
	s.code(n.tom.asEnding(), nil)
	s.heading("What the model drafted, which is not run")
	s.code(n.tom.draft, nil)
	s.heading("What Tom is told")
	s.result(n.tom.asked)
	s.line("  He may ask, for example:")
	for _, q := range n.mayAsk {
		s.text(q.Text, "    ", "      ")
	}
	s.rest()
	s.asks(n.other.asked)
	s.heading("What he is told of a patient who is not there")
	s.result(n.other.asked)
	s.rest()
	s.asks(n.ines.asked)
	s.heading("The answer; the name was put in here, after the model had had its last word")
	s.result(n.ines.asked)
}

// byName asks what a patient's diagnosis is.
func (s *stage) byName(who, name string) (reply, error) {
	g, err := s.byModel()
	if err != nil {
		return reply{}, err
	}
	s.model.says(diagnosis, diagnosis) // whoever is refused once is refused again
	k, err := s.ask(g, grille.Question{Text: "what is " + name + "'s diagnosis?", Viewer: person(who)})
	return reply{k, name, s.model.heard()}, err
}

func (n *aName) claims() []claim {
	return []claim{
		{fmt.Sprintf("%s is in the database, and %s is not", stored, notStored), n.hasName && n.hasNot},
		{fmt.Sprintf("neither word of her name is in the %d bytes that arrived, headers and all", n.tom.arrived()+n.ines.arrived()),
			n.tom.arrived() > 0 && n.ines.arrived() > 0 && !n.tom.leaked() && !n.ines.leaked()},
		{"what arrived is, byte for byte, what the ledger had before it left", n.tom.recorded() && n.other.recorded() && n.ines.recorded()},
		{"Tom was refused", n.tom.refused != "" && n.tom.table == ""},
		{"he can ask something else", len(n.mayAsk) > 0},
		{"a name that is not stored looks the same to him and to the model, byte for byte", n.tom.alike() == n.other.alike()},
		{fmt.Sprintf("Ines has %s of hers, all that were made in her wards", some(n.ines.rows, "diagnosis", "diagnoses")), n.ines.rows > 0 && n.ines.complete && strings.Contains(n.ines.table, stored)},
	}
}

// arrived is how many bytes did.
func (r reply) arrived() (n int) {
	for _, q := range r.received {
		n += len(q.whole)
	}
	return n
}

// leaked reports whether a word of the name arrived, in whatever case, and however
// it is spelled in JSON.
func (r reply) leaked() bool {
	for _, q := range r.received {
		arrived := strings.ToLower(string(q.whole) + q.plain())
		for _, word := range strings.Fields(strings.ToLower(r.name)) {
			if strings.Contains(arrived, word) {
				return true
			}
		}
	}
	return false
}

// recorded reports whether the ledger has exactly what arrived.
func (r reply) recorded() bool {
	if len(r.received) == 0 || len(r.received) != len(r.sent) {
		return false
	}
	for i, q := range r.received {
		if r.sent[i].Number == 0 || !bytes.Equal(q.body, r.sent[i].Body) {
			return false
		}
	}
	return true
}

// alike is all that a name was part of, with the name and what stood for it taken
// out: what the viewer is told, and what arrived.
func (r reply) alike() string {
	var all strings.Builder
	for _, text := range []string{r.text, r.refused, r.table, r.draft, strings.Join(r.about, "\n")} {
		all.WriteString(text + "\n")
	}
	for _, q := range r.received {
		all.Write(q.body)
		all.WriteByte('\n')
	}
	return strings.ReplaceAll(placeholder.ReplaceAllString(all.String(), "⟨⟩"), r.name, "⟨⟩")
}

// asEnding is the last lines of the first prompt, as they arrived.
func (r reply) asEnding() string {
	if len(r.received) == 0 {
		return ""
	}
	lines := strings.Split(r.received[0].prompt(), "\n")
	return "...\n" + strings.Join(lines[max(0, len(lines)-6):], "\n")
}

func some(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
