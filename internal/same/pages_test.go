package same

import (
	"os"
	"strings"
	"testing"
)

// fromPage is the query of a page whose comment begins so.
func fromPage(t *testing.T, page, comment string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/queries/" + page + ".txt")
	must(t, err)
	_, rest, ok := strings.Cut(string(text), "# "+comment)
	if !ok {
		t.Fatalf("no comment of %s begins with %q", page, comment)
	}
	_, rest, _ = strings.Cut(rest, "\nquery\n")
	query, _, _ := strings.Cut(rest, "\n----\n")
	return query
}

// large is two queries made one, of some kilobytes.
func large(a, b string) string {
	return "WITH a AS (" + a + "), b AS (" + b + ") SELECT a.channel, count(*) AS n, min(b.day) AS first FROM a JOIN b ON b.product_id = a.product_id GROUP BY a.channel ORDER BY n DESC, a.channel"
}
