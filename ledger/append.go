package ledger

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/grille-dev/grille/model"
)

// Purpose is for what something leaves. The set is closed.
type Purpose string

const (
	Ask     Purpose = "ask"     // to answer a question
	Explain Purpose = "explain" // to show what would answer it
	Eval    Purpose = "eval"    // to measure a model
	Test    Purpose = "test"    // to see whether a model can be reached
)

// Asker is on whose behalf something leaves, and for what.
type Asker struct {
	Viewer     string
	Team       string // "": of several
	Ask        string // the id of the receipt
	Connection string
	Purpose    Purpose
	Round      int // 0, or which repair of a draft it is
}

const mostBytes = 16 << 20

// Append records a request and returns its number, from 1, once the entry is on
// the disk, and its checkpoint outside where that is required. An error is a
// refusal, or ctx's; then nothing may be sent.
func (l *Log) Append(ctx context.Context, a Asker, e model.Entry) (int64, error) {
	c, err := l.record(ctx, a, e)
	if err != nil {
		return 0, refuse(err)
	}
	if err := l.out.send(ctx, c); err != nil {
		return 0, refuse(err)
	}
	return c.size, nil
}

func (l *Log) record(ctx context.Context, a Asker, e model.Entry) (Checkpoint, error) {
	u, err := url.Parse(e.URL)
	switch {
	case err != nil || u.Host == "":
		return Checkpoint{}, errors.New("it goes to no address")
	case len(e.Body) > mostBytes:
		return Checkpoint{}, fmt.Errorf("it has more than %d bytes", mostBytes)
	}
	switch a.Purpose {
	case Ask, Explain, Eval, Test:
	default:
		return Checkpoint{}, errors.New("it is for no purpose that is known")
	}
	return l.write(ctx, func(s state) (record, error) {
		p, err := l.vault.need(a.Viewer)
		if err != nil {
			return record{}, err
		}
		r := l.next(s, sent)
		r.Person, r.Purpose, r.Round, r.Connection = p.ID, a.Purpose, a.Round, a.Connection
		r.Provider, r.Host, r.Bytes = e.Provider, u.Host, int64(len(e.Body))
		return r, r.seal(p, l.vault.signer.Name(), l.vault.random, about{a.Viewer, a.Team, a.Ask, e.URL}, e.Body)
	})
}

// next is the entry after s, still empty.
func (l *Log) next(s state, k kind) record {
	r := record{V: version, Entry: s.tree.n + 1, Time: l.c.Clock().UTC().Format(instant), Kind: k}
	if s.tree.n > 0 {
		r.Previous = s.last.digest()
	}
	return r
}

// write appends what build makes, alone on this machine.
func (l *Log) write(ctx context.Context, build func(state) (record, error)) (Checkpoint, error) {
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return Checkpoint{}, ctx.Err()
	}
	unlock, err := lock(ctx, filepath.Join(l.c.Dir, lockFile), true)
	if err != nil {
		return Checkpoint{}, err
	}
	defer unlock()
	s, err := l.ready()
	if err != nil {
		return Checkpoint{}, err
	}
	r, err := build(s)
	if err != nil {
		return Checkpoint{}, err
	}
	s, err = l.put(s, r)
	return s.last, err
}

// ready is the log's state, checked against the last checkpoint that this machine
// has made, and mended where a crash has torn it.
func (l *Log) ready() (state, error) {
	s, err := readState(l.c.Dir, l.vault.public)
	if err != nil {
		return s, err
	}
	switch head, err := l.vault.head(s.last); {
	case errors.Is(err, fs.ErrNotExist): // before the first entry, or restored
	case err != nil:
		return s, err
	case head.size > s.tree.n:
		return s, fmt.Errorf("the log has %d entries, and had %d: it was rolled back or cut; find out with grille verify ledger", s.tree.n, head.size)
	case head.size == s.tree.n && head.root != s.tree.root():
		return s, errors.New("the log is not the one that was written here last; find out with grille verify ledger")
	}
	if s.torn == 0 {
		return s, nil
	}
	return l.recover(s)
}

// recover cuts off what a crash has torn. Nothing was sent for it: its bytes were
// not yet known to be on the disk. An entry says what was cut.
func (l *Log) recover(s state) (state, error) {
	path := filepath.Join(l.c.Dir, logFile)
	torn := make([]byte, s.torn)
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return s, err
	}
	_, err = f.ReadAt(torn, s.end)
	if err == nil {
		err = f.Truncate(s.end)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return s, err
	}
	r := l.next(s, recovered)
	r.Bytes, r.Removed, s.torn = int64(len(torn)), digest(torn), 0
	if s, err = l.put(s, r); err != nil {
		return s, err
	}
	l.c.Report(fmt.Sprintf("%d bytes of a torn record were cut off the ledger, for which nothing had been sent; entry %d says so", len(torn), s.tree.n))
	return s, nil
}

// put writes the record and its checkpoint behind s, and syncs them.
func (l *Log) put(s state, r record) (state, error) {
	line := r.line()
	t := tree{s.tree.n, append([]tlog.Hash(nil), s.tree.edge...)}
	t.add(tlog.RecordHash(line))
	c, err := sign(&t, l.vault.signer)
	if err != nil {
		return s, err
	}
	text := append(append(append(line, '\n'), c.line()...), '\n')
	if err := l.sync(s.end, text); err != nil {
		return s, err
	}
	s = state{tree: t, last: c, end: s.end + int64(len(text))}
	// Both can be made anew from the log, and are: their loss is no error.
	if err := errors.Join(l.vault.setHead(c), writeEdge(l.c.Dir, s)); err != nil {
		l.c.Report("beside the ledger: " + err.Error())
	}
	return s, nil
}

// sync puts text at the log's end and returns when the disk has it. On an error
// the log is as before, as far as the disk allows.
func (l *Log) sync(at int64, text []byte) error {
	path := filepath.Join(l.c.Dir, logFile)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(text, at)
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		err = errors.Join(err, f.Truncate(at))
	}
	if err = errors.Join(err, f.Close()); err != nil || at > 0 {
		return err
	}
	return syncFolder(l.c.Dir)
}

// head is the last checkpoint that was made here; most often it is last, which was
// checked.
func (v *vault) head(last Checkpoint) (Checkpoint, error) {
	text, err := os.ReadFile(filepath.Join(v.dir, headFile))
	switch {
	case err == nil && len(text) == 0: // made, and not yet written, when a process died
		return last, fs.ErrNotExist
	case err != nil || string(text) == last.text:
		return last, err
	}
	c, err := parseCheckpoint(string(text))
	if err == nil {
		err = v.public.own(c)
	}
	if err != nil {
		return c, fmt.Errorf("%s: %w: restore it from a copy, or remove it once grille verify ledger finds nothing else", filepath.Join(v.dir, headFile), err)
	}
	return c, nil
}

func (v *vault) setHead(c Checkpoint) error {
	return overwrite(filepath.Join(v.dir, headFile), []byte(c.text)) // never shorter than the one before
}
