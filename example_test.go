package grille_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"log"
	"time"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/demo"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/sqlite"
	"github.com/grille-dev/grille/viewer"
)

// The same question of two people, over the demo's hospital.
func Example() {
	ctx := context.Background()
	now := time.Date(2026, 3, 15, 9, 0, 0, 0, time.UTC)
	image, err := demo.Image(ctx, now)
	if err != nil {
		log.Fatal(err)
	}
	engine, err := sqlite.New(sqlite.Config{Image: image, TimeZone: "UTC", Concurrent: 2})
	if err != nil {
		log.Fatal(err)
	}
	site := bytes.Repeat([]byte("secret"), 6) // of the site: from a file or a vault
	secret, err := policy.NewSecret(site)
	if err != nil {
		log.Fatal(err)
	}
	g, err := grille.Open(ctx, grille.Config{
		Engine: engine,
		Rules: func(c *catalog.Catalog) (*policy.Rules, error) {
			return rules.Compile("rules.yaml", demo.Rules, c, rules.Options{
				Teams: []string{"clinicians", "analysts", "security"}, Secret: secret, Connection: "demo"})
		},
		Connection: "demo",
		Limits:     run.Limits{Rows: 10_000, Bytes: 1 << 20, Time: time.Minute},
		Zone:       time.UTC,
		Clock:      func() time.Time { return now },
		Random:     rand.Reader,
		Key:        site,
	})
	if err != nil {
		log.Fatal(err)
	}
	defer g.Close()

	ines := viewer.Viewer{Name: "ines", Teams: []string{"clinicians"}, Attributes: map[string][]string{"wards": {"3", "4"}}}
	tom := viewer.Viewer{Name: "tom", Teams: []string{"analysts"}}
	for _, who := range []viewer.Viewer{ines, tom} {
		a, err := g.Ask(ctx, grille.Question{Text: "how many visits per hospital last year?", Viewer: who})
		if err != nil {
			log.Fatal(err)
		}
		for a.Next() {
			fmt.Printf("%s: %s %d\n", who.Name, a.Row()[0], a.Row()[1].Int())
		}
		fmt.Println(a.Rules[0])
		if err := a.Err(); err != nil {
			log.Fatal(err)
		}
		a.Close()
	}

	// A refusal says what to do, and nothing about what is hidden.
	_, err = g.SQL(ctx, grille.Draft{SQL: "SELECT insurance_number FROM patients", Viewer: ines})
	fmt.Println(err)

	// Output:
	// ines: North Campus 857
	// a row rule applies to visits: visits to your wards
	// tom: North Campus 4958
	// tom: City Hospital 2091
	// tom: Lakeside Clinic 1898
	// a row rule applies to visits: visits of patients who consented
	// unknown-column: patients has no column "insurance_number"
}
