package answer

import (
	"bufio"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/guptarohit/asciigraph"
)

const (
	barCells  = 24
	graphRows = 8
)

// barTexts draws amounts as bars of one scale, zero in it, in eighths of a cell.
// Those below zero end where the others begin.
func barTexts(values []float64) []string {
	low, high := reach(values)
	left := 0
	if low < 0 {
		left = max(1, int(math.Round(barCells*-low/(high-low))))
	}
	out := make([]string, len(values))
	for i, v := range values {
		switch {
		case math.IsNaN(v) || v == 0:
		case v < 0:
			n := max(1, int(math.Round(float64(left)*v/low)))
			out[i] = strings.Repeat(" ", left-n) + strings.Repeat("█", n)
		default:
			out[i] = strings.Repeat(" ", left) + bar(v/high, barCells-left)
		}
	}
	return out
}

// reach is the least and the greatest of zero and the values that there are.
func reach(values []float64) (low, high float64) {
	for _, v := range values {
		if !math.IsNaN(v) {
			low, high = min(low, v), max(high, v)
		}
	}
	return low, high
}

func bar(part float64, cells int) string {
	eighths := int(math.Round(part * float64(cells) * 8))
	s := strings.Repeat("█", eighths/8)
	if rest := eighths % 8; rest > 0 {
		s += string([]rune("▏▎▍▌▋▊▉")[rest-1])
	}
	return s
}

// drawn writes lines: one as a graph, several as one row of marks each, on one
// scale, because lines of one colour cannot be told apart.
func (c chart) drawn(b *bufio.Writer, n numerals) {
	fmt.Fprintf(b, "%s by %s, %s to %s\n", visible(c.title), visible(c.by), c.labels[0], c.labels[len(c.labels)-1])
	if len(c.series) > 1 {
		c.sparks(b, n)
		return
	}
	values := c.series[0].values
	low, high := reach(values)
	if high == low {
		return
	}
	width := 120 // of so many points some are left out
	if gaps := len(values) - 1; gaps < width {
		width = gaps*max(1, min(4, 60/gaps)) + 1 // each point has a cell
	}
	b.WriteString(asciigraph.Plot(values, asciigraph.Height(graphRows), asciigraph.Width(width), asciigraph.LowerBound(low), asciigraph.UpperBound(high),
		asciigraph.YAxisValueFormatter(func(v float64) string { return n.write(round(v, high-low)) })) + "\n")
}

// round is a number of an axis: with as many decimals as tell its lines apart.
func round(v, span float64) string {
	if span >= 1e15 || span < 1e-6 {
		return strconv.FormatFloat(v, 'g', 3, 64)
	}
	decimals := math.Ceil(-math.Log10(span / graphRows))
	return strconv.FormatFloat(v, 'f', int(min(9, max(0, decimals))), 64)
}

// brief is a value beside its mark: as it is, or as an axis has it where that is long.
func brief(v, span float64) string {
	if s := strconv.FormatFloat(v, 'f', -1, 64); len(s) <= 10 {
		return s
	}
	return round(v, span/100)
}

func (c chart) sparks(b *bufio.Writer, n numerals) {
	wide := 0
	for _, s := range c.series {
		wide = max(wide, breadth(fit(s.name, widest)))
	}
	low, high := reach(c.all())
	for _, s := range c.series {
		first, last := edges(s.values)
		fmt.Fprintf(b, "  %s  %s  %s to %s\n", pad(fit(s.name, wide), wide, false), spark(s.values, low, high), n.write(brief(first, high-low)), n.write(brief(last, high-low)))
	}
}

// edges are the first and the last value that there are.
func edges(values []float64) (first, last float64) {
	there := slices.DeleteFunc(slices.Clone(values), math.IsNaN)
	if len(there) == 0 {
		return math.NaN(), math.NaN()
	}
	return there[0], there[len(there)-1]
}

func spark(values []float64, low, high float64) string {
	marks := []rune("▁▂▃▄▅▆▇█")
	var s strings.Builder
	for _, v := range values {
		switch {
		case math.IsNaN(v):
			s.WriteRune(' ')
		case high == low:
			s.WriteRune(marks[0])
		default:
			s.WriteRune(marks[int(math.Round((v-low)/(high-low)*float64(len(marks)-1)))])
		}
	}
	return s.String()
}
