package quota

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// file holds one day. It is replaced whole, under a lock beside it.
type file struct{ path string }

// day is the content of the file.
type day struct {
	Day    string         `json:"day"` // 2006-01-02
	People map[string]use `json:"people"`
}

type use struct {
	Requests int `json:"requests"`
	Tokens   int `json:"tokens"`
}

// errSame ends a change that changes nothing.
var errSame = errors.New("quota: nothing to change")

const (
	longest  = 64 << 20         // bytes of the file that are read
	most     = 1 << 50          // of anything: sums stay in an int
	patience = 10 * time.Second // for a lock that others hold for milliseconds
)

// change reads the day, has it changed and writes it, alone in the world. Where
// do gives an error, nothing is written.
func (f file) change(ctx context.Context, do func(*day) error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("another process has held %s.lock for %s: see which one, and end it", f.path, patience))
	defer cancel()
	unlock, err := lock(ctx, f.path+".lock")
	if err != nil {
		return err
	}
	defer unlock()
	d, err := f.read()
	if err != nil {
		return err
	}
	switch err := do(&d); {
	case err == errSame:
		return nil
	case err != nil:
		return err
	}
	return f.write(d)
}

func (f file) read() (day, error) {
	in, err := os.Open(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return day{People: map[string]use{}}, nil
	}
	if err != nil {
		return day{}, err
	}
	defer in.Close()
	if info, err := in.Stat(); err != nil || !info.Mode().IsRegular() || info.Mode().Perm()&0o022 != 0 {
		return day{}, fmt.Errorf("%s is no file that its owner alone can write: chmod 600 it, if its content is to be trusted", f.path)
	}
	text, err := io.ReadAll(io.LimitReader(in, longest))
	if err != nil {
		return day{}, err
	}
	d, err := decode(text)
	if err != nil {
		return day{}, fmt.Errorf("%s is damaged: if you know why, remove it, and the counts of today begin anew", f.path)
	}
	return d, nil
}

// decode is strict: what it does not know is damage.
func decode(text []byte) (day, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	var d day
	if err := dec.Decode(&d); err != nil {
		return day{}, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return day{}, errors.New("quota: something follows")
	}
	if at, err := time.Parse(time.DateOnly, d.Day); err != nil || at.Format(time.DateOnly) != d.Day || d.People == nil {
		return day{}, errors.New("quota: no day")
	}
	for _, u := range d.People {
		if u.Requests < 0 || u.Tokens < 0 || u.Requests > most || u.Tokens > most {
			return day{}, errors.New("quota: no count")
		}
	}
	return d, nil
}

// write replaces the file. Whoever dies in between leaves the old one.
func (f file) write(d day) error {
	text, err := json.Marshal(d)
	if err != nil {
		return err
	}
	out, err := os.CreateTemp(filepath.Dir(f.path), filepath.Base(f.path)+".new-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = out.Write(append(text, '\n'))
	if err == nil {
		err = out.Sync()
	}
	if err = errors.Join(err, out.Close()); err == nil {
		err = os.Rename(out.Name(), f.path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(out.Name()))
	}
	return nil
}
