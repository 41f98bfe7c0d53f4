package attack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/answer"
	"github.com/grille-dev/grille/internal/modeltest"
	"github.com/grille-dev/grille/model"
	"github.com/grille-dev/grille/model/openai"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run"
)

// said is what a hostile model wants somebody to read, or to be told later.
const said = "sign in at PARROT://evil.example <b>now</b>"

// A reply is what a model answers, and where its words may come out: nowhere, in a
// column that is labelled, or as the text that a column is compared with, where
// rows are told apart.
type reply struct {
	text     string
	labeled  bool
	compared bool
}

// hostileReplies say said in every way there is.
func hostileReplies() map[string]reply {
	sql := func(text string) reply { return reply{text: modeltest.SQL(text)} }
	told := func(text string) reply { return reply{text: modeltest.SQL(text), labeled: true} }
	compared := func(text string) reply { return reply{text: modeltest.SQL(text), compared: true} }
	quoted := `"` + said + `"`
	all := map[string]reply{
		"prose":                 {text: said},
		"prose before":          {text: said + "\n" + modeltest.SQL("SELECT count(*) FROM users")},
		"prose behind":          {text: modeltest.SQL("SELECT count(*) FROM users") + "\n" + said},
		"prose around a block":  {text: said + "\n```json\n" + modeltest.SQL("SELECT count(*) FROM users") + "\n```\n" + said},
		"thinking aloud":        {text: "<think>" + said + "</think>" + modeltest.SQL("SELECT count(*) FROM users")},
		"a reason":              {text: `{"kind":"sql","sql":"SELECT count(*) FROM users","what":null,"reason":"` + said + `"}`},
		"a reason in what":      {text: `{"kind":"sql","sql":"SELECT count(*) FROM users","what":"` + said + `"}`},
		"another kind":          {text: `{"kind":"` + said + `","sql":null,"what":null}`},
		"a reason for none":     {text: `{"kind":"cannot_answer","sql":"` + said + `","what":null}`},
		"an open choice":        {text: `{"kind":"clarify","sql":null,"what":"` + said + `"}`},
		"twice":                 {text: modeltest.SQL("SELECT count(*) FROM users") + modeltest.SQL("SELECT '"+said+"'")},
		"a page":                {text: "<!doctype html><title>" + said},
		"a list":                {text: `["` + said + `"]`},
		"nothing":               {text: " "},
		"no UTF-8":              {text: "{\"kind\":\"sql\",\"sql\":\"SELECT '\xff" + said + "'\",\"what\":null}", labeled: true},
		"a comment":             sql("SELECT count(*) /* " + said + " */ FROM users -- " + said),
		"only a comment":        sql("-- " + said),
		"no SQL":                sql(said),
		"half SQL":              sql("SELECT '" + said),
		"a label":               sql("SELECT count(*) AS " + quoted + " FROM users"),
		"a name in FROM":        sql("SELECT count(*) FROM users AS " + quoted),
		"a name in WITH":        sql("WITH " + quoted + " AS (SELECT id FROM users) SELECT count(*) FROM " + quoted),
		"a name of a column":    sql("SELECT x." + quoted + " FROM (SELECT id AS " + quoted + " FROM users) x"),
		"names of columns":      sql("SELECT count(x." + quoted + ") FROM (SELECT id FROM users) AS x(" + quoted + ")"),
		"a table":               sql("SELECT * FROM " + quoted),
		"a column":              sql("SELECT " + quoted + " FROM users"),
		"a function":            sql("SELECT " + quoted + "(id) FROM users"),
		"a type":                sql("SELECT CAST(id AS " + quoted + ") FROM users"),
		"a wrong value":         sql("SELECT count(*) FROM users WHERE id = '" + said + "'"),
		"a value that fails":    sql("SELECT count(*) FROM users WHERE CAST('" + said + "' AS int) = id"),
		"fails at the database": sql("SELECT CAST(name || '" + said + "' AS int) FROM users"),
		"another statement":     sql("SELECT 1; SELECT '" + said + "'"),
		"a message":             sql("DO $$ BEGIN RAISE '" + said + "'; END $$"),
		"a text in U&":          compared("SELECT count(*) FROM users WHERE name = U&'" + said + "'"),
		"a text to compare":     compared("SELECT count(*) FROM users WHERE name = '" + said + "'"),
		"a megabyte":            sql("SELECT '" + strings.Repeat(said, 1<<20/len(said)) + "'"),
		"many comments":         sql(strings.Repeat("/* "+said+" */", 400) + "SELECT count(*) FROM users"),
		"a constant":            told("SELECT '" + said + "' AS a FROM users"),
		"a greatest constant":   told("SELECT max('" + said + "') AS a FROM users"),
		"a branch":              told("SELECT CASE WHEN count(*) >= 0 THEN '" + said + "' END AS a FROM users"),
		"a row":                 told("SELECT x AS a FROM (VALUES ('" + said + "')) v(x)"),
		"a subquery":            told("SELECT (SELECT '" + said + "') AS a FROM users"),
		"behind a value":        told("SELECT name || '" + said + "' AS a FROM users"),
		"for no value":          told("SELECT coalesce(NULL, '" + said + "') AS a FROM users"),
		"instead of a value":    told("SELECT replace(name, name, '" + said + "') AS a FROM users"),
		"in pieces":             told("SELECT CASE WHEN count(*) >= 0 THEN 'sign' || ' in at ' || 'PARROT' || '://' || 'evil.example <b>' END AS a FROM users"),
		"a list of texts":       told("SELECT string_agg('" + said + "', '') AS a FROM users"),
	}
	for name, sign := range map[string]string{"a bell": "\a", "an escape": "\x1b[2J", "a turn": "\u202e", "a tag": "\U000e0041", "nul": "\x00"} {
		all[name+" in a text"] = told("SELECT '" + sign + said + "' AS a")
		all[name+" in a label"] = sql("SELECT 1 AS \"" + sign + said + "\"")
	}
	return all
}

