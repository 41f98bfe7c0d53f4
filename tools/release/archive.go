package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// file is one of an archive.
type file struct {
	name    string // with slashes, below the archive's folder
	content []byte
	runs    bool
	err     error // why there is no content
}

func (f file) mode() int64 {
	if f.runs {
		return 0o755
	}
	return 0o644
}

// archive is files below one folder. It holds no order, owner, umask or clock of
// the machine that packs it.
type archive struct {
	folder string
	at     time.Time
	files  []file
}

// write makes NAME.zip for Windows, and NAME.tar.gz for all others.
func (a archive) write(dir string, t target) error {
	for _, f := range a.files {
		if f.err != nil {
			return f.err
		}
	}
	slices.SortFunc(a.files, func(x, y file) int { return strings.Compare(x.name, y.name) })
	pack, suffix := a.tar, ".tar.gz"
	if t.os == "windows" {
		pack, suffix = a.zip, ".zip"
	}
	w, err := os.OpenFile(filepath.Join(dir, a.folder+suffix), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	if err := pack(w); err != nil {
		_ = w.Close()
		return err
	}
	return w.Close()
}

func (a archive) tar(to io.Writer) error {
	z := gzip.NewWriter(to) // its header names no file and no time
	w := tar.NewWriter(z)
	for _, f := range a.files {
		h := &tar.Header{
			Typeflag: tar.TypeReg, Format: tar.FormatUSTAR, Name: a.folder + "/" + f.name,
			Size: int64(len(f.content)), Mode: f.mode(), ModTime: a.at,
		}
		if err := w.WriteHeader(h); err != nil {
			return err
		}
		if _, err := w.Write(f.content); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	return z.Close()
}

func (a archive) zip(to io.Writer) error {
	w := zip.NewWriter(to)
	for _, f := range a.files {
		h := &zip.FileHeader{Name: a.folder + "/" + f.name, Method: zip.Deflate, Modified: a.at}
		h.SetMode(os.FileMode(f.mode()))
		in, err := w.CreateHeader(h)
		if err != nil {
			return err
		}
		if _, err := in.Write(f.content); err != nil {
			return err
		}
	}
	return w.Close()
}

// writeSums writes SHA256SUMS over all files of a folder, as sha256sum -c reads it.
func writeSums(dir string) error {
	entries, err := os.ReadDir(dir) // in order of names
	if err != nil {
		return err
	}
	var b strings.Builder
	for _, e := range entries {
		content, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%x  %s\n", sha256.Sum256(content), e.Name())
	}
	return os.WriteFile(filepath.Join(dir, "SHA256SUMS"), []byte(b.String()), 0o644)
}
