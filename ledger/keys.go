package ledger

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// The files of the folder of keys, beside the folder people.
const (
	signingFile   = "signing.key"
	workspaceFile = "workspace.key"
	peopleFolder  = "people"
	headFile      = "head" // the last checkpoint that this machine has made
	publicFile    = "public.key"
)

// PublicKey is what anybody needs to check a ledger's checkpoints.
type PublicKey struct {
	text string
	v    note.Verifier
}

// ParsePublicKey reads a key as [PublicKey.String] writes it.
func ParsePublicKey(text string) (PublicKey, error) {
	text = strings.TrimSuffix(text, "\n")
	v, err := note.NewVerifier(text)
	if err != nil || !strings.HasPrefix(text, fmt.Sprintf("%s+%08x+", v.Name(), v.KeyHash())) {
		return PublicKey{}, errors.New("it is no public key of a ledger")
	}
	return PublicKey{text, v}, nil
}

// PublicKeyOf is the key of the ledger in dir.
func PublicKeyOf(dir string) (PublicKey, error) {
	text, err := os.ReadFile(filepath.Join(dir, publicFile))
	if errors.Is(err, fs.ErrNotExist) {
		return PublicKey{}, fmt.Errorf("there is no ledger in %s yet: the first request to a model makes it", dir)
	}
	if err != nil {
		return PublicKey{}, err
	}
	return ParsePublicKey(string(text))
}

// String is the key as a note verifier key: name+hash+key.
func (k PublicKey) String() string { return k.text }

// ID is short, for people to compare.
func (k PublicKey) ID() string { return fmt.Sprintf("%s+%08x", k.v.Name(), k.v.KeyHash()) }

// vault is the folder of keys, opened.
type vault struct {
	dir    string
	signer note.Signer
	public PublicKey
	wrap   cipher.AEAD // encrypts the keys of persons
	names  []byte      // finds a person's file without telling the name
	random io.Reader
}

// openVault reads the keys. The error is fs.ErrNotExist where there is no signing
// key.
func openVault(dir string, random io.Reader) (*vault, error) {
	signing, err := readKey(filepath.Join(dir, signingFile))
	if err != nil {
		return nil, err
	}
	signer, err := note.NewSigner(signing)
	if err != nil || !strings.HasPrefix(signing, fmt.Sprintf("PRIVATE+KEY+%s+%08x+", signer.Name(), signer.KeyHash())) {
		return nil, damaged(dir, signingFile)
	}
	v := &vault{dir: dir, signer: signer, random: random}
	if v.public, err = publicOf(signing); err != nil {
		return nil, damaged(dir, signingFile)
	}
	text, err := readKey(filepath.Join(dir, workspaceFile))
	if err != nil {
		return nil, notThere(err, dir, workspaceFile)
	}
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != 36 || text != workspaceText(raw[:32]) {
		return nil, damaged(dir, workspaceFile)
	}
	return v, v.derive(raw[:32])
}

func damaged(dir, file string) error {
	return fmt.Errorf("%s is damaged: restore it from a copy", filepath.Join(dir, file))
}

func notThere(err error, dir, file string) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is missing: restore it from a copy", filepath.Join(dir, file))
	}
	return err
}

// publicOf finds the public key of a signing key: PRIVATE+KEY+name+hash+key.
func publicOf(signing string) (PublicKey, error) {
	parts := strings.SplitN(signing, "+", 5)
	seed, err := base64.StdEncoding.Strict().DecodeString(parts[4])
	if err != nil || len(seed) != 1+ed25519.SeedSize {
		return PublicKey{}, errors.New("it is no signing key")
	}
	public, _ := ed25519.NewKeyFromSeed(seed[1:]).Public().(ed25519.PublicKey)
	text, err := note.NewEd25519VerifierKey(parts[2], public)
	if err != nil {
		return PublicKey{}, err
	}
	return ParsePublicKey(text)
}

// workspaceText is a key with four bytes that tell whether it is damaged.
func workspaceText(key []byte) string {
	sum := sha256.Sum256(key)
	return hex.EncodeToString(key) + hex.EncodeToString(sum[:4])
}

// derive makes a key for each use of the workspace's.
func (v *vault) derive(workspace []byte) error {
	wrap, err := hkdf.Key(sha256.New, workspace, nil, "grille ledger v1: persons' keys", 32)
	if err != nil {
		return err
	}
	if v.names, err = hkdf.Key(sha256.New, workspace, nil, "grille ledger v1: persons' names", 32); err != nil {
		return err
	}
	v.wrap, err = newAEAD(wrap)
	return err
}

// newAEAD is AES-256-GCM, which puts a random nonce before what it seals. 2^32
// messages under one key are safe.
func newAEAD(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// readKey reads a file that its owner alone may read.
func readKey(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("others than its owner may use %s: run chmod 600 %s", path, path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	key, ok := strings.CutSuffix(string(text), "\n")
	if !ok {
		return "", damaged(filepath.Dir(path), filepath.Base(path))
	}
	return key, nil
}

// private makes a folder, or checks that its owner alone may use it.
func private(dir string) error {
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return os.MkdirAll(dir, 0o700)
	}
	switch {
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("%s is no folder: name another", dir)
	case info.Mode().Perm()&0o077 != 0:
		return fmt.Errorf("others than its owner may use %s: run chmod 700 %s", dir, dir)
	}
	return nil
}

// makeKeys makes what is missing in a folder that has no signing key. The
// signing key is last: a crash before it leaves nothing in use.
func makeKeys(dir string, random io.Reader) error {
	raw := make([]byte, 48)
	if _, err := io.ReadFull(random, raw); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(dir, workspaceFile)); errors.Is(err, fs.ErrNotExist) {
		if err := writeFile(filepath.Join(dir, workspaceFile), []byte(workspaceText(raw[:32])+"\n")); err != nil {
			return err
		}
	}
	signing, _, err := note.GenerateKey(random, "grille-ledger/"+hex.EncodeToString(raw[32:40]))
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, signingFile), []byte(signing+"\n"))
}

// writeFile puts a file in its place, whole or not at all; it is there after a loss
// of power too.
func writeFile(path string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone already if all went well
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// overwrite writes a small file where it stands, in one call, which is not torn by
// a process that dies. It is for what can be made anew: to put a new file in its
// place costs as much as to sync the log.
func overwrite(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(text, 0)
	if info, e := f.Stat(); err == nil && e == nil && info.Size() > int64(len(text)) {
		err = f.Truncate(int64(len(text)))
	}
	return errors.Join(err, f.Close())
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