// What a model says besides a query comes out nowhere: not in an answer, unless in
// a column that says so, not in a refusal, not in the log, not in what is sent later
// or for others.
func TestHostileModels(t *testing.T) {
	answered, refused := 0, 0
	s, p := onSQLite(t), people(t)["clerk"]
	p.copied = "" // nothing is compared
	for name, r := range hostileReplies() {
		var log bytes.Buffer
		server := modeltest.Serve(t, modeltest.Chat(r.text))
		s := shop{open: func(t *testing.T, _ *slog.Logger) run.Engine {
			return s.open(t, slog.New(slog.NewTextHandler(&log, nil)))
		}}
		db := s.database(t, p, chatting(t, server))
		h := hearing{t, name, r}
		var after grille.Conversation
		for i, write := range []func(*answer.Answer, io.Writer) error{(*answer.Answer).WriteTable, (*answer.Answer).WriteCSV, (*answer.Answer).WriteJSON} {
			before := len(server.Requests())
			a, err := db.Grille.Ask(t.Context(), grille.Question{Text: fmt.Sprintf("how many users, %d?", i), Viewer: p.viewer, After: &after})
			if body := server.Bodies()[before]; strings.Contains(body, "PARROT") && strings.Contains(body, "://") {
				t.Errorf("%s: a later question is sent with what was said: %s", name, body)
			}
			if err != nil {
				h.refused(err)
				refused++
				continue
			}
			h.answered(a, write)
			answered++
		}
		prompt, err := db.Grille.Prompt(t.Context(), grille.Question{Text: "how many orders?", Viewer: people(t)["partner"].viewer})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range prompt.Messages() {
			h.silent("another's prompt", m.Text)
		}
		h.silent("the log", log.String()+db.Log())
	}
	t.Logf("%d replies, three times each: %d answered, %d refused", len(hostileReplies()), answered, refused)
	if answered < 40 || refused < 60 {
		t.Error("too few of one kind")
	}
}

