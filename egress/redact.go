package egress

import (
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/grille-dev/grille/refusal"
)

// Kept is what was taken out of one question: placeholder and real value. It
// never leaves. The zero Kept holds nothing and restores nothing.
type Kept struct {
	values map[string]string
	// looked are the words of this question that were taken for names, in lower case.
	looked []string
}

// Looked are the different words and phrases of this question, in lower case, that
// were taken for names or looked for in the dictionary, found there or not. Who
// counts them bounds how many names one viewer can try.
func (k Kept) Looked() []string { return slices.Clone(k.looked) }

// Replaced are the values that were kept back, for whoever typed them: they may be
// personal data, and more is not said of any.
func (k Kept) Replaced() []string { return slices.Sorted(maps.Values(k.values)) }

// placeholder is ⟨EMAIL_x7f3⟩. The id is random for each request: a viewer
// cannot type one that means something, and a model cannot learn one.
var placeholder = regexp.MustCompile(`⟨[A-Z]+_[a-z0-9]{4}⟩`)

// Format says how many values there are, and none of them, whatever the verb.
func (k Kept) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "%d values", len(k.values)) }

// redaction is how one question is made fit to leave.
type redaction struct {
	Detector
	choice  Choice
	strict  bool
	earlier Kept // of turns before: what was kept back stays so
	random  io.Reader
}

// redact replaces what is found in text, what the viewer hides, and what earlier
// kept back already. The same value gets the same placeholder, earlier ones stay
// what they are.
func (r redaction) redact(text string) (string, Kept, error) {
	if err := r.choice.check(text); err != nil {
		return "", Kept{}, err
	}
	if r.strict {
		if words := r.unsure(text); len(words) > 0 {
			return "", Kept{}, unsure(words)
		}
	}
	found, tried := r.examine(text)
	hidden := r.hidden(text)
	sure := slices.DeleteFunc(found, func(m Mark) bool { return m.Unsure })
	leaves, kept, err := r.replace(text, union(slices.Concat(hidden, sure)))
	kept.looked = lookedFor(text, sure, tried)
	return leaves, kept, err
}

// lookedFor are the names among marks, and what the dictionary was asked for, each
// once.
func lookedFor(text string, all []Mark, tried []string) []string {
	words := slices.Clone(tried)
	for _, m := range all {
		if m.Kind == Word {
			words = append(words, strings.ToLower(text[m.Start:m.End]))
		}
	}
	slices.Sort(words)
	return slices.Compact(words)
}

// hidden is what is replaced whatever it looks like.
func (r redaction) hidden(text string) []Mark {
	return union(slices.Concat(r.choice.hidden(text), r.earlier.marks(text)))
}

// unsure are the words that may be names, by their shape, and of which nothing is
// said. The dictionary is not asked: the list is shown before anything is counted,
// and must not tell what is in it.
func (r redaction) unsure(text string) []string {
	shape, hidden := r.Detector, marks(r.hidden(text))
	shape.Names = nil
	return unsureWords(text, slices.DeleteFunc(shape.Examine(text), func(m Mark) bool { return hidden.touch(m.Start, m.End) }))
}

func (r redaction) replace(text string, all []Mark) (string, Kept, error) {
	kept := Kept{values: map[string]string{}}
	given := map[string]string{} // value -> placeholder
	for name, value := range r.earlier.values {
		kept.values[name], given[value] = value, name
	}
	var b strings.Builder
	end := 0
	for _, m := range all {
		value := text[m.Start:m.End]
		name, ok := given[value]
		if !ok {
			var err error
			if name, err = kept.fresh(m.Kind, text, r.random); err != nil {
				return "", Kept{}, err
			}
			given[value], kept.values[name] = name, value
		}
		b.WriteString(text[end:m.Start] + name)
		end = m.End
	}
	b.WriteString(text[end:])
	return b.String(), kept, nil
}

