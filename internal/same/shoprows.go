package same

import (
	"fmt"

	"github.com/grille-dev/grille/sql/types"
)

// makers are those of each table of [Shop], by its name.
func (m *maker) makers() map[string]func() [][]types.Value {
	return map[string]func() [][]types.Value{
		"calendar": m.calendar, "nations": m.nations, "suppliers": m.suppliers, "products": m.products,
		"supplies": m.supplies, "stores": m.stores, "customers": m.customers, "promotions": m.promotions,
		"staff": m.staff, "store_sales": m.storeSales, "store_returns": m.storeReturns,
		"web_orders": m.webOrders, "web_lines": m.webLines, "web_returns": m.webReturns,
		"warehouses": m.warehouses, "catalogue_sales": m.catalogueSales, "catalogue_returns": m.catalogueReturns,
		"inventory": m.inventory, "reviews": m.reviews, "clicks": m.clicks, "readings": m.readings,
	}
}

// some makes n rows, counted from 1.
func some(n int, f func(i int) []types.Value) [][]types.Value {
	var rows [][]types.Value
	for i := range n {
		if r := f(i + 1); r != nil {
			rows = append(rows, r)
		}
	}
	return rows
}

const (
	nProducts  = 60
	nCustomers = 150
	nStores    = 8
	nPromos    = 12
)

func (m *maker) calendar() [][]types.Value {
	return some(731, func(i int) []types.Value {
		d := date(2024, 1, 1) + day(i-1)
		t := d.time()
		_, week := t.ISOWeek()
		holiday := t.Month() == 12 && t.Day() >= 24 || t.YearDay() == 1 || t.Month() == 5 && t.Day() == 1
		return row(d, t.Year(), (int(t.Month())-1)/3+1, int(t.Month()), week, int(t.Weekday()), t.Weekday().String(), holiday)
	})
}

func (m *maker) nations() [][]types.Value {
	names := []string{"Germany", "France", "Spain", "Türkiye", "Japan", "India", "China", "Kenya", "Egypt", "Brazil", "Peru", "Canada"}
	continents := []string{"Europe", "Europe", "Europe", "Asia", "Asia", "Asia", "Asia", "Africa", "Africa", "America", "America", "America"}
	return some(len(names), func(i int) []types.Value { return row(i, names[i-1], continents[i-1]) })
}

func (m *maker) suppliers() [][]types.Value {
	return some(20, func(i int) []types.Value {
		remark := pick(m, any("reliable"), "late with half of the Orders", "Complaints: 2 from customers", "ünpünktlich", "", nil)
		return row(i, fmt.Sprintf("Supplier %02d", i), 1+m.r.IntN(12), cents(m.r.IntN(1100000)-100000), remark)
	})
}

func (m *maker) products() [][]types.Value {
	kinds := map[string][]string{
		"Garden": {"spade", "hose", "seeds"}, "Kitchen": {"pan", "knife", "bowl"},
		"Music": {"flute", "strings"}, "Toys": {"kite", "blocks", "puzzle"}, "books": {"novel", "atlas"},
	}
	categories := []string{"Garden", "Kitchen", "Music", "Toys", "books"}
	colours := []string{"red", "green", "dark green", "blue", "Grün", "light blue"}
	return some(nProducts, func(i int) []types.Value {
		category := categories[m.skewed(len(categories))]
		kind := pick(m, kinds[category]...)
		colour, price := pick(m, colours...), 100*(1+m.r.IntN(90))+pick(m, 0, 50, 95, 99)
		launched := date(2018, 1, 1) + day(m.r.IntN(2300))
		spec := json(fmt.Sprintf(`{"colour": "%s", "ratings": {"safety": %d, "looks": %d}, "tags": ["%s", "%s"], "fragile": %t}`,
			colour, 1+m.r.IntN(5), 1+m.r.IntN(5), kind, pick(m, "new", "sale", "classic"), m.r.IntN(4) == 0))
		if i%9 == 0 {
			spec = json(fmt.Sprintf(`{"colour": null, "sizes": [%d, %d.5]}`, i, i))
		}
		var retired any
		if m.r.IntN(6) == 0 {
			retired = launched + 400 + day(m.r.IntN(300))
		}
		return row(i, fmt.Sprintf("%s %s %d", colour, kind, i), pick(m, "Acme", "acme", "Bröt", "Nord", "Zeta "), category, kind,
			m.maybe(7, 1+m.r.IntN(50)), cents(price), cents(price*(40+m.r.IntN(40))/100), m.maybe(8, float64(m.r.IntN(4000))/8), launched, retired, m.maybe(10, spec))
	})
}

