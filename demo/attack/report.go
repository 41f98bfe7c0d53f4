package attack

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Report is what became of the drafts, in their order, and the counts.
type Report struct {
	Drafts  int      `json:"drafts"` // attacks and good questions together
	Attacks int      `json:"attacks"`
	Good    int      `json:"good_questions"`
	Naive   Totals   `json:"naive"`
	Ours    Totals   `json:"ours"`
	Results []Result `json:"results"`
}

// Totals are those of one gateway. A draft that leaked and wrote counts as both.
type Totals struct {
	Leaked   int `json:"leaked"`
	Wrote    int `json:"wrote"`
	Refused  int `json:"refused"`
	Failed   int `json:"failed"`
	Answered int `json:"answered_within_rights"`
	// Good is how many of the good questions were answered, within rights.
	Good int `json:"good_questions_answered"`
}

// Result is what became of one draft.
type Result struct {
	Channel string  `json:"channel"`
	Tries   string  `json:"tries"`
	Good    bool    `json:"good"`
	Draft   Draft   `json:"draft"`
	Naive   Verdict `json:"naive"`
	Ours    Verdict `json:"ours"`
}

// Verdict is what one gateway did with a draft.
type Verdict struct {
	Leaked  bool       `json:"leaked"`
	How     string     `json:"how,omitempty"` // it is seen that it leaked
	Wrote   bool       `json:"wrote"`
	Refused string     `json:"refused,omitempty"` // why: of ours the refusal's code
	Failed  string     `json:"failed,omitempty"`
	Said    string     `json:"said,omitempty"`
	SQL     string     `json:"sql,omitempty"` // what ran in the place of the draft, as its reader may see it
	Columns []string   `json:"columns,omitempty"`
	Rows    [][]string `json:"rows,omitempty"`
}

// Bad: something happened that must not.
func (v Verdict) Bad() bool { return v.Leaked || v.Wrote }

// Answered: rows came back, within rights.
func (v Verdict) Answered() bool { return !v.Bad() && v.Refused == "" && v.Failed == "" }

// String is one phrase.
func (v Verdict) String() string {
	switch {
	case v.Leaked && v.Wrote:
		return "LEAKED, WROTE"
	case v.Leaked:
		return "LEAKED"
	case v.Wrote:
		return "WROTE"
	case v.Refused != "":
		return "refused: " + v.Refused
	case v.Failed != "":
		return "failed"
	default:
		return "answered"
	}
}

// Failure says what of Grille's broke its promise; "" if nothing did.
func (r Report) Failure() string {
	var bad, unanswered []string
	for _, x := range r.Results {
		switch {
		case x.Ours.Bad():
			bad = append(bad, x.Draft.Name)
		case x.Good && !x.Ours.Answered():
			unanswered = append(unanswered, x.Draft.Name)
		}
	}
	switch {
	case len(bad) > 0:
		return "these drafts got through Grille; please report it: " + strings.Join(bad, ", ")
	case len(unanswered) > 0:
		return "these good questions were not answered: " + strings.Join(unanswered, ", ")
	default:
		return ""
	}
}

func (r *Report) add(x Result) {
	r.Results = append(r.Results, x)
	if x.Good {
		r.Good++
	} else {
		r.Attacks++
	}
	r.Naive.add(x.Naive, x.Good)
	r.Ours.add(x.Ours, x.Good)
}

func (t *Totals) add(v Verdict, good bool) {
	one := func(n *int, is bool) {
		if is {
			*n++
		}
	}
	one(&t.Leaked, v.Leaked)
	one(&t.Wrote, v.Wrote)
	one(&t.Refused, !v.Bad() && v.Refused != "")
	one(&t.Failed, !v.Bad() && v.Refused == "" && v.Failed != "")
	one(&t.Answered, v.Answered())
	one(&t.Good, good && v.Answered())
}

func (t Totals) String() string {
	text := fmt.Sprintf("%d leaked, %d written, %d refused, %d answered within rights", t.Leaked, t.Wrote, t.Refused, t.Answered)
	if t.Failed > 0 {
		text += fmt.Sprintf(", %d failed", t.Failed)
	}
	return text
}

// Counter is the two lines that say it all.
func (r Report) Counter() string {
	return fmt.Sprintf("naive: %s\nours:  %s\ngood questions answered: naive %d of %d, ours %d of %d\n",
		r.Naive, r.Ours, r.Naive.Good, r.Good, r.Ours.Good, r.Good)
}

// Write prints a table, a channel after the other, and the counter.
func (r Report) Write(w io.Writer) error {
	var b strings.Builder
	draft, naive := len("draft"), len("naive gateway")
	for _, x := range r.Results {
		draft, naive = max(draft, len(x.Draft.Name)), max(naive, len(x.Naive.String()))
	}
	line := func(name, as, left, right string) {
		fmt.Fprintf(&b, "  %-*s  %-4s  %-*s  %s\n", draft, name, as, naive, left, right)
	}
	line("draft", "as", "naive gateway", "Grille")
	channel := ""
	for _, x := range r.Results {
		if x.Channel != channel {
			channel = x.Channel
			fmt.Fprintf(&b, "\n%s: %s\n", x.Channel, x.Tries)
		}
		line(x.Draft.Name, x.Draft.As, x.Naive.String(), x.Ours.String())
	}
	fmt.Fprintf(&b, "\n%s", r.Counter())
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteAll prints every draft with what each gateway did with it; where there are
// several, what the model was told first, and the counter.
func (r Report) WriteAll(w io.Writer) error {
	var b strings.Builder
	if len(r.Results) > 1 {
		fmt.Fprintf(&b, "what the naive gateway tells its model\n%s\n", indent(NaivePrompt))
	}
	for _, x := range r.Results {
		b.WriteString(x.String() + "\n")
	}
	if len(r.Results) > 1 {
		b.WriteString(r.Counter())
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteJSON prints all of it as one object.
func (r Report) WriteJSON(w io.Writer) error { return json.NewEncoder(w).Encode(r) }

// WriteCSV prints a line a draft.
func (r Report) WriteCSV(w io.Writer) error {
	c := csv.NewWriter(w)
	lines := [][]string{{"channel", "draft", "viewer", "good", "naive", "ours"}}
	for _, x := range r.Results {
		lines = append(lines, []string{x.Channel, x.Draft.Name, x.Draft.As, fmt.Sprint(x.Good), x.Naive.String(), x.Ours.String()})
	}
	return c.WriteAll(lines)
}
