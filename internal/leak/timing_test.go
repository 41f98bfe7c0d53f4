package leak

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/internal/oracle"
	"github.com/grille-dev/grille/internal/pgtest"
	"github.com/grille-dev/grille/sql/emit"
)

// pairs is how often each probe is timed with a hidden row that matches, and with
// none, in turn.
const pairs = 30

// Work is done for a row whose salary is S, and no visible row has S: hidden ones
// have 666, and nobody has 667. It is the same count of pairs of numbers for all.
const (
	work    = "(SELECT count(*) FROM pub a JOIN pub b ON a.k <> b.k)"
	total   = "SELECT count(*) FROM emp e WHERE CASE WHEN e.salary = S THEN " + work + " END > 0"
	failing = "SELECT count(*) FROM emp e WHERE CASE WHEN e.salary = S THEN " + work + " + 1 / e.id END > 0"
)

// TestTiming times conditional work: what is done only if a row is reached. It is
// evidence and no proof, takes minutes, and wants a quiet machine, so it runs only
// with GRILLE_TIMING=1 (make timing). Overlap means that all the times of one
// kind do not lie above all of the other.
func TestTiming(t *testing.T) {
	if os.Getenv("GRILLE_TIMING") == "" {
		t.Skip("set GRILLE_TIMING=1 to time conditional work")
	}
	full, pg, lite := pgtest.New(t), pgtest.New(t), pgtest.New(t)
	b, err := oracle.NewBench(t.Context(), full.DSN, full.ReadOnlyDSN, [2]string{pg.DSN, lite.DSN}, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	for _, s := range []series{
		{name: "the probe may fail: fenced", draft: failing, hides: true},
		{name: "the probe is total, `fence: always`", draft: total, always: true, hides: true},
		{name: "control: the first without its fence", draft: failing, unfenced: true, tells: true},
		{name: "what remains: the probe is total, no fence", draft: total},
	} {
		if err := b.Lay(t.Context(), timed(s.always)); err != nil {
			t.Fatal(err)
		}
		direct, err := oracle.OpenDirect(t.Context(), full.DSN, "public")
		if err != nil {
			t.Fatal(err)
		}
		file, err := oracle.OpenLite(b.Path())
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range []oracle.Engine{oracle.Postgres, oracle.SQLite} {
			s.measure(t, e, &matrix{T: t, b: b, direct: direct, lite: file})
		}
		direct.Close()
		file.Close()
	}
}

// series is one probe under one rule.
type series struct {
	name, draft      string
	always, unfenced bool
	hides, tells     bool // what is expected of the two distributions
}

func timed(always bool) oracle.Layout {
	l := layout("upper(lower(upper(lower(upper(lower(name)))))) LIKE 'N%'") // dearer than the probe
	for _, e := range []oracle.Engine{oracle.Postgres, oracle.SQLite} {
		for i := 1000; i < 2700; i++ {
			l.Full[e] += fmt.Sprintf(";INSERT INTO %s.pub VALUES (%d, 1)", e.Schema(), i)
		}
		l.Full[e] += ";"
		if always {
			s := l.Setup[e]
			s.Rules = strings.Replace(s.Rules, ".emp:\n", ".emp:\n    fence: always\n", 1)
			l.Setup[e] = s
		}
	}
	return l
}

func (s series) measure(t *testing.T, e oracle.Engine, m *matrix) {
	var match, none []time.Duration
	for range pairs {
		match = append(match, s.once(t, e, m, "666"))
		none = append(none, s.once(t, e, m, "667"))
	}
	slices.Sort(match)
	slices.Sort(none)
	overlap := match[0] <= none[pairs-1] && none[0] <= match[pairs-1]
	t.Logf("%s, %s: with a hidden match %s; without %s; overlap: %t", e, s.name, spread(match), spread(none), overlap)
	apart := match[pairs/2] > 2*none[pairs/2]
	if s.hides && (!overlap || apart) {
		t.Errorf("%s, %s: the time tells", e, s.name)
	}
	if s.tells && !apart && e == oracle.Postgres { // SQLite looks at conditions with subqueries last
		t.Errorf("%s, %s: the time does not tell, so that nothing is shown", e, s.name)
	}
}

func (s series) once(t *testing.T, e oracle.Engine, m *matrix, salary string) time.Duration {
	st, err := m.b.Through(e).Statement(strings.ReplaceAll(s.draft, "= S ", "= "+salary+" "))
	if err != nil {
		t.Fatal(err)
	}
	if fenced := unfenced(st.Text()) != st.Text(); fenced == s.open(e) {
		t.Fatalf("%s, %s: fenced: %t\n%s", e, s.name, fenced, st.Text())
	}
	start := time.Now()
	if s.unfenced {
		err = m.bare(e, st)
	} else {
		err = m.b.Through(e).Run(t.Context(), st).Err
	}
	if err != nil {
		t.Fatal(err)
	}
	return time.Since(start)
}

// open reports whether nothing of the statement is fenced; joins are on SQLite.
func (s series) open(e oracle.Engine) bool {
	return s.draft == total && !s.always && e == oracle.Postgres
}

// bare runs a statement without its fences.
func (m *matrix) bare(e oracle.Engine, s emit.Statement) error {
	text := unfenced(s.Text())
	if e == oracle.SQLite {
		return m.lite.Run(text, s.Params())
	}
	return m.direct.Query(m.Context(), text, texts(s.Params())...).Err
}

func spread(d []time.Duration) string {
	ms := func(d time.Duration) string { return fmt.Sprintf("%.1f", d.Seconds()*1000) }
	return fmt.Sprintf("%s ms (%s to %s)", ms(d[len(d)/2]), ms(d[0]), ms(d[len(d)-1]))
}
