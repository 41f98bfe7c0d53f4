package model

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/internal/modeltest"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/viewer"
)

// plain is the shortest protocol there can be: a text is a reply.
type plain struct{}

func (plain) Body(p egress.Prompt, _ Feature) []byte { return Body(p.Messages()) }

func (plain) Read(event []byte, s *Said) (bool, error) {
	s.End, s.Usage = Complete, Usage{Input: 1, Output: 2}
	return true, s.Write(string(event))
}

// scripted is a model whose server answers with each status in turn, the last one
// for ever; 0 is a server that is not there.
func scripted(t *testing.T, name string, private bool, statuses ...int) (*Provider, *modeltest.Server) {
	t.Helper()
	var mu sync.Mutex
	s := modeltest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		status := statuses[0]
		if len(statuses) > 1 {
			statuses = statuses[1:]
		}
		if status == 0 {
			conn, _, _ := http.NewResponseController(w).Hijack()
			conn.Close()
			return
		}
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"kind":"sql","sql":"SELECT '%s'"}`, name)
	}))
	p, err := NewProvider(ProviderConfig{EndpointConfig: EndpointConfig{Provider: name, URL: s.URL, Private: private}, Protocol: plain{}})
	if err != nil {
		t.Fatal(err)
	}
	return p, s
}

type hands struct{ now time.Time }

func (h *hands) clock() time.Time { return h.now }

func route(t *testing.T, h *hands, models ...Client) *Route {
	t.Helper()
	r, err := NewRoute(RouteConfig{Models: models, Clock: h.clock, Failures: 2, Pause: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRouteFallsBack(t *testing.T) {
	p := testPrompt(t, viewer.Switches{})
	for status, on := range map[int]bool{0: true, 429: true, 500: true, 503: true, 402: true,
		200: false, 400: false, 401: false, 404: false, 302: false, 413: false} {
		house, _ := scripted(t, "house", true, status)
		cloud, asked := scripted(t, "cloud", false, 200)
		log := &memory{}
		d, err := route(t, &hands{}, house, cloud).Draft(t.Context(), p, log)
		if on != (len(asked.Requests()) == 1) || on && (err != nil || d.By != "cloud" || d.SQL != "SELECT 'cloud'") {
			t.Errorf("%d: %+v, %v, cloud was asked %d times", status, d, err, len(asked.Requests()))
		}
		if on && (len(log.entries) != 2 || log.entries[0].Provider != "house" || log.entries[1].Provider != "cloud") {
			t.Errorf("%d: recorded %+v", status, log.entries)
		}
	}
}

// What a model writes is no reason to ask another.
func TestRouteKeepsADraft(t *testing.T) {
	s := modeltest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"kind":"nonsense"}`) }))
	house, err := NewProvider(ProviderConfig{EndpointConfig: EndpointConfig{Provider: "house", URL: s.URL}, Protocol: plain{}})
	if err != nil {
		t.Fatal(err)
	}
	cloud, asked := scripted(t, "cloud", false, 200)
	d, err := route(t, &hands{}, house, cloud).Draft(t.Context(), testPrompt(t, viewer.Switches{}), &memory{})
	if refusal.CodeOf(err) != refusal.Model || len(asked.Requests()) != 0 || d.Usage != (Usage{1, 2}) || d.By != "house" {
		t.Errorf("%+v, %v, %d", d, err, len(asked.Requests()))
	}
}

// However the models stand and fail, a prompt for private ones reaches no other.
func TestRouteNeverCrosses(t *testing.T) {
	p := testPrompt(t, viewer.Switches{PrivateModels: true})
	for bits := range 1 << 3 {
		for _, status := range []int{0, 200, 429, 500} {
			var models []Client
			var open []*modeltest.Server
			private := 0
			for i := range 3 {
				is := bits&(1<<i) != 0
				m, s := scripted(t, fmt.Sprint("m", i), is, status)
				models = append(models, m)
				if is {
					private++
				} else {
					open = append(open, s)
				}
			}
			log, h := &memory{}, &hands{}
			r := route(t, h, models...)
			if r.Private() != (private > 0) {
				t.Errorf("%03b: Private is %v", bits, r.Private())
			}
			for range 4 { // through rests and trials
				d, err := r.Draft(t.Context(), p, log)
				if (err == nil) != (private > 0 && status == 200) || private == 0 && refusal.CodeOf(err) != refusal.NoAccess {
					t.Errorf("%03b, %d: %+v, %v", bits, status, d, err)
				}
				h.now = h.now.Add(40 * time.Second)
			}
			for _, s := range open {
				if n := len(s.Requests()); n != 0 {
					t.Errorf("%03b, %d: a model that is not private was sent %d prompts", bits, status, n)
				}
			}
		}
	}
}

