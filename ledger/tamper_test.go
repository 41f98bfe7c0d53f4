package ledger

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

var ana = Asker{Viewer: "ana", Team: "analysts", Ask: "a1", Connection: "clinic", Purpose: Ask}
var tom = Asker{Viewer: "tom", Connection: "clinic", Purpose: Eval}

// filled is a ledger with one of everything.
func filled(t *testing.T) *site {
	s := newSite(t)
	s.must(ana, "one")
	s.must(tom, "two")
	s.must(Asker{Viewer: "eve", Connection: "clinic", Purpose: Test}, "three")
	l, err := Open(t.Context(), s.c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Erase(t.Context(), "eve"); err != nil {
		t.Fatal(err)
	}
	s.write(s.path(logFile), s.read(s.path(logFile))+"torn")
	s.must(ana, "four")
	if r := s.verify(); len(r.Findings) > 0 || r.Entries != 6 {
		t.Fatal(r.Lines())
	}
	return s
}

// Any bit of any file of a ledger, and of its keys, may flip: it is found. The lock
// is empty, and the file outside is no part of any proof.
func TestAnyFlippedByteIsFound(t *testing.T) {
	s := filled(t)
	root := filepath.Dir(s.c.Dir)
	files := 0
	err := filepath.Walk(root, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() || info.Name() == lockFile || info.Name() == outsideFile {
			return err
		}
		files++
		text := s.read(path)
		for i := range text {
			bit := byte(1) << (i % 8)
			s.write(path, text[:i]+string([]byte{text[i] ^ bit})+text[i+1:])
			if r := s.verify(); len(r.Findings) == 0 {
				t.Errorf("%s: byte %d of %d, %q, bit %d: not found", path[len(root):], i, len(text), text[i], i%8)
			}
		}
		s.write(path, text)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if r := s.verify(); files != 8 || len(r.Findings) > 0 { // log, edge, public.key, two keys, head, two persons
		t.Errorf("%d files; at the end: %v", files, r.Lines())
	}
}

// Without the folder of keys the log and its key are all there is.
func TestAnyFlippedByteIsFoundWithoutKeys(t *testing.T) {
	s := filled(t)
	s.keys = false
	for _, name := range []string{logFile, edgeFile, publicFile} {
		text := s.read(s.path(name))
		for i := range text {
			for bit := range 8 {
				// All bits at the end, where letters of a signature have too many; one elsewhere.
				if i < len(text)-20 && bit != i/3%8 {
					continue
				}
				s.write(s.path(name), text[:i]+string([]byte{text[i] ^ byte(1)<<bit})+text[i+1:])
				if r := s.verify(); len(r.Findings) == 0 {
					t.Errorf("%s: byte %d of %d, bit %d: not found", name, i, len(text), bit)
				}
			}
		}
		s.write(s.path(name), text)
	}
}

// Any sequence of the pairs but the whole one is found: removed, doubled, reordered.
func TestAnyOtherOrderIsFound(t *testing.T) {
	s := filled(t)
	whole := s.pairs()
	rapid.Check(t, func(r *rapid.T) {
		order := rapid.SliceOfN(rapid.IntRange(0, len(whole)-1), 0, len(whole)+2).Draw(r, "order")
		var pairs []string
		same := len(order) == len(whole)
		for i, n := range order {
			pairs = append(pairs, whole[n])
			same = same && n == i
		}
		s.setPairs(pairs...)
		if found := len(s.verify().Findings) > 0; found == same {
			r.Errorf("found: %v", found)
		}
	})
	for n := range whole { // each that is one longer or shorter, or swapped
		for name, pairs := range map[string][]string{
			"removed": append(whole[:n:n], whole[n+1:]...),
			"doubled": append(whole[:n+1:n+1], whole[n:]...),
			"swapped": append(append(append(whole[:n:n], whole[(n+1)%len(whole)]), whole[n]), whole[min(n+2, len(whole)):]...),
		} {
			s.setPairs(pairs...)
			if len(s.verify().Findings) == 0 {
				t.Errorf("entry %d %s: not found", n+1, name)
			}
		}
	}
}

// Any cut is found, and the next entry is refused where more than a torn record is
// gone.
func TestAnyCutIsFound(t *testing.T) {
	s := filled(t)
	text := s.read(s.path(logFile))
	for n := 0; n < len(text); n += 1 + n%5 {
		s.write(s.path(logFile), text[:n])
		if len(s.verify().Findings) == 0 {
			t.Errorf("cut to %d of %d bytes: not found", n, len(text))
		}
		if n%31 == 0 {
			if _, err := s.append(ana, "five"); err == nil {
				t.Fatalf("cut to %d of %d bytes: appended", n, len(text))
			}
		}
	}
}

// Whatever a crash leaves of a record, the next entry cuts it off: nothing was sent
// for it.
func TestAnyTornRecordIsCutOff(t *testing.T) {
	s := newSite(t)
	s.must(ana, "one")
	before, beside := s.read(s.path(logFile)), map[string]string{}
	for _, path := range []string{s.path(edgeFile), filepath.Join(s.c.Keys, headFile)} {
		beside[path] = s.read(path)
	}
	s.must(ana, "two")
	after := s.read(s.path(logFile))
	middle := len(before) + 400 // a loss of power may leave a hole
	for path, text := range beside {
		s.write(path, text)
	}
	s.write(s.path(logFile), after[:middle]+strings.Repeat("\x00", 50)+after[middle+50:])
	s.must(ana, "three")
	if r := s.verify(); r.Cut != 1 || len(r.Findings) > 0 {
		t.Fatalf("a hole: %v", r.Lines())
	}
	for n := len(before) + 1; n <= len(after); n += 1 + n%7 {
		for _, zeros := range []int{0, 3} {
			for path, text := range beside {
				s.write(path, text)
			}
			s.reports.Reset()
			s.write(s.path(logFile), after[:n]+strings.Repeat("\x00", zeros))
			s.must(ana, "three")
			r := s.verify()
			whole := n == len(after) // then it is an entry; it may have been sent or not
			if want := int64(3); len(r.Findings) > 0 || r.Entries != want+int64(btoi(whole && zeros > 0)) || (r.Cut == 0) != (whole && zeros == 0) || (s.reports.Len() == 0) != (r.Cut == 0) {
				t.Fatalf("%d of %d bytes and %d zeros: %v, %s", n-len(before), len(after)-len(before), zeros, r.Lines(), s.reports)
			}
		}
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// The tree is that of RFC 6962, as package tlog has it.
func TestTree(t *testing.T) {
	var tr tree
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var found []tlog.Hash
		for _, i := range indexes {
			found = append(found, stored[i])
		}
		return found, nil
	})
	roots := map[int64]tlog.Hash{}
	for n := int64(0); n < 300; n++ {
		text := fmt.Appendf(nil, "entry %d", n)
		more, err := tlog.StoredHashes(n, text, reader)
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, more...)
		tr.add(tlog.RecordHash(text))
		want, err := tlog.TreeHash(n+1, reader)
		if err != nil || tr.root() != want {
			t.Fatalf("%d entries: %v, want %v (%v)", n+1, tr.root(), want, err)
		}
		roots[n+1] = want
	}
	for range 50 { // that a tree grew out of another can be proved to a stranger
		old := rand.Int64N(299) + 1
		proof, err := tlog.ProveTree(300, old, reader)
		if err != nil || tlog.CheckTree(proof, 300, roots[300], old, roots[old]) != nil {
			t.Errorf("%d: no proof: %v", old, err)
		}
	}
}

// Nothing of who asks or of what they ask stands anywhere in plain, in a file, a
// report or an error.
func TestCanary(t *testing.T) {
	s := newSite(t)
	asker := ana
	asker.Viewer, asker.Team, asker.Ask = "CANARY-viewer", "CANARY-team", "CANARY-ask"
	s.must(asker, `{"CANARY":"body"}`)
	s.write(s.path(logFile), s.read(s.path(logFile))+"torn")
	s.must(asker, `{"CANARY":"body"}`)
	said := s.reports.String() + strings.Join(s.verify().Lines(), "\n")
	s.write(s.path(logFile), s.read(s.path(logFile))[10:])
	_, err := s.append(asker, "CANARY")
	said += fmt.Sprint(err) + strings.Join(s.verify().Lines(), "\n")
	err = filepath.Walk(filepath.Dir(s.c.Dir), func(path string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			said += path + s.read(path)
		}
		return err
	})
	if err != nil || strings.Contains(said, "CANARY") || len(said) < 3000 {
		t.Errorf("%v, %d bytes: %s", err, len(said), said)
	}
}

