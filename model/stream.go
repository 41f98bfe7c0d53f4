package model

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"
	"unicode/utf8"
)

const (
	maxReply  = 4 << 20  // bytes of a reply that are read; a stream wraps each word in a few hundred
	maxEvents = 64 << 10 // events of a reply that are read
	maxText   = 64 << 10 // bytes of what the model itself may write
)

var (
	errTooMuch = errors.New("model: the reply is too long")
	errStrange = errors.New("model: the reply is not of the protocol")
)

// Reply is a server's answer while it comes in, whatever its status. Of its
// body at most 4 MiB are read.
type Reply struct {
	Status     int
	RetryAfter time.Duration // 0: none was given
	capped     *capped
	body       *bufio.Reader
}

func newReply(resp *http.Response) *Reply {
	c := &capped{from: resp.Body, left: maxReply}
	return &Reply{Status: resp.StatusCode, RetryAfter: retryAfter(resp.Header), capped: c, body: bufio.NewReader(c)}
}

// capped reads up to a number of bytes and remembers why it ended.
type capped struct {
	from io.Reader
	left int
	err  error // of the network, or errTooMuch; io.EOF is none
}

func (c *capped) Read(b []byte) (int, error) {
	if c.left <= 0 {
		c.err = errTooMuch
		return 0, c.err
	}
	n, err := c.from.Read(b[:min(len(b), c.left)])
	c.left -= n
	if err != nil && err != io.EOF {
		c.err = err
	}
	return n, err
}

// Head is the beginning of the body, for what is not a reply of a model: an
// error, a page. It is to be searched for known codes and never quoted.
func (r *Reply) Head() []byte {
	head, err := io.ReadAll(io.LimitReader(r.body, 64<<10))
	if err != nil {
		return nil // a fault by its status alone
	}
	return head
}

// Events hands the events of a body to each, as they come: those of a stream of
// server-sent events, the lines of JSON, or the one JSON value that it is. Which
// of these it is, is seen by its first byte; what servers call it is not reliable.
// When each says done, nothing further is read. An event is valid UTF-8.
func (r *Reply) Events(each func(event []byte) (done bool, err error)) error {
	first, err := r.firstByte()
	if err != nil {
		return r.ended(err)
	}
	events := 0
	read := r.serverSent
	if first == '{' || first == '[' {
		read = r.values
	}
	return read(func(event []byte) (bool, error) {
		if events++; events > maxEvents {
			return true, errTooMuch
		}
		if !utf8.Valid(event) {
			return true, nonsense()
		}
		return each(event)
	})
}

// firstByte skips blanks.
func (r *Reply) firstByte() (byte, error) {
	for {
		b, err := r.body.ReadByte()
		if err != nil {
			return 0, err
		}
		if b != ' ' && b != '\t' && b != '\r' && b != '\n' {
			return b, r.body.UnreadByte()
		}
	}
}

// ended is what an error of a decoder means: the network's or the cap's own, if
// that is the cause.
func (r *Reply) ended(err error) error {
	if r.capped.err != nil {
		return r.capped.err
	}
	if err == io.EOF {
		return nil
	}
	return errStrange
}

func (r *Reply) values(each func([]byte) (bool, error)) error {
	dec := json.NewDecoder(r.body)
	for {
		var event json.RawMessage
		if err := dec.Decode(&event); err != nil {
			return r.ended(err)
		}
		if done, err := each(event); done || err != nil {
			return err
		}
	}
}

// serverSent reads text/event-stream, as the HTML standard has it in 9.2.6, of
// which only the data matter here: each of our protocols says in them what they are.
func (r *Reply) serverSent(each func([]byte) (bool, error)) error {
	var data []byte
	for {
		line, readErr := r.body.ReadBytes('\n')
		line = bytes.TrimRight(line, "\r\n")
		field, value, _ := bytes.Cut(line, []byte(":"))
		switch string(field) {
		case "data":
			data = append(append(data, bytes.TrimPrefix(value, []byte(" "))...), '\n')
		case "", "event", "id", "retry":
		default:
			return r.ended(errStrange)
		}
		if (len(line) == 0 || readErr != nil) && len(data) > 0 && r.capped.err == nil {
			if done, err := each(bytes.TrimSuffix(data, []byte("\n"))); done || err != nil {
				return err
			}
			data = nil
		}
		if readErr != nil {
			return r.ended(readErr)
		}
	}
}
