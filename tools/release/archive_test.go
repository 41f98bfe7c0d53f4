package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The same files give the same bytes, in whatever order they come, whatever the
// hour; and another byte, mode or name gives others.
func TestArchivesAreTheSame(t *testing.T) {
	at := time.Date(2026, 3, 15, 9, 0, 0, 0, time.UTC)
	tool, text := file{name: "grille", content: []byte("program"), runs: true}, file{name: "man/man1/grille.1", content: []byte("text")}
	for _, system := range []string{"linux", "windows"} {
		first := packed(t, system, archive{"grille_v1.0.0", at, []file{tool, text}})
		if !bytes.Equal(first, packed(t, system, archive{"grille_v1.0.0", at, []file{text, tool}})) {
			t.Errorf("%s: the order of files is in the archive", system)
		}
		for what, other := range map[string]archive{
			"a mode":   {"grille_v1.0.0", at, []file{{name: "grille", content: []byte("program")}, text}},
			"a byte":   {"grille_v1.0.0", at, []file{tool, {name: text.name, content: []byte("texT")}}},
			"the time": {"grille_v1.0.0", at.Add(time.Hour), []file{tool, text}},
		} {
			if bytes.Equal(first, packed(t, system, other)) {
				t.Errorf("%s: %s is not in the archive", system, what)
			}
		}
	}
}

// Nobody's name, number or umask of the machine that packs is in an archive.
func TestArchivesHaveNoOwner(t *testing.T) {
	at := time.Date(2026, 3, 15, 9, 0, 0, 0, time.UTC)
	z, err := gzip.NewReader(bytes.NewReader(packed(t, "linux", archive{"g", at, []file{{name: "grille", runs: true}}})))
	if err != nil {
		t.Fatal(err)
	}
	if z.Name != "" || !z.ModTime.IsZero() {
		t.Errorf("gzip says %q, %v", z.Name, z.ModTime)
	}
	h, err := tar.NewReader(z).Next()
	if err != nil {
		t.Fatal(err)
	}
	if h.Uid != 0 || h.Gid != 0 || h.Uname != "" || h.Gname != "" || h.Mode != 0o755 || !h.ModTime.Equal(at) {
		t.Errorf("tar says %+v", h)
	}
}

// A file that could not be read is not packed as an empty one.
func TestUnreadFilesAreNotPacked(t *testing.T) {
	dir, missing := t.TempDir(), errors.New("missing")
	a := archive{"g", time.Now(), []file{{name: "LICENSE", err: missing}}}
	if err := a.write(dir, target{"linux", "amd64"}); !errors.Is(err, missing) {
		t.Errorf("error %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%v was written", left)
	}
}

func packed(t *testing.T, system string, a archive) []byte {
	t.Helper()
	dir := t.TempDir()
	if err := a.write(dir, target{system, "amd64"}); err != nil {
		t.Fatal(err)
	}
	found, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(found) != 1 {
		t.Fatalf("%v, %v", found, err)
	}
	content, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// listed are the names of an archive, below its folder, and the program in it.
func listed(t *testing.T, path string) (names []string, program []byte) {
	t.Helper()
	add := func(name string, in io.Reader) {
		folder, name, _ := strings.Cut(name, "/")
		if want := strings.TrimSuffix(strings.TrimSuffix(filepath.Base(path), ".zip"), ".tar.gz"); folder != want {
			t.Fatalf("%s has the folder %s", path, folder)
		}
		names = append(names, name)
		if name == "grille" || name == "grille.exe" {
			content, err := io.ReadAll(in)
			if err != nil {
				t.Fatal(err)
			}
			program = content
		}
	}
	if strings.HasSuffix(path, ".zip") {
		each(t, path, add)
		return names, program
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if err == io.EOF {
			return names, program
		}
		if err != nil {
			t.Fatal(err)
		}
		add(h.Name, r)
	}
}

func each(t *testing.T, path string, add func(string, io.Reader)) {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		add(f.Name, in)
		_ = in.Close()
	}
}