// union is marks in order; those that overlap become one, of the longest's kind,
// so that nothing of any of them is left.
func union(all []Mark) []Mark {
	slices.SortStableFunc(all, func(a, b Mark) int { return a.Start - b.Start })
	var out []Mark
	longest := 0
	for _, m := range all {
		if n := len(out); n > 0 && m.Start < out[n-1].End {
			if m.End-m.Start > longest {
				longest, out[n-1].Kind = m.End-m.Start, m.Kind
			}
			out[n-1].End = max(out[n-1].End, m.End)
			continue
		}
		longest, out = m.End-m.Start, append(out, m)
	}
	return out
}

// kindOf is the kind of a placeholder.
func kindOf(name string) Kind {
	kind, _, _ := strings.Cut(strings.TrimPrefix(name, "⟨"), "_")
	return Kind(kind)
}

// fresh is a placeholder that is neither given nor in the text.
func (k Kept) fresh(kind Kind, text string, random io.Reader) (string, error) {
	const alphabet = "abcdefghjkmnpqrstuvwxyz023456789" // 32: no i, l, o, 1
	for range 100 {
		var raw [4]byte
		if _, err := io.ReadFull(random, raw[:]); err != nil {
			return "", fmt.Errorf("making a placeholder: %w", err)
		}
		for i := range raw {
			raw[i] = alphabet[raw[i]%32]
		}
		name := fmt.Sprintf("⟨%s_%s⟩", kind, raw[:])
		if _, taken := k.values[name]; !taken && !strings.Contains(text, string(raw[:])) {
			return name, nil
		}
	}
	return "", fmt.Errorf("making a placeholder: the random source repeats itself")
}

// Len is how many values were kept back.
func (k Kept) Len() int { return len(k.values) }

// Held is the value that a placeholder stands for, and whether literal is one.
func (k Kept) Held(literal string) (value string, known bool) {
	value, known = k.values[literal]
	return value, known
}

// Untold is Kept for as long as a model may still hear how its draft was taken: it
// knows the placeholders and no value.
type Untold struct{ kept Kept }

// Untold is k without its values.
func (k Kept) Untold() Untold { return Untold{k} }

// Held reports whether literal is a placeholder; the value is "".
func (u Untold) Held(literal string) (value string, known bool) {
	_, known = u.kept.values[literal]
	return "", known
}

// Restore is the real value of a string literal of a draft, and whether it
// differs. A literal is a placeholder as a whole or holds none: a placeholder
// inside other text, and one that this question never had, are refused.
//
// Only string literals go through Restore. A placeholder elsewhere in a draft,
// as a name or an alias, is for the caller to refuse: see [HasPlaceholder].
func (k Kept) Restore(literal string) (value string, changed bool, err error) {
	if value, ok := k.values[literal]; ok {
		return value, true, nil
	}
	if HasPlaceholder(literal) {
		return "", false, misplaced()
	}
	return literal, false, nil
}

// RestorePattern is Restore for the pattern of LIKE, where a placeholder may
// stand among other text; what is special to LIKE in the real value (% _ \) is
// escaped with \.
func (k Kept) RestorePattern(pattern string) (value string, changed bool, err error) {
	value = placeholder.ReplaceAllStringFunc(pattern, func(name string) string {
		real, ok := k.values[name]
		if !ok {
			return name
		}
		changed = true
		return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(real)
	})
	rest := placeholder.ReplaceAllStringFunc(pattern, func(name string) string {
		if _, ok := k.values[name]; ok {
			return ""
		}
		return name
	})
	if HasPlaceholder(rest) {
		return "", false, misplaced()
	}
	return value, changed, nil
}

// HasPlaceholder reports whether text holds the brackets of a placeholder.
func HasPlaceholder(text string) bool { return strings.ContainsAny(text, "⟨⟩") }

func misplaced() error {
	return refusal.New(refusal.Model, "ask again",
		"the draft uses a placeholder that the question does not have, or inside other text")
}
