package ledger

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// Verification is what to verify, and against what.
type Verification struct {
	Dir string // of the log
	// Keys is the folder of keys; "" where there is none at hand. With it also
	// those of persons are looked at, and what this machine has signed last.
	Keys string
	// Open has what is sealed opened, too, where there are keys, and held to what
	// its entry commits to.
	Open bool
	// Against are texts with checkpoints that were kept elsewhere, by name.
	Against []Against
	// Key is whose the signatures must be; the zero key: the one beside the log.
	Key PublicKey
}

// Against is a text with checkpoints: a file of them, a log with lines.
type Against struct {
	Name, Text string
}

// Finding is something that is not as it was written.
type Finding struct {
	Entry int64  `json:"entry,omitempty"` // where; 0: at no one entry
	Text  string `json:"text"`
}

// Report is what was found. No finding means: every byte is as it was signed.
type Report struct {
	Ledger   string         `json:"ledger"`
	Key      string         `json:"key"` // short
	Entries  int64          `json:"entries"`
	Root     string         `json:"root"`
	Requests int64          `json:"requests"`
	Opened   int64          `json:"opened"` // requests whose sealed part was opened
	Bytes    int64          `json:"bytes"`  // of all requests
	Erased   int64          `json:"erased"`
	Cut      int64          `json:"cut"` // torn records
	Matches  map[string]int `json:"matches"`
	Findings []Finding      `json:"findings"`
}

func (r *Report) find(entry int64, format string, args ...any) {
	r.Findings = append(r.Findings, Finding{entry, fmt.Sprintf(format, args...)})
}

// claim is a checkpoint from elsewhere, which the log has to fit.
type claim struct {
	from string
	Checkpoint
}

// Verify compares every byte of a ledger with what was signed. The error says why
// it could not; what is wrong with the ledger is in the report.
func Verify(ctx context.Context, v Verification) (*Report, error) {
	s, err := take(ctx, v)
	if err != nil {
		return nil, err
	}
	defer s.close()
	k := newChecker(s.key)
	s.claims(k, v)
	if v.Open && s.vault != nil {
		people, _ := s.vault.people() // one that is damaged is told below
		k.opener = &opener{origin: s.key.v.Name(), people: people}
	}
	k.read(ctx, io.NewSectionReader(s.log, 0, s.size))
	k.finish()
	if s.vault != nil {
		k.people(s.vault)
	}
	return k.report, ctx.Err()
}

// headName is the checkpoint in the folder of keys, for people.
const headName = "the file " + headFile + " of the keys, which this machine wrote last"

// snapshot is a ledger at one moment. Nothing changes in a log below its size.
type snapshot struct {
	log        *os.File
	size       int64
	key        PublicKey
	keyErr     error // the key beside the log is not as it should be
	vault      *vault
	vaultErr   error
	head, edge []byte
}

func take(ctx context.Context, v Verification) (s *snapshot, err error) {
	s = &snapshot{}
	// A copy has no lock, and nobody who writes.
	if unlock, err := lock(ctx, filepath.Join(v.Dir, lockFile), false); err == nil {
		defer unlock()
	} else if !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	if s.log, err = os.Open(filepath.Join(v.Dir, logFile)); errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("there is no ledger in %s, or nothing has left yet: name its folder", v.Dir)
	} else if err != nil {
		return nil, err
	}
	info, err := s.log.Stat()
	if err != nil {
		return nil, err
	}
	s.size = info.Size()
	s.edge, _ = os.ReadFile(filepath.Join(v.Dir, edgeFile)) // none: it is made anew
	if v.Keys != "" {
		s.vault, s.vaultErr = openVault(v.Keys, nil)
		s.head, _ = os.ReadFile(filepath.Join(v.Keys, headFile)) // none: told below
	}
	return s, s.keyOf(v)
}

func (s *snapshot) close() { _ = s.log.Close() } // only read

// keyOf is whose signatures are believed: those of the key that was given, of the
// folder of keys, or at last of the key beside the log.
func (s *snapshot) keyOf(v Verification) error {
	text, err := os.ReadFile(filepath.Join(v.Dir, publicFile))
	if err == nil {
		s.key, err = ParsePublicKey(string(text))
	}
	if err != nil {
		s.keyErr = errors.New("the public key beside the log is missing or damaged")
	}
	wanted := v.Key
	if wanted.v == nil && s.vault != nil {
		wanted = s.vault.public
	}
	switch {
	case wanted.v == nil && s.keyErr != nil:
		return fmt.Errorf("%w: give the key with --key", s.keyErr)
	case wanted.v == nil:
		return nil
	case s.keyErr == nil && (s.key.text != wanted.text || string(text) != wanted.text+"\n"):
		s.keyErr = errors.New("the public key beside the log is another one")
	}
	s.key = wanted
	return nil
}

// claims are all checkpoints that the log has to fit.
func (s *snapshot) claims(k *checker, v Verification) {
	if s.keyErr != nil {
		k.report.find(0, "%v", s.keyErr)
	}
	if v.Keys != "" && s.vaultErr != nil {
		k.report.find(0, "the keys: %v", s.vaultErr)
	}
	if v.Keys != "" && s.vaultErr == nil {
		c, err := parseCheckpoint(string(s.head))
		if err == nil {
			err = s.key.own(c)
		}
		if err != nil {
			k.report.find(0, "%s is missing or damaged", headName)
		} else {
			k.claim(headName, c)
		}
	}
	for _, a := range v.Against {
		k.againstText(a)
	}
	if s.edge != nil {
		t, end, err := parseEdge(s.edge)
		if err != nil {
			k.report.find(0, "the file %s: %v", edgeFile, err)
			return
		}
		k.edges, k.edgeEnd = &t, end
	}
}

// againstText takes checkpoints of elsewhere, whoever has signed them.
func (k *checker) againstText(a Against) {
	found := parseCheckpoints(a.Text)
	if len(found) == 0 {
		k.report.find(0, "%s holds no checkpoint", a.Name)
	}
	for _, c := range found {
		k.claim(a.Name, c)
	}
}

func (k *checker) claim(from string, c Checkpoint) {
	k.claims[c.size] = append(k.claims[c.size], claim{from, c})
}

// Lines are a report for people.
func (r *Report) Lines() []string {
	lines := []string{
		fmt.Sprintf("ledger %s, signed with %s", r.Ledger, r.Key),
		fmt.Sprintf("%s: %s of %s, %s erased, %s cut off", count(r.Entries, "entry", "entries"), count(r.Requests, "request", "requests"),
			count(r.Bytes, "byte", "bytes"), count(r.Erased, "person", "persons"), count(r.Cut, "torn record", "torn records")),
		"root " + r.Root,
	}
	if r.Opened > 0 {
		lines = append(lines, fmt.Sprintf("%s opened, as they were sealed", count(r.Opened, "request", "requests")))
	}
	var names []string
	for name := range r.Matches {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		lines = append(lines, fmt.Sprintf("fits %s of %s", count(int64(r.Matches[name]), "checkpoint", "checkpoints"), name))
	}
	for _, f := range r.Findings {
		lines = append(lines, "found: "+f.Text)
	}
	return lines
}

func count(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
