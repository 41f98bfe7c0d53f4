// Package testserver runs one throw-away database server for all test
// processes of a user: the first that asks starts it, and it ends, with its
// data, when none has used it for a while or its supervisor dies. It is run by
// an account that is not root, and knows no database: internal/pgtest and
// internal/mytest say how theirs is made.
package testserver

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Server is a kind of server, and where the shared one of this user lives:
//
//	Dir/use      every user of the server holds a shared lock on it
//	Dir/start    whoever looks whether the server runs, and starts it, holds this one
//	Dir/dsn      the URL of the superuser
//	Dir/log      what the last server said
//	Dir/supervise.sh
//	Dir/data-*   the data
type Server struct {
	Dir      string
	Grace    time.Duration // without a user, before the server is stopped
	Accounts []string      // as the first of these that exists it runs, if we are root
	// Make fills the empty folder of a place, and gives the command that serves
	// it there, with the URL of its superuser.
	Make func(ctx context.Context, at Place) (command []string, dsn string, err error)
	// Answers is nil if the server of the URL does.
	Answers func(ctx context.Context, dsn string) error
}

// Patience is for a busy machine; nothing here takes a tenth of it.
const Patience = time.Minute

// Dir is the folder of the shared server of a test package's name.
func Dir(name string) string {
	return filepath.Join(os.TempDir(), fmt.Sprintf("grille-%s-%d", name, os.Getuid()))
}

// MissingError says what this machine has not, and what to do.
type MissingError struct{ What string }

func (e *MissingError) Error() string { return e.What }

// Required reports whether GRILLE_REQUIRE_ENGINES names the engine: then that
// it is missing is a failure, and no skip.
func Required(engine string) bool {
	return slices.Contains(strings.Split(os.Getenv("GRILLE_REQUIRE_ENGINES"), ","), engine)
}

// RandomHex is a name or a password that nobody guesses.
func RandomHex(bytes int) string {
	b := make([]byte, bytes)
	rand.Read(b) // never fails
	return hex.EncodeToString(b)
}
