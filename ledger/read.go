package ledger

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// Entry is an entry as whoever holds the keys may read it.
type Entry struct {
	Number     int64     `json:"entry"`
	Time       time.Time `json:"time"`
	Kind       string    `json:"kind"` // sent, erased or recovered
	Person     string    `json:"person,omitempty"`
	Viewer     string    `json:"viewer,omitempty"` // "": erased, or no keys at hand
	Team       string    `json:"team,omitempty"`
	Ask        string    `json:"ask,omitempty"` // as in the receipt
	Purpose    Purpose   `json:"purpose,omitempty"`
	Round      int       `json:"round,omitempty"`
	Connection string    `json:"connection,omitempty"`
	Provider   string    `json:"provider,omitempty"`
	Host       string    `json:"host,omitempty"`
	URL        string    `json:"url,omitempty"`
	Bytes      int64     `json:"bytes,omitempty"`
	Sealed     string    `json:"sealed,omitempty"` // why Viewer and Body are missing
	Commitment string    `json:"commitment,omitempty"`
	Body       []byte    `json:"-"` // exactly what was about to leave
}

// What keeps a sealed part shut.
const (
	wasErased = "erased"
	noKeys    = "no keys at hand"
)

// Read calls each with the entries from number from on, in order; from below 1
// counts from the end: -99 begins with the last hundred. It opens what the folder
// of keys opens; with keys "" nothing. It does not verify: [Verify] does.
func Read(ctx context.Context, dir, keys string, from int64, each func(Entry) error) error {
	s, err := take(ctx, Verification{Dir: dir, Keys: keys})
	if err != nil {
		return err
	}
	defer s.close()
	if s.vaultErr != nil {
		return s.vaultErr
	}
	end, err := readEnd(s.log)
	if err != nil {
		return err
	}
	if from < 1 {
		from += end.last.size
	}
	o := opener{origin: s.key.v.Name()}
	if s.vault != nil {
		o.people, _ = s.vault.people() // one that is damaged is verify's to tell
	}
	return o.each(ctx, io.NewSectionReader(s.log, 0, end.end), from, each)
}

type opener struct {
	origin string
	people map[string]person // nil: no keys at hand
}

func (o opener) each(ctx context.Context, r io.Reader, from int64, each func(Entry) error) error {
	p := newPairs(r)
	for n := int64(1); ctx.Err() == nil; n++ {
		k, err := p.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading entry %d: %w", n, err)
		}
		if n < from {
			continue
		}
		rec, err := parseRecord(k.entry, true)
		if err != nil {
			return fmt.Errorf("reading entry %d: %w: find out with grille verify ledger", n, err)
		}
		if err := each(o.entry(rec)); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (o opener) entry(r record) Entry {
	at, _ := time.Parse(instant, r.Time) // checked with the record
	e := Entry{Number: r.Entry, Time: at, Kind: string(r.Kind), Person: r.Person, Purpose: r.Purpose, Round: r.Round,
		Connection: r.Connection, Provider: r.Provider, Host: r.Host, Bytes: r.Bytes, Commitment: r.Commitment}
	p, there := o.people[r.Person]
	switch {
	case r.Kind != sent:
	case o.people == nil:
		e.Sealed = noKeys
	case !there:
		e.Sealed = wasErased
	default:
		a, body, err := r.unseal(p, o.origin)
		if err != nil {
			e.Sealed = err.Error()
			break
		}
		e.Viewer, e.Team, e.Ask, e.URL, e.Body = a.Viewer, a.Team, a.Ask, a.URL, body
	}
	return e
}
