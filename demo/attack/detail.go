package attack

import (
	"fmt"
	"strings"
)

// most rows and characters of a cell that are shown of an answer.
const (
	shownRows = 3
	shownCell = 60
)

// String shows the text and what each gateway did with it.
func (x Result) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, a draft for %s (%s: %s)\n", x.Draft.Name, x.Draft.As, x.Channel, x.Tries)
	fmt.Fprintf(&b, "  draft\n%s", indent(x.Draft.SQL))
	fmt.Fprintf(&b, "  naive gateway: %s\n%s", x.Naive, x.Naive.detail())
	fmt.Fprintf(&b, "  Grille: %s\n%s", x.Ours, x.Ours.detail())
	return b.String()
}

// detail says how it was seen, what ran and what came back.
func (v Verdict) detail() string {
	var b strings.Builder
	if v.How != "" {
		b.WriteString(indent("it " + v.How))
	}
	if v.SQL != "" {
		b.WriteString(indent("ran: " + v.SQL))
	}
	switch {
	case v.Refused != "":
		b.WriteString(indent(v.Said))
	case v.Failed != "":
		b.WriteString(indent("said: " + v.Failed))
	default:
		b.WriteString(indent(v.rows()))
	}
	return b.String()
}

func (v Verdict) rows() string {
	lines := []string{"gave: " + strings.Join(v.Columns, " | ")}
	for _, row := range v.Rows[:min(len(v.Rows), shownRows)] {
		var cells []string
		for _, cell := range row {
			cells = append(cells, short(cell))
		}
		lines = append(lines, "      "+strings.Join(cells, " | "))
	}
	if more := len(v.Rows) - shownRows; more > 0 {
		lines = append(lines, fmt.Sprintf("      and %d rows more", more))
	}
	return strings.Join(lines, "\n")
}

func short(cell string) string {
	if r := []rune(cell); len(r) > shownCell {
		return string(r[:shownCell]) + "..."
	}
	return cell
}

func indent(text string) string {
	if text == "" {
		return ""
	}
	return "    " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n    ") + "\n"
}
