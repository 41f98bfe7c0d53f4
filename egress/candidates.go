package egress

import (
	"strings"
	"unicode/utf8"
)

const (
	maxCandidates = 3
	maxCandidate  = 2 << 10 // bytes of one that is sent
)

// candidates are drafts of the planner as a model may read them, a line each.
// The planner reads the question as it was asked, so what was kept back of it gets
// its placeholder here too; a draft in which anything of it is left, or anything
// that looks like personal data, is left out.
func candidates(drafts []string, kept Kept) string {
	var lines []string
	for _, draft := range drafts {
		if line, ok := kept.candidate(draft); ok && len(lines) < maxCandidates {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

func (k Kept) candidate(draft string) (string, bool) {
	all, ok := parts(draft)
	if !ok {
		return "", false
	}
	words := k.words()
	for i, p := range all {
		if p.kind == other {
			continue
		}
		all[i].text = k.hide(p.text)
		for _, word := range wordsOf(placeholder.ReplaceAllString(all[i].text, " ")) {
			if words[word] {
				return "", false
			}
		}
	}
	line := written(all)
	rest := placeholder.ReplaceAllString(line, " ")
	for _, value := range k.values {
		if strings.Contains(strings.ToLower(rest), strings.ToLower(value)) {
			return "", false
		}
	}
	return line, len(line) <= maxCandidate && !strings.ContainsAny(line, "\r\n") && utf8.ValidString(line) && len(typed(rest)) == 0
}

// hide puts placeholders for the values of k that stand in text.
func (k Kept) hide(text string) string {
	var b strings.Builder
	end := 0
	for _, m := range union(k.marks(text)) {
		for name, value := range k.values {
			if value == text[m.Start:m.End] {
				b.WriteString(text[end:m.Start] + name)
				end = m.End
				break
			}
		}
	}
	return b.String() + text[end:]
}

// words are those of the values of k, of three letters and more.
func (k Kept) words() map[string]bool {
	set := map[string]bool{}
	for _, value := range k.values {
		for _, word := range wordsOf(value) {
			set[word] = utf8.RuneCountInString(word) >= 3
		}
	}
	return set
}

func wordsOf(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !wordy(r, 0) })
}
