package grille_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/demo"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/sqlite"
	"github.com/grille-dev/grille/viewer"
)

// portalRules: a supplier sees their orders and what is in them. Nothing is
// visible to a request that does not say for which supplier it is.
const portalRules = `
version: 1
classes: {key: {show: value}, plain: {show: value}, contact: {show: never}}
scopes:
  supplier: {anchor: suppliers.id, required: true}
tables:
  suppliers:
    columns: {id: key, name: plain, city: plain, email: contact}
    grants: {suppliers: {rows: all}}
  orders:
    columns: {id: key, supplier_id: key, ordered_on: plain, delivered_on: plain, status: plain}
    scope: {supplier: supplier_id}
    grants: {suppliers: {rows: all}}
  order_lines:
    columns: {id: key, order_id: key, drug_id: key, quantity: plain, unit_price: plain}
    scope: {supplier: {through: [order_id, supplier_id]}}
    grants: {suppliers: {rows: all}}
  drugs:
    columns: {id: key, name: plain}
    shared: true
    grants: {suppliers: {rows: all}}
`

// openPortal is done once, when the application starts. The keys come from a
// vault or a file in earnest, and the database is yours: run/postgres opens one.
func openPortal(ctx context.Context, now time.Time) (*grille.Grille, error) {
	image, err := demo.Image(ctx, now)
	if err != nil {
		return nil, err
	}
	engine, err := sqlite.New(sqlite.Config{Image: image, TimeZone: "UTC", Concurrent: 4})
	if err != nil {
		return nil, err
	}
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return nil, err
	}
	secret, err := policy.NewSecret(key)
	if err != nil {
		return nil, err
	}
	return grille.Open(ctx, grille.Config{
		Engine: engine,
		Rules: func(c *catalog.Catalog) (*policy.Rules, error) {
			return rules.Compile("portal-rules.yaml", []byte(portalRules), c, rules.Options{
				Teams: []string{"suppliers"}, Secret: secret, Connection: "portal"})
		},
		Connection: "portal",
		Limits:     run.Limits{Rows: 1000, Bytes: 1 << 20, Time: 10 * time.Second},
		Zone:       time.UTC,
		Clock:      func() time.Time { return now }, // time.Now in earnest
		Random:     rand.Reader,
		Key:        key,
	})
}

// session is what the application knows of who is signed in. Both fields come
// from its own session, and never from what somebody typed.
type session struct{ login, supplier string }

// askFor is what a handler does with a question.
func askFor(ctx context.Context, g *grille.Grille, s session, question string) error {
	who := viewer.Viewer{Name: s.login, Teams: []string{"suppliers"}}
	if s.supplier != "" {
		who.HardFilters = &viewer.HardFilters{Scopes: map[string]string{"supplier": s.supplier}}
	}
	a, err := g.Ask(ctx, grille.Question{Text: question, Viewer: who})
	if err != nil {
		return err
	}
	defer a.Close()
	for a.Next() {
		fmt.Printf("%s: %s %d\n", s.login, a.Row()[0], a.Row()[1].Int())
	}
	return a.Err()
}

func Example_suppliers() {
	ctx := context.Background()
	g, err := openPortal(ctx, time.Date(2026, 3, 15, 9, 0, 0, 0, time.UTC))
	if err != nil {
		log.Fatal(err)
	}
	defer g.Close()

	// The same question, each of their own orders.
	for _, s := range []session{{"anna", "1"}, {"bert", "2"}} {
		if err := askFor(ctx, g, s, "how many orders per status?"); err != nil {
			log.Fatal(err)
		}
	}

	// Nobody can ask for what is somebody else's: of the others there is nothing.
	if err := askFor(ctx, g, session{"anna", "1"}, "how many orders per supplier?"); err != nil {
		log.Fatal(err)
	}

	// A request that does not say for whom it is sees nothing.
	err = askFor(ctx, g, session{"carl", ""}, "how many orders per status?")
	var no *refusal.Refusal
	if !errors.As(err, &no) {
		log.Fatal(err)
	}
	fmt.Printf("carl: refused %s\n", no.Code) // for people: no.Msg and no.Try

	// Output:
	// anna: D 145
	// anna: X 7
	// anna: O 1
	// bert: D 141
	// bert: X 6
	// bert: O 6
	// anna: Aldenburg Pharma Supply 153
	// carl: refused scope
}
