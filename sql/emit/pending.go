package emit

import "github.com/grille-dev/grille/sql/types"

// Until the function table has them: no casts on SQLite.

func castSQLite(from, to types.Type, _ types.Mod) string {
	if from == to || from.IsText() && to.IsText() {
		return "{1}"
	}
	return ""
}

func textSQLite(t types.Type) string { return castSQLite(t, types.Of(types.Text), types.Mod{}) }
