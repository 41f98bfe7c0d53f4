package same

import (
	"fmt"
	"strings"

	"github.com/grille-dev/grille/sql/types"
)

// Shop is a made-up retailer with stores, a web shop and a catalogue: what the
// pages in testdata ask about. It is the same whenever it is made. It has what
// makes engines differ: NULL in columns that are joined and grouped by, many
// equal values, a few products that sell most, texts that differ in case, accents
// and trailing blanks, days without a sale.
func Shop() Script {
	m := newMaker()
	tables := []*Table{
		table("calendar", "day",
			"day date", "year int4", "quarter int4", "month int4", "week int4", "weekday int4", "weekday_name text", "holiday bool"),
		table("nations", "nation_id", "nation_id int4", "name text", "continent text"),
		table("suppliers", "supplier_id",
			"supplier_id int4", "name text", "nation_id int4", "balance numeric(10,2)", "remark text null").refers("nation_id", "nations"),
		table("products", "product_id",
			"product_id int4", "title text", "brand text", "category text", "kind text", "size int4 null", "price numeric(8,2)",
			"cost numeric(8,2)", "weight float8 null", "launched date", "retired date null", "spec jsonb null"),
		table("supplies", "product_id supplier_id",
			"product_id int4", "supplier_id int4", "available int4", "cost numeric(8,2)").
			refers("product_id", "products").refers("supplier_id", "suppliers"),
		table("stores", "store_id",
			"store_id int4", "name text", "city text", "region text", "opened date", "closed date null", "area int4", "manager text null"),
		table("customers", "customer_id",
			"customer_id int4", "first_name text", "last_name text", "email text null", "nation_id int4", "city text",
			"born date null", "joined date", "segment text", "credit numeric(10,2)", "referrer int4 null").refers("nation_id", "nations"),
		table("promotions", "promo_id",
			"promo_id int4", "name text", "channel text null", "starts date", "ends date", "cut numeric(4,2)"),
		table("staff", "staff_id",
			"staff_id int4", "name text", "store_id int4 null", "boss_id int4 null", "title text", "salary numeric(10,2)", "hired date").
			refers("store_id", "stores"),
		table("store_sales", "ticket line",
			"ticket int4", "line int4", "store_id int4", "customer_id int4 null", "product_id int4", "promo_id int4 null",
			"day date", "hour int4", "quantity int4", "list_price numeric(8,2)", "paid numeric(10,2)", "cost numeric(10,2)").
			refers("store_id", "stores").refers("customer_id", "customers").refers("product_id", "products").
			refers("promo_id", "promotions").refers("day", "calendar"),
		table("store_returns", "return_id",
			"return_id int4", "ticket int4", "line int4", "customer_id int4 null", "day date", "quantity int4", "refund numeric(10,2)", "reason text null").
			refers("ticket line", "store_sales"),
		table("web_orders", "order_id",
			"order_id int4", "customer_id int4", "placed_at timestamp", "shipped_at timestamp null", "status text", "city text", "note text null").
			refers("customer_id", "customers"),
		table("web_lines", "order_id line",
			"order_id int4", "line int4", "product_id int4", "promo_id int4 null", "quantity int4", "price numeric(8,2)", "shipping numeric(6,2)").
			refers("order_id", "web_orders").refers("product_id", "products").refers("promo_id", "promotions"),
		table("web_returns", "order_id line",
			"order_id int4", "line int4", "day date", "quantity int4", "refund numeric(10,2)").refers("order_id line", "web_lines"),
		table("warehouses", "warehouse_id", "warehouse_id int4", "name text", "city text", "area int4 null"),
		table("catalogue_sales", "sale_id",
			"sale_id int4", "customer_id int4 null", "product_id int4", "warehouse_id int4", "day date", "ship_day date null",
			"page int4", "quantity int4", "price numeric(8,2)", "paid numeric(10,2)").
			refers("customer_id", "customers").refers("product_id", "products").refers("warehouse_id", "warehouses").refers("day", "calendar"),
		table("catalogue_returns", "sale_id",
			"sale_id int4", "day date null", "quantity int4", "refund numeric(10,2)").refers("sale_id", "catalogue_sales"),
		table("inventory", "warehouse_id product_id day",
			"warehouse_id int4", "product_id int4", "day date", "on_hand int4 null").
			refers("warehouse_id", "warehouses").refers("product_id", "products").refers("day", "calendar"),
		table("reviews", "review_id",
			"review_id int4", "product_id int4", "customer_id int4 null", "stars int4", "title text null", "body text", "written_at timestamp").
			refers("product_id", "products").refers("customer_id", "customers"),
		table("clicks", "click_id",
			"click_id int8", "customer_id int4 null", "at timestamp", "page text", "payload json").refers("customer_id", "customers"),
		table("readings", "store_id at",
			"store_id int4", "at timestamp", "temperature float8 null", "humidity float8", "visitors int4").refers("store_id", "stores"),
	}
	var s Script
	for _, t := range tables {
		t.Rows = m.rows(t.Name)
		s.Tables = append(s.Tables, *t)
	}
	return s
}

// table makes a table of columns such as "price numeric(8,2) null"; key are
// names with blanks between.
func table(name, key string, columns ...string) *Table {
	t := &Table{Name: name, Key: strings.Fields(key)}
	for _, text := range columns {
		t.Columns = append(t.Columns, column(text))
	}
	return t
}

func column(text string) Column {
	words := strings.Fields(text)
	kind, mod, sized := strings.Cut(strings.TrimSuffix(words[1], ")"), "(")
	typ, ok := types.Named("", kind)
	if !ok {
		panic("same: unknown type " + kind)
	}
	c := Column{Name: words[0], Type: typ, NotNull: len(words) == 2}
	if sized {
		c.Mod.Set = true
		if _, err := fmt.Sscanf(mod, "%d,%d", &c.Mod.Prec, &c.Mod.Scale); err != nil {
			panic("same: unknown modifier " + mod)
		}
	}
	return c
}

// refers says that columns are the key of another table, where they have the same names.
func (t *Table) refers(columns, table string) *Table {
	names := strings.Fields(columns)
	t.Foreign = append(t.Foreign, Foreign{Columns: names, Table: table, To: names})
	return t
}
