package mysql

import (
	"fmt"
	"strings"
	"testing"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/mytest"
)

// introspectable has one of everything.
const introspectable = `
CREATE TABLE orders (
	id int unsigned AUTO_INCREMENT PRIMARY KEY, Code varchar(12) NOT NULL UNIQUE, maybe int UNIQUE,
	total decimal(10,2) DEFAULT 3.5 COMMENT 'in euro' CHECK (total < 100), twice decimal(11,2) AS (total * 2) STORED, thrice decimal(12,2) AS (total * 3) VIRTUAL,
	feel enum('kanarienvogel'), tags set('kanarienvogel','b'), at timestamp(3) NULL, dt datetime, d date, t time, y year,
	yes boolean, no bit(1), bits bit(8), tiny tinyint, ti tinyint(1) unsigned, small smallint unsigned, medium mediumint unsigned, big bigint unsigned,
	f float, g double, raw varbinary(10), bl mediumblob, doc json, txt longtext, l1 char(3) CHARACTER SET latin1, b text COLLATE utf8mb4_bin,
	u uuid, net inet6, area point,
	UNIQUE (code, id), UNIQUE (code(3), id), INDEX (at, id), FULLTEXT (txt)) COMMENT 'what was bought';
CREATE TABLE items (order_id int unsigned NOT NULL, line int, code varchar(12), PRIMARY KEY (order_id, line),
	FOREIGN KEY (order_id) REFERENCES orders (id), FOREIGN KEY (code) REFERENCES orders (code));
CREATE TABLE days (at date NOT NULL PRIMARY KEY, n int) PARTITION BY RANGE COLUMNS (at) (PARTITION p1 VALUES LESS THAN ('2025-01-01'), PARTITION p2 VALUES LESS THAN MAXVALUE);
CREATE TABLE past (id int) WITH SYSTEM VERSIONING;
CREATE TABLE closed (id int PRIMARY KEY);
CREATE TABLE to_closed (id int PRIMARY KEY, c int, FOREIGN KEY (c) REFERENCES closed (id));
CREATE TABLE partly (id int PRIMARY KEY, ssn varchar(10) NOT NULL UNIQUE);
CREATE TABLE ` + "`Odd \"na``me`" + ` (` + "`a b`" + ` int);
CREATE VIEW v AS SELECT id, total FROM orders;
CREATE SEQUENCE s;
CREATE TEMPORARY TABLE passing (id int);`

// introspected is how it looks. Not there: what the user may not read, keys over
// columns that may be NULL or over parts of texts, foreign keys to what the user
// may not read. A foreign key over texts is held under a collation, and so does
// not hold by bytes.
const introspected = `Odd "na` + "`" + `me kind 0
  1 a b int4 (int(11))
days kind 0
  1 at date (date) not null
  2 n int4 (int(11))
  indexes begin with at
  key at
items kind 0
  1 order_id int8 (int(10) unsigned) not null
  2 line int4 (int(11)) not null
  3 code varchar (varchar(12))
  indexes begin with order_id, code
  key order_id, line
  order_id -> orders(id)
  code -> orders(code) unchecked
orders kind 0 -- what was bought
  1 id int8 (int(10) unsigned) not null
  2 code varchar (varchar(12)) not null
  3 maybe int4 (int(11))
  4 total numeric (decimal(10,2)) -- in euro
  5 twice numeric (decimal(11,2)) generated
  6 thrice numeric (decimal(12,2)) generated when read
  7 feel varchar (enum)
  8 tags varchar (set)
  9 at timestamptz (timestamp(3))
  10 dt timestamp (datetime)
  11 d date (date)
  12 t time (time)
  13 y int2 (year(4))
  14 yes bool (tinyint(1))
  15 no bool (bit(1))
  16 bits unsupported (bit(8))
  17 tiny int2 (tinyint(4))
  18 ti bool (tinyint(1) unsigned)
  19 small int4 (smallint(5) unsigned)
  20 medium int4 (mediumint(8) unsigned)
  21 big numeric (bigint(20) unsigned)
  22 f float4 (float)
  23 g float8 (double)
  24 raw bytea (varbinary(10))
  25 bl bytea (mediumblob)
  26 doc json (json)
  27 txt text (longtext)
  28 l1 varchar (char(3) character set latin1)
  29 b text (text)
  30 u uuid (uuid)
  31 net unsupported (inet6)
  32 area unsupported (point)
  indexes begin with id, code, at, maybe
  key id
  key code
  key code, id
partly kind 0
  1 id int4 (int(11)) not null
  indexes begin with id
  key id
past kind 0
  1 id int4 (int(11))
to_closed kind 0
  1 id int4 (int(11)) not null
  2 c int4 (int(11))
  indexes begin with id, c
  key id
v kind 3
  1 id int8 (int(10) unsigned) not null
  2 total numeric (decimal(10,2)) -- in euro
  from what is not known
`

