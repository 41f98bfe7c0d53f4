package ledger

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// A bundle is one file that anybody can verify: a line with the public key, and
// the log as it stands. Nothing in it can be read that the log does not have in
// plain.
type bundleHead struct {
	Bundle int    `json:"grille-ledger-bundle"`
	Key    string `json:"key"`
}

// Export writes a bundle of the ledger in dir, and says how many entries it has.
func Export(ctx context.Context, dir string, w io.Writer) (int64, error) {
	s, err := take(ctx, Verification{Dir: dir})
	if err != nil {
		return 0, err
	}
	defer s.close()
	end, err := readEnd(s.log)
	if err != nil {
		return 0, err
	}
	head, err := json.Marshal(bundleHead{version, s.key.text})
	if err != nil {
		return 0, err
	}
	if _, err := w.Write(append(head, '\n')); err != nil {
		return 0, err
	}
	_, err = io.Copy(w, io.NewSectionReader(s.log, 0, end.end))
	return end.last.size, err
}

// VerifyBundle is [Verify] for a bundle. Who has the key from elsewhere gives it:
// otherwise the bundle is held to the key that it brings, and the report says
// which one that is.
func VerifyBundle(ctx context.Context, r io.Reader, key PublicKey, against []Against) (*Report, error) {
	in := bufio.NewReader(r)
	line, err := in.ReadString('\n')
	if err != nil || len(line) > 4096 {
		return nil, errors.New("it is no bundle of a ledger: make one with grille ledger export")
	}
	brought, err := parseBundleHead(line)
	if err != nil {
		return nil, err
	}
	differs := key.v != nil && key.text != brought.text
	if key.v == nil {
		key = brought
	}
	k := newChecker(key)
	if differs {
		k.report.find(0, "the bundle brings another key, %s", brought.ID())
	}
	for _, a := range against {
		k.againstText(a)
	}
	k.read(ctx, in)
	k.finish()
	return k.report, ctx.Err()
}

func parseBundleHead(line string) (PublicKey, error) {
	var h bundleHead
	err := json.Unmarshal([]byte(line), &h)
	again, _ := json.Marshal(h)
	if err != nil || string(again)+"\n" != line || h.Bundle != version || strings.HasSuffix(h.Key, "\n") {
		return PublicKey{}, errors.New("it is no bundle of a ledger: make one with grille ledger export")
	}
	k, err := ParsePublicKey(h.Key)
	if err != nil {
		return k, fmt.Errorf("its key: %w", err)
	}
	return k, nil
}
