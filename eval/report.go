package eval

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/grille-dev/grille/refusal"
)

// Verdict is what became of one line or text.
type Verdict string

const (
	Same         Verdict = "same"
	Differ       Verdict = "differ"
	Unstable     Verdict = "unstable" // the database itself gives other rows or another order under other plans
	Refused      Verdict = "refused"
	Failed       Verdict = "failed" // ran directly, and failed through Grille
	FailedDirect Verdict = "failed_directly"
	FailedBoth   Verdict = "failed_both"
	Skipped      Verdict = "skipped"
	Violation    Verdict = "violation"
	Answered     Verdict = "answered"
	Allowed      Verdict = "allowed"
	FalseRefusal Verdict = "false_refusal"
	Right        Verdict = "right"
	Wrong        Verdict = "wrong"
)

// Outcome is one line of a report. Detail holds codes and names of columns.
type Outcome struct {
	ID      string  `json:"id"`
	Verdict Verdict `json:"verdict"`
	Detail  string  `json:"detail,omitempty"`
}

// Report is what every command prints.
type Report interface {
	// Figures are what --require can name. Shares are from 0 to 1.
	Figures() map[string]float64
	// Outcomes are all of them; Keep leaves those for which keep is true.
	Outcomes() []Outcome
	Keep(func(Outcome) bool)
	table() [][2]string
}

// Refusals counts refusals by code.
type Refusals map[refusal.Code]int

func (r Refusals) total() int {
	n := 0
	for _, c := range r {
		n += c
	}
	return n
}

// Run says under which conditions a report came about.
type Run struct {
	Seed       uint64   `json:"seed"`
	Connection []string `json:"connections,omitempty"`
}

// Gate is how many microseconds lie between a text and its checked statement.
type Gate struct {
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
}

// Took is how many milliseconds lie between a question and its answer.
type Took struct {
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
	P99 float64 `json:"p99"`
}

func quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(values))
	return s[min(len(s)-1, int(q*float64(len(s))))]
}

// SQLReport is what [SQL] found.
type SQLReport struct {
	Command        string    `json:"command"`
	N              int       `json:"n"` // texts
	Same           int       `json:"same"`
	Differ         int       `json:"differ"`
	Unstable       int       `json:"unstable"`
	Refused        Refusals  `json:"refused"`
	Failed         int       `json:"failed"`
	FailedDirectly int       `json:"failed_directly"`
	FailedBoth     int       `json:"failed_both"`
	Skipped        int       `json:"skipped"`
	GateUS         Gate      `json:"gate_us"`
	Lines          []Outcome `json:"lines"`
	Run
}

// Figures implements [Report]: same is the share of what was not skipped.
func (r *SQLReport) Figures() map[string]float64 {
	f := figures(r.Refused, map[string]int{"n": r.N, "differ": r.Differ, "unstable": r.Unstable, "failed": r.Failed,
		"failed_directly": r.FailedDirectly, "failed_both": r.FailedBoth, "skipped": r.Skipped})
	f["same"] = ratio(r.Same, r.N-r.Skipped)
	f["gate_us.p50"], f["gate_us.p99"] = r.GateUS.P50, r.GateUS.P99
	return f
}

func (r *SQLReport) table() [][2]string {
	return [][2]string{{"texts", count(r.N)}, {"same", of(r.Same, r.N-r.Skipped)}, {"differ", count(r.Differ)},
		{"unstable", count(r.Unstable)}, {"refused", refused(r.Refused)}, {"failed", count(r.Failed)},
		{"failed directly", count(r.FailedDirectly)}, {"failed both ways", count(r.FailedBoth)}, {"skipped", count(r.Skipped)},
		{"parse to emit", fmt.Sprintf("%.0f us median, %.0f us in the 99th percentile", r.GateUS.P50, r.GateUS.P99)}}
}

// AttackReport is what [Attack] found.
type AttackReport struct {
	Command    string    `json:"command"`
	N          int       `json:"n"` // lines
	Violations int       `json:"violations"`
	Answered   int       `json:"answered"`
	Refused    Refusals  `json:"refused"`
	Failed     int       `json:"failed"` // could not be tried
	Skipped    int       `json:"skipped"`
	Lines      []Outcome `json:"lines"`
	Run
}

