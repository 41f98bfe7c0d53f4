package policy_test

import (
	"testing"

	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/sql/types"
)

// A pseudonym of few values is a name for the value: who counts how often each
// occurs knows which is which.
func TestPseudonymsOfFewValues(t *testing.T) {
	mask := policy.Mask{Show: policy.Hash, Family: "f"}
	for kind, fits := range map[types.Kind]bool{
		types.Text: true, types.Varchar: true, types.UUID: true, types.Int4: true, types.Int8: true,
		types.Bool: false, types.Date: false, types.Timestamp: false, types.Numeric: false, types.Float8: false, types.Enum: false, types.JSONB: false,
	} {
		if why := mask.Unfit(types.Of(kind)); (why == "") != fits {
			t.Errorf("a pseudonym of %s: %q", types.Of(kind), why)
		}
	}
	if (policy.Mask{Show: policy.Hash}).Unfit(types.Of(types.Text)) == "" {
		t.Error("a pseudonym without a family of keys")
	}
}