// A model that fails rests, is tried once, and comes back.
func TestRouteRests(t *testing.T) {
	h := &hands{now: time.Date(2026, 3, 15, 9, 0, 0, 0, time.UTC)}
	house, s := scripted(t, "house", true, 500, 500, 500, 200)
	r := route(t, h, house)
	p := testPrompt(t, viewer.Switches{})
	for i, step := range []struct {
		wait     time.Duration
		requests int
		words    string
	}{
		{0, 1, "a fault of its own"}, {0, 2, "a fault of its own"}, {0, 2, "failed 2 times in a row"}, {59 * time.Second, 2, "left alone"},
		{time.Second, 3, "a fault of its own"}, {0, 3, "left alone"}, {time.Minute, 4, ""}, {0, 5, ""},
	} {
		h.now = h.now.Add(step.wait)
		_, err := r.Draft(t.Context(), p, &memory{})
		if len(s.Requests()) != step.requests || (err == nil) != (step.words == "") || err != nil && !strings.Contains(err.Error(), step.words) {
			t.Errorf("step %d: %d requests, %v", i, len(s.Requests()), err)
		}
	}
}

// A ledger that is full says nothing of a server, and neither does whoever goes away.
func TestRouteBlamesNoServer(t *testing.T) {
	house, _ := scripted(t, "house", true, 200)
	r := route(t, &hands{}, house)
	p := testPrompt(t, viewer.Switches{})
	for range 5 {
		if _, err := r.Draft(t.Context(), p, &memory{full: true}); err == nil || errors.As(err, new(*Down)) {
			t.Fatal(err)
		}
	}
	if _, err := r.Draft(t.Context(), p, &memory{}); err != nil {
		t.Error(err)
	}
}

func TestRouteTogether(t *testing.T) {
	house, _ := scripted(t, "house", false, 500, 200, 429, 200)
	cloud, _ := scripted(t, "cloud", false, 200)
	r := route(t, &hands{}, house, cloud)
	p := testPrompt(t, viewer.Switches{})
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			if _, err := r.Draft(t.Context(), p, &memory{}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

func TestNewRoute(t *testing.T) {
	house, _ := scripted(t, "house", false, 200)
	for _, c := range []RouteConfig{{}, {Models: []Client{house}}, {Clock: time.Now}, {Models: []Client{house}, Clock: time.Now, Failures: -1}} {
		if _, err := NewRoute(c); err == nil {
			t.Errorf("%+v accepted", c)
		}
	}
}

// A draft goes back to the model that wrote it, also when that one fails now.
func TestRouteRepairsWithTheSameModel(t *testing.T) {
	p := testPrompt(t, viewer.Switches{})
	house, first := scripted(t, "house", true, 200)
	cloud, second := scripted(t, "cloud", false, 200)
	down, _ := scripted(t, "down", false, 503)
	for name, c := range map[string]struct {
		by      string
		models  []Client
		drafter string // "": nobody
	}{
		"the first":  {"house", []Client{house, cloud}, "house"},
		"the second": {"cloud", []Client{house, cloud}, "cloud"},
		"any":        {"", []Client{house, cloud}, "house"},
		"it is down": {"down", []Client{down, house, cloud}, ""},
		"it is gone": {"gone", []Client{house, cloud}, ""},
	} {
		repair, err := egress.ComposeRepair(p, egress.Attempt{By: c.by, SQL: "SELEC 1"}, refusal.New(refusal.Syntax, "", "").At(refusal.Span{}))
		if err != nil {
			t.Fatal(err)
		}
		before := len(first.Requests()) + len(second.Requests())
		d, err := route(t, &hands{}, c.models...).Draft(t.Context(), repair, &memory{})
		asked := len(first.Requests()) + len(second.Requests()) - before
		if (err == nil) != (c.drafter != "") || err == nil && d.By != c.drafter || c.drafter == "" && asked != 0 || c.drafter != "" && asked != 1 {
			t.Errorf("%s: %+v, %v, %d requests", name, d, err, asked)
		}
	}
}
