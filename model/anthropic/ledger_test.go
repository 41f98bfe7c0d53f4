package anthropic

import (
	"context"

	"github.com/grille-dev/grille/model"
)

type ledger struct{}

func (*ledger) Append(context.Context, model.Entry) error { return nil }
