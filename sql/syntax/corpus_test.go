package syntax

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/grille-dev/grille/refusal"
)

// data is the folder of public data sets, or skips.
func data(t testing.TB, name string) string {
	t.Helper()
	root := os.Getenv("GRILLE_DATA")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared", "data")
	}
	path := filepath.Join(root, name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("set GRILLE_DATA to the folder that holds %s", name)
	}
	return path
}

// lines reads a file of JSON lines.
func lines[T any](t testing.TB, path string) []T {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []T
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<24)
	for s.Scan() {
		var v T
		if err := json.Unmarshal(s.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

type regressLine struct{ SQL string }

// PostgreSQL's regression suite: every statement parses or is refused as
// something that is not supported, with its place.
func TestPostgresRegress(t *testing.T) {
	all := lines[regressLine](t, data(t, "postgres_regress/select_statements.jsonl"))
	codes := map[refusal.Code]int{}
	for _, l := range all {
		if g, err := guarding(l.SQL); err == nil {
			checkTokens(t, g)
		}
		q, err := Parse(l.SQL)
		codes[refusal.CodeOf(err)]++
		if err != nil {
			checkRefusal(t, l.SQL, err)
			continue
		}
		checkSpans(t, l.SQL, q)
		Dump(q)
	}
	t.Logf("%d of %d parse; refused: %v", codes[""], len(all), codes)
	if codes[""] < 6700 {
		t.Errorf("only %d of %d parse", codes[""], len(all))
	}
	for _, code := range []refusal.Code{refusal.Internal, refusal.Syntax, refusal.NotText, refusal.TooLong} {
		if codes[code] > 0 {
			t.Errorf("%d refusals with code %s", codes[code], code)
		}
	}
}

func TestGoldStatements(t *testing.T) {
	n := 0
	for _, l := range lines[struct{ SQL []string }](t, data(t, "sql-eval/gold_postgres.jsonl")) {
		for _, text := range l.SQL {
			n++
			q, err := Parse(text)
			if err != nil {
				t.Errorf("%v\n%s", err, text)
				continue
			}
			checkSpans(t, text, q)
		}
	}
	t.Logf("%d statements", n)
}

// Statements that broke other gateways are for all stages to refuse; here they
// must not panic, and a write must not come out as a query.
func TestAttacks(t *testing.T) {
	codes := map[refusal.Code]int{}
	for _, l := range lines[struct{ SQL, Dialect, Why string }](t, data(t, "attacks/gateway.jsonl")) {
		q, err := Parse(l.SQL)
		codes[refusal.CodeOf(err)]++
		if err != nil && l.SQL != "" {
			checkRefusal(t, l.SQL, err)
		} else if err == nil {
			checkSpans(t, l.SQL, q)
		}
	}
	t.Logf("%v", codes)
	if codes[refusal.Internal] > 0 {
		t.Errorf("%d internal", codes[refusal.Internal])
	}
}

// checkRefusal asserts what holds of every refusal: a hint, and a place inside
// of the text.
func checkRefusal(t *testing.T, text string, err error) {
	t.Helper()
	r, ok := err.(*refusal.Refusal)
	if !ok {
		t.Fatalf("%T is no refusal: %v\n%s", err, err, text)
	}
	if r.Try == "" || r.Msg == "" || len(r.Msg) > 300 || len(r.Try) > 300 {
		t.Errorf("refusal without words, or with too many: %+v\n%s", r, text)
	}
	if r.Code == refusal.Internal {
		t.Errorf("internal: %+v\n%s", r, text)
	}
	located := r.Code != refusal.Empty && r.Code != refusal.TooLong
	if r.Span.Pos < 0 || int(r.Span.End) > len(text) || r.Span.Pos > r.Span.End || located && r.Span.End == 0 {
		t.Errorf("span %v of %v is outside of the text\n%s", r.Span, r, text)
	}
}

// checkSpans asserts that spans lie in the text, and in their parents.
func checkSpans(t *testing.T, text string, n Node) {
	t.Helper()
	parents := []Span{{Pos: 0, End: int32(len(text))}}
	eachNode(n, func(n Node, depth int) {
		s := n.At()
		parents = parents[:depth+1]
		outer := parents[depth]
		if s == (Span{}) {
			s = outer // made by the grammar
		}
		if s.Pos < outer.Pos || s.End > outer.End || s.Pos >= s.End {
			t.Errorf("span %v of %s is not inside %v\n%s", s, Dump(n), outer, text)
		}
		parents = append(parents, s)
	})
}
