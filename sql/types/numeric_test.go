package types

import (
	"math"
	"testing"

	"github.com/cockroachdb/apd/v3"
)

// TestPrintedNumeric: the short way takes what is canonical, and gives what the
// long way gives.
func TestPrintedNumeric(t *testing.T) {
	for text, short := range map[string]bool{
		"0": true, "7": true, "-7": true, "12.50": true, "0.05": true, "-0.5": true, "0.00": true, "100": true,
		"": false, "-": false, ".": false, ".5": false, "5.": false, "-.5": false, "00": false, "01.5": false, "-0": false, "-0.00": false,
		"+1": false, "1e3": false, " 1": false, "1 ": false, "1.2.3": false, "--1": false, "NaN": false, "1x": false, "1.x": false, "१": false,
	} {
		if got := printedNumeric(text); got != short {
			t.Errorf("%q: %t", text, got)
		}
		if long, ok := canonicalNumeric(text); short && (!ok || long != text) {
			t.Errorf("%q is %q by the long way", text, long)
		}
	}
}

// An integer with so many decimals is the numeric that is written so.
func TestNumericScaled(t *testing.T) {
	for _, n := range []int64{0, 5, -5, 50, 99, -100, 12345, math.MinInt64, math.MaxInt64} {
		for scale := range 4 {
			unscaled := apd.New(n, int32(-scale)).Text('f')
			want, err := NumericOf(unscaled)
			if got := NumericScaled(n, scale); err != nil || got != want {
				t.Errorf("%d with %d decimals is %q, want %q", n, scale, got.Text(), want.Text())
			}
		}
	}
}
