package check

import (
	"strings"
	"sync"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/funcs"
)

// wordsFor are the words that a text for an engine may have, besides names of ours:
// those with which the function table spells functions and operators there, and those
// below, of grammar and of what is spelled by code. Upper and lower case are two words.
// On SQLite names that begin with g_ are functions of ours, and no others are called so.
func wordsFor(e catalog.Engine) map[string]bool {
	switch e {
	case catalog.SQLite:
		return sqliteWords()
	case catalog.MariaDB, catalog.MySQL:
		return mysqlWords()
	case catalog.Trino:
		return trinoWords()
	case catalog.DuckDB:
		return duckdbWords()
	case catalog.Postgres, catalog.NoEngine:
		panic("check: an engine whose texts are parsed")
	default:
		panic("check: unknown engine")
	}
}

var (
	sqliteWords = sync.OnceValue(func() map[string]bool {
		return words(func(s *funcs.Sig) string { return s.SQLite }, grammarWords, sqliteOwn)
	})
	mysqlWords = sync.OnceValue(func() map[string]bool {
		return words(func(s *funcs.Sig) string { return s.MySQL }, grammarWords, mysqlOwn)
	})
	trinoWords = sync.OnceValue(func() map[string]bool {
		return words(func(s *funcs.Sig) string { return s.Trino }, grammarWords, trinoOwn)
	})
	duckdbWords = sync.OnceValue(func() map[string]bool {
		return words(func(s *funcs.Sig) string { return s.DuckDB }, grammarWords, duckdbOwn)
	})
)

const (
	grammarWords = `ALL AND ANY AS ASC BETWEEN BY CASE CAST COLLATE CROSS CURRENT DESC DISTINCT ELSE END ESCAPE EXCEPT EXCLUDE
EXISTS FALSE FILTER FIRST FOLLOWING FROM FULL GROUP GROUPS HAVING IN INTERSECT IS JOIN LAST LATERAL LEFT LIKE LIMIT
MATERIALIZED NOT NULL NULLS OFFSET ON OR ORDER OVER PARTITION PRECEDING RANGE RECURSIVE RIGHT ROW ROWS SELECT THEN TIES
TRUE UNBOUNDED UNION UNKNOWN VALUES WHEN WHERE WITH`
	sqliteOwn = `BLOB INTEGER REAL TEXT binary grille_interval grille_numeric rtrim substr typeof`
	mysqlOwn  = `BINARY BOTH CHAR CONVERT CONVERT_TZ DATE DATEDIFF DATETIME DATE_FORMAT DAY DAYOFMONTH DAYOFWEEK DAYOFYEAR DECIMAL DIV
DOUBLE DUAL FLOAT GREATEST GROUP_CONCAT HOUR INTERVAL JSON_EXTRACT JSON_TYPE JSON_UNQUOTE LEADING LEAST MICROSECOND
MINUTE MONTH QUARTER REGEXP REGEXP_INSTR REGEXP_REPLACE REGEXP_SUBSTR SECOND SEPARATOR SHA2 SIGNED STR_TO_DATE SUBSTRING_INDEX TIME TIMESTAMPDIFF TIME_FORMAT TO_DAYS TRAILING
TRIM USING WEEK WEEKDAY YEAR YEARWEEK s utf8mb4 utf8mb4_0900_bin utf8mb4_bin utf8mb4_nopad_bin @grille_zone`
	trinoOwn = `ARRAY BOTH DATE DAY HOUR IF INTERVAL LEADING MINUTE MONTH SECOND TIMESTAMP TRAILING TRY_CAST UNNEST YEAR a all_match
any_match array array_agg array_join at_timezone bigint boolean cardinality ceiling char current_timezone date date_add
date_diff date_format date_trunc day day_of_week day_of_year decimal double element_at fail greatest hour integer is_finite
is_nan j json json_parse least map millisecond minute month quarter real second sequence smallint time timestamp to_utf8
transform truncate v varbinary varchar week with with_timezone without year year_of_week zone`
	duckdbOwn = `BIGINT BLOB BOOLEAN C DATE DECIMAL DOUBLE FLOAT INTEGER INTERVAL JSON SMALLINT TIME TIMESTAMP TIMESTAMPTZ TRY_CAST UUID
VARCHAR ceil chr coalesce concat count date_part date_trunc epoch_us error floor fsum hex isfinite isinf lambda left length
lower list list_extract list_transform pow printf quantile_cont quantile_disc random right round row sign split_part
struct_extract_at substring timezone to_microseconds trunc v w`
)

// grammarList has the words of grammar between blanks.
var grammarList = " " + strings.Join(strings.Fields(grammarWords), " ") + " "

// words are those of the templates and of the lists.
func words(template func(*funcs.Sig) string, lists ...string) map[string]bool {
	all := map[string]bool{}
	for _, l := range lists {
		for _, w := range strings.Fields(l) {
			all[w] = true
		}
	}
	for _, f := range funcs.All() {
		for _, s := range f.Sigs {
			templateWords(template(s), all)
		}
	}
	return all
}

// templateWords adds the words of a template that stand in no quotes and no mark.
func templateWords(t string, into map[string]bool) {
	for t != "" {
		switch c := t[0]; {
		case c == '\'' || c == '{':
			end := map[byte]string{'\'': "'", '{': "}"}[c]
			_, t, _ = strings.Cut(t[1:], end)
		case letter(c) || c == '@':
			n := 1 + length(t[1:], wordly)
			into[t[:n]] = true
			t = t[n:]
		case digit(c):
			t = t[length(t, wordly):]
		default:
			t = t[1:]
		}
	}
}

// fenceOf is the number of rows behind the LIMIT of a fence.
func fenceOf(e catalog.Engine) string {
	switch e {
	case catalog.SQLite:
		return "- 1"
	case catalog.MariaDB, catalog.MySQL:
		return "18446744073709551615"
	case catalog.Trino, catalog.DuckDB:
		return "9223372036854775807"
	case catalog.Postgres, catalog.NoEngine:
		panic("check: an engine whose texts are parsed")
	default:
		panic("check: unknown engine")
	}
}
