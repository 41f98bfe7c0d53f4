package egress

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/sql/types"
)

// Sampler knows values of columns. Those of a view are the same, in the same
// order, whenever it is asked, as long as its rows are; they come from rows that
// this viewer may see, and each from many. An error means that there are none.
type Sampler interface {
	Samples(ctx context.Context, view policy.View, table catalog.TableID, column catalog.ColumnID) ([]string, error)
}

const (
	mostSamples       = 3  // of a column
	maxSample         = 40 // characters of one
	mostSampled       = 12 // columns in one prompt
	mostSampledTables = 6
)

// samples are those of one prompt. The zero samples gives none.
type samples struct {
	ctx     context.Context
	from    Sampler
	view    policy.View // of the viewer, not only of a model
	columns int         // asked for
	tables  int
	given   bool
}

// add puts samples behind the columns of a block that is in the prompt, while
// they fit into room bytes.
func (s *samples) add(b *block, t *catalog.Table, room int) {
	if s.from == nil || s.tables >= mostSampledTables || t.InGroups {
		return
	}
	s.tables++
	for i, l := range b.columns {
		if l.metric {
			continue
		}
		col := t.Columns[l.at]
		most := min(s.view.Samples(t.ID, col.ID), mostSamples)
		if most == 0 || !col.Type.IsText() || col.Type.Kind == types.Token || s.columns >= mostSampled {
			continue
		}
		s.columns++
		remark := s.of(t.ID, col.ID, most)
		if remark == "" {
			continue
		}
		l.remarks = append(l.remarks[:len(l.remarks):len(l.remarks)], remark)
		if room -= l.size() - b.columns[i].size(); room < 0 {
			return
		}
		b.columns[i], s.given = l, true
	}
}

// of is the remark with samples of a column, "" if there are none.
func (s *samples) of(table catalog.TableID, column catalog.ColumnID, most int) string {
	values, err := s.from.Samples(s.ctx, s.view, table, column)
	if err != nil {
		return ""
	}
	var fit []string
	for _, v := range values {
		if len(fit) < most && presentable(v) {
			fit = append(fit, inQuotes(v))
		}
	}
	if len(fit) == 0 {
		return ""
	}
	return "such as " + strings.Join(fit, ", ")
}

// presentable reports whether a stored value may be a sample: short, on one line,
// of characters that can be seen, and nothing in it that looks like personal data
// or like the name of somebody.
func presentable(v string) bool {
	if !utf8.ValidString(v) || utf8.RuneCountInString(v) > maxSample || strings.TrimSpace(v) == "" {
		return false
	}
	bad := func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }
	return strings.IndexFunc(v, bad) < 0 && !HasPlaceholder(v) && len(Detector{}.Examine(v)) == 0
}