func (m *maker) supplies() [][]types.Value {
	var rows [][]types.Value
	for p := 1; p <= nProducts; p++ {
		for _, s := range m.r.Perm(20)[:1+m.r.IntN(4)] {
			rows = append(rows, row(p, s+1, m.r.IntN(500), cents(100+m.r.IntN(5000))))
		}
	}
	return rows
}

func (m *maker) stores() [][]types.Value {
	cities := []string{"Bonn", "Köln", "Bonn", "Lyon", "Łódź", "Nantes", "Bari", "Porto"}
	regions := []string{"West", "West", "West", "South", "East", "West", "South", "South"}
	return some(nStores, func(i int) []types.Value {
		var closed any
		if i == 7 {
			closed = date(2025, 2, 28)
		}
		return row(i, fmt.Sprintf("%s %d", cities[i-1], i), cities[i-1], regions[i-1], date(2005+i, i, 3*i), closed, 200*pick(m, 1, 2, 3, 4), m.maybe(4, pick(m, "Ana", "ana", "Béa", "Uwe")))
	})
}

func (m *maker) customers() [][]types.Value {
	first := []string{"Ana", "Bela", "Çelik", "Dora", "Émile", "Finn", "ana", "Grace", "Hao", "İpek"}
	last := []string{"Abel", "Berg", "Castro", "Çelik", "D'Arc", "Müller", "Nwosu", "O'Hara", "Ødegaard", "Zhang"}
	segments := []string{"home", "office", "school", "reseller"}
	return some(nCustomers, func(i int) []types.Value {
		f, l := pick(m, first...), pick(m, last...)
		var referrer any
		if i > 10 && m.r.IntN(3) == 0 {
			referrer = 1 + m.skewed(i-1)
		}
		return row(i, f, l, m.maybe(6, fmt.Sprintf("c%d@%s", i, pick(m, "example.org", "example.com", "mail.example"))), 1+m.skewed(12),
			pick(m, "Bonn", "Köln", "Lyon", "Łódź", "Bari", "Oslo", "oslo"), m.maybe(8, date(1940+m.r.IntN(65), 1+m.r.IntN(12), 1+m.r.IntN(28))),
			date(2015, 1, 1)+day(m.r.IntN(3600)), segments[m.skewed(4)], cents(m.r.IntN(1000000)-50000), referrer)
	})
}

func (m *maker) promotions() [][]types.Value {
	return some(nPromos, func(i int) []types.Value {
		from := date(2024, 1, 1) + day(60*(i-1))
		names := []string{"Spring", "Summer", "Back to school", "Winter", "10% off_all", "100 offers all"}
		return row(i, fmt.Sprintf("%s %d", names[i%len(names)], i),
			pick(m, any("email"), "radio", "TV", nil), from, from+day(10+m.r.IntN(90)), cents(5*m.r.IntN(10)))
	})
}

func (m *maker) staff() [][]types.Value {
	return some(32, func(i int) []types.Value {
		var boss, store any
		switch {
		case i > 8:
			boss = 2 + (i-2)%7
		case i > 1:
			boss = 1
		}
		if i > 1 {
			store = m.maybe(6, 1+m.r.IntN(nStores))
		}
		return row(i, fmt.Sprintf("%s %c.", pick(m, "Ana", "Bo", "Chi", "Dán", "Eve", "Ümit"), 'A'+rune(i%26)), store, boss,
			pick(m, "clerk", "clerk", "lead", "buyer"), cents(100000*(20+m.r.IntN(12))), date(2010+m.r.IntN(15), 1+m.r.IntN(12), 1))
	})
}
