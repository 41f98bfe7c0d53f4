//go:build unix

package ledger

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/grille-dev/grille/model"
)

// BenchmarkAppend is an append, and beside it in the same run a bare write of as
// many bytes with fsync: the disk's own time differs from moment to moment.
func BenchmarkAppend(b *testing.B) {
	l := measured(b)
	dir := b.TempDir()
	bare, err := os.Create(filepath.Join(dir, "bare"))
	if err != nil {
		b.Fatal(err)
	}
	defer bare.Close()
	body, line := bytes.Repeat([]byte("x"), 1834), bytes.Repeat([]byte("y"), 3200)
	var spent, compared time.Duration
	for b.Loop() {
		start := time.Now()
		if _, err := l.Append(b.Context(), ana, model.Entry{Provider: "house", URL: "https://h/", Body: body}); err != nil {
			b.Fatal(err)
		}
		middle := time.Now()
		if _, err := bare.Write(line); err != nil {
			b.Fatal(err)
		}
		if err := bare.Sync(); err != nil {
			b.Fatal(err)
		}
		spent, compared = spent+middle.Sub(start), compared+time.Since(middle)
	}
	b.ReportMetric(float64(spent.Microseconds())/float64(b.N), "µs/append")
	b.ReportMetric(float64(compared.Microseconds())/float64(b.N), "µs/bare")
	b.ReportMetric(spent.Seconds()/compared.Seconds(), "x-bare")
}

// BenchmarkVerify verifies a ledger of GRILLE_LEDGER_ENTRIES entries (100,000), of
// requests of 1834 bytes. All of it is signed as any ledger is.
func BenchmarkVerify(b *testing.B) {
	entries := 100_000
	if text := os.Getenv("GRILLE_LEDGER_ENTRIES"); text != "" {
		entries, _ = strconv.Atoi(text)
	}
	l := measured(b)
	size := fill(b, l, entries, bytes.Repeat([]byte("x"), 1834))
	b.SetBytes(size)
	before := processor(b)
	for b.Loop() {
		r, err := Verify(b.Context(), Verification{Dir: l.c.Dir, Keys: l.c.Keys})
		if err != nil || len(r.Findings) > 0 || r.Entries != int64(entries) {
			b.Fatal(err, r)
		}
	}
	b.ReportMetric((processor(b)-before).Seconds()/float64(b.N), "cpu-s/op") // what the machine does beside does not count
	b.ReportMetric(float64(entries), "entries")
	b.ReportMetric(float64(size)/(1<<20), "MiB")
}

// processor is the time that this process has spent on processors.
func processor(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func measured(b *testing.B) *Log {
	dir := b.TempDir()
	l, err := Open(b.Context(), Config{Dir: filepath.Join(dir, "ledger"), Keys: filepath.Join(dir, "keys"),
		Clock: time.Now, Random: rand.Reader, Report: func(line string) { b.Error(line) }})
	if err != nil {
		b.Fatal(err)
	}
	return l
}

// fill writes a log as put does, without waiting for the disk.
func fill(b *testing.B, l *Log, entries int, body []byte) int64 {
	f, err := os.Create(filepath.Join(l.c.Dir, logFile))
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	var people []person
	for i := range 100 {
		p, err := l.vault.need(fmt.Sprint("viewer ", i))
		if err != nil {
			b.Fatal(err)
		}
		people = append(people, p)
	}
	var s state
	for i := range entries {
		p, r := people[i%len(people)], l.next(s, sent)
		r.Person, r.Purpose, r.Connection, r.Provider, r.Host, r.Bytes = p.ID, Ask, "clinic", "house", "llm.internal", int64(len(body))
		if err := r.seal(p, l.vault.signer.Name(), l.vault.random, about{p.Name, "analysts", "0123456789abcdef", "https://llm.internal/v1"}, body); err != nil {
			b.Fatal(err)
		}
		line := r.line()
		s.tree.add(tlog.RecordHash(line))
		if s.last, err = sign(&s.tree, l.vault.signer); err != nil {
			b.Fatal(err)
		}
		text := append(append(append(line, '\n'), s.last.line()...), '\n')
		s.end += int64(len(text))
		if _, err := w.Write(text); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	if err := l.vault.setHead(s.last); err != nil {
		b.Fatal(err)
	}
	if err := writeEdge(l.c.Dir, s); err != nil {
		b.Fatal(err)
	}
	return s.end
}
