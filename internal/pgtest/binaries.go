package pgtest

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/grille-dev/grille/internal/testserver"
)

// oldest is the first version that keeps PUBLIC from creating in schema public.
const oldest = 15

// binaries is the folder with the newest server below root, laid out as Debian
// does: root/VERSION/bin.
func binaries(root string) (string, error) {
	folders, err := filepath.Glob(filepath.Join(root, "*", "bin"))
	if err != nil {
		return "", err
	}
	best, newest := "", oldest-1
	for _, folder := range folders {
		version, err := strconv.Atoi(filepath.Base(filepath.Dir(folder)))
		if err != nil || version <= newest || !isFile(folder, "initdb") || !isFile(folder, "postgres") {
			continue
		}
		best, newest = folder, version
	}
	if best == "" {
		return "", &testserver.MissingError{What: fmt.Sprintf("install Debian's package postgresql (version %d or later)", oldest)}
	}
	return best, nil
}

func isFile(folder, name string) bool {
	info, err := os.Stat(filepath.Join(folder, name))
	return err == nil && info.Mode().IsRegular()
}
