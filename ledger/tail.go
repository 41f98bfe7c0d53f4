package ledger

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	logFile  = "log"
	edgeFile = "edge" // where a tree may be continued; made anew from the log if need be
	lockFile = "lock"
)

// state is a log as the next entry finds it.
type state struct {
	tree tree
	last Checkpoint // zero where the log is empty
	end  int64      // of the last whole pair; what follows is torn
	torn int64      // bytes after end
}

// readState finds the end of a log and the tree of it. It reads the last lines,
// and the whole log only where the edge beside it does not fit: what it returns
// has the root that the last checkpoint has, which is signed.
func readState(dir string, key PublicKey) (state, error) {
	f, err := os.Open(filepath.Join(dir, logFile))
	if errors.Is(err, os.ErrNotExist) {
		return state{}, nil
	}
	if err != nil {
		return state{}, err
	}
	defer f.Close()
	s, err := readEnd(f)
	if err != nil || s.end == 0 {
		return s, err
	}
	if err := key.own(s.last); err != nil {
		return s, fmt.Errorf("checkpoint %d: %w: find out with grille verify ledger", s.last.size, err)
	}
	var ok bool
	if s.tree, ok = readEdge(dir, s); ok {
		return s, nil
	}
	s.tree, err = rebuild(io.NewSectionReader(f, 0, s.end))
	if err == nil && (s.tree.n != s.last.size || s.tree.root() != s.last.root) {
		err = errors.New("the entries do not fit the last checkpoint: find out with grille verify ledger")
	}
	return s, err
}

// readEnd finds the last whole pair. A pair is torn if its second newline is
// missing, or if it has a zero byte, which no entry has and which a file system
// leaves where it had no time to write.
func readEnd(f *os.File) (state, error) {
	info, err := f.Stat()
	if err != nil {
		return state{}, err
	}
	tail, at, err := lastBytes(f, info.Size())
	if err != nil {
		return state{}, err
	}
	lines := bytes.SplitAfter(tail, []byte("\n"))
	end := at + int64(len(tail))
	for i := len(lines) - 1; i >= 0 && i >= len(lines)-4; i-- { // one pair can be torn, not two
		whole := bytes.HasSuffix(lines[i], []byte("\n")) && bytes.HasPrefix(lines[i], []byte(checkpointHead))
		if whole && i > 0 && bytes.IndexByte(lines[i], 0) < 0 && bytes.IndexByte(lines[i-1], 0) < 0 {
			c, err := parseCheckpointLine(bytes.TrimSuffix(lines[i], []byte("\n")))
			if err != nil {
				return state{}, fmt.Errorf("the last checkpoint cannot be read: find out with grille verify ledger")
			}
			return state{last: c, end: end, torn: info.Size() - end}, nil
		}
		end -= int64(len(lines[i]))
	}
	if end > 0 {
		return state{}, errors.New("the log does not end in an entry: find out with grille verify ledger")
	}
	return state{torn: info.Size()}, nil
}

// lastBytes are enough of a file's end to have two pairs in it, or all.
func lastBytes(f *os.File, size int64) ([]byte, int64, error) {
	for n := int64(64 << 10); ; n *= 8 {
		at := max(0, size-n)
		text := make([]byte, size-at)
		if _, err := f.ReadAt(text, at); err != nil {
			return nil, 0, err
		}
		if at == 0 || bytes.Count(text, []byte("\n")) >= 5 || n > 4*longest {
			return text, at, nil
		}
	}
}

// rebuild makes the tree from all entries.
func rebuild(r io.Reader) (tree, error) {
	var t tree
	for p := newPairs(r); ; {
		k, err := p.next()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return t, err
		}
		t.add(tlog.RecordHash(k.entry))
	}
}

// edge is the tree as it was when the log had a length.
type edge struct {
	Size   int64       `json:"size"`
	End    int64       `json:"end"`
	Hashes []tlog.Hash `json:"hashes"`
}

func writeEdge(dir string, s state) error {
	text, err := json.Marshal(edge{s.tree.n, s.end, s.tree.edge})
	if err != nil {
		return err
	}
	return overwrite(filepath.Join(dir, edgeFile), append(text, '\n'))
}

// readEdge is the tree of the file, if that is the tree of s.
func readEdge(dir string, s state) (tree, bool) {
	text, err := os.ReadFile(filepath.Join(dir, edgeFile))
	if err != nil {
		return tree{}, false
	}
	t, end, err := parseEdge(text)
	return t, err == nil && t.n == s.last.size && end == s.end && t.root() == s.last.root
}

// parseEdge reads a file of an edge, which is written in one way.
func parseEdge(text []byte) (tree, int64, error) {
	var e edge
	err := json.Unmarshal(text, &e)
	again, _ := json.Marshal(e)
	ones := 0
	for n := e.Size; n > 0; n &= n - 1 {
		ones++
	}
	if err != nil || string(again)+"\n" != string(text) || e.Size < 1 || len(e.Hashes) != ones {
		return tree{}, 0, errors.New("it is damaged; the next entry makes it anew")
	}
	return tree{e.Size, e.Hashes}, e.End, nil
}
