package ledger

import (
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// person is somebody who has asked: the random name by which entries call them,
// and the key of what they asked. It stands encrypted in a file of its own; with
// the file both are gone.
type person struct {
	ID   string `json:"person"`
	Name string `json:"name"`
	Key  []byte `json:"key"`
	file string
}

// file is where the person of a name is kept. Who has no key of the workspace
// cannot try names.
func (v *vault) file(name string) string {
	m := hmac.New(sha256.New, v.names)
	m.Write([]byte(name))
	return hex.EncodeToString(m.Sum(nil)[:16])
}

func (v *vault) bound(file string) []byte {
	return fmt.Appendf(nil, "grille ledger v%d person\n%s\n%s", version, v.signer.Name(), file)
}

// person finds somebody by name; fs.ErrNotExist: they never asked, or were erased.
func (v *vault) person(name string) (person, error) { return v.open(v.file(name)) }

func (v *vault) open(file string) (person, error) {
	p := person{file: filepath.Join(v.dir, peopleFolder, file)}
	text, err := os.ReadFile(p.file)
	if err != nil {
		return p, err
	}
	plain, err := v.wrap.Open(nil, nil, text, v.bound(file))
	if err != nil || json.Unmarshal(plain, &p) != nil || v.file(p.Name) != file {
		return p, damaged(filepath.Join(v.dir, peopleFolder), file)
	}
	return p, nil
}

// need finds somebody, or makes them a key, which is on the disk when it returns.
func (v *vault) need(name string) (person, error) {
	p, err := v.person(name)
	if !errors.Is(err, fs.ErrNotExist) {
		return p, err
	}
	raw := make([]byte, 8+32)
	if _, err := io.ReadFull(v.random, raw); err != nil {
		return p, err
	}
	p.ID, p.Name, p.Key = "p"+hex.EncodeToString(raw[:8]), name, raw[8:]
	plain, err := json.Marshal(p)
	if err != nil {
		return p, err
	}
	return p, writeFile(p.file, v.wrap.Seal(nil, nil, plain, v.bound(v.file(name))))
}

// people are all who have a key, by their random names, and what went wrong.
func (v *vault) people() (map[string]person, []error) {
	all := map[string]person{}
	files, err := os.ReadDir(filepath.Join(v.dir, peopleFolder))
	if err != nil {
		return all, []error{err}
	}
	var errs []error
	for _, f := range files {
		if f.Name()[0] == '.' {
			continue // half written when a process died: never in use
		}
		p, err := v.open(f.Name())
		if err != nil {
			errs = append(errs, err)
			continue
		}
		all[p.ID] = p
	}
	return all, errs
}

// shred destroys a person's key, as far as the disk lets one.
func (p person) shred() error {
	info, err := os.Stat(p.file)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(p.file, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.Write(make([]byte, info.Size()))
	if err = errors.Join(err, f.Sync(), f.Close(), os.Remove(p.file)); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(p.file))
}

func (p person) aead() (cipher.AEAD, error) { return newAEAD(p.Key) }
