package store

import (
	"context"
	"strings"

	"gatehouse/scim/filter"
	"gatehouse/sso"
	"gatehouse/store/engine"
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

// UsersNamed returns the statement that looks for the accounts of a login before a user
// of that userName is created, and its parameters.
func UsersNamed(db *DB, ent sso.EnterpriseID, conn sso.ConnectionID, login string) (string, []any) {
	p := sso.Push{
		Enterprise: ent,
		Connection: conn,
	}
	return usersNamed(login).accountsText(db.sql.Dialect, p, "", "")
}

// UsersFiltered is UsersNamed for a filter.
func UsersFiltered(db *DB, ent sso.EnterpriseID, conn sso.ConnectionID, f filter.Expr) (string, []any) {
	p := sso.Push{
		Enterprise: ent,
		Connection: conn,
	}
	return usersLookup(f).accountsText(db.sql.Dialect, p, "", "")
}

// GroupsNamed returns the statements that look for the groups of a name, each with the
// values of its parameters.
func GroupsNamed(db *DB, ent sso.EnterpriseID, name string) map[string][]any {
	return map[string][]any{
		groupsByName: {string(ent), name},
		groupsNamed(name).organizationNamesText(db.sql.Dialect): {string(ent), engine.JSONList([]string{name})},
	}
}

// RuleFacts returns the statement that reads what the rule for login conflicts is decided by,
// and its parameters.
func RuleFacts(ent sso.EnterpriseID, conn sso.ConnectionID) (string, []any) {
	return selectRuleFacts, []any{
		string(ent), "user-1", "user-2", string(conn), "ada", endOfTime, "", "acme.test", "ada", "ada", "ada", "s", "x",
	}
}

// InUse returns the statements of the operator's first steps.
func InUse() []string { return []string{selectInUse, selectAnySignIn} }

// Releases returns the statements that end what a name meant before it was given to
// another user. Parameters are the enterprise, the connection, the name and its key.
func Releases() []string { return []string{releaseTombstone, releaseIdentity} }

// PlannedAgain returns the statements that PostgreSQL planned at each of at least 10
// executions. It asks the connection of the pool that was used last.
func PlannedAgain(ctx context.Context, db *DB) ([]string, error) {
	return engine.List(ctx, db.sql, func(row engine.Row) (text string, err error) {
		return text, row.Scan(&text)
	}, `select statement from pg_prepared_statements
		where generic_plans = 0 and custom_plans >= 10`)
}

// ErasedTables are the tables of which the deletion of a user has a statement.
func ErasedTables() map[string]bool {
	tables := map[string]bool{}
	for _, query := range erasedRows() {
		words := strings.Fields(query)
		table := words[2] // delete from TABLE
		if words[0] == "update" {
			table = words[1]
		}
		tables[table] = true
	}
	return tables
}

// FormerOfSignIn is the query for the former identities that a sign-in has.
const FormerOfSignIn = formerOfSignIn
