package same

import (
	"fmt"
	"strings"

	"github.com/grille-dev/grille/sql/types"
)

// price is what a product costs, in cents.
func (m *maker) price(product int) int {
	d := m.made["products"][product-1][6].Decimal()
	f, _ := d.Float64()
	return int(f*100 + 0.5)
}

// product is one of those that sell; the last ten never do.
func (m *maker) product() int { return 1 + m.skewed(nProducts-10) }

func (m *maker) customer() any { return m.maybe(9, 1+m.skewed(nCustomers-20)) }

func (m *maker) promo() any {
	if m.r.IntN(3) > 0 {
		return nil
	}
	return 1 + m.r.IntN(nPromos-2)
}

func (m *maker) storeSales() [][]types.Value {
	var rows [][]types.Value
	for ticket := 1; ticket <= 420; ticket++ {
		store, customer, d, hour := 1+m.skewed(nStores), m.customer(), m.someDay(), 8+m.r.IntN(12)
		for line := range 1 + m.skewed(8) {
			p, q := m.product(), 1+m.skewed(12)
			list := m.price(p)
			paid := list * q * (100 - pick(m, 0, 0, 0, 5, 10, 25)) / 100
			rows = append(rows, row(ticket, line+1, store, customer, p, m.promo(), d, hour, q, cents(list), cents(paid), cents(list*q*6/10)))
		}
	}
	return rows
}

func (m *maker) storeReturns() [][]types.Value {
	var rows [][]types.Value
	for _, s := range m.made["store_sales"] {
		if m.r.IntN(8) > 0 {
			continue
		}
		q := 1 + m.r.IntN(int(s[8].Int()))
		reason := pick(m, any("too big"), "Too big", "broken", "not as shown", nil)
		d := min(day(s[6].Days())+day(1+m.r.IntN(60)), date(2025, 12, 31))
		rows = append(rows, row(len(rows)+1, s[0], s[1], m.maybe(10, s[3]), d, q, cents(q*(100+m.r.IntN(4000))), reason))
	}
	return rows
}

func (m *maker) webOrders() [][]types.Value {
	return some(240, func(i int) []types.Value {
		d := m.someDay()
		placed := d.at(m.r.IntN(86400))
		var shipped any
		status := pick(m, "shipped", "shipped", "shipped", "open", "cancelled")
		if status == "shipped" {
			shipped = placed + at(int64(1+m.r.IntN(20*24))*3600e6)
		}
		return row(i, 1+m.skewed(nCustomers), placed, shipped, status, pick(m, "Bonn", "Lyon", "Oslo", "Łódź", "Bari"),
			pick(m, any("please ring twice"), "special wrapping requests", "no special\nrequests", nil, "", "leave at no. 5"))
	})
}

func (m *maker) webLines() [][]types.Value {
	var rows [][]types.Value
	for order := 1; order <= 240; order++ {
		for line := range 1 + m.skewed(6) {
			p := m.product()
			rows = append(rows, row(order, line+1, p, m.promo(), 1+m.skewed(9), cents(m.price(p)), cents(pick(m, 0, 495, 495, 995))))
		}
	}
	return rows
}

func (m *maker) webReturns() [][]types.Value {
	var rows [][]types.Value
	for _, l := range m.made["web_lines"] {
		if m.r.IntN(9) > 0 {
			continue
		}
		q := 1 + m.r.IntN(int(l[4].Int()))
		rows = append(rows, row(l[0], l[1], m.someDay(), q, cents(q*(100+m.r.IntN(3000)))))
	}
	return rows
}

func (m *maker) warehouses() [][]types.Value {
	return some(4, func(i int) []types.Value {
		return row(i, []string{"North", "south", "Öst", "west side"}[i-1], []string{"Oslo", "Bari", "Łódź", "Lyon"}[i-1], m.maybe(3, 1000*i))
	})
}

func (m *maker) catalogueSales() [][]types.Value {
	return some(360, func(i int) []types.Value {
		p, d, q := m.product(), m.someDay(), 1+m.skewed(10)
		return row(i, m.customer(), p, 1+m.skewed(4), d, m.maybe(7, d+day(m.r.IntN(130))), 1+m.r.IntN(12), q, cents(m.price(p)), cents(m.price(p)*q*9/10))
	})
}

func (m *maker) catalogueReturns() [][]types.Value {
	var rows [][]types.Value
	for _, s := range m.made["catalogue_sales"] {
		if m.r.IntN(7) == 0 {
			rows = append(rows, row(s[0], m.maybe(5, m.someDay()), 1+m.r.IntN(int(s[7].Int())), cents(100+m.r.IntN(5000))))
		}
	}
	return rows
}

func (m *maker) inventory() [][]types.Value {
	var rows [][]types.Value
	for w := 1; w <= 3; w++ {
		for p := 1; p <= 36; p++ {
			for month := 1; month <= 6; month++ {
				rows = append(rows, row(w, p, date(2025, month, 1), m.maybe(12, m.skewed(600))))
			}
		}
	}
	return rows
}

func (m *maker) reviews() [][]types.Value {
	words := strings.Fields("good Good bad solid çok güzel broke after two weeks my kids love it 🪁 would buy again überraschend leise 50% off")
	return some(160, func(i int) []types.Value {
		var body []string
		for range 2 + m.r.IntN(9) {
			body = append(body, pick(m, words...))
		}
		return row(i, 1+m.r.IntN(nProducts), m.maybe(7, 1+m.skewed(nCustomers)), 1+m.r.IntN(5), m.maybe(3, pick(m, "Great", "great", "Meh", "Nie wieder!", "👍")), strings.Join(body, " "), m.someDay().at(m.r.IntN(86400)))
	})
}

func (m *maker) clicks() [][]types.Value {
	return some(220, func(i int) []types.Value {
		payload := fmt.Sprintf(`{"ms": %d, "from": "%s", "item": {"id": %d, "price": %s}, "path": ["home", "%s"]}`,
			m.r.IntN(900), pick(m, "ad", "search", "mail"), m.product(), cents(m.r.IntN(9000)), pick(m, "list", "basket"))
		if i%10 == 0 {
			payload = pick(m, `{}`, `{"ms": null, "from": "say \"hi\""}`, `[1, "two", null]`)
		}
		return row(1000000000000+i, m.customer(), m.someDay().at(m.r.IntN(86400)), pick(m, "/", "/list", "/item", "/Basket"), json(payload))
	})
}

func (m *maker) readings() [][]types.Value {
	var rows [][]types.Value
	for store := 1; store <= 5; store++ {
		for i := range 50 {
			warm := 15 + float64(m.r.IntN(160))/16
			visitors := int(warm*3) + m.r.IntN(25)
			rows = append(rows, row(store, date(2025, 6, 1).at(i*6*3600), m.maybe(15, warm), 40+float64(m.r.IntN(64))/2, visitors))
		}
	}
	return rows
}
