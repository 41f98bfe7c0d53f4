package funcs

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/grille-dev/grille/sql/types"
)

// never are functions that must not be in the table though PostgreSQL calls
// them stable or immutable: they read settings, catalogs and other sessions, or
// take SQL or names of tables as text.
var never = strings.Fields(`
	current_setting set_config version current_user session_user current_database current_schema current_schemas
	inet_client_addr inet_server_addr has_table_privilege has_column_privilege obj_description col_description
	format_type to_regclass to_regtype to_regproc quote_ident quote_literal quote_nullable
	to_ascii query_to_xml table_to_xml schema_to_xml database_to_xml cursor_to_xml xpath
	row_to_json json_populate_record jsonb_populate_record
	nextval currval lastval setval random setseed gen_random_uuid clock_timestamp statement_timestamp
	timeofday now transaction_timestamp pg_sleep pg_read_file lo_get lo_import dblink
	ts_stat ts_rewrite plainto_tsquery set_bit set_byte md5 age_clock
	txid_current pg_advisory_lock pg_typeof binary_coercible`)

func TestNeverInTheTable(t *testing.T) {
	for _, name := range never {
		if Find(name) != nil {
			t.Errorf("%s must not be in the table", name)
		}
	}
	for _, f := range All() {
		if strings.HasPrefix(f.Name, "pg_") || strings.HasPrefix(f.Name, "lo_") || strings.HasPrefix(f.Name, "has_") {
			t.Errorf("%s must not be in the table", f.Name)
		}
		for _, s := range f.Sigs {
			for _, p := range append(s.Params, s.Result) {
				if p.Kind == types.Unsupported {
					t.Errorf("%s has an unsupported type", s)
				}
			}
		}
	}
}

// No volatile function of PostgreSQL and its extensions is in the table.
func TestNoVolatileFunction(t *testing.T) {
	dir := os.Getenv("GRILLE_DATA")
	if dir == "" {
		dir = "../../../shared/data"
	}
	f, err := os.Open(filepath.Join(dir, "pg15_catalog", "functions.csv"))
	if err != nil {
		t.Skip("no data: set GRILLE_DATA to the folder that holds pg15_catalog")
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	denied := 0
	for _, row := range rows[1:] {
		if row[column["volatility"]] != "volatile" && row[column["security_definer"]] != "t" {
			continue
		}
		denied++
		if name := row[column["name"]]; Find(name) != nil || FindInternal(name) != nil {
			t.Errorf("%s(%s) is volatile", name, row[column["args"]])
		}
	}
	if denied < 300 {
		t.Errorf("only %d functions on the list", denied)
	}
}

// Drafts find neither internal functions nor symbols, and operators stand apart.
func TestFind(t *testing.T) {
	for _, name := range []string{"sha256", "encode", "convert_to", "hmac_token", "=", "||", "", "nope"} {
		if Find(name) != nil {
			t.Errorf("a draft finds %q", name)
		}
	}
	for _, name := range []string{"sum", "", "lower"} {
		if FindOperator(name) != nil {
			t.Errorf("%q is an operator", name)
		}
	}
	if FindInternal("lower") != nil || FindInternal("sha256") == nil {
		t.Error("internal functions")
	}
	if FindOperator("!=") != FindOperator("<>") || FindOperator("~~") != FindOperator("like") {
		t.Error("aliases of operators")
	}
}
