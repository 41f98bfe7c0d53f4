package model

import (
	"bytes"
	"strconv"
)

// Usage is what a request cost, as its server counts; 0 where it did not say.
// For a draft that took several requests it is their sum.
type Usage struct {
	Input, Output Tokens
}

// Tokens is a count of tokens in a server's reply. A count that is no whole
// number from 0 to 16 million is read as 0: nobody's reply fails for the way in
// which it is counted.
type Tokens int

const maxTokens = 1 << 24

// UnmarshalJSON implements json.Unmarshaler; it gives no error.
func (t *Tokens) UnmarshalJSON(text []byte) error {
	n, err := strconv.Atoi(string(bytes.TrimSpace(text)))
	if err != nil || n < 0 || n > maxTokens {
		n = 0
	}
	*t = Tokens(n)
	return nil
}

// Total is input and output together.
func (u Usage) Total() int { return int(u.Input) + int(u.Output) }

// Plus adds up.
func (u Usage) Plus(v Usage) Usage {
	return Usage{Input: u.Input + v.Input, Output: u.Output + v.Output}
}
