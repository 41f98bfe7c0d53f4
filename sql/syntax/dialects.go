package syntax

import (
	"strconv"
	"strings"
)

// What other dialects write, and people and models with them: calls of functions
// that PostgreSQL does not have, or has with other arguments. Each gets the way
// of PostgreSQL, with the arguments that were written. It is made from the text
// alone, so whoever wrote the text may read it.

// hint is what to write instead of call, which begins at token at, if another
// dialect has it so, else "".
func (g *guarded) hint(call *Call, at int32) string {
	name := call.Name
	if (name == "max" || name == "min") && len(call.Args) < 2 {
		return "" // SQLite has them for several
	}
	templates, plain := dialectCalls[name]
	special := dialectForms[name]
	if !plain && special == nil {
		return ""
	}
	w, ok := g.writtenCall(at)
	if !ok {
		return ""
	}
	if special != nil {
		if way := special(w); way != "" {
			return "write " + way
		}
	}
	if !plain {
		return ""
	}
	return "write " + w.fill(templates)
}

// writtenCall is f(a, b ORDER BY c) as it stands in the text.
type writtenCall struct {
	args     []string
	distinct bool
	order    string // ORDER BY ... inside of the parentheses
}

const longestArgument = 60

// writtenCall reads the call whose name begins at token i.
func (g *guarded) writtenCall(i int32) (w writtenCall, ok bool) {
	for int(i)+2 < len(g.toks) && g.sym(i+1, '.') {
		i += 2
	}
	open := i + 1
	if i < 0 || int(open) >= len(g.toks) || !g.sym(open, '(') || g.toks[open].match < 0 {
		return w, false
	}
	end := g.toks[open].match
	from := open + 1
	if from < end && g.is(from, "distinct") {
		w.distinct = true
		from++
	}
	add := func(to int32) {
		if from < to {
			w.args = append(w.args, g.text[g.toks[from].pos:g.toks[to-1].end])
		}
		from = to + 1
	}
	for j := from; j < end; j++ {
		switch {
		case g.toks[j].match > j:
			j = g.toks[j].match
		case g.sym(j, ','):
			add(j)
		case g.is(j, "order") && w.order == "":
			w.order = " " + g.text[g.toks[j].pos:g.toks[end-1].end]
			add(j)
			from = end
		}
	}
	add(end)
	return w, true
}

// arg is argument i, 0 and up, fit to stand between operators. What is too long
// to be repeated, or holds a comment, gets a letter.
func (w writtenCall) arg(i int) string {
	letter := string("xyzabc"[i%6])
	if i >= len(w.args) {
		return letter
	}
	a := strings.Join(strings.Fields(w.args[i]), " ")
	if len(a) > longestArgument || strings.Contains(a, "--") || strings.Contains(a, "/*") {
		return letter
	}
	return a
}

// operand is arg in parentheses if it has an operator of its own.
func (w writtenCall) operand(i int) string {
	a := w.arg(i)
	s := scanner{text: a}
	depth, several := 0, false
	for n := 0; ; n++ {
		t, ok := s.next()
		if !ok {
			break
		}
		switch c := a[t.pos]; {
		case t.kind == punct && (c == '(' || c == '['):
			depth++
		case t.kind == punct && (c == ')' || c == ']'):
			depth--
		case depth == 0 && t.kind == oper && n > 0 && a[t.pos:t.end] != "::":
			several = true
		case depth == 0 && t.kind == word && n > 0 && a[t.pos-1] == ' ':
			several = several || !strings.HasPrefix(strings.ToLower(a), "interval")
		}
	}
	if several {
		return "(" + a + ")"
	}
	return a
}

// fill puts the arguments into the first template that is of so many, or into
// the first of all. {1} is an argument, {1+} one between operators, {*} all.
func (w writtenCall) fill(templates string) string {
	all := strings.Split(templates, " | ")
	use := all[0]
	for _, t := range all {
		if strings.Contains(t, "{*}") || arity(t) == len(w.args) {
			use = t
			break
		}
	}
	var pairs, names []string
	for i := range max(6, len(w.args)) {
		n := strconv.Itoa(i + 1)
		pairs = append(pairs, "{"+n+"}", w.arg(i), "{"+n+"+}", w.operand(i))
		if i < len(w.args) {
			names = append(names, w.arg(i))
		}
	}
	pairs = append(pairs, "{*}", strings.Join(names, ", "))
	return strings.NewReplacer(pairs...).Replace(use) // in one pass: an argument may hold braces
}