func TestIntrospect(t *testing.T) {
	db := mytest.New(t, introspectable)
	_, dsn := db.User("SELECT ON orders", "SELECT ON items", "SELECT ON days", "SELECT ON past", "SELECT ON to_closed", "SELECT (id) ON partly",
		"SELECT ON `Odd \"na``me`", "SELECT, SHOW VIEW ON v", "SELECT ON s")
	e := engine(t, dsn)
	c, err := e.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := describe(c)
	if got != introspected {
		a, b := strings.Split(got, "\n"), strings.Split(introspected, "\n")
		for i := range max(len(a), len(b)) {
			if i >= len(a) || i >= len(b) || a[i] != b[i] {
				t.Errorf("line %d differs; all of it:\n%s", i+1, got)
				break
			}
		}
	}
	if strings.Contains(fmt.Sprintf("%+v", c), canary) {
		t.Error("the catalog holds a label")
	}
	for _, table := range c.Tables {
		if table.Schema != db.Name() || len(table.Fingerprint) != 64 {
			t.Errorf("%s.%s has the fingerprint %s", table.Schema, table.Name, table.Fingerprint)
		}
	}
	// Each of them can be read, so each of them is named as the server names it.
	for _, table := range c.Tables {
		rels := []relation{{table.Schema, table.Name, table.Fingerprint, table.Kind == catalog.View}}
		if err := e.consult(t.Context(), func(c *conn) error { return c.gate(rels) }); err != nil {
			t.Errorf("%s: %v", table.Name, err)
		}
	}
}

// describe writes a catalog without what differs from run to run.
func describe(c *catalog.Catalog) string {
	var b strings.Builder
	names := func(t *catalog.Table, ids []catalog.ColumnID) string {
		var out []string
		for _, id := range ids {
			out = append(out, t.Column(id).Name)
		}
		return strings.Join(out, ", ")
	}
	for _, t := range c.Tables {
		fmt.Fprintf(&b, "%s kind %d", t.Name, t.Kind)
		if t.Comment != "" {
			fmt.Fprintf(&b, " -- %s", t.Comment)
		}
		b.WriteString("\n")
		for _, col := range t.Columns {
			fmt.Fprintf(&b, "  %d %s %s (%s)", col.ID, col.Name, col.Type, col.Declared)
			for word, on := range map[string]bool{" not null": col.NotNull, " generated": col.Generated} {
				if on {
					b.WriteString(word)
				}
			}
			if col.Virtual {
				b.WriteString(" when read")
			}
			if col.Comment != "" {
				fmt.Fprintf(&b, " -- %s", col.Comment)
			}
			b.WriteString("\n")
		}
		if len(t.Leading) > 0 {
			fmt.Fprintf(&b, "  indexes begin with %s\n", names(t, t.Leading))
		}
		for _, k := range t.Unique {
			fmt.Fprintf(&b, "  key %s\n", names(t, k))
		}
		for _, k := range t.Foreign {
			to := c.Table(k.To)
			fmt.Fprintf(&b, "  %s -> %s(%s)", names(t, k.Columns), to.Name, names(to, k.ToColumns))
			if k.Unchecked {
				b.WriteString(" unchecked")
			}
			b.WriteString("\n")
		}
		if t.Opaque {
			b.WriteString("  from what is not known\n")
		}
	}
	return b.String()
}
