package learned

import (
	_ "embed"
	"sync"
)

//go:embed weights.bin
var weights []byte

// Load is the model that the planner comes with; it is read when it is first
// needed.
var Load = sync.OnceValue(func() *Model {
	m, err := Decode(weights)
	if err != nil {
		panic("learned: " + err.Error()) // embedded, and read by a test
	}
	return m
})
