package store

import (
	"context"
	"slices"

	"gatehouse/scim/filter"
	"gatehouse/sso"
	"gatehouse/store/engine"
)

// maxDepartures is how many receipts of a user UserDepartures returns.
const maxDepartures = 5

// PushedUsersOf returns the resources of an account that identity providers pushed,
// one for each connection that did.
func (db *DB) PushedUsersOf(
	ctx context.Context, ent sso.EnterpriseID, user sso.UserID,
) (all []sso.ProvisionedUser, err error) {
	defer func() { doing(&err, "find what was pushed of a user") }()
	rows, err := engine.List(
		ctx, db.sql, scanProvisionedUser, "select "+provisionedUserColumns+` from provisioned_users u
		where u.account_id = $2 and u.enterprise_id = $1 and u.origin = 'pushed' order by u.connection_id`,
		string(ent), string(user),
	)
	for _, u := range rows {
		all = append(all, u.ProvisionedUser)
	}
	return all, err
}

// PushedGroupsNamed returns the groups that identity providers pushed under one of
// the names of a group, letter case included.
func (db *DB) PushedGroupsNamed(
	ctx context.Context, ent sso.EnterpriseID, names ...string,
) (all []sso.ProvisionedGroup, err error) {
	defer func() { doing(&err, "find what was pushed of a group") }()
	folded := make([]string, len(names))
	for i, name := range names {
		folded[i] = cleanNUL(filter.Fold(name))
	}
	rows, err := engine.List(
		ctx, db.sql, scanProvisionedGroup, "select "+provisionedGroupColumns+`
		from (`+db.sql.Dialect.Values("$2")+`) n join provisioned_groups g on g.display_name_folded = n.value
		where g.enterprise_id = $1 and g.origin = 'pushed' order by g.connection_id, g.id`,
		string(ent), engine.JSONList(folded),
	)
	for _, g := range rows {
		if slices.Contains(names, g.DisplayName) {
			all = append(all, g.ProvisionedGroup)
		}
	}
	return all, err
}

// UserDepartures returns the latest receipts of a user whom an identity provider
// took away, newest first.
func (db *DB) UserDepartures(
	ctx context.Context, ent sso.EnterpriseID, user sso.UserID,
) (all []sso.DeprovisionReceipt, err error) {
	defer func() { doing(&err, "list receipts of a user") }()
	events, err := engine.List(
		ctx, db.sql, func(r engine.Row) (id sso.ProvisioningEventID, err error) {
			err = r.Scan(&id)
			return id, err
		},
		`select event_id from provisioned_receipts where enterprise_id = $1 and user_id = $2
		order by at desc, event_id desc limit $3`,
		string(ent), string(user), int64(maxDepartures),
	)
	if err != nil {
		return nil, err
	}
	receipts, err := db.DeprovisionReceipts(ctx, ent, events...)
	for _, d := range receipts {
		if d.User == user {
			all = append(all, d)
		}
	}
	slices.SortFunc(all, func(a, b sso.DeprovisionReceipt) int { return b.At.Compare(a.At) })
	return all, err
}