// arity is how many arguments a template is for.
func arity(template string) int {
	n := 0
	for i := 1; i <= 6; i++ {
		if strings.Contains(template, "{"+strconv.Itoa(i)) {
			n = i
		}
	}
	return n
}

// dialectCalls are those that a template says; several are for different
// numbers of arguments.
var dialectCalls = map[string]string{
	"ifnull":        "coalesce({1}, {2})",
	"nvl":           "coalesce({1}, {2})",
	"nvl2":          "CASE WHEN {1+} IS NOT NULL THEN {2} ELSE {3} END",
	"isnull":        "coalesce({1}, {2}) | {1+} IS NULL",
	"zeroifnull":    "coalesce({1}, 0)",
	"nullifzero":    "nullif({1}, 0)",
	"if":            "CASE WHEN {1} THEN {2} ELSE {3} END",
	"iif":           "CASE WHEN {1} THEN {2} ELSE {3} END",
	"iff":           "CASE WHEN {1} THEN {2} ELSE {3} END",
	"year":          "extract(year FROM {1})",
	"quarter":       "extract(quarter FROM {1})",
	"month":         "extract(month FROM {1})",
	"week":          "extract(week FROM {1})",
	"weekofyear":    "extract(week FROM {1})",
	"day":           "extract(day FROM {1})",
	"dayofmonth":    "extract(day FROM {1})",
	"dayofyear":     "extract(doy FROM {1})",
	"dayofweek":     "extract(dow FROM {1}) + 1, where Sunday is 1",
	"weekday":       "extract(isodow FROM {1}) - 1, where Monday is 0",
	"dayname":       "to_char({1}, 'FMDay')",
	"monthname":     "to_char({1}, 'FMMonth')",
	"hour":          "extract(hour FROM {1})",
	"minute":        "extract(minute FROM {1})",
	"second":        "extract(second FROM {1})",
	"curdate":       "current_date",
	"today":         "current_date",
	"getdate":       "current_timestamp",
	"getutcdate":    "current_timestamp",
	"sysdate":       "current_timestamp",
	"sysdatetime":   "current_timestamp",
	"systimestamp":  "current_timestamp",
	"utc_timestamp": "current_timestamp",

	"clock_timestamp":   "current_timestamp",
	"eomonth":           "CAST(date_trunc('month', {1}) + INTERVAL '1 month' - INTERVAL '1 day' AS date)",
	"last_day":          "CAST(date_trunc('month', {1}) + INTERVAL '1 month' - INTERVAL '1 day' AS date)",
	"datefromparts":     "make_date({*})",
	"date_from_parts":   "make_date({*})",
	"add_months":        "{1+} + {2+} * INTERVAL '1 month'",
	"unixepoch":         "extract(epoch FROM {1}) | extract(epoch FROM current_timestamp)",
	"unix_timestamp":    "extract(epoch FROM {1}) | extract(epoch FROM current_timestamp)",
	"unix_seconds":      "extract(epoch FROM {1})",
	"to_unixtime":       "extract(epoch FROM {1})",
	"from_unixtime":     "to_timestamp({1})",
	"timestamp_seconds": "to_timestamp({1})",
	"julianday":         "CAST({1} AS date); one date minus another is a number of days",
	"to_days":           "CAST({1} AS date); one date minus another is a number of days",

	"len":             "length({1})",
	"datalength":      "octet_length({1})",
	"ucase":           "upper({1})",
	"lcase":           "lower({1})",
	"instr":           "strpos({1}, {2})",
	"charindex":       "strpos({2}, {1})",
	"locate":          "strpos({2}, {1})",
	"mid":             "substr({1}, {2}, {3})",
	"space":           "repeat(' ', {1})",
	"replicate":       "repeat({1}, {2})",
	"stuff":           "overlay({1} PLACING {4} FROM {2} FOR {3})",
	"substring_index": "split_part({1}, {2}, {3})",
	"find_in_set":     "{1+} = ANY (string_to_array({2}, ','))",
	"char":            "chr({1})",
	"startswith":      "{1+} LIKE {2+} || '%'",
	"endswith":        "{1+} LIKE '%' || {2+}",
	"ends_with":       "{1+} LIKE '%' || {2+}",
	"contains":        "strpos({1}, {2}) > 0",
	"regexp_contains": "{1+} ~ {2+}",
	"regexp_like":     "{1+} ~ {2+}",
	"regexp":          "{1+} ~ {2+}",
	"split":           "string_to_array({1}, {2})",
	"tostring":        "CAST({1} AS text)",
	"to_varchar":      "CAST({1} AS text)",
	"to_string":       "CAST({1} AS text)",
	"str":             "CAST({1} AS text)",
	"to_date":         "CAST({1} AS date)",
	"try_to_date":     "CAST({1} AS date)",
	"try_to_number":   "CAST({1} AS numeric)",
	"isnumeric":       "{1+} ~ '^[0-9.]+$'",

	"truncate":    "trunc({1}, {2})",
	"log2":        "log(2, {1})",
	"square":      "{1+} * {1+}",
	"divide":      "CAST({1} AS numeric) / nullif({2}, 0)",
	"safe_divide": "CAST({1} AS numeric) / nullif({2}, 0)",
	"div0":        "coalesce(CAST({1} AS numeric) / nullif({2}, 0), 0)",
	"subtract":    "{1+} - {2+}",
	"multiply":    "{1+} * {2+}",
	"add":         "{1+} + {2+}",
	"max":         "greatest({1}, {2}) | greatest({*})",
	"min":         "least({1}, {2}) | least({*})",

	"countif":               "count(*) FILTER (WHERE {1})",
	"count_if":              "count(*) FILTER (WHERE {1})",
	"sumif":                 "sum({1}) FILTER (WHERE {2})",
	"sum_if":                "sum({1}) FILTER (WHERE {2})",
	"count_distinct":        "count(DISTINCT {1})",
	"approx_count_distinct": "count(DISTINCT {1})",
	"approx_distinct":       "count(DISTINCT {1})",
	"median":                "percentile_cont(0.5) WITHIN GROUP (ORDER BY {1})",
	"quantile":              "percentile_cont({2}) WITHIN GROUP (ORDER BY {1})",
	"approx_percentile":     "percentile_cont({2}) WITHIN GROUP (ORDER BY {1})",
	"stdev":                 "stddev({1})",
	"stdevp":                "stddev_pop({1})",
	"var":                   "variance({1})",
	"varp":                  "var_pop({1})",
	"total":                 "coalesce(sum({1}), 0)",
	"logical_or":            "bool_or({1})",
	"logical_and":           "bool_and({1})",
	"explode":               "unnest({1})",
	"flatten":               "unnest({1})",
	"top":                   "LIMIT {1} at the end",
	"generate_date_array":   "generate_series({1}, {2}, INTERVAL '1 day')",
}