// Figures implements [Report].
func (r *AttackReport) Figures() map[string]float64 {
	return figures(r.Refused, map[string]int{"n": r.N, "violations": r.Violations, "answered": r.Answered, "failed": r.Failed, "skipped": r.Skipped})
}

func (r *AttackReport) table() [][2]string {
	return [][2]string{{"lines", count(r.N)}, {"VIOLATIONS", count(r.Violations)}, {"answered within rights", count(r.Answered)},
		{"refused", refused(r.Refused)}, {"could not be tried", count(r.Failed)}, {"skipped", count(r.Skipped)}}
}

// AllowReport is what [Allow] found.
type AllowReport struct {
	Command       string    `json:"command"`
	N             int       `json:"n"` // texts
	Allowed       int       `json:"allowed"`
	FalseRefusals int       `json:"false_refusals"`
	Refused       Refusals  `json:"refused"`
	Failed        int       `json:"failed"` // could not be tried
	Skipped       int       `json:"skipped"`
	Lines         []Outcome `json:"lines"`
	Run
}

// Figures implements [Report]: allowed is the share of what was not skipped.
func (r *AllowReport) Figures() map[string]float64 {
	f := figures(r.Refused, map[string]int{"n": r.N, "false_refusals": r.FalseRefusals, "failed": r.Failed, "skipped": r.Skipped})
	f["allowed"] = ratio(r.Allowed, r.N-r.Skipped)
	return f
}

func (r *AllowReport) table() [][2]string {
	return [][2]string{{"texts", count(r.N)}, {"allowed", of(r.Allowed, r.N-r.Skipped)},
		{"false refusals", count(r.FalseRefusals)}, {"refused", refused(r.Refused)}, {"could not be tried", count(r.Failed)}, {"skipped", count(r.Skipped)}}
}

// AskReport is what [Ask] found. Top1, Top3 and Top10 count the questions of which
// the right reading is so far up, whether it was answered or offered to choose from.
type AskReport struct {
	Command  string     `json:"command"`
	N        int        `json:"n"` // lines
	Top1     int        `json:"top1"`
	Top3     int        `json:"top3"`
	Top10    int        `json:"top10"`
	Answered int        `json:"answered"` // rightly, and without asking back
	Wrong    int        `json:"wrong"`    // answered wrongly, and without asking back
	Offered  int        `json:"offered"`  // there are readings to choose from; among the refused
	Refused  Refusals   `json:"refused"`
	Coverage []Coverage `json:"coverage"`
	MS       Took       `json:"ms"`
	BytesOut int        `json:"bytes_out"`
	Failed   int        `json:"failed"` // could not be tried
	Skipped  int        `json:"skipped"`
	Lines    []Outcome  `json:"lines"`
	Run
}

// Coverage is how often the answers are right of which the drafter is surest,
// among so large a share of the answerable questions.
type Coverage struct {
	Coverage  float64 `json:"coverage"`
	Precision float64 `json:"precision"`
}

// Figures implements [Report]: top1, top3 and top10 are shares of what was not skipped.
func (r *AskReport) Figures() map[string]float64 {
	f := figures(r.Refused, map[string]int{"n": r.N, "wrong": r.Wrong, "offered": r.Offered, "bytes_out": r.BytesOut, "failed": r.Failed, "skipped": r.Skipped})
	n := r.N - r.Skipped
	f["top1"], f["top3"], f["top10"] = ratio(r.Top1, n), ratio(r.Top3, n), ratio(r.Top10, n)
	f["answered"] = ratio(r.Answered, n)
	f["ms.p50"], f["ms.p95"], f["ms.p99"] = r.MS.P50, r.MS.P95, r.MS.P99
	return f
}

