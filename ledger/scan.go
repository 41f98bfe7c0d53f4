package ledger

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// pair is an entry and the checkpoint that was made with it, as they stand in the
// log: two lines, written and synced at once.
type pair struct {
	entry, checkpoint []byte // without newlines; the reader's memory
	size              int64  // with newlines
}

// errTorn is the end of a log that ends within a pair.
var errTorn = errors.New("it ends within an entry")

// pairs reads a log from the front.
type pairs struct {
	r      *bufio.Reader
	spill  [2][]byte
	offset int64 // of what comes next
}

func newPairs(r io.Reader) *pairs { return &pairs{r: bufio.NewReaderSize(r, 1<<20)} }

// next is the next pair; io.EOF where the log ends, errTorn where it ends too early.
func (p *pairs) next() (pair, error) {
	entry, err := p.line(0)
	if err == nil {
		// What the reader gave is its own memory, which the next line may take.
		p.spill[0] = append(p.spill[0][:0], entry...)
		entry = p.spill[0]
	}
	if err != nil {
		return pair{}, err
	}
	checkpoint, err := p.line(1)
	if errors.Is(err, io.EOF) {
		err = errTorn
	}
	if err != nil {
		return pair{}, err
	}
	k := pair{entry, checkpoint, int64(len(entry) + len(checkpoint) + 2)}
	p.offset += k.size
	return k, nil
}

func (p *pairs) line(i int) ([]byte, error) {
	line, err := p.r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		p.spill[i] = append(p.spill[i][:0], line...)
		for errors.Is(err, bufio.ErrBufferFull) && len(p.spill[i]) < longest {
			line, err = p.r.ReadSlice('\n')
			p.spill[i] = append(p.spill[i], line...)
		}
		line = p.spill[i]
	}
	switch {
	case errors.Is(err, io.EOF) && len(line) > 0:
		return nil, errTorn
	case errors.Is(err, bufio.ErrBufferFull):
		return nil, errors.New("a line is longer than any entry")
	case err != nil:
		return nil, err
	}
	return bytes.TrimSuffix(line, []byte("\n")), nil
}
