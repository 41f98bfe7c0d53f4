package eval_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/eval"
	"github.com/grille-dev/grille/internal/spider"
	"github.com/grille-dev/grille/internal/words"
	"github.com/grille-dev/grille/planner"
	"github.com/grille-dev/grille/planner/taught"
)

// Spider-Syn's paraphrases, in which other words stand for the names of the schema,
// on databases that nothing was trained on, when those words have been taught. The
// lessons are found mechanically, as somebody would who reads a question beside its
// paraphrase and the query: what stands in the place of a name is taught to mean it,
// in the file that people write. They are taken from all paraphrases of a database,
// and, which says more of what is taught for the future, from the other half of them.
// GRILLE_HELDOUT=1 asks them all, in each way.
func TestTaughtSynonyms(t *testing.T) {
	h := newHeldOut(t)
	every := 10
	if n, err := strconv.Atoi(os.Getenv("GRILLE_HELDOUT")); err == nil && n > 0 {
		every = n
	}
	c := &class{heldOut: h, every: every}
	full := c.ask(t, c.whole, spoken)
	report(t, "taught from all paraphrases", full)
	if full.Top1*100 < leastTaught*(full.N-full.Skipped) {
		t.Errorf("%d of %d are right", full.Top1, full.N-full.Skipped)
	}
	if every > 1 {
		return
	}
	report(t, "nothing taught", c.ask(t, c.none, spoken))
	report(t, "taught from the other half", c.ask(t, c.others, spoken))
	report(t, "nothing taught, the questions themselves", c.ask(t, c.none, plain))
	report(t, "taught from all, the questions themselves", c.ask(t, c.whole, plain))
}

// leastTaught is the percentage of paraphrases that must be read rightly when their
// words are taught; the aim is 50.
const leastTaught = 45

func spoken(q spider.Question) string { return q.Synonyms }
func plain(q spider.Question) string  { return q.Text }

func report(t *testing.T, name string, r *eval.AskReport) {
	t.Helper()
	text, err := json.Marshal(eval.AskReport{Command: name, N: r.N, Top1: r.Top1, Top3: r.Top3, Top10: r.Top10, Answered: r.Answered, Wrong: r.Wrong, Offered: r.Offered,
		Refused: r.Refused, Failed: r.Failed, Skipped: r.Skipped, MS: r.MS})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s: first %.1f %%, first three %.1f %% %s", name, percent(r.Top1, r), percent(r.Top3, r), text)
}

func percent(n int, r *eval.AskReport) float64 {
	return 100 * float64(n) / float64(max(1, r.N-r.Skipped))
}

// class teaches and asks.
type class struct {
	*heldOut
	every int
}

// source says which questions one at a place is taught from: "" for none, all, those
// at even places, or those at odd ones.
type source func(place int) string

func (c *class) none(int) string     { return "" }
func (c *class) whole(int) string    { return "all" }
func (c *class) others(i int) string { return map[int]string{0: "odd", 1: "even"}[i%2] }

