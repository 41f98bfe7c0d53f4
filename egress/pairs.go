package egress

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	lang "github.com/grille-dev/grille/internal/words"
)

// Proposal is a question with a query that answers it, before anybody approved
// that models are sent them.
type Proposal struct{ Question, SQL string }

// Pair is an approved Proposal. Only [Proposal.Approved] makes one. Its text goes
// to models as it is, both halves: nothing is taken out of it.
type Pair struct{ question, sql string }

const (
	maxPairs    = 3 // in one prompt
	maxPairText = 3 << 10
	pairsBudget = 6 << 10
	leastAlike  = 0.15 // of two questions that have enough in common
)

// Said is the line that a model is sent, exactly.
func (p Proposal) Said() (string, error) {
	const try = "write a question of one or two sentences, and one SELECT"
	q, err := ReadQuestion(p.Question)
	switch {
	case err != nil:
		return "", err
	case q.text != p.Question:
		return "", errors.New("the question has characters that cannot be seen, or blanks around it: " + try)
	case HasPlaceholder(p.Question + p.SQL):
		return "", errors.New("⟨ and ⟩ are for placeholders: " + try)
	case strings.TrimSpace(p.SQL) == "" || strings.IndexFunc(p.SQL, unseen) >= 0 || !utf8.ValidString(p.SQL):
		return "", errors.New("the query is empty, or has characters that cannot be seen: " + try)
	}
	said := example(p.Question, p.SQL)
	if len(said) > maxPairText {
		return "", fmt.Errorf("question and query together have %d bytes, and may have %d: %s", len(said), maxPairText, try)
	}
	return said, nil
}

// Digest is of both halves, exactly.
func (p Proposal) Digest() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "grille/pair/1 %d:%s%d:%s", len(p.Question), p.Question, len(p.SQL), p.SQL))
	return hex.EncodeToString(sum[:])
}

// Values are what whoever approves p should look at: texts in quotes, and what
// looks like personal data. They will be sent.
func (p Proposal) Values() []string {
	var all []string
	if cut, ok := parts(p.SQL); ok {
		for _, part := range cut {
			if part.kind == literal {
				all = append(all, "'"+part.text+"'")
			}
		}
	}
	for _, text := range []string{p.Question, p.SQL} {
		for _, m := range Detect(text) {
			all = append(all, text[m.Start:m.End])
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Approved is p as a Pair. The digest says which text somebody read who approved
// it: if p was edited since, there is none.
func (p Proposal) Approved(digest string) (Pair, error) {
	if _, err := p.Said(); err != nil {
		return Pair{}, err
	}
	if digest != p.Digest() {
		return Pair{}, errors.New("it was edited after it was approved, or never approved")
	}
	return Pair{p.Question, p.SQL}, nil
}

// pairsFor are those approved pairs that are most like the question as it leaves,
// and whose query binds: a pair that names what this viewer's models may not see is
// not sent for this viewer.
func (c Composer) pairsFor(asked string) string {
	if len(c.Pairs) == 0 || c.Binds == nil {
		return ""
	}
	var lines []string
	budget := pairsBudget
	for _, i := range c.likened(asked) {
		p := c.Pairs[i]
		said := example(p.question, p.sql)
		if len(lines) < maxPairs && len(said) <= budget && p.sql != "" && c.Binds(p.sql) {
			lines, budget = append(lines, said), budget-len(said)
		}
	}
	return strings.Join(lines, "\n")
}

// likened are the pairs that have enough in common with the question, the most
// alike first. A word counts the more the fewer pairs have it.
func (c Composer) likened(asked string) []int {
	question := stems(placeholder.ReplaceAllString(asked, " "))
	all, count := make([]map[string]bool, len(c.Pairs)), map[string]int{}
	for i, p := range c.Pairs {
		all[i] = stems(p.question)
		for w := range all[i] {
			count[w]++
		}
	}
	// whole numbers: a sum of fractions depends on the order of a map
	weight := func(w string) int { return int(1000 * math.Log(1+float64(len(all)+1)/float64(count[w]+1))) }
	var order []int
	alike := make([]float64, len(c.Pairs))
	for i, words := range all {
		if alike[i] = common(question, words, weight); alike[i] >= leastAlike {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(alike[j], alike[i]) })
	return order
}

// common is the weight of the words that both have, of all words that one has.
func common(a, b map[string]bool, weight func(string) int) float64 {
	both, either := 0, 0
	for w := range a {
		if either += weight(w); b[w] {
			both += weight(w)
		}
	}
	for w := range b {
		if !a[w] {
			either += weight(w)
		}
	}
	return float64(both) / float64(max(either, 1))
}

// unseen: whoever approves a text must read what a model reads.
func unseen(r rune) bool {
	return isControl(r) || unicode.In(r, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp)
}

func stems(text string) map[string]bool {
	set := map[string]bool{}
	for _, w := range lang.Fields(text) {
		set[lang.Stem(w)] = true
	}
	return set
}