// dialectForms are those whose arguments decide; "" leaves it to the template.
// A form of a function that PostgreSQL has too is one that it does not take.
var dialectForms = map[string]func(writtenCall) string{
	"datediff":       dateDiff,
	"datediff_big":   dateDiff,
	"date_diff":      dateDiff,
	"timestampdiff":  dateDiff,
	"timestamp_diff": dateDiff,
	"datetime_diff":  dateDiff,
	"dateadd":        dateAdd("+"),
	"date_add":       dateAdd("+"),
	"datetime_add":   dateAdd("+"),
	"timestampadd":   dateAdd("+"),
	"timestamp_add":  dateAdd("+"),
	"adddate":        dateAdd("+"),
	"date_sub":       dateAdd("-"),
	"datetime_sub":   dateAdd("-"),
	"timestamp_sub":  dateAdd("-"),
	"subdate":        dateAdd("-"),
	"datepart":       datePart,
	"date_part":      datePart,
	"datename":       dateName,
	"date_trunc":     dateTrunc,
	"datetime_trunc": dateTrunc,

	"timestamp_trunc": dateTrunc,
	"date":            liteDate("CAST({1} AS date)", "current_date"),
	"datetime":        liteDate("CAST({1} AS timestamp)", "current_timestamp"),
	"strftime":        formatted(1, "to_char", lite),
	"format_date":     formatted(1, "to_char", lite),
	"format_datetime": formatted(1, "to_char", lite),
	"date_format":     formatted(0, "to_char", mysql),
	"str_to_date":     formatted(0, "to_date", mysql),
	"parse_date":      formatted(1, "to_date", lite),
	"format":          formatted(0, "to_char", dotnet),
	"group_concat":    concatenated,
	"listagg":         concatenated,
	"string_agg":      concatenated,
	"convert":         castCall,
	"try_convert":     castCall,
	"decode":          decoded,
	"json_extract":    jsonPath,
	"json_value":      jsonPath,
}
