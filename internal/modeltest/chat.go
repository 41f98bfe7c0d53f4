package modeltest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
)

var placeholder = regexp.MustCompile(`⟨[A-Z]+_[a-z0-9]{3,}⟩`)

// Chat answers as a server of chat completions, each request with the next of
// replies, and with the last one from then on. PLACEHOLDER in a reply becomes
// the last placeholder of the request, if it has one.
func Chat(replies ...string) http.Handler {
	var n atomic.Int32
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		reply := replies[min(int(n.Add(1)), len(replies))-1]
		if all := placeholder.FindAllString(string(body), -1); len(all) > 0 {
			reply = strings.ReplaceAll(reply, "PLACEHOLDER", all[len(all)-1])
		}
		text, _ := json.Marshal(reply)
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"choices":[{"finish_reason":"stop","message":{"role":"assistant","content":%s}}]}`, text)
	})
}

// SQL is the reply of a model that drafts text.
func SQL(text string) string {
	b, _ := json.Marshal(map[string]any{"kind": "sql", "sql": text, "what": nil})
	return string(b)
}
