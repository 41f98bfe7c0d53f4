package policy

import (
	"fmt"
	"math"

	"github.com/grille-dev/grille/sql/types"
)

// Show is what a mask leaves of a value.
type Show uint8

const (
	Closed    Show = iota // the column does not exist
	Plain                 // the value itself
	Redact                // NULL
	Last4                 // the last four characters
	First1                // the first character
	Domain                // what stands after the @ of an address
	Zip3                  // the first three characters of a US postal code
	Hash                  // a pseudonym, of type token
	Width                 // the lower end of the value's interval of Mask.Width
	Day                   // the date
	Month                 // the first day of the month
	Year                  // the first day of the year
	Aggregate             // the value itself, inside of SUM, AVG and COUNT of a counted block alone
)

func (s Show) String() string {
	switch s {
	case Closed:
		return "closed"
	case Plain:
		return "value"
	case Redact:
		return "redact"
	case Last4:
		return "last4"
	case First1:
		return "first1"
	case Domain:
		return "domain"
	case Zip3:
		return "zip3"
	case Hash:
		return "hash"
	case Width:
		return "bucket"
	case Day:
		return "day"
	case Month:
		return "month"
	case Year:
		return "year"
	case Aggregate:
		return "aggregate"
	default:
		panic("policy: unknown mask")
	}
}

// Mask is how the values of one column are shown. The zero Mask is that of a
// column which does not exist. Masks are compared with ==.
//
// Every mask is total: it fails on no value that the column's type can hold.
// NULL stays NULL under all of them.
type Mask struct {
	Show  Show
	Width int64 // of Width: 2 to 1,000,000,000
	// Family names the key of Hash: tokens of one family compare with each
	// other, and no others do. See [ColumnFamily] and [SharedFamily].
	Family string
}

// MaxWidth keeps x + width from overflowing where x is in range at all.
const MaxWidth = 1_000_000_000

func (m Mask) String() string {
	switch m.Show {
	case Width:
		return fmt.Sprintf("bucket %d", m.Width)
	case Hash:
		return "hash " + m.Family
	default:
		return m.Show.String()
	}
}

// Unfit says why m cannot mask a column of type t, or "".
func (m Mask) Unfit(t types.Type) string {
	if m.Show == Closed {
		return ""
	}
	if m.Show == Plain || m.Show == Aggregate {
		return "" // an unsupported type is left out by bind, with a note
	}
	if t.Kind == types.Unsupported {
		return "columns of this type cannot be shown at all: use a class of `show: never`"
	}
	switch m.Show {
	case Redact:
		return ""
	case Last4, First1, Domain, Zip3:
		if !t.IsText() {
			return fmt.Sprintf("%s masks texts, and this is %s", m.Show, t)
		}
	case Hash:
		return m.unfitHash(t)
	case Width:
		if m.Width < 2 || m.Width > MaxWidth {
			return fmt.Sprintf("a bucket is 2 to %d wide", MaxWidth)
		}
		if !t.IsInteger() && t.Kind != types.Numeric && t.Kind != types.Float8 && t.Kind != types.Float4 {
			return fmt.Sprintf("a bucket of a width masks numbers, and this is %s", t)
		}
	case Day, Month, Year:
		switch {
		case t.Kind == types.Date && m.Show == Day:
			return "the day of a date is the date itself: use month or year"
		case t.Kind != types.Date && t.Kind != types.Timestamp && t.Kind != types.TimestampTZ:
			return fmt.Sprintf("a bucket of a %s masks dates and timestamps, and this is %s", m.Show, t)
		}
	default:
		panic("policy: unknown mask")
	}
	return ""
}

// unfitHash: a pseudonym of few values is a name for the value (redteam H8).
// Numbers with a fraction have several texts for one value.
func (m Mask) unfitHash(t types.Type) string {
	if m.Family == "" {
		return "a hash needs a key family"
	}
	if t.IsText() || t.IsInteger() || t.Kind == types.UUID {
		return ""
	}
	return fmt.Sprintf("a hash of %s can be undone by trying: use redact or a bucket", t)
}

// Type is the type that a viewer sees of a column of type t.
func (m Mask) Type(t types.Type) types.Type {
	switch m.Show {
	case Plain, Redact, Aggregate:
		return t
	case Last4, First1, Domain, Zip3:
		return types.Of(types.Text)
	case Hash:
		return types.Type{Kind: types.Token, Name: m.Family}
	case Width:
		return types.Of(types.Int8)
	case Day, Month, Year:
		return types.Of(types.Date)
	case Closed:
		panic("policy: a closed column has no type")
	default:
		panic("policy: unknown mask")
	}
}

// masks reports whether m changes values, or what may be done with them.
func (m Mask) masks() bool { return m.Show != Plain && m.Show != Closed }

// keeps reports whether different values stay different, so that a unique
// column stays one.
func (m Mask) keeps() bool { return m.Show == Plain || m.Show == Hash }

// note says to a viewer what is shown of a column.
func (m Mask) note() string {
	switch m.Show {
	case Redact:
		return "is hidden: it is empty in every row"
	case Last4:
		return "shows its last four characters"
	case First1:
		return "shows its first character"
	case Domain:
		return "shows what stands after the @"
	case Zip3:
		return "shows its first three digits"
	case Hash:
		return "is a pseudonym: equal values look equal, and nothing else can be told"
	case Width:
		return fmt.Sprintf("is rounded down to a multiple of %d", m.Width)
	case Day, Month, Year:
		return fmt.Sprintf("shows the first day of its %s", m.Show)
	case Aggregate:
		return "is shown in sums, averages and counts only"
	case Closed, Plain:
		panic("policy: nothing is masked here")
	default:
		panic("policy: unknown mask")
	}
}

// The range in which whole numbers are exact in every numeric type.
const exact = 1 << 53

// lowest is the least int8 from which a width can be taken.
func lowest(width int64) int64 { return math.MinInt64 + width }

// The years between which every date and timestamp type can be cut.
var firstDay, lastDay = types.DaysOf(1, 1, 1), types.DaysOf(9999, 12, 31)

// restricted are the ZIP prefixes with fewer than 20,000 people (census of
// 2000), which HIPAA's safe harbour wants shown as 000 (45 CFR 164.514(b)(2)(i)(B);
// list: HHS guidance on de-identification, 2012).
func restricted() []string {
	return []string{"036", "059", "063", "102", "203", "556", "692", "790", "821", "823", "830", "831", "878", "879", "884", "890", "893"}
}
