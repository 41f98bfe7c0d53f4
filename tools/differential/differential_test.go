package differential

import (
	"bufio"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// own are the statements of our page: paragraphs; lines with # are comments.
func own(t testing.TB, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, part := range strings.Split(string(text), "\n\n") {
		var lines []string
		for _, line := range strings.Split(part, "\n") {
			if !strings.HasPrefix(line, "#") && line != "" {
				lines = append(lines, line)
			}
		}
		if len(lines) > 0 {
			out = append(out, strings.Join(lines, "\n"))
		}
	}
	return out
}

// pages are the statements on the pages of packages: what stands between a command
// and ----.
func pages(t testing.TB) []string {
	t.Helper()
	var out []string
	for _, pattern := range []string{"../../sql/*/testdata/spec/*", "../../policy/testdata/spec/*", "../../internal/same/testdata/queries/*"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if info, err := os.Stat(f); err != nil || info.IsDir() {
				continue
			}
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range command.FindAllStringSubmatch(string(text), -1) {
				out = append(out, m[1])
			}
		}
	}
	if len(out) < 300 {
		t.Fatalf("only %d statements on pages", len(out))
	}
	return out
}

var command = regexp.MustCompile(`(?m)^[a-z]+(?: [^\n]*)?\n((?i:(?:WITH|SELECT|VALUES|TABLE|\()[^\n]*(?:\n[^\n]+)*?))\n----$`)

// regress are the SELECTs of PostgreSQL's own tests, where they are at hand.
func regress(t testing.TB) []string {
	t.Helper()
	root := os.Getenv("GRILLE_DATA")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared", "data")
	}
	f, err := os.Open(filepath.Join(root, "postgres_regress", "select_statements.jsonl"))
	if err != nil {
		t.Logf("without PostgreSQL's regression suite: set GRILLE_DATA to the folder that has it (%v)", err)
		return nil
	}
	defer func() { _ = f.Close() }()
	var out []string
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<24)
	for s.Scan() {
		var l struct{ SQL string }
		if err := json.Unmarshal(s.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		out = append(out, l.SQL)
	}
	return out
}

// known are texts that may differ, with the reason above each.
func known(t testing.TB) map[string]bool {
	out := map[string]bool{}
	for _, text := range own(t, "testdata/known") {
		out[text] = true
	}
	return out
}

// TestStatements compares every statement as it stands.
func TestStatements(t *testing.T) {
	may := known(t)
	for name, all := range map[string][]string{"own": own(t, "testdata/statements"), "pages": pages(t), "regress": regress(t)} {
		n := map[Verdict]int{}
		for _, text := range all {
			v, why := Compare(text)
			n[v]++
			if v == Different && !may[text] {
				t.Errorf("%s\n%s", text, why)
			}
			if name == "own" && v == Refused {
				t.Errorf("refused, so nothing is compared:\n%s", text)
			}
		}
		t.Logf("%s: %d the same, %d refused, %d differ", name, n[Same], n[Refused], n[Different])
	}
	for text := range may {
		if v, _ := Compare(text); v != Different {
			t.Errorf("listed as known, and does not differ:\n%s", text)
		}
	}
}

// TestMutations compares statements that were changed at random, by words and signs:
// most are nothing, and what syntax still accepts has to mean the same.
func TestMutations(t *testing.T) {
	seed, count := uint64(1), 20_000
	if n, err := strconv.Atoi(os.Getenv("GRILLE_MUTATIONS")); err == nil {
		count = n
	}
	if n, err := strconv.ParseUint(os.Getenv("GRILLE_MUTATION_SEED"), 10, 64); err == nil {
		seed = n
	}
	may := known(t)
	all := append(append(own(t, "testdata/statements"), pages(t)...), regress(t)...)
	words := make([][]string, 0, len(all))
	for _, text := range all {
		if toks := token.FindAllString(text, -1); len(toks) > 1 && len(toks) < 400 {
			words = append(words, toks)
		}
	}
	random := rand.New(rand.NewPCG(seed, 2))
	n := map[Verdict]int{}
	for range count {
		text := mutated(random, words)
		v, why := Compare(text)
		n[v]++
		if v == Different && !may[text] {
			t.Errorf("%s\n%s", text, why)
		}
	}
	t.Logf("seed %d: %d the same, %d refused, %d differ", seed, n[Same], n[Refused], n[Different])
	if n[Same] < count/20 {
		t.Errorf("only %d of %d changed statements were compared", n[Same], count)
	}
}

var token = regexp.MustCompile(`(?s)'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*\n|/\*.*?\*/|\s+|[\pL_][\pL\pN_$]*|\d+(?:\.\d+)?|[-+*/<>=~!@#%^&|?` + "`" + `]+|.`)

