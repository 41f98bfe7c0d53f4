package answer

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/grille-dev/grille/sql/types"
)

// A report holds what our page has and no more, whatever is stored, asked or named:
// no element, no attribute and no address comes from data.
func TestReport(t *testing.T) {
	const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)><a href="javascript:alert(1)">'{{.}}` + "</style></title>\u202e\x1b[31m"
	r := &rows{cols: []Column{{Label: evil, Type: types.Of(types.Text), Words: evil}, {Label: "n", Type: types.Of(types.Int8), Measure: true}}}
	for i, name := range []string{evil, "Surgery", "'); }", "</td></tr></table>"} {
		r.data = append(r.data, []types.Value{types.TextOf(name), types.IntOf(int64(i - 1))})
	}
	text := written(t, r, evil)
	allowed := map[string]string{
		"html": "lang", "head": "", "meta": "charset name content http-equiv", "title": "id", "style": "", "body": "", "header": "", "main": "", "h1": "", "h2": "", "p": "class",
		"figure": "", "figcaption": "", "svg": "viewbox role aria-labelledby", "text": "class x y dy", "rect": "class x y width height", "line": "class x1 x2 y1 y2", "polyline": "class points", "circle": "class cx cy r",
		"div": "class role aria-label tabindex", "table": "", "thead": "", "tbody": "", "tr": "", "th": "scope class", "td": "class", "ul": "", "li": "", "pre": "", "dl": "", "dt": "", "dd": "",
	}
	seen := map[string]int{}
	z := html.NewTokenizer(strings.NewReader(text))
	for z.Next() != html.ErrorToken {
		token := z.Token()
		if token.Type != html.StartTagToken && token.Type != html.SelfClosingTagToken {
			continue
		}
		attributes, known := allowed[token.Data]
		if !known {
			t.Errorf("an element %s", token.Data)
		}
		seen[token.Data]++
		for _, a := range token.Attr {
			if !strings.Contains(" "+attributes+" ", " "+a.Key+" ") {
				t.Errorf("%s has %s", token.Data, a.Key)
			}
		}
	}
	if seen["tr"] != 5 || seen["rect"] != 4 || seen["title"] != 2 {
		t.Errorf("rows, bars and titles are %d, %d and %d", seen["tr"], seen["rect"], seen["title"])
	}
	for _, bad := range []string{"\u202e", "\x1b"} {
		if strings.Contains(text, bad) {
			t.Errorf("%q is in the page", bad)
		}
	}
}

// The policy of the page allows its own style by its digest, and nothing else.
func TestReportPolicy(t *testing.T) {
	text := written(t, sample(t), "everything")
	_, rest, _ := strings.Cut(text, "<style>")
	css, _, _ := strings.Cut(rest, "</style>")
	sum := sha256.Sum256([]byte(css))
	policy := `content="default-src 'none'; style-src 'sha256-` + base64.StdEncoding.EncodeToString(sum[:]) + `'; base-uri 'none'; form-action 'none'"`
	if !strings.Contains(html.UnescapeString(text), policy) {
		t.Errorf("the policy does not fit the style: want %s", policy)
	}
	if strings.Contains(css, "url(") || strings.Contains(css, "@import") {
		t.Error("the style loads something")
	}
}

// Lines are drawn as far as there are values; a value between two that are missing is a dot.
func TestReportLines(t *testing.T) {
	r, err := readRows("day date, n int8*\n2025-01-01,1\n2025-01-02,2\n2025-01-03,NULL\n2025-01-04,4\n2025-01-05,NULL\n2025-01-06,5\n2025-01-07,6\n")
	if err != nil {
		t.Fatal(err)
	}
	text := written(t, r, "days")
	if got := strings.Count(text, "<polyline"); got != 2 {
		t.Errorf("%d lines, want 2", got)
	}
	if got := strings.Count(text, "<circle"); got != 1 {
		t.Errorf("%d dots, want 1", got)
	}
	if want := "n by day: 5 values, from 1 to 6"; !strings.Contains(text, want) {
		t.Errorf("who does not see the picture does not hear %q", want)
	}
}

func written(t *testing.T, r *rows, title string) string {
	t.Helper()
	var b bytes.Buffer
	end := func() reportEnd {
		return reportEnd{Receipt{ID: "1", Note: title, Viewer: title}, []string{title}, []string{title}, title, r.cols}
	}
	if err := writeHTML(&b, r, report{title: title, viewer: title, connection: title, at: time.Unix(0, 0).UTC(), end: end}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