func (r *AskReport) table() [][2]string {
	n := r.N - r.Skipped
	rows := [][2]string{{"questions", count(r.N)}, {"first reading right", of(r.Top1, n)}, {"in the first 3", of(r.Top3, n)}, {"in the first 10", of(r.Top10, n)},
		{"rightly answered", of(r.Answered, n)}, {"wrongly answered", of(r.Wrong, n)}, {"refused", refused(r.Refused)}, {"with readings to choose from", count(r.Offered)}, {"could not be tried", count(r.Failed)}, {"skipped", count(r.Skipped)},
		{"time", fmt.Sprintf("%.0f ms median, %.0f ms in the 95th percentile", r.MS.P50, r.MS.P95)}, {"bytes that left", count(r.BytesOut)}}
	for _, c := range r.Coverage {
		rows = append(rows, [2]string{fmt.Sprintf("surest %.0f %%", 100*c.Coverage), fmt.Sprintf("%.1f %% right", 100*c.Precision)})
	}
	return rows
}

// Outcomes implements [Report].
func (r *SQLReport) Outcomes() []Outcome    { return r.Lines }
func (r *AttackReport) Outcomes() []Outcome { return r.Lines }
func (r *AllowReport) Outcomes() []Outcome  { return r.Lines }
func (r *AskReport) Outcomes() []Outcome    { return r.Lines }

// Keep implements [Report].
func (r *SQLReport) Keep(keep func(Outcome) bool)    { r.Lines = only(r.Lines, keep) }
func (r *AttackReport) Keep(keep func(Outcome) bool) { r.Lines = only(r.Lines, keep) }
func (r *AllowReport) Keep(keep func(Outcome) bool)  { r.Lines = only(r.Lines, keep) }
func (r *AskReport) Keep(keep func(Outcome) bool)    { r.Lines = only(r.Lines, keep) }

// only never returns nil: JSON has a list.
func only(lines []Outcome, keep func(Outcome) bool) []Outcome {
	kept := []Outcome{}
	for _, l := range lines {
		if keep(l) {
			kept = append(kept, l)
		}
	}
	return kept
}

// Remarkable are the outcomes that a report lists unless all are asked for.
func Remarkable(o Outcome) bool {
	switch o.Verdict {
	case Same, Right, Allowed:
		return false
	default:
		return true
	}
}

// figures gives every code, counted or not, so that a bound on it can be met.
func figures(refused Refusals, counts map[string]int) map[string]float64 {
	f := map[string]float64{"refused": float64(refused.total())}
	for _, code := range refusal.Codes() {
		f[string(code)] = float64(refused[code])
	}
	for name, n := range counts {
		f[name] = float64(n)
	}
	return f
}

func ratio(n, all int) float64 {
	if all <= 0 {
		return 0
	}
	return float64(n) / float64(all)
}

func count(n int) string { return fmt.Sprint(n) }

func of(n, all int) string { return fmt.Sprintf("%d  (%.1f %%)", n, 100*ratio(n, all)) }

func refused(r Refusals) string {
	var parts []string
	for code, n := range r {
		parts = append(parts, fmt.Sprintf("%s %d", code, n))
	}
	slices.Sort(parts)
	if len(parts) == 0 {
		return "0"
	}
	return fmt.Sprintf("%d  (%s)", r.total(), strings.Join(parts, ", "))
}

// WriteJSON prints the report as one object.
func WriteJSON(w io.Writer, r Report) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(r)
}

// WriteTable prints the figures, then the outcomes, for a terminal.
func WriteTable(w io.Writer, r Report) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range r.table() {
		fmt.Fprintf(t, "%s\t%s\n", row[0], row[1])
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if len(r.Outcomes()) > 0 {
		fmt.Fprintln(w)
	}
	for _, o := range r.Outcomes() {
		fmt.Fprintf(t, "%s\t%s\t%s\n", o.ID, o.Verdict, o.Detail)
	}
	return t.Flush()
}

// WriteCSV prints the outcomes.
func WriteCSV(w io.Writer, r Report) error {
	fmt.Fprintln(w, "id,verdict,detail")
	for _, o := range r.Outcomes() {
		fmt.Fprintf(w, "%s,%s,%s\n", quote(o.ID), quote(string(o.Verdict)), quote(o.Detail))
	}
	return nil
}

func quote(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
