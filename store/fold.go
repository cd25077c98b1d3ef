package store

import (
	"context"
	"fmt"

	"gatehouse/sso/fold"
	"gatehouse/store/engine"
)

const foldKey = "groups_folded"

const foldedAtOnce = 1000 // rows in one transaction, so that sign-ins can run in between

// foldGroups recomputes the folded names of all groups after a change of
// [fold.Name]. It may run more than once, also concurrently.
func (db *DB) foldGroups(ctx context.Context) error {
	if made, err := db.Meta(ctx, foldKey); err != nil || made == fold.Version {
		return err
	}
	for _, names := range []folding{
		{
			"select enterprise_id, id, name from groups where (enterprise_id > $1 or enterprise_id = $1 and id > $2) order by enterprise_id, id limit $3",
			"update groups set folded = $3 where enterprise_id = $1 and id = $2 and name = $4",
			fold.Name,
		},
		{
			`select enterprise_id, organization_id || '/' || name, name from group_idp_names
			where (enterprise_id > $1 or enterprise_id = $1 and organization_id || '/' || name > $2) order by 1, 2 limit $3`,
			"update group_idp_names set folded = $3 where enterprise_id = $1 and organization_id || '/' || name = $2 and name = $4",
			fold.Name,
		},
	} {
		if err := db.foldAll(ctx, names); err != nil {
			return fmt.Errorf("fold the names of groups: %w", err)
		}
	}
	return db.SetMeta(ctx, foldKey, fold.Version)
}

// folding is where names are read, after an enterprise and an ID, and how a fold
// is written.
type folding struct {
	read, write string
	fold        func(string) string
}

func (db *DB) foldAll(ctx context.Context, f folding) error {
	type name struct{ enterprise, id, name string }
	after := name{}
	for more := true; more; {
		err := db.write(ctx, func(ctx context.Context, t *tx) error {
			some, err := engine.List(ctx, t, func(r engine.Row) (n name, err error) {
				err = r.Scan(&n.enterprise, &n.id, &n.name)
				return n, err
			}, f.read, after.enterprise, after.id, int64(foldedAtOnce))
			if err != nil {
				return err
			}
			for _, n := range some {
				t.Queue(f.write, n.enterprise, n.id, f.fold(n.name), n.name)
			}
			if more = len(some) == foldedAtOnce; more {
				after = some[len(some)-1]
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
