package ledger

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/mod/sumdb/tlog"
)

// checker goes through a log from the front and holds each entry to its
// checkpoint: the leaf to the root, the checkpoint to what the next entry says of
// it, and the last one to the key. It stops at the first that does not fit, as
// nothing after it can.
type checker struct {
	key     PublicKey
	report  *Report
	opener  *opener // nil: what is sealed stays so
	claims  map[int64][]claim
	edges   *tree // as the file beside the log has it, when the log ended there:
	edgeEnd int64
	tree    tree
	end     int64 // of what was read
	last    Checkpoint
	stopped bool
	torn    bool // it stopped where the log ends, within an entry
	persons map[string]*trail
}

// trail is what a log says of one person.
type trail struct{ first, last, erased int64 }

func newChecker(key PublicKey) *checker {
	return &checker{key: key, claims: map[int64][]claim{}, persons: map[string]*trail{},
		report: &Report{Ledger: key.v.Name(), Key: key.ID(), Matches: map[string]int{}, Findings: []Finding{}}}
}

// item is a pair, read. What can be done out of order is done for it.
type item struct {
	record     record
	leaf       tlog.Hash
	checkpoint Checkpoint
	digest     string
	size       int64
	err        error
	sealed     string // why what is sealed does not open; "": it does, or was not tried
}

func (k *checker) examine(p pair) (i item) {
	i.size, i.leaf = p.size, tlog.RecordHash(p.entry)
	i.record, i.err = parseRecord(p.entry, k.opener != nil)
	c, err := parseCheckpointLine(p.checkpoint)
	if i.checkpoint = c; err != nil {
		i.err = errors.Join(i.err, fmt.Errorf("its checkpoint: %w", err))
	}
	i.digest = c.digest()
	if i.err == nil && k.opener != nil && i.record.Kind == sent {
		i.sealed = k.opener.entry(i.record).Sealed
	}
	i.record.sealed = nil
	return i
}

const batchSize = 256

// batch is a few pairs on their way through another processor.
type batch struct {
	items []item
	err   error // after the items
	done  chan struct{}
}

// read examines pairs on all processors, and takes them in order.
func (k *checker) read(ctx context.Context, r io.Reader) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ordered := make(chan *batch, 2*runtime.GOMAXPROCS(0))
	go k.readBatches(ctx, newPairs(r), ordered)
	for b := range ordered {
		<-b.done
		for _, i := range b.items {
			if k.stopped = k.stopped || !k.take(i); k.stopped {
				return
			}
		}
		if b.err != nil {
			k.stopped, k.torn = true, errors.Is(b.err, errTorn)
			k.report.find(k.tree.n+1, "after entry %d: %v; %s", k.tree.n, b.err, tornAdvice(b.err))
		}
	}
}

func tornAdvice(err error) string {
	if errors.Is(err, errTorn) {
		return "if a crash has done it, nothing was sent for it, and the next entry cuts it off and says so"
	}
	return "what follows was not looked at"
}

func (k *checker) readBatches(ctx context.Context, p *pairs, ordered chan<- *batch) {
	defer close(ordered)
	var spare sync.Pool // memory of batches that were examined
	for {
		b := &batch{done: make(chan struct{})}
		copies := make([]pair, 0, batchSize)
		var memory []byte
		if used, ok := spare.Get().(*[]byte); ok {
			memory = (*used)[:0]
		}
		for len(copies) < batchSize && b.err == nil {
			var next pair
			if next, b.err = p.next(); b.err == nil {
				// Memory that grows moves: what stands in the old one stays there.
				from, middle := len(memory), len(memory)+len(next.entry)
				memory = append(append(memory, next.entry...), next.checkpoint...)
				copies = append(copies, pair{memory[from:middle:middle], memory[middle:], next.size})
			}
		}
		end := b.err != nil
		if errors.Is(b.err, io.EOF) {
			b.err = nil
		}
		b.items = make([]item, len(copies))
		select { // bounds how many are on their way
		case ordered <- b:
		case <-ctx.Done():
			return
		}
		go func() {
			for i, p := range copies {
				b.items[i] = k.examine(p)
			}
			spare.Put(&memory)
			close(b.done)
		}()
		if end {
			return
		}
	}
}

