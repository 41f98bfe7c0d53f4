package leak

import (
	"strings"
	"time"

	"github.com/grille-dev/grille/internal/oracle"
	"github.com/grille-dev/grille/sql/emit"
)

// unfenced is a statement's text without its fences.
func unfenced(text string) string {
	return strings.NewReplacer(" OFFSET '0')", ")", " LIMIT -1)", ")").Replace(text)
}

// tells runs a statement without its fences, and reports whether something shows
// that an expression of the draft was computed on a hidden row.
func (m *matrix) tells(e oracle.Engine, s emit.Statement) bool {
	text := unfenced(s.Text())
	if text == s.Text() {
		return false
	}
	if e == oracle.SQLite {
		return m.hears(text, s.Params())
	}
	r := m.direct.Query(m.Context(), text, texts(s.Params())...)
	return r.Err != nil
}

// texts are parameters as PostgreSQL reads them.
func texts(params []emit.Param) [][]byte {
	var list [][]byte
	for _, p := range params {
		list = append(list, []byte(p.Value.Format(p.Type, time.UTC)))
	}
	return list
}

// hears runs a text on SQLite and reports whether a function of a probe fails, or
// was called with a value that only hidden rows have.
func (m *matrix) hears(text string, params []emit.Param) bool {
	heard := false
	m.lite.Heard = func(function string, args []any) {
		switch {
		case strings.HasPrefix(function, "g_text_to_"), strings.HasPrefix(function, "g_sub_"), strings.HasPrefix(function, "g_mul_"), function == "g_substr":
		default:
			return // of masks, rules, readings
		}
		for _, a := range args {
			heard = heard || a == int64(666) && args[0] == a || a == int64(9223372036854775807) || a == "999-88-7777" || a == "none"
		}
	}
	err := m.lite.Run(text, params)
	return heard || err != nil
}
