// Package arrowstream writes an answer as an Arrow IPC stream
// (https://arrow.apache.org/docs/format/Columnar.html#ipc-streaming-format),
// batch by batch as rows come: no more than one batch is in memory.
//
// Nothing is lost: what a type of Arrow cannot hold (an infinite date, a NaN
// among decimals, the time 24:00) ends the stream with a refusal, and no value is
// bent. Types are those of types.go; docs/output.md is the page for readers.
//
// The last batch has no rows and says in its metadata whether the rows are all,
// with the receipt; the schema says so too where one batch holds everything.
// Begin with [Write].
package arrowstream

import (
	"encoding/json"
	"io"
	"strconv"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/grille-dev/grille/answer"
	"github.com/grille-dev/grille/sql/types"
)

// The keys of metadata, of the schema and of the last batch.
const (
	keyComplete = "grille.complete" // true, false, or in the schema: "see the last batch"
	keyReceipt  = "grille.receipt"  // the receipt as JSON
	keyNote     = "grille.note"     // why rows are missing
	keyType     = "grille.type"     // of a field: its type in SQL
	keyWords    = "grille.words"    // of a field: how it was worked out
)

// A batch ends at so many rows, or bytes of texts.
const (
	batchRows  = 16_384
	batchBytes = 4 << 20
)

// Write writes the rows of a to their end. If nothing came it writes nothing.
func Write(w io.Writer, a *answer.Answer) error { return write(w, a.Columns, a) }

// rows are an answer.
type rows interface {
	Next() bool
	Row() []types.Value
	Err() error
	Receipt() answer.Receipt
	Zone() *time.Location
}

func write(w io.Writer, cols []answer.Column, a rows) error {
	s := &stream{w: w, cols: cols, rows: a}
	schema := s.build()
	defer s.builder.Release()
	more, err := s.fill()
	if err == nil && !more {
		err = a.Err()
	}
	if err != nil && s.given == 0 {
		return err // nothing came: then nothing is written
	}
	s.out = ipc.NewWriter(w, ipc.WithSchema(s.told(schema, more || err != nil)))
	return s.run(more, err)
}

type stream struct {
	w       io.Writer
	cols    []answer.Column
	rows    rows
	builder *array.RecordBuilder
	append  []appender
	out     *ipc.Writer
	given   int64 // rows so far
	pending int   // rows in the builder
}

// build makes the schema, and what appends values to its columns.
func (s *stream) build() *arrow.Schema {
	fields := make([]arrow.Field, len(s.cols))
	for i, c := range s.cols {
		fields[i] = field(c, s.rows.Zone())
	}
	schema := arrow.NewSchema(fields, nil)
	s.builder = array.NewRecordBuilder(memory.DefaultAllocator, schema)
	for i, c := range s.cols {
		s.append = append(s.append, appenderOf(s.builder.Field(i), c.Type))
	}
	return schema
}

// told is the schema with what is known of the whole when the first batch is
// there.
func (s *stream) told(schema *arrow.Schema, more bool) *arrow.Schema {
	keys, values := []string{keyComplete}, []string{"see the last batch"}
	if !more {
		keys, values = summary(s.rows.Receipt())
	}
	meta := arrow.NewMetadata(keys, values)
	return arrow.NewSchema(schema.Fields(), &meta)
}

func summary(r answer.Receipt) (keys, values []string) {
	text, err := json.Marshal(r)
	if err != nil {
		panic(err) // only our own types come here
	}
	keys, values = []string{keyComplete, keyReceipt}, []string{strconv.FormatBool(r.Complete), string(text)}
	if r.Note != "" {
		keys, values = append(keys, keyNote), append(values, r.Note)
	}
	return keys, values
}

// run writes the batch that is filled and those that follow, and the last.
func (s *stream) run(more bool, err error) error {
	for {
		if e := s.flush(); e != nil {
			return e
		}
		if !more || err != nil {
			break
		}
		if more, err = s.fill(); err == nil && !more {
			err = s.rows.Err()
		}
	}
	keys, values := summary(s.rows.Receipt())
	if e := s.batch(arrow.NewMetadata(keys, values)); e != nil {
		return e
	}
	if e := s.out.Close(); e != nil {
		return e
	}
	return err
}

// fill reads rows into the batch until it is full; more says that it is.
func (s *stream) fill() (more bool, err error) {
	size := 0
	for n := 0; n < batchRows && size < batchBytes; n++ {
		if !s.rows.Next() {
			return false, nil
		}
		row := s.rows.Row()
		if err := s.check(row); err != nil {
			return false, err
		}
		for i, v := range row {
			if v.IsNull() {
				s.builder.Field(i).AppendNull()
				continue
			}
			s.append[i].append(v)
			size += len(v.Text()) + 8
		}
		s.given++
		s.pending++
	}
	return true, nil
}

// check sees that all of a row has a place, before some of it is in the batch.
func (s *stream) check(row []types.Value) error {
	for i, v := range row {
		if v.IsNull() {
			continue
		}
		if try := s.append[i].fits(v); try != "" {
			return noPlace(s.cols[i], try)
		}
	}
	return nil
}

func (s *stream) flush() error {
	if s.pending == 0 {
		return nil
	}
	s.pending = 0
	return s.batch(arrow.Metadata{})
}

// batch writes what is in the builder.
func (s *stream) batch(meta arrow.Metadata) error {
	b := s.builder.NewRecordBatch()
	defer b.Release()
	if meta.Len() > 0 {
		b = array.NewRecordBatchWithMetadata(b.Schema(), b.Columns(), b.NumRows(), meta)
		defer b.Release()
	}
	return s.out.Write(b)
}
