package dbt

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// semantic is a semantic model: what a table's rows and columns are called.
type semantic struct {
	name       string
	of         string            // id of the relation
	entities   map[string]string // plain columns by entity
	primary    string            // entity whose column tells rows apart
	foreign    []string          // entities of other tables
	dimensions map[string]string // plain columns by dimension
	measures   map[string]measure
	date       string // dimension that is meant where none is named
}

type measure struct{ agg, expr string }

// measured is a metric: one figure of one table, or one divided by another.
type measured struct {
	name, about, owner, unit string
	also                     []string
	of                       string // id of the relation
	figures                  []measure
	where                    string // with columns in the place of dimensions
}

type semanticNode struct {
	Name      string `json:"name"`
	DependsOn struct {
		Nodes []string `json:"nodes"`
	} `json:"depends_on"`
	Defaults *struct {
		Date string `json:"agg_time_dimension"`
	} `json:"defaults"`
	PrimaryEntity string      `json:"primary_entity"`
	Entities      []nodePiece `json:"entities"`
	Dimensions    []nodePiece `json:"dimensions"`
	Measures      []nodePiece `json:"measures"`
}

// nodePiece is an entity, a dimension or a measure.
type nodePiece struct {
	Name string  `json:"name"`
	Type string  `json:"type"`
	Agg  string  `json:"agg"`
	Expr *string `json:"expr"`
}

// column is the plain column that a piece is, or "".
func (n nodePiece) column() string {
	if n.Expr == nil || *n.Expr == "" {
		return n.Name
	}
	if plainName.MatchString(*n.Expr) {
		return *n.Expr
	}
	return ""
}

