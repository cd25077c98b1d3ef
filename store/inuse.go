package store

import (
	"context"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

const (
	selectInUse = "select " + enterpriseColumns + ` from enterprises
		where id = (select min(c.enterprise_id) from connections c where c.state = 'enabled')`
	// With exists in place of max, PostgreSQL may begin with all attempts.
	selectAnySignIn = `select 1 from connections c where c.state = 'enabled' and (select max(a.at) from attempts a
		where a.enterprise_id = c.enterprise_id and a.connection_id = c.id and a.outcome = 'succeeded') > 0
		order by c.enterprise_id, c.id limit 1`
)

// EnterpriseInUse returns the oldest enterprise with an enabled connection, and false if
// there is none.
func (db *DB) EnterpriseInUse(ctx context.Context) (_ sso.Enterprise, ok bool, err error) {
	defer func() { doing(&err, "find an enterprise in use") }()
	return engine.One(ctx, db.sql, scanEnterprise, selectInUse)
}

// AnySignIn reports whether a user of any enterprise has signed in through a connection
// that is enabled.
func (db *DB) AnySignIn(ctx context.Context) (ok bool, err error) {
	defer func() { doing(&err, "look for a sign-in") }()
	_, ok, err = engine.One(ctx, db.sql, engine.ScanNumber, selectAnySignIn)
	return ok, err
}
