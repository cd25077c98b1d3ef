package store

import (
	"context"
	"fmt"

	"gatehouse/sso/fold"
)

const foldKey = "groups_folded"

const foldedAtOnce = 1000 // rows of one transaction, so that sign-ins get between

// foldGroups makes the folds of all groups again if they were made by another
// version of [fold.Name], or never. Doing it twice, also at once, does no harm.
func (db *DB) foldGroups(ctx context.Context) error {
	if made, err := db.Meta(ctx, foldKey); err != nil || made == fold.Version {
		return err
	}
	type name struct{ enterprise, id, name string }
	after := name{}
	for more := true; more; {
		err := db.write(ctx, func(ctx context.Context, t *tx) error {
			some, err := list(ctx, t, func(r row) (n name, err error) {
				err = r.Scan(&n.enterprise, &n.id, &n.name)
				return n, err
			}, `select enterprise_id, id, name from groups where enterprise_id > $1 or enterprise_id = $1 and id > $2
				order by enterprise_id, id limit $3`, after.enterprise, after.id, int64(foldedAtOnce))
			if err != nil {
				return err
			}
			for _, n := range some {
				t.later("update groups set folded = $3 where enterprise_id = $1 and id = $2 and name = $4", n.enterprise, n.id, fold.Name(n.name), n.name)
			}
			if more = len(some) == foldedAtOnce; more {
				after = some[len(some)-1]
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("fold the names of groups: %w", err)
		}
	}
	return db.SetMeta(ctx, foldKey, fold.Version)
}