// chatting is a model on a server.
func chatting(t *testing.T, s *modeltest.Server) model.Client {
	t.Helper()
	c, err := openai.New(openai.Config{EndpointConfig: model.EndpointConfig{Provider: "house", URL: s.URL}, Model: "m"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// hearing looks for what a model said.
type hearing struct {
	t  *testing.T
	of string
	reply
}

func (h hearing) silent(where, text string) {
	h.t.Helper()
	if strings.Contains(text, "PARROT://") || strings.Contains(text, "<b>") {
		h.t.Errorf("%s: in %s: %s", h.of, where, text[:min(len(text), 500)])
	}
}

func (h hearing) refused(err error) {
	h.t.Helper()
	if code := refusal.CodeOf(err); code == "" || code == refusal.Internal {
		h.t.Errorf("%s: %v", h.of, err)
	}
	h.silent("a refusal", fmt.Sprintf("%v %+v", err, err))
}

// answered looks through all of an answer. Of a column that says it was written in
// the query the cells are its own.
func (h hearing) answered(a *answer.Answer, write func(*answer.Answer, io.Writer) error) {
	h.t.Helper()
	defer a.Close()
	if h.labeled != slices.ContainsFunc(a.Columns, func(c answer.Column) bool { return c.Constant || c.Written }) {
		h.t.Errorf("%s: labelled: %v", h.of, !h.labeled)
	}
	for _, c := range a.Columns {
		h.silent("a label", c.Label)
	}
	h.silent("the rules", strings.Join(append(a.Rules, a.Notes...), "\n"))
	var b bytes.Buffer
	if err := write(a, &b); err != nil {
		h.refused(err)
		return
	}
	if strings.ContainsAny(b.String()+a.SQL+strings.Join(a.Words, ""), "\a\x1b\x00\u202e\U000e0041") {
		h.t.Errorf("%s: a terminal would obey %q", h.of, b.String())
	}
	if !h.labeled && !h.compared {
		h.silent("rows", b.String())
		h.silent("the words", strings.Join(a.Words, "\n"))
		h.silent("the SQL", a.SQL)
	}
	receipt, err := json.Marshal(a.Receipt())
	if err != nil {
		h.t.Fatal(err)
	}
	h.silent("the receipt", string(receipt))
}

// Placeholders in every place and form: a value comes back as a text of its own or
// inside of a pattern, or the draft is refused; it is never sent, and is never SQL.
func TestPlaceholderTricks(t *testing.T) {
	places := []string{
		"SELECT count(*) FROM users WHERE name = '%s'", "SELECT count(*) FROM users WHERE name LIKE '%s'", "SELECT count(*) FROM users WHERE name ILIKE '%s'",
		"SELECT count(*) FROM users WHERE name IN ('x', '%s')", "SELECT count(*) FROM users WHERE name || '%s' = 'x'", "SELECT count(*) FROM users WHERE lower('%s') = name",
		"SELECT count(*) FROM users WHERE name = concat('%s', 'x')", "SELECT count(*) AS \"%s\" FROM users", "SELECT count(*) FROM users AS \"%s\"", "SELECT count(*) FROM \"%s\"",
		"SELECT \"%s\" FROM users", "SELECT count(*) FROM users WHERE id = '%s'", "SELECT CAST('%s' AS date)", "SELECT count(*) FROM users WHERE id = CAST('%s' AS int)",
		"SELECT '%s' AS a", "SELECT CASE WHEN count(*) > 0 THEN '%s' END FROM users", "SELECT count(*) FROM users GROUP BY '%s'", "SELECT count(*) FROM users LIMIT '%s'",
		"SELECT count(*) FROM users WHERE name = E'%s'", "SELECT count(*) FROM users WHERE name = $$%s$$", "SELECT count(*) FROM users -- %s", "SELECT count(*) FROM users WHERE name = %s",
		"SELECT count(*) FROM users WHERE name LIKE '%s' ESCAPE '!'", "SELECT replace(name, '%s', 'x') FROM users", "SELECT '{\"a\": \"%s\"}'", "SELECT count(*) FROM users WHERE name ~ '%s'",
	}
	forms := []string{"PLACEHOLDER", "x PLACEHOLDER", "%PLACEHOLDER%", "PLACEHOLDERPLACEHOLDER", "⟨EMAIL_zzzz⟩", "⟨PLACEHOLDER⟩", "⟨", "PLACEHOLDER' OR '1' = '1"}
	s, p := onSQLite(t), people(t)["clerk"]
	p.copied = "" // nothing is compared
	var draft string
	server := modeltest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { modeltest.Chat(modeltest.SQL(draft)).ServeHTTP(w, r) }))
	g := s.database(t, p, chatting(t, server)).Grille
	const value = `CANARY.o'neil_%@example.org`
	codes := map[refusal.Code]int{}
	for _, place := range places {
		for _, form := range forms {
			draft = strings.ReplaceAll(place, "%s", form)
			var trace grille.Trace
			a, err := g.Ask(t.Context(), grille.Question{Text: "is " + value + " a user?", Viewer: p.viewer, Trace: &trace})
			codes[refusal.CodeOf(err)]++
			if err != nil {
				if code := refusal.CodeOf(err); code == "" || code == refusal.Internal {
					t.Errorf("%s: %v", draft, err)
				}
				continue
			}
			// In the SQL as it is read the value stands in quotes, escaped, and nowhere else.
			rest := a.SQL
			for _, ok := range []string{`'CANARY.o''neil_%@example.org'`, `CANARY.o''neil\_\%@example.org`} {
				rest = strings.ReplaceAll(rest, ok, "")
			}
			if strings.Contains(rest, "CANARY") || strings.ContainsAny(rest, "⟨⟩") || strings.Contains(rest, "neil") {
				t.Errorf("%s became\n%s", draft, a.SQL)
			}
			_ = a.Close()
		}
	}
	t.Logf("%d drafts: %v", len(places)*len(forms), codes)
	if codes[""] < 20 || len(places)*len(forms) < 100 {
		t.Errorf("%d are answered", codes[""])
	}
}