var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_$]*$`)

type metricNode struct {
	Name        string          `json:"name"`
	Label       loose           `json:"label"`
	Description loose           `json:"description"`
	Type        string          `json:"type"`
	Params      params          `json:"type_params"`
	Filter      json.RawMessage `json:"filter"`
	Meta        meta            `json:"meta"`
	Config      config          `json:"config"`
	Group       loose           `json:"group"`
}

type params struct {
	Measure     *input          `json:"measure"`
	Numerator   *input          `json:"numerator"`
	Denominator *input          `json:"denominator"`
	Expr        json.RawMessage `json:"expr"`
	Aggregation *struct {
		Semantic string `json:"semantic_model"`
		Agg      string `json:"agg"`
	} `json:"metric_aggregation_params"`
}

type input struct {
	Name   string          `json:"name"`
	Filter json.RawMessage `json:"filter"`
}

func (p *Project) readSemantics(m manifest) {
	for _, id := range slices.Sorted(maps.Keys(m.Semantics)) {
		if s := m.Semantics[id]; len(s.DependsOn.Nodes) > 0 {
			p.semantics = append(p.semantics, s.semantic())
		}
	}
	for _, id := range slices.Sorted(maps.Keys(m.Metrics)) {
		n := m.Metrics[id]
		x, err := p.metric(m, n)
		if err != nil {
			p.Left = append(p.Left, fmt.Sprintf("metric %s: %v", short(n.Name), err))
			continue
		}
		p.metrics = append(p.metrics, x)
	}
}

// short is a name as far as a message needs it.
func short(name string) string { return name[:min(len(name), 60)] }

func (n semanticNode) semantic() semantic {
	s := semantic{name: n.Name, of: n.DependsOn.Nodes[0], primary: n.PrimaryEntity,
		entities: map[string]string{}, dimensions: map[string]string{}, measures: map[string]measure{}}
	for _, e := range n.Entities {
		s.entities[e.Name] = e.column()
		switch e.Type {
		case "primary", "unique":
			s.primary = firstOf(s.primary, e.Name)
		case "foreign":
			s.foreign = append(s.foreign, e.Name)
		}
	}
	for _, d := range n.Dimensions {
		s.dimensions[d.Name] = d.column()
	}
	for _, x := range n.Measures {
		expr := x.Name
		if x.Expr != nil && *x.Expr != "" {
			expr = *x.Expr
		}
		s.measures[x.Name] = measure{x.Agg, expr}
	}
	if n.Defaults != nil {
		s.date = n.Defaults.Date
	}
	return s
}

// metric reads simple metrics and ratios of two of one table.
func (p *Project) metric(m manifest, n metricNode) (measured, error) {
	said := sayings(n.Config.Meta, n.Meta)
	x := measured{name: strings.ReplaceAll(n.Name, "_", " "), about: oneLine(n.Description), unit: said.unit, also: said.also, owner: n.owner(m)}
	if label := strings.ReplaceAll(oneLine(n.Label), "_", " "); label != "" && !strings.EqualFold(label, x.name) {
		x.also = append([]string{label}, x.also...)
	}
	var err error
	switch n.Type {
	case "simple":
		err = p.simple(n, &x)
	case "ratio":
		err = p.ratio(m, n, &x)
	default:
		err = fmt.Errorf("it is %s, and Grille takes simple ones and ratios", orUnknown(n.Type))
	}
	return x, err
}

func orUnknown(kind string) string {
	switch kind {
	case "derived", "cumulative", "conversion":
		return kind
	default:
		return "of another kind"
	}
}

func (n metricNode) owner(m manifest) string {
	if o := firstOf(n.Config.Meta.text("owner"), n.Meta.text("owner")); o != "" {
		return o
	}
	for _, g := range m.Groups {
		if name := firstOf(string(n.Group), string(n.Config.Group)); name != "" && g.Name == name {
			return g.Owner.String()
		}
	}
	return ""
}

func (p *Project) simple(n metricNode, x *measured) error {
	var s *semantic
	var is measure
	switch own, by := n.Params.Aggregation, n.Params.Measure; {
	case own != nil && own.Semantic != "":
		var expr string
		_ = json.Unmarshal(n.Params.Expr, &expr) // "": rows are counted
		s, is = p.semanticNamed(own.Semantic), measure{own.Agg, expr}
	case by != nil:
		s = p.measuring(by.Name)
		if s != nil {
			is = s.measures[by.Name]
		}
	}
	if s == nil {
		return fmt.Errorf("its measure is not in the manifest")
	}
	figure, err := is.figure()
	if err != nil {
		return err
	}
	x.of, x.figures = s.of, append(x.figures, figure)
	filters := []json.RawMessage{n.Filter}
	if n.Params.Measure != nil {
		filters = append(filters, n.Params.Measure.Filter)
	}
	return x.filter(s, filters...)
}

func (p *Project) ratio(m manifest, n metricNode, x *measured) error {
	over, under := n.Params.Numerator, n.Params.Denominator
	if over == nil || under == nil {
		return fmt.Errorf("it is a ratio without a numerator or denominator")
	}
	var parts []measured
	for _, in := range []*input{over, under} {
		part, ok := named(m, in.Name)
		if !ok || part.Type != "simple" {
			return fmt.Errorf("it is a ratio of what is no simple metric")
		}
		if has(part.Filter) || has(in.Filter) || part.Params.Measure != nil && has(part.Params.Measure.Filter) {
			return fmt.Errorf("it is a ratio of figures with conditions of their own")
		}
		var one measured
		if err := p.simple(part, &one); err != nil {
			return err
		}
		parts = append(parts, one)
	}
	if parts[0].of != parts[1].of {
		return fmt.Errorf("it is a ratio of two tables, and a metric of Grille's is of one")
	}
	x.of, x.figures = parts[0].of, append(parts[0].figures, parts[1].figures...)
	return x.filter(p.semanticOf(x.of), n.Filter)
}

func named(m manifest, name string) (metricNode, bool) {
	for _, n := range m.Metrics {
		if n.Name == name {
			return n, true
		}
	}
	return metricNode{}, false
}

// figure is in the words of package meaning; expr "" counts rows.
func (m measure) figure() (measure, error) {
	aggs := map[string]string{"sum": "sum", "average": "avg", "min": "min", "max": "max", "count": "count", "count_distinct": "count distinct"}
	agg, ok := aggs[strings.ToLower(m.agg)]
	rows := m.expr == "" || m.expr == "1" || m.expr == "*"
	switch {
	case !ok:
		return m, fmt.Errorf("its aggregate is none of sum, average, min, max, count and count_distinct")
	case rows && (agg == "count" || agg == "sum"): // the sum of ones
		return measure{"count", ""}, nil
	case !plainName.MatchString(m.expr):
		return m, fmt.Errorf("it is of an expression, and Grille's are of a column")
	}
	return measure{agg, m.expr}, nil
}

func (p *Project) semanticNamed(name string) *semantic {
	return p.semanticBy(func(s *semantic) bool { return s.name == name })
}

func (p *Project) semanticOf(relation string) *semantic {
	return p.semanticBy(func(s *semantic) bool { return s.of == relation })
}

func (p *Project) measuring(name string) *semantic {
	return p.semanticBy(func(s *semantic) bool { _, ok := s.measures[name]; return ok })
}

func (p *Project) semanticBy(is func(*semantic) bool) *semantic {
	for i := range p.semantics {
		if is(&p.semantics[i]) {
			return &p.semantics[i]
		}
	}
	return nil
}

func has(filter json.RawMessage) bool {
	texts, ok := filtersOf(filter)
	return !ok || len(texts) > 0
}

// filtersOf are the conditions of a filter: a text, a list, or an object of them.
func filtersOf(raw json.RawMessage) (texts []string, ok bool) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, true
	}
	var f struct {
		Where []struct {
			SQL string `json:"where_sql_template"`
		} `json:"where_filters"`
	}
	var one string
	switch {
	case json.Unmarshal(raw, &f) == nil:
		for _, w := range f.Where {
			texts = append(texts, w.SQL)
		}
	case json.Unmarshal(raw, &one) == nil:
		texts = []string{one}
	case json.Unmarshal(raw, &texts) != nil:
		return nil, false
	}
	return texts, true
}

var dimensionForm = regexp.MustCompile(`\{\{\s*Dimension\(\s*['"]([A-Za-z0-9_]+)['"]\s*\)\s*\}\}`)

// filter joins the conditions of a metric, with columns in the place of dimensions of
// the table itself.
func (x *measured) filter(s *semantic, filters ...json.RawMessage) error {
	var all []string
	for _, raw := range filters {
		texts, ok := filtersOf(raw)
		if !ok {
			return fmt.Errorf("its filter is of a form that is not known")
		}
		for _, text := range texts {
			where, err := s.columns(text)
			if err != nil {
				return err
			}
			all = append(all, where)
		}
	}
	x.where = strings.Join(all, " and ")
	return nil
}

func (s *semantic) columns(text string) (string, error) {
	unknown := false
	where := dimensionForm.ReplaceAllStringFunc(text, func(found string) string {
		name := dimensionForm.FindStringSubmatch(found)[1]
		entity, dimension, qualified := strings.Cut(name, "__")
		if !qualified {
			entity, dimension = s.primary, name
		}
		column := s.dimensions[dimension]
		unknown = unknown || column == "" || entity != s.primary
		return column
	})
	if unknown || strings.Contains(where, "{") {
		return "", fmt.Errorf("its filter is of more than plain dimensions of its own table")
	}
	return strings.Join(strings.Fields(where), " "), nil
}
