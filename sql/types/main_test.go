package types

import (
	"flag"
	"os"
	"testing"
)

// Random tests draw the same values each time; -rapid.seed=N draws others.
func TestMain(m *testing.M) {
	flag.Parse()
	if seed := flag.Lookup("rapid.seed").Value; seed.String() == "0" {
		if err := seed.Set("1"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
