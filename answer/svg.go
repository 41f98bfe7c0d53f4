package answer

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// drawing is a chart as lines and boxes of a picture, 720 units wide. Places are
// units from the left and the top.
type drawing struct {
	Title, Summary string // for who does not see it
	Height         int
	Bars           []drawnBar
	Ticks          []tick // of the scale: lines across
	Marks          []tick // below the lines
	Lines          []drawnLine
	More           int // rows that the picture leaves out
}

type drawnBar struct {
	Label, Value      string
	X, Y, Width, Text float64
	Low               bool
}

type tick struct {
	At    float64
	Label string
}

type drawnLine struct {
	Name    string
	Class   int
	Paths   []string // a path for each part without a gap
	Dots    []dot    // points that stand alone
	KeyX, Y float64  // of its name in the key
}

// KeyEnd and KeyText are where the sample of a line in the key ends, and its name begins.
func (l drawnLine) KeyEnd() float64  { return l.KeyX + 28 }
func (l drawnLine) KeyText() float64 { return l.KeyX + 36 }

type dot struct{ X, Y float64 }

const (
	pictureWidth = 720
	labelWidth   = 200
	valueWidth   = 90
	mostBars     = 25
	barHeight    = 24
	lineLeft     = 70
	lineTop      = 12
	lineHeight   = 220
)

func (c chart) picture(n numerals) drawing {
	d := drawing{Title: c.title + " by " + c.by}
	low, high := reach(c.all())
	if high == low {
		high = low + 1
	}
	there := slices.DeleteFunc(c.all(), math.IsNaN)
	d.Summary = d.Title + ": no values"
	if len(there) > 0 {
		d.Summary = fmt.Sprintf("%s: %s, from %s to %s", d.Title, plural(len(there), "value"), n.write(brief(slices.Min(there), high-low)), n.write(brief(slices.Max(there), high-low)))
	}
	if c.kind == bars {
		c.drawBars(&d, low, high, n)
	} else {
		c.drawLines(&d, low, high, n)
	}
	return d
}

func (c chart) drawBars(d *drawing, low, high float64, n numerals) {
	room := float64(pictureWidth - labelWidth - 2*valueWidth)
	at := func(v float64) float64 { return labelWidth + valueWidth + (v-low)/(high-low)*room }
	if low == 0 {
		room += valueWidth
		at = func(v float64) float64 { return labelWidth + v/high*room }
	}
	for i, v := range c.series[0].values {
		if i == mostBars {
			d.More = len(c.labels) - i
			break
		}
		b := drawnBar{Label: fit(c.labels[i], 26), Y: float64(i * barHeight), Value: "no value", X: at(0), Text: at(0) + 6}
		if !math.IsNaN(v) {
			b.Value, b.Low = n.write(brief(v, high-low)), v < 0
			b.X, b.Width = min(at(0), at(v)), math.Abs(at(v)-at(0))
			b.Text = b.X + b.Width + 6
			if b.Low {
				b.Text = b.X - 6
			}
		}
		d.Bars = append(d.Bars, b)
	}
	d.Height = len(d.Bars) * barHeight
}

func (c chart) drawLines(d *drawing, low, high float64, n numerals) {
	step := nice((high - low) / 4)
	low, high = math.Floor(low/step)*step, math.Ceil(high/step)*step
	y := func(v float64) float64 { return lineTop + (high-v)/(high-low)*lineHeight }
	x := func(i int) float64 {
		return lineLeft + float64(i)/float64(len(c.labels)-1)*(pictureWidth-lineLeft-20)
	}
	for i := range int(math.Round((high-low)/step)) + 1 {
		v := low + float64(i)*step
		d.Ticks = append(d.Ticks, tick{y(v), n.write(round(v, high-low))})
	}
	every := (len(c.labels) + 5) / 6
	for i := 0; i < len(c.labels); i += every {
		d.Marks = append(d.Marks, tick{x(i), fit(c.labels[i], 16)})
	}
	keyX, keyY := float64(lineLeft), float64(lineTop+lineHeight+48)
	for i, s := range c.series {
		l := drawnLine{Name: fit(s.name, 26), Class: i, KeyX: keyX, Y: keyY}
		l.draw(s.values, x, y)
		if keyX += 220; keyX > pictureWidth-200 {
			keyX, keyY = lineLeft, keyY+20
		}
		d.Lines = append(d.Lines, l)
	}
	d.Height = lineTop + lineHeight + 30
	if len(d.Lines) > 1 {
		d.Height = int(d.Lines[len(d.Lines)-1].Y) + 10
	}
}

// draw makes a path of each run of values, and a dot of what stands alone.
func (l *drawnLine) draw(values []float64, x func(int) float64, y func(float64) float64) {
	var path []string
	end := func(i int) {
		switch {
		case len(path) == 1:
			l.Dots = append(l.Dots, dot{x(i - 1), y(values[i-1])})
		case len(path) > 1:
			l.Paths = append(l.Paths, strings.Join(path, " "))
		}
		path = nil
	}
	for i, v := range values {
		if math.IsNaN(v) {
			end(i)
			continue
		}
		path = append(path, fmt.Sprintf("%.1f,%.1f", x(i), y(v)))
	}
	end(len(values))
}

// nice is the least step of 1, 2 or 5 times a power of ten that is not below v.
func nice(v float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, n := range []float64{1, 2, 5} {
		if n*power >= v*0.999999 {
			return n * power
		}
	}
	return 10 * power
}
