package eval

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Bound is one figure that a run must reach, as in same>=0.995.
type Bound struct {
	Name string
	Op   string // >= or <=
	Than float64
}

// ParseBound reads NAME>=NUMBER, NAME<=NUMBER or NAME=NUMBER; the last means at
// least for what is good and at most for what is bad. Good figures (same, top1,
// top3, top10, allowed, recall) are shares from 0 to 1, the others counts.
func ParseBound(text string) (Bound, error) {
	for _, op := range []string{">=", "<=", "="} {
		name, number, ok := strings.Cut(text, op)
		if !ok {
			continue
		}
		than, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if err != nil {
			return Bound{}, fmt.Errorf("--require %s: %q is no number", text, strings.TrimSpace(number))
		}
		b := Bound{strings.TrimSpace(name), op, than}
		if op == "=" {
			b.Op = "<="
			if share(b.Name) {
				b.Op = ">="
			}
		}
		if share(b.Name) && (than < 0 || than > 1) {
			return Bound{}, fmt.Errorf("--require %s: %s is a share from 0 to 1", text, b.Name)
		}
		return b, nil
	}
	return Bound{}, fmt.Errorf("--require %s: write a figure and a bound, as in 'same>=0.995' or 'differ<=0'", text)
}

func share(name string) bool {
	return slices.Contains([]string{"same", "top1", "top3", "top10", "allowed", "recall"}, name) || strings.HasPrefix(name, "recall.")
}

// Missed says which bounds figures miss, a sentence each. A figure that the
// command does not have is an error, so that a misspelt bound cannot pass.
func Missed(bounds []Bound, figures map[string]float64) (missed []string, err error) {
	for _, b := range bounds {
		got, ok := figures[b.Name]
		if !ok {
			var names []string
			for name := range figures {
				names = append(names, name)
			}
			slices.Sort(names)
			return nil, fmt.Errorf("--require %s: there is no such figure here; there are %s", b.Name, strings.Join(names, ", "))
		}
		if b.Op == ">=" && got < b.Than || b.Op == "<=" && got > b.Than {
			missed = append(missed, fmt.Sprintf("%s is %s, and %s%s was required", b.Name, number(got), b.Op, number(b.Than)))
		}
	}
	return missed, nil
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
