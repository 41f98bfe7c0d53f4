// Package planner answers questions without a model and without a network: it
// reads English against the visible catalog and drafts SQL.
//
// It is a model like any other. What it returns is an untrusted draft that goes
// through the same gates; nothing rests on its being right. Unlike another, it
// is deterministic, takes milliseconds, and would rather ask than guess: it says
// that a reading may be run only if every word that carries meaning has a place
// in it. Others it offers, with the words that they pass over.
//
// The way, a file each:
//
//	token      the question as words, numbers, quotes
//	taught     phrases that people gave a meaning, put in its terms
//	lexicon    the visible names as words; synonyms, abbreviations
//	lexicons   lexicons are kept; of many tables, those that a question is about
//	keyword    the words that belong to asking: "how many", "per", "at least"
//	date       "last month", "Q2 2025", "since March"
//	reword     words in another order that say the same
//	lattice    which words may mean what, and the best ways to cut the question
//	duration   "days from opening to closing"; unit, fiscal, clock, lasting, per:
//	           more of that kind
//	figure     growth, shares, running totals, periods side by side
//	compose    the pieces become readings: what is shown, counted, kept, ordered
//	held       words that some column holds as a value
//	resolve    each name in a reading finds its column
//	join       the tables are connected along keys, without counting twice
//	print      a reading becomes SQL, with the words that caused each part
//	outline    the same question and names for the learned parser
//	agree      readings by hand in its terms, so that it can weigh them
//	learn      the readings of both in one order
//	trust      which of them goes first, and whether it may be run
//	partly     readings by hand that leave words out
//	answered   readings that somebody found right, and what is learned from them
//	decide     to answer, to have the asker choose, or what was not understood
//	part       what the words of a reading were taken for, and what else they mean
//	offer      which readings are worth being chosen from
//	differ     the one thing in which readings differ
//	choose     the asker says what words mean
//	follow     a follow-up is a change of the question before, in words
//	suggest    questions while they are typed
//	typo       words that were meant by such that are not known
//
// The rules and the parser in package learned both read; trust weighs them.
//
// It knows names, types and keys. Which columns hold a word as a stored value it
// asks [Values], of columns that the viewer sees as they are. Where nobody tells,
// a word is taken for a value only where quotes, a capital letter or its place say
// so.
//
// Begin with [Understand].
package planner

import (
	"errors"
	"time"

	"github.com/grille-dev/grille/calendar"
	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/model"
	"github.com/grille-dev/grille/planner/taught"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/refusal"
)

// Options is what the planner needs beside view and question.
type Options struct {
	Now  time.Time      // the instant of the ask
	Zone *time.Location // in which "today" is meant
	// Fiscal is the month in which the financial year begins; it is called after
	// the year in which it ends. 0: nobody has said, and it is not understood.
	Fiscal time.Month
	Week   calendar.Week // on which weeks begin; zero: Monday
	// Taught is what the people of the workspace said of its words; nil: nothing. Of
	// it only what exists for the view is heard.
	Taught *taught.Lessons
	// Lexicons keeps the names of views as words from one question to the next; nil:
	// they are taken apart anew for each.
	Lexicons *Lexicons
	// Chosen is what the asker says that words mean. One that fits no reading is a
	// refusal with the code which-reading, which says what there is to choose.
	Chosen []Choice
	// Values knows stored values; nil: none is known, and which column a word is a
	// value of is guessed.
	Values Values
	// After is what was asked before, of which the question may be a follow-up.
	After Turn
}

// Understanding is what the planner makes of a question.
type Understanding struct {
	Decision Decision
	// Readings are at least one and at most ten ways to understand the question,
	// the best first. Their drafts differ.
	Readings []Reading
	// Instead is a question with known words in the place of unknown ones, which is
	// answered; only where the asker has to choose. "": there is none.
	Instead string
}

// Decision says what may be done with the readings.
type Decision uint8

const (
	// Answer: the first reading may be run without asking.
	Answer Decision = iota + 1
	// Choose: none may, unless the asker says that it is meant.
	Choose
)

// Reading is one way to understand the question.
type Reading struct {
	Draft model.Draft // Confidence is set
	// Asked is the question that was read, and into which the spans of the draft's
	// reasons and of Passed point: the asker's, or what a follow-up made of the one
	// before.
	Asked string
	// Changed says what a follow-up changed, such as "by month instead of per
	// department"; "": the question stands alone. Whoever is shown an answer is to be
	// shown Asked with it where Changed is set.
	Changed string
	// Passed are the words of the question that mean something and have no part in
	// the draft. Whoever is shown the reading is to be shown them.
	Passed []refusal.Span
	// Parts are what the words were taken for, in the order of the question.
	Parts  []Part
	from   origin
	chosen []Choice
}

// maxReadings is how many readings there are at most.
const maxReadings = 10

// Understand says what a question means. The error is a refusal with the code
// not-understood, which says which words are to blame and suggests a question
// that works; the Understanding is then zero.
func Understand(view policy.View, q egress.Question, opt Options) (Understanding, error) {
	switch {
	case !view.Made() || view.Service():
		panic("planner: zero View, or the dictionary's")
	case !q.Made():
		panic("planner: zero Question")
	case opt.Now.IsZero() || opt.Zone == nil:
		return Understanding{}, errors.New("planner: Options need Now and Zone")
	}
	f := &follower{view: view, opt: opt}
	u, err := f.follow(q)
	if err != nil {
		return Understanding{}, err
	}
	if u = u.told(); u.Decision == Answer && u.Readings[0].groundless(q.Text()) {
		return Understanding{}, refusal.New(refusal.NotUnderstood, "ask such as: "+f.lexicon(q.Text()).example(), "the words are known, but none is a table, a column or a value that you see")
	}
	return u.choose(opt.Chosen)
}