// What is sealed belongs to its entry: it opens nowhere else.
func TestSealedBelongsToItsEntry(t *testing.T) {
	s := filled(t)
	v, err := openVault(s.c.Keys, nil)
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(s.pairs()[0], "\n")
	r, err := parseRecord([]byte(line), true)
	if err != nil {
		t.Fatal(err)
	}
	p, err := v.person("ana")
	if err != nil {
		t.Fatal(err)
	}
	if a, body, err := r.unseal(p, v.signer.Name()); err != nil || a.Viewer != "ana" || string(body) != "one" {
		t.Fatal(a, body, err)
	}
	other := r
	other.Entry = 2
	elsewhere := r
	elsewhere.Connection = "other"
	for name, r := range map[string]record{"another number": other, "another connection": elsewhere} {
		if _, _, err := r.unseal(p, v.signer.Name()); err == nil {
			t.Errorf("%s: opens", name)
		}
	}
	if _, _, err := r.unseal(p, "grille-ledger/0123456789abcdef"); err == nil {
		t.Error("another ledger: opens")
	}
}

// What is sealed under the right key and is not what the entry commits to is
// found, if it is opened: who holds the keys can write such an entry.
func TestCommitment(t *testing.T) {
	s := newSite(t)
	l, err := Open(t.Context(), s.c)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, err = l.write(t.Context(), func(st state) (record, error) {
		p, err := l.vault.need("ana")
		if err != nil {
			return record{}, err
		}
		r := l.next(st, sent)
		r.Person, r.Commitment = p.ID, digest([]byte("something else"))
		aead, err := p.aead()
		if err != nil {
			return record{}, err
		}
		r.sealed = aead.Seal(nil, nil, []byte(strings.Repeat("s", salt)+"{}\nbody"), r.bound(l.vault.signer.Name()))
		return r, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if r := s.verify(); len(r.Findings) > 0 {
		t.Fatal(r.Lines())
	}
	s.open = true
	if r := s.verify(); len(r.Findings) != 1 || !strings.Contains(r.Findings[0].Text, "entry 1: what is sealed is not what the entry commits to") {
		t.Error(r.Lines())
	}
}