// mutated is one of the statements with one to three changes.
func mutated(random *rand.Rand, words [][]string) string {
	pick := func() []string { return words[random.IntN(len(words))] }
	toks := append([]string(nil), pick()...)
	for range 1 + random.IntN(3) {
		i := random.IntN(len(toks))
		switch random.IntN(6) {
		case 0:
			toks[i] = " "
		case 1:
			other := pick()
			toks[i] = other[random.IntN(len(other))]
		case 2:
			j := random.IntN(len(toks))
			toks[i], toks[j] = toks[j], toks[i]
		case 3:
			other := pick()
			toks[i] += " " + other[random.IntN(len(other))]
		case 4:
			toks[i] += " " + toks[i]
		case 5:
			toks[i] = spices[random.IntN(len(spices))]
		}
	}
	return strings.Join(toks, "")
}

// spices are what is easily read in two ways.
var spices = []string{" NOT ", " - ", " -- x\n", "(", ")", " AND ", " OR ", " IS NULL ", " = ", " <> ", " != ", "::int", "::text[]", "[1]", ".", ", ",
	" AT TIME ZONE 'UTC' ", " COLLATE \"C\" ", " BETWEEN 1 AND 2 ", " IN (1, 2) ", " LIKE 'a' ESCAPE 'b' ", " UNION ", " UNION ALL ", " EXCEPT ",
	" INTERVAL '1' DAY ", " 1_000 ", " 0x1F ", " 1e3 ", " .5 ", " 5. ", " E'a\\'b' ", " U&'d\\0061' ", " $$x$$ ", " NULLS FIRST ", " DESC ", " ASC ",
	" OVER (PARTITION BY a) ", " FILTER (WHERE a) ", " ROWS BETWEEN 1 PRECEDING AND CURRENT ROW ", " CASE WHEN a THEN b END ", " DISTINCT ", " ALL ",
	" ANY (ARRAY[1]) ", " OPERATOR(pg_catalog.+) ", " NATURAL ", " LATERAL ", " LEFT JOIN ", " CROSS JOIN ", " USING (a) ", " TABLE t ", " VALUES (1) ",
	" double precision ", " timestamp with time zone ", " CURRENT_DATE ", " WITHIN GROUP (ORDER BY a) ", " IS NOT DISTINCT FROM ", " ISNULL ", " NOTNULL ",
	" SYMMETRIC ", " SIMILAR TO ", " OVERLAPS ", " ROW ", " GROUPING SETS ((), (a)) ", " LIMIT ALL ", " FETCH FIRST 2 ROWS ONLY ", " OFFSET 1 ROWS "}

// TestKeywords tries each key word as each kind of name.
func TestKeywords(t *testing.T) {
	places := []string{"SELECT %", "SELECT %(1)", "SELECT % (a, b)", "SELECT % 'x'", "SELECT %(1) 'x'", "SELECT a AS %", "SELECT a %", "SELECT a % FROM t",
		"SELECT * FROM %", "SELECT * FROM % AS t", "SELECT * FROM t %", "SELECT * FROM t AS %", "SELECT * FROM t AS x (%)", "SELECT * FROM %(1)", "SELECT * FROM %(1) x",
		"SELECT * FROM % JOIN u ON true", "SELECT * FROM t % JOIN u ON true", "SELECT t.% FROM t", "SELECT %.a FROM t", "SELECT %.*", "SELECT s.%(1)", "SELECT %.f(1)", "SELECT * FROM s.%",
		"SELECT * FROM %.t", "SELECT a::%", "SELECT a::%(1)", "SELECT CAST(a AS s.%)", "SELECT a::%.t", "WITH % AS (SELECT 1) SELECT 1", "WITH x (%) AS (SELECT 1) SELECT 1",
		"SELECT sum(a) OVER %", "SELECT sum(a) OVER (% ORDER BY b)", "SELECT a FROM t WINDOW % AS ()", "SELECT EXTRACT(% FROM a)", "SELECT a COLLATE %", "SELECT * FROM t JOIN u USING (%)",
		"SELECT a % b", "SELECT a % 1", "SELECT % a", "SELECT a FROM t ORDER BY %", "SELECT a FROM t ORDER BY a %", "SELECT a FROM t GROUP BY %", "SELECT a FROM t LIMIT %", "SELECT a FROM t %",
		"SELECT a FROM t % SELECT b FROM u", "SELECT f(%)", "SELECT f(% a)", "SELECT f(a %)", "SELECT NOT %", "SELECT a IS %", "SELECT INTERVAL '1' %", "SELECT ARRAY[%]", "SELECT CASE % WHEN 1 THEN 2 END", "%", "% a"}
	n, may := map[Verdict]int{}, known(t)
	for _, part := range own(t, "testdata/keywords") {
		for _, word := range strings.Fields(part) {
			for _, place := range places {
				text := strings.ReplaceAll(place, "%", word)
				v, why := Compare(text)
				if n[v]++; v == Different && !may[text] {
					t.Errorf("%s\n%s", text, why)
				}
			}
		}
	}
	t.Logf("%d the same, %d refused, %d differ", n[Same], n[Refused], n[Different])
	if n[Same] < 5000 {
		t.Error("too few were compared")
	}
}