func (c *class) ask(t *testing.T, p source, text func(spider.Question) string) *eval.AskReport {
	t.Helper()
	open := map[string]*eval.Database{}
	e := eval.Config{Viewer: all(), Zone: time.UTC, Open: func(_ context.Context, name string) (*eval.Database, error) { return open[name], nil }}
	place := map[string]int{}
	n := 0
	for _, q := range c.set.Of(c.set.Held()) {
		if q.Synonyms == "" {
			continue
		}
		place[q.DB]++
		if n++; n%c.every != 0 {
			continue
		}
		from := p(place[q.DB])
		key := q.DB + " " + from
		if open[key] == nil {
			open[key] = openTaught(t, write(t, c.set.Databases[q.DB]), c.lessons(t, q.DB, from))
		}
		e.Lines = append(e.Lines, eval.Line{ID: key + ": " + text(q) + strconv.Itoa(n), DB: key, Question: text(q), SQL: []string{q.SQL}})
	}
	r, err := eval.Ask(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// lessons are what questions of a database teach, through the file.
func (c *class) lessons(t *testing.T, db, from string) *taught.Lessons {
	t.Helper()
	if from == "" {
		return nil
	}
	cat, err := c.open[db].Grille.Outline(t.Context(), all())
	if err != nil {
		t.Fatal(err)
	}
	l := &learner{cat: cat, means: map[string][]string{}}
	place := 0
	for _, q := range c.set.Of([]string{db}) {
		if q.Synonyms == "" {
			continue
		}
		place++
		if from == "all" || from == map[int]string{0: "even", 1: "odd"}[place%2] {
			l.read(q)
		}
	}
	lessons, err := taught.Parse(db+".yaml", []byte(l.file()))
	if err != nil {
		t.Fatal(err, l.file())
	}
	if os.Getenv("GRILLE_HELDOUT_LESSONS") != "" && from == "all" {
		t.Logf("%s\n%s", db, l.file())
	}
	return lessons
}

// learner finds what stands for a name.
type learner struct {
	cat   *catalog.Catalog
	order []string
	means map[string][]string
}

// read aligns a question with its paraphrase.
func (l *learner) read(q spider.Question) {
	a, b := words.Fields(q.Text), words.Fields(q.Synonyms)
	for _, r := range replaced(a, b) {
		// What is said around it may belong to the name: the widest name is meant.
		found := []string(nil)
		for _, wide := range [][2]int{{2, 0}, {1, 1}, {0, 2}, {1, 0}, {0, 1}, {0, 0}} {
			from, to, left, right := r.from-wide[0], r.to+wide[1], r.left-wide[0], r.right+wide[1]
			if from < 0 || to > len(a) || left < 0 || right > len(b) || !slices.Equal(a[from:r.from], b[left:r.left]) || !slices.Equal(a[r.to:to], b[r.right:right]) {
				continue
			}
			if found = l.named(a[from:to], q.SQL); len(found) > 0 {
				l.teach(strings.Join(b[left:right], " "), found)
				break
			}
		}
	}
}

// named are the tables and columns that words name; of several those in the query.
func (l *learner) named(said []string, sql string) []string {
	var stems []string
	for _, w := range said {
		stems = append(stems, words.Stem(w))
	}
	used := words.Fields(sql)
	var out []string
	uses := func(name string) bool {
		return slices.Contains(used, strings.ToLower(name)) || strings.Contains(strings.ToLower(sql), strings.ToLower(name))
	}
	for _, t := range l.cat.Tables {
		if slices.Equal(words.OfName(t.Name), stems) && uses(t.Name) {
			out = append(out, quoted(t.Name))
		}
		for _, col := range t.Columns {
			if slices.Equal(words.OfName(col.Name), stems) && uses(col.Name) && uses(t.Name) {
				out = append(out, quoted(t.Name)+"."+quoted(col.Name))
			}
		}
	}
	return out
}

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// teach notes a lesson, unless somebody who taught it would be told not to.
func (l *learner) teach(phrase string, means []string) {
	phrase, err := taught.Phrase(phrase)
	if err != nil || planner.Objection(l.cat, phrase) != "" {
		return
	}
	if l.means[phrase] == nil {
		l.order = append(l.order, phrase)
	}
	for _, m := range means {
		if !slices.Contains(l.means[phrase], m) && len(l.means[phrase]) < 10 {
			l.means[phrase] = append(l.means[phrase], m)
		}
	}
}

func (l *learner) file() string {
	var b strings.Builder
	b.WriteString("words:\n")
	for _, p := range l.order {
		list, err := json.Marshal(l.means[p])
		if err != nil {
			panic(err)
		}
		fmt.Fprintf(&b, "  %q: %s\n", p, list)
	}
	if len(l.order) == 0 {
		return "{}"
	}
	return b.String()
}

// stretch is words of a question, and those of the paraphrase in their place.
type stretch struct{ from, to, left, right int }

// replaced are the stretches between the longest common subsequence of two texts.
func replaced(a, b []string) []stretch {
	common := make([][]int, len(a)+1)
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			common[i][j] = max(common[i+1][j], common[i][j+1])
			if a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			}
		}
	}
	var out []stretch
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		s := stretch{from: i, left: j}
		for i < len(a) && (j == len(b) || a[i] != b[j]) || j < len(b) && (i == len(a) || a[i] != b[j]) {
			if j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1] {
				i++
			} else {
				j++
			}
		}
		if s.to, s.right = i, j; s.to > s.from && s.right > s.left {
			out = append(out, s)
		}
		i, j = i+1, j+1
	}
	return out
}
