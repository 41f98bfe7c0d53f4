package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/answer"
	"github.com/grille-dev/grille/viewer"
)

// mostToBegin is how many questions are offered to begin with.
const mostToBegin = 3

// session is questions one after the other, in one conversation. A refusal does not
// end it. What was asked and answered is in memory only.
type session struct {
	*site
	g       *grille.Grille
	what    string // is asked
	after   *grille.Conversation
	offered []string // what 1, 2 and 3 mean
	last    string   // the last question
	shown   answer.Explanation
	code    int // of the first that failed
}

// session is one over g, of which what says what is asked.
func (s *site) session(g *grille.Grille, what string) *session {
	return &session{site: s, g: g, what: what, after: &grille.Conversation{}}
}

// run is the session. In a pipe its end has the code of the first line that failed.
func (s *session) run(ctx context.Context, in lines) error {
	if s.ends != nil {
		ctx = s.ends // what Ctrl-C does not end
	}
	_, typing := in.(*edited)
	if typing {
		s.greet(ctx)
	}
	for {
		line, err := in.next(ctx, s.flags.as+"> ")
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if err != nil {
			break
		}
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if line == ":quit" || line == ":q" {
			return s.ended(typing)
		}
		if !typing {
			fmt.Fprintf(s.program.err, "asked: %s\n", line)
		}
		if err := s.one(ctx, line); err != nil {
			s.code = cmp.Or(s.code, s.fail(err))
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if typing {
			fmt.Fprintln(s.out)
		}
	}
	if typing {
		fmt.Fprintln(s.out)
	}
	return s.ended(typing)
}

func (s *session) ended(typing bool) error {
	if typing || s.code == exitOK {
		return nil
	}
	return &found{"", s.code}
}

// one does what a line says. Ctrl-C stops it, and not the session.
func (s *session) one(ctx context.Context, line string) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	if i := slices.Index([]string{"1", "2", "3"}, line); i >= 0 && i < len(s.offered) {
		line = s.offered[i]
		fmt.Fprintln(s.err, line)
	}
	switch {
	case strings.HasPrefix(line, ":"):
		return s.command(ctx, line)
	case strings.HasPrefix(line, "--"):
		return s.again(ctx, line)
	default:
		s.last = line
		return s.question(ctx, asking{text: line})
	}
}

func (s *session) question(ctx context.Context, q asking) error {
	q.g, q.after, q.shown = s.g, s.after, &s.shown
	return s.askOne(ctx, s.site, q)
}

// again asks the last question once more with flags, as refusals name them.
func (s *session) again(ctx context.Context, line string) error {
	if s.last == "" {
		return usage("%s says how a question is meant: ask one first", strings.Fields(line)[0])
	}
	q, c := asking{text: s.last}, &cobra.Command{}
	q.meant.flags(c)
	q.words.flags(c)
	words, err := split(line)
	if err == nil {
		err = c.ParseFlags(words)
	}
	if err != nil {
		return usage("%v: after a question --reading, --means, --hide and --keep say how it is meant", err)
	}
	if c.Flags().NArg() > 0 {
		return usage("%q is no flag: put what belongs together in one pair of quotes", c.Flags().Arg(0))
	}
	return s.question(ctx, q)
}

func (s *session) command(ctx context.Context, line string) error {
	name, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	switch name {
	case ":as":
		return s.as(ctx, rest)
	case ":sql":
		if s.shown.SQL == "" {
			return usage("nothing was answered yet: ask something first")
		}
		section(s.about(), "what ran, as "+s.flags.as+" may read it", s.shown.SQL)
	case ":new":
		s.after, s.last, s.shown = &grille.Conversation{}, "", answer.Explanation{}
		s.offer(ctx)
	case ":help":
		fmt.Fprint(s.about(), sessionHelp)
	default:
		return usage("there is no command %s: :help lists them, and a question needs no colon", name)
	}
	return nil
}

// as has somebody else ask. They hear nothing of what was asked before.
func (s *session) as(ctx context.Context, name string) error {
	before := s.flags.as
	s.flags.as = name
	if _, err := s.viewer(); err != nil {
		s.flags.as = before
		return usage("%s", strings.ReplaceAll(err.Error(), "--as", ":as"))
	}
	return s.command(ctx, ":new")
}

const sessionHelp = `A question in plain English is answered; the next one may change it: "and last
year?", "only the urgent ones", "per city instead".
  :as NAME     ask as somebody else
  :sql         show the SQL of the last answer
  :new         forget the questions so far
  :quit        end, as Ctrl-D does; Ctrl-C clears the line, or stops a question
  --reading 2, --means "WORDS=MEANING", --hide WORD, --keep WORD
               ask the last question again, meant so
Tab completes, up and down go through what was typed. Nothing of it is stored.
`

func (s *session) greet(ctx context.Context) {
	fmt.Fprintf(s.out, "Grille: %s.\n", s.what)
	fmt.Fprintln(s.out, "Ask in plain English. Tab completes, :help lists commands, Ctrl-D ends.")
	s.offer(ctx)
	fmt.Fprintln(s.out)
}

// offer gives questions to begin with.
func (s *session) offer(ctx context.Context) {
	s.offered = s.complete("")
	if s.offered = s.offered[:min(len(s.offered), mostToBegin)]; len(s.offered) == 0 {
		fmt.Fprintf(s.about(), "Nothing here is open to %s: try :as with another name.\n", s.flags.as)
		return
	}
	fmt.Fprintf(s.about(), "%s may ask, for example, and a number is enough:\n", s.flags.as)
	for i, q := range s.offered {
		fmt.Fprintf(s.about(), "  %d  %s\n", i+1, indent(q, ""))
	}
}

// complete gives the ways to go on with what was typed; none where something fails.
func (s *session) complete(typed string) (all []string) {
	switch {
	case strings.HasPrefix(typed, ":as "):
		return beginning(typed, ":as ", names(s.Viewers))
	case strings.HasPrefix(typed, ":"):
		return beginning(typed, "", []string{":as ", ":help", ":new", ":quit", ":sql"})
	}
	who, err := s.viewer()
	if err != nil {
		return nil
	}
	found, err := s.g.Suggest(context.Background(), grille.Question{Text: typed, Viewer: who}, 0)
	if err != nil {
		return nil
	}
	for _, f := range found {
		if strings.HasPrefix(f.Text, typed) {
			all = append(all, f.Text)
		}
	}
	return all
}

func names(viewers []viewer.Viewer) (all []string) {
	for _, v := range viewers {
		all = append(all, v.Name)
	}
	return all
}

// beginning are those of words that go on with what was typed after first.
func beginning(typed, first string, words []string) (all []string) {
	for _, w := range words {
		if strings.HasPrefix(first+w, typed) {
			all = append(all, first+w)
		}
	}
	return all
}

// split takes a line apart as a shell does with words and pairs of quotes.
func split(line string) (words []string, err error) {
	var word strings.Builder
	open, there := rune(0), false
	for _, r := range line {
		switch {
		case open != 0 && r == open:
			open = 0
		case open != 0:
			word.WriteRune(r)
		case r == '"' || r == '\'':
			open, there = r, true
		case r == ' ' || r == '\t':
			if there {
				words = append(words, word.String())
			}
			word.Reset()
			there = false
		default:
			word.WriteRune(r)
			there = true
		}
	}
	if open != 0 {
		return nil, fmt.Errorf("a quote is not closed")
	}
	if there {
		words = append(words, word.String())
	}
	return words, nil
}
