package pgfn

// Piece is one piece of a format of dates: a keyword as it was written, or text
// to copy.
type Piece struct {
	Key, Text string
	Fill      bool   // FM: no padding
	Suffix    string // TH or th
}

// DateFormat are the pieces of a format that [CheckDateFormat] is content with.
func DateFormat(f string) []Piece {
	tokens, _ := parseDateFormat(f)
	pieces := make([]Piece, len(tokens))
	for i, t := range tokens {
		pieces[i] = Piece{t.key, t.text, t.fill, t.suffix}
	}
	return pieces
}
