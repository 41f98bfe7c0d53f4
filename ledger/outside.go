package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Sink takes checkpoints outside. Send returns when the checkpoint is where it
// belongs; it may be called concurrently, sees some checkpoints late or not at
// all, as a later one vouches for them, and quotes in its error nothing that
// came from the other side.
type Sink interface {
	Send(ctx context.Context, c Checkpoint) error
}

// Outlet is one place outside.
type Outlet struct {
	Name string // for people, such as "file /mnt/worm/checkpoints"
	Sink Sink
	// Required: a checkpoint that does not get out keeps what it is about from
	// being sent.
	Required bool
}

const (
	outsideFile = "outside"        // what got out; no part of any proof
	sendTime    = 10 * time.Second // for one attempt
	closeTime   = 5 * time.Second  // that Close waits
)

// Delivery is how it stands with an outlet.
type Delivery struct {
	Size   int64     `json:"size"` // of the last checkpoint that got out; 0: none
	Time   time.Time `json:"time"`
	Failed string    `json:"failed,omitempty"` // why the last one did not
	Since  int64     `json:"since,omitempty"`  // the first that did not
}

// courier brings checkpoints outside: where it is required, at once; elsewhere
// beside the work, always the newest.
type courier struct {
	c       Config
	ctx     context.Context
	cancel  context.CancelFunc
	mu      sync.Mutex
	newest  Checkpoint // not yet on its way; zero: none
	running bool
	idle    chan struct{} // closed when nothing is on its way
}

func (k *courier) start(c Config) {
	k.c = c
	k.ctx, k.cancel = context.WithCancel(context.Background())
	k.idle = make(chan struct{})
	close(k.idle)
}

// stop waits for what is on its way, and then ends it.
func (k *courier) stop() {
	k.mu.Lock()
	idle := k.idle
	k.mu.Unlock()
	select {
	case <-idle:
	case <-time.After(closeTime):
		k.cancel()
		<-idle
	}
	k.cancel()
}

// send returns when c is everywhere where it is required.
func (k *courier) send(ctx context.Context, c Checkpoint) error {
	var errs []error
	beside := false
	for _, o := range k.c.Outlets {
		if !o.Required {
			beside = true
			continue
		}
		errs = append(errs, k.one(ctx, o, c))
	}
	if beside {
		k.later(c)
	}
	return errors.Join(errs...)
}

// later has c sent to where it is not required.
func (k *courier) later(c Checkpoint) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.newest = c
	if k.running || k.ctx.Err() != nil {
		return
	}
	k.running, k.idle = true, make(chan struct{})
	go k.run()
}

func (k *courier) run() {
	for {
		k.mu.Lock()
		c := k.newest
		if k.newest = (Checkpoint{}); c.size == 0 {
			k.running = false
			close(k.idle)
			k.mu.Unlock()
			return
		}
		k.mu.Unlock()
		for _, o := range k.c.Outlets {
			if !o.Required {
				_ = k.one(k.ctx, o, c) // told to Report, and kept for list
			}
		}
	}
}

// one sends c to one outlet, and keeps how it went.
func (k *courier) one(ctx context.Context, o Outlet, c Checkpoint) error {
	attempt, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	err := o.Sink.Send(attempt, c)
	if err != nil {
		err = fmt.Errorf("checkpoint %d did not get out to %s: %w", c.size, o.Name, err)
		k.c.Report(err.Error() + ": it is tried again with the next entry")
	}
	if kept := k.keep(o, c, err); kept != nil {
		k.c.Report("beside the ledger: " + kept.Error())
	}
	return err
}

// keep notes how it went. Other processes note theirs, so it is done alone.
func (k *courier) keep(o Outlet, c Checkpoint, failed error) error {
	unlock, err := lock(context.Background(), filepath.Join(k.c.Dir, lockFile), true)
	if err != nil {
		return err
	}
	defer unlock()
	all := Deliveries(k.c.Dir)
	d := all[o.Name]
	switch {
	case failed == nil && c.size >= d.Size:
		d = Delivery{Size: c.size, Time: k.c.Clock().UTC()}
	case failed != nil && c.size > d.Size:
		d.Failed = failed.Error()
		if d.Since == 0 {
			d.Since = c.size
		}
	}
	all[o.Name] = d
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	return overwrite(filepath.Join(k.c.Dir, outsideFile), append(text, '\n'))
}

// Deliveries are how it stands with each outlet of the ledger in dir, by name. It
// is for people, and no part of any proof.
func Deliveries(dir string) map[string]Delivery {
	all := map[string]Delivery{}
	text, err := os.ReadFile(filepath.Join(dir, outsideFile))
	if err != nil || json.Unmarshal(text, &all) != nil || all == nil {
		return map[string]Delivery{}
	}
	return all
}
