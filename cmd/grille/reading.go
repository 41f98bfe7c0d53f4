package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/answer"
	"github.com/grille-dev/grille/planner"
	"github.com/grille-dev/grille/refusal"
)

// mostOffered is how many readings are shown to choose from.
const mostOffered = 3

// meaning is what the flags say that a question means.
type meaning struct {
	number int
	means  []string
}

func (m *meaning) flags(to *cobra.Command) {
	f := to.Flags()
	f.IntVar(&m.number, "reading", 0, "which of the planner's readings is meant, by the `number` that it has in the list")
	f.StringArrayVar(&m.means, "means", nil, "what `words=meaning` of the question mean, as in \"last year=visits.discharged_at\"; may be repeated")
}

func (m *meaning) check(questions []string) error {
	if len(questions) > 1 && (m.number != 0 || len(m.means) > 0) {
		return usage("--reading and --means are about one question: ask one at a time")
	}
	return nil
}

// of adds the meaning to a question.
func (m *meaning) of(q grille.Question) (grille.Question, error) {
	q.Reading = m.number
	for _, text := range m.means {
		c, err := planner.ParseChoice(text)
		if err != nil {
			return q, usage("--means takes words of the question, = and what they mean, as in --means \"last year=visits.discharged_at\"")
		}
		q.Means = append(q.Means, c)
	}
	return q, nil
}

// reading is the reading that is meant, else the first.
func (m *meaning) reading(u planner.Understanding) (r planner.Reading, err error) {
	if m.number < 0 || m.number > len(u.Readings) {
		return r, refusal.New(refusal.WhichReading, "ask without choosing to see them", "the question has %d readings, and none with the number %d", len(u.Readings), m.number)
	}
	return u.Readings[max(m.number, 1)-1], nil
}

// whichReading adds to a refusal over what is meant what there is to choose, and
// writes it for programs too. Who keeps the rules reads no more of it than who asks.
func (p *program) whichReading(ctx context.Context, g *grille.Grille, q grille.Question, err error) error {
	var no *refusal.Refusal
	if !errors.As(err, &no) || no.Code != refusal.WhichReading {
		return err
	}
	u, other := g.Understand(ctx, q)
	if refusal.CodeOf(other) == refusal.WhichReading {
		return withMeans(no) // a choice that does not fit
	}
	if other != nil {
		return other
	}
	all, other := p.offered(ctx, g, q, u)
	switch {
	case other != nil:
		return other
	case len(all) == 0:
		return err
	case p.flags.output == "json":
		return errors.Join(p.writeOffer(no, u, all), err)
	}
	return toChoose(no, u, all)
}

// toChoose is a refusal with what can be typed: the one thing to say, else the
// readings.
func toChoose(no *refusal.Refusal, u planner.Understanding, all []offer) error {
	told := *no
	if w, ok := u.Which(); ok {
		told.Msg = w.String()
		told.Try = "say which:\n    " + strings.Join(flagsOf(w.Options), "\n    ")
		return &told
	}
	var lines []string
	for _, o := range all {
		lines = append(lines, fmt.Sprintf("--reading %d  %s%s", o.Number, strings.Join(o.Words, "; "), without(o.Passed)+readAs(o.Reading)))
	}
	told.Try = "say which one is meant, or ask in other words:\n    " + strings.Join(lines, "\n    ")
	return &told
}

// withMeans says how to choose on the command line.
func withMeans(no *refusal.Refusal) error {
	told := *no
	if strings.HasPrefix(told.Try, "choose") || strings.HasPrefix(told.Try, "there is") {
		told.Try += " (--means \"words=meaning\")"
	}
	return &told
}

// offer is a reading to choose, in the output for programs.
type offer struct {
	Number int      `json:"number"` // for --reading
	Words  []string `json:"words"`  // what it would do
	*answer.Reading
}

// offered are the first readings that would not be refused and that do not do the
// same, as those do that only call a column otherwise.
func (p *program) offered(ctx context.Context, g *grille.Grille, q grille.Question, u planner.Understanding) ([]offer, error) {
	var out []offer
	for i, r := range u.Readings {
		if len(out) == mostOffered {
			break
		}
		e, err := g.Explain(ctx, grille.Draft{SQL: r.Draft.SQL, Viewer: q.Viewer})
		if err != nil || slices.ContainsFunc(out, func(o offer) bool { return slices.Equal(o.Words, e.Words) }) {
			continue
		}
		out = append(out, offer{i + 1, e.Words, grille.ReadingOf(r)})
	}
	return out, nil
}

