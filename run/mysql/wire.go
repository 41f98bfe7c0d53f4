package mysql

import (
	"errors"
	"net"
	"sync/atomic"
)

// maxRow bounds what is read at once, which is one row. The driver itself has
// no bound.
const maxRow = 64 << 20

// wire is the connection below the driver and below TLS: it is closed without a
// word to the server, and reads no row that is too long.
type wire struct {
	net.Conn
	left atomic.Int64
}

func newWire(c net.Conn) *wire {
	w := &wire{Conn: c}
	w.refill()
	return w
}

// refill is called before each row.
func (w *wire) refill() { w.left.Store(maxRow) }

// tooLong reports whether a row was.
func (w *wire) tooLong() bool { return w.left.Load() < 0 }

var errLong = errors.New("a row that is too long")

func (w *wire) Read(b []byte) (int, error) {
	if w.tooLong() {
		return 0, errLong
	}
	n, err := w.Conn.Read(b)
	w.left.Add(-int64(n))
	return n, err
}
