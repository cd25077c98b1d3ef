package store

import (
	"gatehouse/scim/filter"
	"gatehouse/sso"
)

// UserPage returns the statement of the first page of users that satisfy a filter,
// and its parameters.
func UserPage(db *DB, ent sso.EnterpriseID, conn sso.ConnectionID, f filter.Expr) (string, []any, error) {
	return userQuery(ent, conn).pageText(db, f, 0, 0, 100)
}

// GroupPage is UserPage for groups.
func GroupPage(db *DB, ent sso.EnterpriseID, conn sso.ConnectionID, f filter.Expr) (string, []any, error) {
	return groupQuery(ent, conn).pageText(db, f, 0, 0, 100)
}
