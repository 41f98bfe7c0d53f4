package emit_test

import (
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/mytest"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/dsn"
	"github.com/grille-dev/grille/run/mysql"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/types"
	"github.com/grille-dev/grille/viewer"
)

// mariaIndexed are a rule of big, a draft, and the indexes by which MariaDB finds the
// rows of its tables, in the order of its plan; - is none.
var mariaIndexed = []struct{ rule, draft, index string }{
	// Texts of a collation that ignores case, of another character set, in a list.
	{"", "SELECT b.id FROM big b WHERE b.code = 'c77'", "code"},
	{"", "SELECT b.id FROM big b WHERE b.latin IN ('c77', 'c78')", "latin"},
	{"", "SELECT b.id FROM big b WHERE b.latin = 'cЖ'", "-"},
	{"", "SELECT b.id FROM big b WHERE b.code > 'z'", "-"}, // its order says nothing of bytes
	{"", "SELECT b.id FROM big b WHERE b.code = 'c77' OR b.id = 5", "code,PRIMARY"},
	// Keys that have no sign, in conditions and joins.
	{"", "SELECT b.name FROM big b WHERE b.id = 4711", "PRIMARY"},
	{"", "SELECT b.name FROM other o JOIN big b ON b.id = o.big_id", "-,PRIMARY"},
	{"", "SELECT o.id, b.id FROM other o JOIN big b ON b.code = o.code WHERE o.id < 5", "PRIMARY,code"},
	{"", "SELECT o.id, b.id FROM other o LEFT JOIN big b ON b.code = o.code AND b.id > 5", "-,code"},
	{"", "SELECT o.id FROM other o WHERE EXISTS (SELECT 1 FROM big b WHERE b.code = o.code)", "-,code"},
	// Days and times.
	{"", "SELECT b.id FROM big b WHERE b.day >= '2020-01-05' AND b.day < '2020-01-08'", "day"},
	{"", "SELECT b.id FROM big b WHERE b.at BETWEEN '2020-01-05' AND '2020-01-06'", "at"},
	{"", "SELECT b.id FROM big b WHERE b.made >= '2020-01-05 00:00:00+00' AND b.made < '2020-01-06 00:00:00+00'", "made"},
	{"", "SELECT b.id FROM big b WHERE date_trunc('month', b.day) = '2021-02-01'", "day"},
	{"", "SELECT b.id FROM big b WHERE extract(year FROM b.day) = 2030", "day"},
	{"", "SELECT b.id FROM big b WHERE b.at::date = '2020-01-05'", "at"},
	{"", "SELECT b.id FROM big b WHERE b.day >= date '2020-01-08' - interval '3 days' AND b.day < date '2020-01-01' + 7", "day"},
	// Rules, with a fence and without; and what of the viewer stands inside of one.
	{"code = 'c77'", "SELECT count(*) FROM big b", "code"},
	{"code = 'c77'", "SELECT count(*) FROM big b WHERE 1 / (b.salary - 666) > -5", "code"},
	{"code IN (viewer.codes)", "SELECT count(*) FROM big b WHERE 1 / (b.salary - 666) > -5", "code"},
	{"day = '2020-01-05'", "SELECT count(*) FROM big b", "day"},
	{"salary > 0", "SELECT 1 / b.salary FROM big b WHERE b.code = 'c77'", "code"},
	{"salary > 0", "SELECT 1 / b.salary FROM big b WHERE b.day BETWEEN '2020-01-05' AND '2020-01-06'", "day"},
	{"salary > 0", "SELECT 1 / b.salary FROM big b WHERE b.id = 4711", "PRIMARY"},
	// What no index serves.
	{"", "SELECT b.id FROM big b WHERE upper(b.code) = 'C77'", "-"},
	{"", "SELECT b.id FROM big b WHERE b.masked IS NOT NULL", "-"},
}

