package oracle

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/grille-dev/grille/internal/mytest"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/dsn"
	"github.com/grille-dev/grille/run/mysql"
	"github.com/grille-dev/grille/sql/types"
	"github.com/grille-dev/grille/viewer"
)

// maria are two databases of MariaDB: of the whole data, and of those without
// hidden rows.
type maria struct{ whole, gone mariaPlace }

// mariaPlace is a database that worlds are laid out in. Its name is none that a
// world could know: see [Engine.Schema].
type mariaPlace struct {
	name, reader string
	owner        *mytest.Conn
}

// AddMariaDB has worlds laid out, and drafts tried, on MariaDB as well.
func (b *Bench) AddMariaDB(t testing.TB) error {
	b.maria = &maria{newMariaPlace(t), newMariaPlace(t)}
	b.Engines = append(b.Engines, MariaDB)
	var err error
	b.copies[MariaDB], err = OpenDirect(t.Context(), b.spare, MariaDB.Schema())
	return err
}

func newMariaPlace(t testing.TB) mariaPlace {
	db := mytest.New(t)
	return mariaPlace{db.Name(), db.ReadOnlyDSN, mytest.Connect(t, db.DSN)}
}

// mariaSession is one in which a world's words mean what they mean elsewhere, and
// dates that are none are taken.
const mariaSession = "SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES', time_zone = '+00:00';"

// open fills the place anew and opens Grille's engine on it.
func (p mariaPlace) open(setup string, log run.Log) (run.Engine, error) {
	fresh := fmt.Sprintf("%[2]s DROP DATABASE IF EXISTS %[1]s; CREATE DATABASE %[1]s CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci; USE %[1]s; ", p.name, mariaSession)
	if err := p.owner.Exec(fresh + at(p.name, setup)); err != nil {
		return nil, fmt.Errorf("the data on mariadb: %w", err)
	}
	target, err := dsn.Parse(p.reader)
	if err != nil {
		return nil, err
	}
	return mysql.New(mysql.Config{Target: target.(dsn.MySQL), TimeZone: "UTC", Concurrent: 2, Log: log})
}

// place is the name of the engine's database, where [Engine.Schema] stands for it.
func (b *Bench) place(e Engine) string {
	if e == MariaDB {
		return b.maria.whole.name
	}
	return e.Schema()
}

func (b *Bench) gonePlace(e Engine) string {
	if e == MariaDB {
		return b.maria.gone.name
	}
	return e.Schema()
}

// at is a text for the database of this name.
func at(place, text string) string { return strings.ReplaceAll(text, MariaDB.Schema(), place) }

func (s Setup) at(place string) Setup {
	s.Rules = at(place, s.Rules)
	if h := s.Viewer.HardFilters; h != nil {
		h = &viewer.HardFilters{Scopes: maps.Clone(h.Scopes), Withhold: slices.Clone(h.Withhold)}
		for i, column := range h.Withhold {
			h.Withhold[i] = at(place, column)
		}
		s.Viewer.HardFilters = h
	}
	return s
}

// rounded has numerics to the digits to which quotients and averages are the same
// on every engine.
func rounded(r Result) Result {
	rows := make([][]Cell, len(r.Rows))
	for i, row := range r.Rows {
		rows[i] = slices.Clone(row)
		for j, c := range row {
			if x, ok := new(big.Float).SetPrec(200).SetString(c.Text); ok && !c.Null && r.Types[j].Kind == types.Numeric {
				rows[i][j].Text = x.Text('g', 13)
			}
		}
	}
	r.Rows = rows
	return r
}
