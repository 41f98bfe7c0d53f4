package eval

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/grille-dev/grille/egress"
)

// Labelled is one line of a file for [Redact]: a text, and where personal data
// stands in it. Other keys are ignored.
type Labelled struct {
	Text  string  `json:"full_text"`
	Spans []Label `json:"spans"`
}

// Label is a place in a text. Start and End count code points, End is the first
// that no longer belongs to it.
type Label struct {
	Kind  string `json:"entity_type"`
	Start int    `json:"start_position"`
	End   int    `json:"end_position"`
}

// ReadLabelled reads JSON lines. A line that is none, or whose labels lie outside
// of its text, is an error: a figure over half a file would mislead.
func ReadLabelled(r io.Reader) ([]Labelled, error) {
	return eachLine(r, func(n int, text []byte) (l Labelled, err error) {
		if err := json.Unmarshal(text, &l); err != nil || l.Text == "" {
			return l, fmt.Errorf("line %d has not the form %s", n, `{"full_text","spans":[{"entity_type","start_position","end_position"}]}`)
		}
		for _, span := range l.Spans {
			if span.Kind == "" || span.Start < 0 || span.End <= span.Start || span.End > len([]rune(l.Text)) {
				return l, fmt.Errorf("line %d has a span that is not a place in its text", n)
			}
		}
		return l, nil
	})
}

// RedactReport is what [Redact] found.
type RedactReport struct {
	Command     string           `json:"command"`
	N           int              `json:"n"` // lines
	Spans       int              `json:"spans"`
	Found       int              `json:"found"`
	FalseAlarms int              `json:"false_alarms"` // marks that touch no span
	ByKind      map[string]*Hits `json:"by_kind"`
	// FalseByKind counts false alarms by the kind of the mark.
	FalseByKind map[string]int `json:"false_by_kind"`
	// Alarmed is how many lines have a false alarm.
	Alarmed int       `json:"alarmed_lines"`
	Lines   []Outcome `json:"lines"`
}

// Hits is how many labels of a kind there are, and how many are found: half or
// more of it is marked.
type Hits struct {
	Spans int `json:"spans"`
	Found int `json:"found"`
}

// Redact counts which labels detect marks, and what it marks besides.
func Redact(lines []Labelled, detect func(text string) []egress.Mark) *RedactReport {
	r := &RedactReport{Command: "redact", N: len(lines), ByKind: map[string]*Hits{}, FalseByKind: map[string]int{}, Lines: []Outcome{}}
	for i, l := range lines {
		r.line(fmt.Sprint(i+1), l, detect(l.Text))
	}
	return r
}

func (r *RedactReport) line(id string, l Labelled, marks []egress.Mark) {
	places := make([]Label, len(marks)) // in code points, as labels are
	for i, m := range marks {
		start := len([]rune(l.Text[:m.Start]))
		places[i] = Label{string(m.Kind), start, start + len([]rune(l.Text[m.Start:m.End]))}
	}
	var wrong []string
	for _, span := range l.Spans {
		hits := r.ByKind[span.Kind]
		if hits == nil {
			hits = &Hits{}
			r.ByKind[span.Kind] = hits
		}
		r.Spans, hits.Spans = r.Spans+1, hits.Spans+1
		if 2*span.covered(places) >= span.End-span.Start {
			r.Found, hits.Found = r.Found+1, hits.Found+1
		} else {
			wrong = append(wrong, fmt.Sprintf("%s missed at %d-%d", span.Kind, span.Start, span.End))
		}
	}
	before := r.FalseAlarms
	for _, p := range places {
		if p.covered(l.Spans) == 0 {
			r.FalseAlarms++
			r.FalseByKind[p.Kind]++
			wrong = append(wrong, fmt.Sprintf("%s wrongly at %d-%d", p.Kind, p.Start, p.End))
		}
	}
	verdict := Right
	if len(wrong) > 0 {
		verdict = Wrong
	}
	if r.FalseAlarms > before {
		r.Alarmed++
	}
	r.Lines = append(r.Lines, Outcome{id, verdict, strings.Join(wrong, ", ")})
}

// covered is how many code points of l lie in places.
func (l Label) covered(places []Label) int {
	n := 0
	for i := l.Start; i < l.End; i++ {
		if slices.ContainsFunc(places, func(p Label) bool { return p.Start <= i && i < p.End }) {
			n++
		}
	}
	return n
}

// Figures implements [Report]: recall, and recall.KIND for each kind of label,
// are shares of the labels that were found; false_alarms is a count.
func (r *RedactReport) Figures() map[string]float64 {
	f := map[string]float64{"n": float64(r.N), "spans": float64(r.Spans), "found": float64(r.Found),
		"false_alarms": float64(r.FalseAlarms), "alarmed_lines": float64(r.Alarmed), "recall": ratio(r.Found, r.Spans)}
	for kind, h := range r.ByKind {
		f["recall."+kind] = ratio(h.Found, h.Spans)
	}
	return f
}

func (r *RedactReport) table() [][2]string {
	rows := [][2]string{{"lines", count(r.N)}, {"labels", count(r.Spans)}, {"found", of(r.Found, r.Spans)}}
	for _, kind := range slices.Sorted(maps.Keys(r.ByKind)) {
		h := r.ByKind[kind]
		rows = append(rows, [2]string{"  " + kind, fmt.Sprintf("%d of %d  (%.1f %%)", h.Found, h.Spans, 100*ratio(h.Found, h.Spans))})
	}
	rows = append(rows, [2]string{"false alarms", fmt.Sprintf("%d, in %s lines", r.FalseAlarms, of(r.Alarmed, r.N))})
	for _, kind := range slices.Sorted(maps.Keys(r.FalseByKind)) {
		rows = append(rows, [2]string{"  " + kind, count(r.FalseByKind[kind])})
	}
	return rows
}

// Outcomes implements [Report].
func (r *RedactReport) Outcomes() []Outcome { return r.Lines }

// Keep implements [Report].
func (r *RedactReport) Keep(keep func(Outcome) bool) { r.Lines = only(r.Lines, keep) }