const mariaBig = `SET sql_mode = 'ANSI_QUOTES'; CREATE TABLE big (id int unsigned PRIMARY KEY, code varchar(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci, latin varchar(50) CHARACTER SET latin1, day date, at datetime, made timestamp NULL,
	name varchar(20), masked varchar(50), salary int, KEY code (code), KEY latin (latin), KEY day (day), KEY at (at), KEY made (made), KEY masked (masked));
CREATE TABLE other (id int PRIMARY KEY, big_id int, code varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci);
INSERT INTO big SELECT seq, concat('c', seq % 1000), concat('c', seq % 1000), date '2020-01-01' + INTERVAL seq % 1000 DAY, timestamp '2020-01-01 00:00:00' + INTERVAL seq % 1000 DAY, timestamp '2020-01-01 00:00:00' + INTERVAL seq % 1000 DAY,
	'name', concat('c', seq % 1000), 1000 + seq % 100 FROM seq_1_to_20000;
INSERT INTO other SELECT seq, seq * 7, concat('c', seq) FROM seq_1_to_20; ANALYZE TABLE big, other;`

// TestIndexesOnMariaDB asks the server how it would run what is printed.
func TestIndexesOnMariaDB(t *testing.T) {
	db := mytest.New(t, mariaBig)
	conn := mytest.Connect(t, db.ReadOnlyDSN)
	if err := conn.Exec("SET NAMES utf8mb4 COLLATE utf8mb4_nopad_bin; SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES', time_zone = '+00:00', @grille_zone = '+00:00'"); err != nil {
		t.Fatal(err)
	}
	target, err := dsn.Parse(db.ReadOnlyDSN)
	if err != nil {
		t.Fatal(err)
	}
	e, err := mysql.New(mysql.Config{Target: target.(dsn.MySQL), TimeZone: "UTC", Concurrent: 1, Log: run.Log{To: slog.New(slog.NewTextHandler(t.Output(), nil))}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	c, err := e.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range mariaIndexed {
		s := made(t, mariaView(t, c, db.Name(), x.rule), x.draft)
		if got := mariaUses(t, conn, s); got != x.index {
			t.Errorf("%s: %s: %q, want %q\n%s", x.rule, x.draft, got, x.index, s.Text())
		}
	}
}

func mariaView(t *testing.T, c *catalog.Catalog, schema, rule string) policy.View {
	if rule == "" {
		rule = "all"
	}
	file := strings.NewReplacer("SCHEMA", schema, "RULE", strconv.Quote(rule)).Replace(`version: 1
attributes: {codes: "text[]"}
classes: {plain: {show: value}, name: {show: hash}}
tables:
  SCHEMA.other: {columns: {id: plain, big_id: plain, code: plain}, grants: {nurses: {rows: all}}}
  SCHEMA.big: {columns: {id: plain, code: plain, latin: plain, day: plain, at: plain, made: plain, name: plain, masked: name, salary: plain}, grants: {nurses: {rows: RULE}}}
`)
	secret, err := policy.NewSecret(make([]byte, policy.MinSecret))
	if err != nil {
		t.Fatal(err)
	}
	r, err := rules.Compile("rules.yaml", []byte(file), c, rules.Options{Teams: []string{"nurses"}, Secret: secret, Connection: "big"})
	if err != nil {
		t.Fatal(err)
	}
	v, err := policy.See(viewer.Viewer{Name: "ana", Teams: []string{"nurses"}, Attributes: map[string][]string{"codes": {"c77", "c78"}}}, r, c)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// mariaUses are the indexes of the plan of s.
func mariaUses(t *testing.T, conn *mytest.Conn, s emit.Statement) string {
	var params []any
	for _, p := range s.Params() {
		if p.Value.Kind() == types.Int8 {
			params = append(params, p.Value.Int())
			continue
		}
		params = append(params, strings.TrimSuffix(p.Value.Format(p.Type, time.UTC), "+00"))
	}
	rows, err := conn.Text("EXPLAIN "+s.Text(), params...)
	if err != nil {
		t.Fatalf("%v\n%s", err, s.Text())
	}
	var uses []string
	for _, row := range rows { // id, select_type, table, type, possible_keys, key
		if kind := row[3]; !strings.HasPrefix(row[2], "t") || kind == "NULL" {
			continue
		} else if slices.Contains([]string{"ref", "eq_ref", "range", "const", "index_merge", "ref_or_null"}, kind) {
			uses = append(uses, row[5])
		} else {
			uses = append(uses, "-")
		}
	}
	return strings.Join(uses, ",")
}
