package answer

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/grille-dev/grille/sql/emit"
)

// Receipt says what was answered, to whom and under which rules. It holds no
// stored value, no text of the statement and nothing about hidden rows.
type Receipt struct {
	ID         string    `json:"id"`
	Time       time.Time `json:"time"` // of the question
	Viewer     string    `json:"viewer"`
	Team       string    `json:"team"` // that the viewer acted as
	Connection string    `json:"connection"`
	Rules      string    `json:"rules"`   // digest of the rules
	Catalog    string    `json:"catalog"` // digest of the database's outline
	// Statement is an HMAC of the text that ran and of its parameters: who holds
	// the key can check whether a given statement is the one, and nobody else can
	// guess.
	Statement string `json:"statement"`
	// Columns say where the values come from.
	Columns  []ReceiptColumn `json:"columns"`
	Filters  []string        `json:"filters,omitempty"` // scopes of the request's hard filter
	Rows     int64           `json:"rows"`              // that were given out
	Complete bool            `json:"complete"`          // false: not read to the end, cut by a limit, or broken off
	Note     string          `json:"note,omitempty"`
}

// ReceiptColumn is one column of the answer.
type ReceiptColumn struct {
	Name string `json:"name"`
	Lineage
}

// Receipt is that of what was given out so far; it is complete after the last row.
func (a *Answer) Receipt() Receipt {
	stmt := a.rows.Statement()
	view := stmt.Allowed().View()
	rules, outline := view.Versions()
	r := Receipt{
		ID: a.stamp.ID, Time: a.stamp.Time.UTC().Truncate(time.Second), Connection: a.stamp.Connection,
		Viewer: view.Viewer().Name, Team: strings.Join(view.Teams(), "+"),
		Rules: short(rules), Catalog: short(outline),
		Statement: digest(a.stamp.Key, stmt),
		Rows:      a.rows.Count(),
		Filters:   view.Filters(),
	}
	for _, c := range a.Columns {
		r.Columns = append(r.Columns, ReceiptColumn{c.Label, c.Lineage})
	}
	switch cut := a.rows.Cut(); {
	case a.Err() != nil:
		r.Note = "broken off"
	case cut != "":
		r.Note = cut
	case !a.ended:
		r.Note = "not read to the end"
	default:
		r.Complete = true
	}
	return r
}

// String is one line for a person.
func (r Receipt) String() string {
	rows := fmt.Sprintf("%d rows", r.Rows)
	if r.Rows == 1 {
		rows = "1 row"
	}
	state := "complete"
	if !r.Complete {
		state = "NOT COMPLETE: " + r.Note
	}
	return fmt.Sprintf("receipt %s: %s, %s; for %s (%s) on %s; rules %s, outline %s, statement %s",
		r.ID, rows, state, r.Viewer, r.Team, r.Connection, r.Rules, r.Catalog, r.Statement)
}

func digest(key []byte, stmt emit.Statement) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(stmt.Text()))
	for _, p := range stmt.Params() {
		value := p.Value.Format(p.Type, time.UTC)
		fmt.Fprintf(mac, "\x00%s\x00%t\x00%d\x00%s", p.Type, p.Value.IsNull(), len(value), value)
	}
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

func short(digest string) string { return digest[:min(len(digest), 16)] }
