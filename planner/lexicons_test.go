package planner

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/sql/types"
)

// large is a catalog of so many tables with ten columns each, as a group of
// companies has them: the same forty things in each of many units, with keys
// inside of a unit.
func large(tables int) *catalog.Catalog {
	things := strings.Fields(`customer order invoice payment shipment product supplier employee contract ticket visit patient department account
		transaction campaign lead session device sensor reading alarm project task timesheet budget asset location warehouse stock delivery return
		refund subscription plan event booking room course grade`)
	measures := strings.Fields("amount price quantity weight score duration cost discount rating budget")
	states := strings.Fields("status category channel priority region")
	others := strings.Fields("created_by updated_by comment external_reference locale origin")
	c := &catalog.Catalog{Engine: catalog.Postgres, Path: []string{"public"}, Version: fmt.Sprint(tables)}
	add := func(t *catalog.Table, name string, kind types.Kind) catalog.ColumnID {
		t.Columns = append(t.Columns, &catalog.Column{ID: catalog.ColumnID(len(t.Columns) + 1), Name: name, Type: types.Of(kind), NotNull: true})
		return t.Columns[len(t.Columns)-1].ID
	}
	for i := range tables {
		unit, thing := i/len(things), things[i%len(things)]
		name := thing + "s"
		if unit > 0 {
			name = unitName(unit) + "_" + thing + "s"
		}
		t := &catalog.Table{ID: catalog.TableID(i + 1), Schema: "public", Name: name}
		t.Unique = [][]catalog.ColumnID{{add(t, "id", types.Int4)}}
		for _, back := range []int{1, 3} {
			if i%len(things) >= back {
				fk := add(t, things[i%len(things)-back]+"_id", types.Int4)
				t.Foreign = append(t.Foreign, catalog.ForeignKey{Columns: []catalog.ColumnID{fk}, To: catalog.TableID(i + 1 - back), ToColumns: []catalog.ColumnID{1}})
			}
		}
		add(t, "name", types.Text)
		add(t, fmt.Sprintf("%s_%s", thing, measures[i%len(measures)]), types.Numeric)
		add(t, states[i%len(states)], types.Text)
		add(t, "created_at", types.Timestamp)
		for _, name := range others[:10-len(t.Columns)] {
			add(t, name, types.Text)
		}
		c.Tables = append(c.Tables, t)
	}
	slices.SortFunc(c.Tables, func(a, b *catalog.Table) int { return strings.Compare(a.Name, b.Name) })
	return c
}

// unitName is a word that is no English one.
func unitName(n int) string {
	syllables := strings.Fields("ka lo mi ru ve za po ti ne gu fa so be xi dy wo")
	return syllables[n%16] + syllables[n/16%16] + "n"
}

// A question finds its tables among any number of others.
func TestManyTables(t *testing.T) {
	opt := Options{Now: noon, Zone: noon.Location(), Lexicons: &Lexicons{}}
	view := open(t, large(400))
	for question, want := range map[string]string{
		"how many visits per patient?":         "FROM visits AS v JOIN patients AS p",
		"how many tikan visits?":               "SELECT count(*) AS number_of_tikan_visits FROM tikan_visits",
		"how many tikan visits last month?":    "FROM tikan_visits WHERE created_at >=",
		"average visit amount of tikan visits": "avg(visit_amount)",
	} {
		u := understood(t, view, question, opt)
		if !strings.Contains(u.Readings[0].Draft.SQL, want) {
			t.Errorf("%s\n%s", question, u.Readings[0].Draft.SQL)
		}
	}
}

func understood(t *testing.T, view policy.View, question string, opt Options) Understanding {
	t.Helper()
	q, err := egress.ReadQuestion(question)
	if err != nil {
		t.Fatal(err)
	}
	u, err := Understand(view, q, opt)
	if err != nil {
		t.Fatalf("%s: %v", question, err)
	}
	return u
}

// Of two tables with one name SQL means that of the first schema, also where a
// question is read against the other one alone.
func TestManySchemas(t *testing.T) {
	c := large(200)
	c.Path = []string{"public", "late"}
	c.Tables[198].Schema, c.Tables[198].Name = "late", c.Tables[0].Name
	c.Tables[198].Columns[4].Name = "zeppelin"
	u := understood(t, open(t, c), "average zeppelin of "+c.Tables[0].Name, Options{Now: noon, Zone: noon.Location()})
	if sql := u.Readings[0].Draft.SQL; !strings.Contains(sql, "FROM late."+c.Tables[0].Name) {
		t.Error(sql)
	}
}

// What is kept changes nothing, is kept apart by rights, and has a bound.
func TestLexicons(t *testing.T) {
	var l Lexicons
	view, other := open(t, large(3)), open(t, large(4))
	q, err := egress.ReadQuestion("how many customers?")
	if err != nil {
		t.Fatal(err)
	}
	first := l.of(view, q, nil)
	if l.of(view, q, nil) != first {
		t.Error("made again for the same view")
	}
	if l.of(other, q, nil) == first {
		t.Error("another view has the same")
	}
	l.kept[0].lexemes = make([]*lexeme, mostLexemes)
	l.of(open(t, large(5)), q, nil)
	if len(l.kept) != 2 || l.kept[0].key != other.Key() {
		t.Errorf("%d are kept, and the one that was used first should be gone", len(l.kept))
	}
}
