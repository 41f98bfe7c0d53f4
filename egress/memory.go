package egress

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/policy"
)

// Memory is what a model may hear of earlier turns of one viewer's conversation:
// of each the question as it left and the draft that the rules let pass, both
// with placeholders and before any value was matched. Whether the query then ran,
// and what came of it, is not in it and must not decide what is.
//
// Comments of a draft are left out, its texts that are not in the question are
// cut to …, and names that it made up keep few characters: what a model wants to
// tell its later self has to fit into a query.
//
// It holds at most five turns, and eight KiB of text: older ones are forgotten,
// with what their placeholders stand for. It belongs to one viewer with the rights
// that the viewer had; a view with others is sent nothing of it. It can be printed
// and written nowhere. The zero Memory is empty; a Memory never changes.
type Memory struct {
	key   string
	turns []turn
}

// turn is one question with its draft, as said to a model, and the values that
// only this side knows.
type turn struct {
	said string
	kept Kept
}

const (
	maxTurns  = 5
	maxMemory = 8 << 10 // bytes that are sent
	maxGuess  = 40      // characters of a name that a draft made up
)

// Len is how many turns m holds.
func (m Memory) Len() int { return len(m.turns) }

// Fits reports whether view may be sent what m holds; an empty Memory always is.
func (m Memory) Fits(view policy.View) bool { return len(m.turns) == 0 || m.key == memoryKey(view) }

// Format says how much there is, and nothing of it, whatever the verb.
func (m Memory) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "%d turns", len(m.turns)) }

// memoryKey is of the person, too: others may have equal rights.
func memoryKey(view policy.View) string { return view.ForModel().Key() + view.Viewer().Name }

// After is m with one more turn: the prompt that was composed for it, with m,
// what was kept back, and the draft as the model wrote it.
func (m Memory) After(view policy.View, p Prompt, kept Kept, draft string) Memory {
	if !view.Made() || !p.Made() {
		panic("egress: a turn without a view or a prompt")
	}
	if !m.Fits(view) {
		m = Memory{}
	}
	sql, ok := kept.plainDraft(draft, p.p.asked, view.ForModel().Visible())
	if !ok {
		return m
	}
	said := example(p.p.asked, sql)
	turns := append(slices.Clone(m.turns), turn{said, kept.within(said)})
	for size := len(turns) + sum(turns); len(turns) > maxTurns || size > maxMemory; turns = turns[1:] {
		size -= len(turns[0].said) + 1
	}
	return Memory{memoryKey(view), turns}
}

func sum(turns []turn) (n int) {
	for _, t := range turns {
		n += len(t.said)
	}
	return n
}

// lines are the turns as a prompt has them, the oldest first.
func (m Memory) lines() string {
	var all []string
	for _, t := range m.turns {
		all = append(all, t.said)
	}
	return strings.Join(all, "\n")
}

// kept is what the placeholders of all turns stand for.
func (m Memory) kept() Kept {
	all := Kept{values: map[string]string{}}
	for _, t := range m.turns {
		maps.Copy(all.values, t.kept.values)
	}
	return all
}

// within is the part of k whose placeholders stand in text.
func (k Kept) within(text string) Kept {
	some := Kept{values: map[string]string{}}
	for name, value := range k.values {
		if strings.Contains(text, name) {
			some.values[name] = value
		}
	}
	return some
}

// example is a question with a query, one line that cannot be two.
func example(question, sql string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(struct {
		Question string `json:"question"`
		SQL      string `json:"sql"`
	}{question, sql}); err != nil {
		panic("egress: " + err.Error())
	}
	return strings.TrimSpace(b.String())
}

// formal are dates, numbers, and the texts that functions of dates take.
var formal = regexp.MustCompile(`^[-+0-9.:,/ %_TZ]*$|^(?i)(?:[yms]{2,4}|mon|month|day|dd|hh24|hh|mi|q|year|quarter|week|hour|minute|second|iyyy|iw|[-:/. ])+$|^\d+ (?i:years?|months?|weeks?|days?|hours?|minutes?)$`)

// plainDraft is a draft without what is not needed to understand it. One that uses
// placeholders in another way than as texts, or others than there are, is none.
func (k Kept) plainDraft(draft, question string, names *catalog.Catalog) (string, bool) {
	all, ok := parts(draft)
	if !ok {
		return "", false
	}
	known, asked := namesOf(names), strings.ToLower(question)
	for i, p := range all {
		rest := p.text
		if p.kind == literal {
			rest = placeholder.ReplaceAllStringFunc(rest, k.unknown)
		}
		if HasPlaceholder(rest) {
			return "", false
		}
		switch p.kind {
		case literal:
			if bare := strings.Trim(rest, "%_"); !formal.MatchString(bare) && !strings.Contains(asked, strings.ToLower(bare)) {
				all[i].text = "…"
			}
		case quotedName:
			if !known[p.text] {
				all[i].text = modest(p.text)
			}
		case other:
		default:
			panic("egress: unknown part of a query")
		}
	}
	return written(all), true
}

// unknown is a placeholder that k does not have, or "".
func (k Kept) unknown(name string) string {
	if _, ok := k.values[name]; ok {
		return ""
	}
	return name
}

func namesOf(c *catalog.Catalog) map[string]bool {
	known := map[string]bool{}
	for _, t := range c.Tables {
		known[t.Schema], known[t.Name] = true, true
		for _, col := range t.Columns {
			known[col.Name] = true
		}
	}
	return known
}

// modest keeps of a made-up name what names have.
func modest(name string) string {
	n := 0
	return strings.Map(func(r rune) rune {
		if n++; n > maxGuess || !unicode.In(r, unicode.L, unicode.N) && !strings.ContainsRune("_ %()-", r) {
			return -1
		}
		return r
	}, name)
}

// marks are the places in text where a value of k stands once more, whether or
// not anything else would find it: what was kept back stays so.
func (k Kept) marks(text string) (all []Mark) {
	for name, value := range k.values {
		for at := 0; ; {
			i := strings.Index(text[at:], value)
			if i < 0 {
				break
			}
			if m := (Mark{Kind: kindOf(name), Start: at + i, End: at + i + len(value)}); !cutsWord(text, m) {
				all = append(all, m)
			}
			at += i + len(value)
		}
	}
	// The longest first: one value may hold another.
	slices.SortFunc(all, func(a, b Mark) int { return (b.End - b.Start) - (a.End - a.Start) })
	return all
}

// cutsWord reports whether m begins or ends in the middle of a word.
func cutsWord(text string, m Mark) bool {
	return wordy(utf8.DecodeLastRuneInString(text[:m.Start])) && wordy(utf8.DecodeRuneInString(text[m.Start:])) ||
		wordy(utf8.DecodeLastRuneInString(text[:m.End])) && wordy(utf8.DecodeRuneInString(text[m.End:]))
}

func wordy(r rune, _ int) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
