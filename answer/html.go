package answer

import (
	"bufio"
	"crypto/sha256"
	_ "embed" // the page
	"encoding/base64"
	"html"
	"html/template"
	"io"
	"strings"
	"time"

	"github.com/grille-dev/grille/sql/types"
)

//go:embed report.html
var page string

//go:embed report.css
var style string

// WriteHTML writes a report that stands alone: a page with the question, what can be
// drawn, the rows, how they were worked out, and the receipt. It has no script and
// loads nothing; what is stored is text in it and cannot be markup. Rows beyond the
// first thousand are written while they come, and then nothing is drawn.
func (a *Answer) WriteHTML(w io.Writer, title string) error {
	return writeHTML(w, a, report{
		title: title, viewer: a.Receipt().Viewer, connection: a.stamp.Connection, at: a.stamp.Time.In(a.stamp.Calendar.Zone),
		end: func() reportEnd { return reportEnd{a.Receipt(), a.said(), a.Words, a.SQL, a.Columns} },
	})
}

// report is what a report says beside the rows; end is known after the last.
type report struct {
	title, viewer, connection string
	at                        time.Time
	end                       func() reportEnd
}

type reportTop struct {
	Title, Time, Viewer, Connection string
	Style                           template.CSS // ours, whose hash the policy of the page names
	Hash                            string
	Charts                          []drawing
	Columns                         []Column
}

type reportEnd struct {
	Receipt Receipt
	Said    []string
	Words   []string
	SQL     string
	Columns []Column
}

func writeHTML(w io.Writer, a stream, r report) error {
	h := hold(a)
	if err := a.Err(); err != nil && len(h.rows) == 0 {
		return err // nothing came: then nothing is written
	}
	t := template.Must(template.New("report").Funcs(template.FuncMap{"plain": plain}).Parse(page))
	top := reportTop{Title: r.title, Style: template.CSS(style), Hash: hashed(style), Time: r.at.Format("2 January 2006, 15:04 MST"), Viewer: r.viewer, Connection: r.connection, Columns: h.cols}
	if h.all {
		for _, c := range charts(h.cols, h.rows, a.zone()) {
			top.Charts = append(top.Charts, c.picture(a.numerals()))
		}
	}
	b := bufio.NewWriter(w)
	if err := t.ExecuteTemplate(b, "top", top); err != nil {
		return err
	}
	for _, row := range h.rows {
		b.WriteString(htmlRow(row, a))
	}
	for !h.all && a.Next() {
		b.WriteString(htmlRow(a.Row(), a))
	}
	if err := t.ExecuteTemplate(b, "end", r.end()); err != nil {
		return err
	}
	if err := b.Flush(); err != nil {
		return err
	}
	return a.Err()
}

func htmlRow(row []types.Value, a stream) string {
	var b strings.Builder
	b.WriteString("<tr>")
	for i, v := range row {
		switch c, t := a.columns()[i], a.columns()[i].Type; {
		case v.IsNull():
			b.WriteString(`<td class="null">NULL</td>`)
		case t.IsNumber():
			b.WriteString(`<td class="n">` + html.EscapeString(a.numerals().read(text(v, t, a.zone()), c)) + "</td>")
		default:
			b.WriteString("<td>" + html.EscapeString(visible(text(v, t, a.zone()))) + "</td>")
		}
	}
	return b.String() + "</tr>\n"
}

// plain is a text of one or several lines, without what turns or hides a part of it.
func plain(text string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = visible(l)
	}
	return strings.Join(lines, "\n")
}

// hashed is what a policy of a page calls its own style.
func hashed(style string) string {
	sum := sha256.Sum256([]byte(style))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