// take holds one pair to all before it.
func (k *checker) take(i item) bool {
	n := k.tree.n + 1
	if i.err != nil {
		k.report.find(n, "entry %d cannot be read: %v", n, i.err)
		return false
	}
	if got := i.record.Entry; got != n {
		k.report.find(n, "where entry %d belongs stands entry %d: entries were removed, doubled or put in another order", n, got)
		return false
	}
	if want := k.last; n > 1 && i.record.Previous != want.digest() || n == 1 && i.record.Previous != "" {
		k.report.find(n, "entry %d does not follow checkpoint %d: that checkpoint, or the entry, was changed", n, n-1)
		return false
	}
	k.tree.add(i.leaf)
	if c := i.checkpoint; c.size != n || c.root != k.tree.root() || c.origin != k.key.v.Name() {
		k.report.find(n, "entry %d does not match checkpoint %d", n, c.size)
		return false
	}
	k.last, k.end = i.checkpoint, k.end+i.size
	k.count(i.record)
	k.open(i)
	k.compare()
	return true
}

// open tells of a sealed part that does not open. One of a person who has no key is
// for people to tell.
func (k *checker) open(i item) {
	switch {
	case k.opener == nil || i.record.Kind != sent || i.sealed == wasErased:
	case i.sealed != "":
		k.report.find(i.record.Entry, "entry %d: %s", i.record.Entry, i.sealed)
	default:
		k.report.Opened++
	}
}

// compare holds the log, as far as it was read, to checkpoints of elsewhere.
func (k *checker) compare() {
	for _, c := range k.claims[k.tree.n] {
		switch {
		case c.text == k.last.text: // for which the end vouches: a million signatures take a minute
			k.report.Matches[c.from]++
		case !k.ours(c):
		case c.root != k.last.root:
			k.report.find(0, "entries 1 to %d do not match checkpoint %d in %s: they are not those for which it was signed", k.tree.n, c.size, c.from)
		default:
			k.report.Matches[c.from]++
		}
	}
	if e := k.edges; e != nil && e.n == k.tree.n && (k.edgeEnd != k.end || !slices.Equal(e.edge, k.tree.edge)) {
		k.report.find(0, "the file %s does not fit the log; the next entry makes it anew", edgeFile)
	}
}

// ours reports whether the ledger's key has signed a checkpoint of elsewhere. One
// that it has not is a finding, whatever is in it: that is what a new history with
// a new key looks like.
func (k *checker) ours(c claim) bool {
	_, err := k.key.opened(c.Checkpoint)
	if err != nil {
		k.report.find(0, "%s, checkpoint %d: %v", c.from, c.size, err)
	}
	return err == nil
}

func (k *checker) count(r record) {
	p := k.persons[r.Person]
	if p == nil {
		p = &trail{first: r.Entry}
		k.persons[r.Person] = p
	}
	switch r.Kind {
	case sent:
		k.report.Requests++
		k.report.Bytes += r.Bytes
		p.last = r.Entry
	case erased:
		k.report.Erased++
		p.erased = r.Entry
	case recovered:
		k.report.Cut++
	default:
		panic("ledger: unknown kind of entry")
	}
}

// finish looks at the end: the last signature vouches for all before it, and a
// checkpoint of elsewhere that is longer than the log means that its end is gone. A
// crash does not explain that: a checkpoint is shown to nobody before it is written.
func (k *checker) finish() {
	n := k.last.size
	k.report.Entries = n
	if n > 0 {
		k.report.Root = k.last.Root()
		if err := k.key.own(k.last); err != nil {
			k.report.find(n, "checkpoint %d: %v", n, err)
		}
	}
	if k.stopped && !k.torn {
		return
	}
	var sizes []int64
	for size := range k.claims {
		if size > k.tree.n {
			sizes = append(sizes, size)
		}
	}
	slices.Sort(sizes)
	for _, size := range sizes {
		for _, c := range k.claims[size] {
			if !k.ours(c) {
				continue
			}
			k.report.find(0, "the ledger ends with entry %d, and there is checkpoint %d in %s: its end was cut off, or an older copy stands in its place", k.tree.n, size, c.from)
		}
	}
	if k.edges != nil && k.edges.n > k.tree.n {
		k.report.find(0, "the file %s is of a longer log", edgeFile)
	}
}

// people holds the keys of persons to what the log says of them.
func (k *checker) people(v *vault) {
	people, errs := v.people()
	for _, err := range errs {
		k.report.find(0, "the keys of persons: %v", err)
	}
	if k.stopped || len(errs) > 0 {
		return
	}
	var ids []string
	for id := range k.persons {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		p := k.persons[id]
		_, there := people[id]
		switch {
		case id == "": // of no person
		case p.erased == 0 && !there:
			k.report.find(p.first, "entry %d: the key of its person is gone, and no entry says that they were erased", p.first)
		case p.erased > 0 && there:
			k.report.find(p.erased, "entry %d says that a person was erased, and their key is there still: erase them again", p.erased)
		case p.erased > 0 && p.last > p.erased:
			k.report.find(p.last, "entry %d is of a person whom entry %d erased", p.last, p.erased)
		}
	}
}
