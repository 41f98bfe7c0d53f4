package answer

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
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
	// Statement is an HMAC of the text that ran: who holds the key can check
	// whether a given text is the one, and nobody can guess it.
	Statement string `json:"statement"`
	Rows      int64  `json:"rows"`     // that were given out
	Complete  bool   `json:"complete"` // false: not read to the end, cut by a limit, or broken off
	Note      string `json:"note,omitempty"`
}

// Receipt is that of what was given out so far; it is complete after the last row.
func (a *Answer) Receipt() Receipt {
	stmt := a.rows.Statement()
	view := stmt.Allowed().View()
	rules, outline := view.Versions()
	mac := hmac.New(sha256.New, a.stamp.Key)
	mac.Write([]byte(stmt.Text()))
	r := Receipt{
		ID: a.stamp.ID, Time: a.stamp.Time.UTC().Truncate(time.Second), Connection: a.stamp.Connection,
		Viewer: view.Viewer().Name, Team: strings.Join(view.Teams(), "+"),
		Rules: short(rules), Catalog: short(outline),
		Statement: hex.EncodeToString(mac.Sum(nil)[:16]),
		Rows:      a.rows.Count(),
	}
	switch cut := a.rows.Cut(); {
	case a.rows.Err() != nil:
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

func short(digest string) string { return digest[:min(len(digest), 16)] }