// writeOffer is a refusal for programs: what there is to choose.
func (p *program) writeOffer(no *refusal.Refusal, u planner.Understanding, all []offer) error {
	type which struct {
		What    string   `json:"what"`
		Words   string   `json:"words"`
		Options []string `json:"options"`
	}
	out := struct {
		Refused  refusal.Code `json:"refused"`
		Message  string       `json:"message"`
		Which    *which       `json:"which,omitempty"`
		Readings []offer      `json:"readings"`
	}{no.Code, no.Msg, nil, all}
	if w, ok := u.Which(); ok {
		out.Which = &which{What: w.What, Words: w.Words}
		for _, o := range w.Options {
			out.Which.Options = append(out.Which.Options, o.Means)
		}
	}
	e := json.NewEncoder(p.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(out)
}

// flagsOf are choices as they can be typed.
func flagsOf(all []planner.Choice) []string {
	var out []string
	for _, c := range all {
		out = append(out, "--means "+shellQuoted(c.String()))
	}
	return out
}

// shellQuoted is a text as one word of a command line.
func shellQuoted(text string) string {
	if strings.ContainsAny(text, "\"$`\\!") {
		return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
	}
	return `"` + text + `"`
}

// without names the words that a reading passes over.
func without(passed []string) string {
	if len(passed) == 0 {
		return ""
	}
	var words []string
	for _, w := range passed {
		words = append(words, fmt.Sprintf("%q", w))
	}
	return " (without " + strings.Join(words, ", ") + ")"
}

// readAs is the question that a follow-up was read as.
func readAs(r *answer.Reading) string {
	if r == nil || r.Changed == "" {
		return ""
	}
	return fmt.Sprintf(" (read as: %s)", r.Asked)
}

// printReading shows what each word was taken for, and what else it could mean.
func printReading(w io.Writer, r *answer.Reading) {
	if r == nil || len(r.Parts) == 0 {
		return
	}
	var b strings.Builder
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "words\ttaken for\tcould also be\n")
	can := ""
	for _, p := range r.Parts {
		taken := p.Taken
		switch {
		case p.Chosen:
			taken += " (as you say)"
		case p.Default:
			taken += " (default)"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\n", orDash(p.Words), taken, orDash(strings.Join(p.Others, ", ")))
		if can == "" && len(p.Others) > 0 && !p.Chosen {
			can = flagsOf([]planner.Choice{{Words: p.Slot, Means: p.Others[0]}})[0]
		}
	}
	for _, word := range r.Passed {
		fmt.Fprintf(t, "%s\tpassed over\t-\n", word)
	}
	_ = t.Flush()
	text := trimmed(b.String())
	if can != "" {
		text += "\nif one is wrong, ask again with what it means, such as " + can
	}
	section(w, "what was understood", text)
}

// printUnderstood shows what a question was understood to mean, and whether ask
// would run it.
func (p *program) printUnderstood(u planner.Understanding, r planner.Reading) error {
	told := grille.ReadingOf(r)
	if u.Decision == planner.Choose {
		section(p.out, "not sure", fmt.Sprintf("this is one of %d readings, and grille ask has you choose%s", len(u.Readings), without(told.Passed)))
	}
	printReading(p.out, told)
	return nil
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// trimmed has no blanks at the ends of lines.
func trimmed(text string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

// nearLine says what else may be meant, where that is nearly as likely; "" where the
// answer is sure.
func nearLine(t grille.Trace) string {
	if t.Reading == 0 {
		return ""
	}
	near := t.Understood.Near(t.Reading)
	if len(near) == 0 {
		return ""
	}
	var out []string
	for _, c := range near[:min(len(near), 2)] {
		out = append(out, fmt.Sprintf("%s for %q", c.Means, c.Words))
	}
	return "could also mean " + strings.Join(out, ", ") + ": say " + flagsOf(near)[0]
}
