package store

import (
	"context"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// Rehearse calls fn with a DB whose reads and changes are part of one transaction
// that is rolled back at the end whatever fn returns, so that nothing stays and
// nothing is announced. fn may be run again. No other change of the enterprise runs
// meanwhile, so fn must be short;
// users and groups that were there before and that no request names are therefore not
// looked for.
func (db *DB) Rehearse(
	ctx context.Context, ent sso.EnterpriseID, fn func(context.Context, *DB) error,
) (err error) {
	defer func() { doing(&err, "rehearse") }()
	return db.sql.InTurn(ctx, string(ent), func() error {
		return db.sql.Rehearse(ctx, func(ctx context.Context, sql *engine.Database) error {
			return fn(ctx, &DB{
				sql:          sql,
				sealer:       db.sealer,
				auditKey:     db.auditKey,
				tokenKey:     db.tokenKey,
				clock:        db.clock,
				historySince: db.historySince,
				searches:     db.searches,
				maxResources: db.maxResources,
				rehearsal:    true,
			})
		})
	})
}
