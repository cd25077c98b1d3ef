package store

import (
	"context"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// ProvisionedAmong returns which users the identity provider of a connection pushed.
func (db *DB) ProvisionedAmong(
	ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, users []sso.UserID,
) (_ map[sso.UserID]bool, err error) {
	defer func() { doing(&err, "look for provisioned users") }()
	all := map[sso.UserID]bool{}
	err = db.sql.Query(ctx, func(r engine.Row) error {
		id, err := scanUserID(r)
		all[id] = true
		return err
	}, "select p.account_id from ("+db.sql.Dialect.Values("$3")+`) n cross join provisioned_users p
		where p.enterprise_id = $1 and p.account_id = n.value and p.connection_id = $2
			and p.origin = 'pushed' and `+isFollowed,
		string(ent), string(conn), userList(users))
	return all, err
}
