package csv

import (
	"bytes"
	stdcsv "encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// wide are n rows of ten columns of all kinds.
func wide(n int) []byte {
	var b bytes.Buffer
	b.WriteString("id,customer_id,ordered_on,shipped_at,total,quantity,paid,country,sku,note\n")
	for i := range n {
		fmt.Fprintf(&b, "%d,%d,2024-%02d-%02d,2024-%02d-%02d 10:%02d:00,%d.%02d,%d,%t,%s,SKU-%05d,note number %d\n",
			i+1, i%50000+1, i%12+1, i%28+1, i%12+1, i%28+1, i%60, i%1000, i%100, i%9, i%3 == 0, []string{"DE", "AT", "FR"}[i%3], i%20000, i)
	}
	return b.Bytes()
}

// BenchmarkOpen is a folder of one file of a million rows, beside encoding/csv
// alone over the same bytes.
func BenchmarkOpen(b *testing.B) {
	if os.Getenv("GRILLE_BENCH") == "" {
		b.Skip("GRILLE_BENCH=1 runs it")
	}
	text := wide(1_000_000)
	dir := b.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "orders.csv"), text, 0o600); err != nil {
		b.Fatal(err)
	}
	b.Run("grille", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		for b.Loop() {
			e, err := New(Config{Path: dir, Dirs: []string{dir}, TimeZone: "UTC", Concurrent: 1})
			if err == nil {
				_, err = e.Catalog(b.Context())
			}
			if err = errors.Join(err, e.Close()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding/csv", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			r := stdcsv.NewReader(bytes.NewReader(text))
			r.ReuseRecord = true
			for {
				if _, err := r.Read(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}
