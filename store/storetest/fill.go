package storetest

import (
	"encoding/hex"
	"fmt"
	"testing"

	"gatehouse/sso"
)

// Fill puts so many memberships into an organization behind the store's back:
// people in 20 groups each, of a thousand groups.
func Fill(t testing.TB, dsn string, ent sso.EnterpriseID, org sso.OrganizationID, memberships int) {
	t.Helper()
	const each, groups = 20, 1000
	tx, err := Raw(t, dsn).Begin()
	if err != nil {
		t.Fatal(err)
	}
	exec := func(text string, args ...any) {
		t.Helper()
		if _, err := tx.Exec(text, args...); err != nil {
			t.Fatal(err)
		}
	}
	numbers := func(name string, n int) string {
		return fmt.Sprintf("%s(n) as (select 0 union all select n + 1 from %s where n < %d)", name, name, n-1)
	}
	exec(
		"with recursive "+numbers("g", groups)+
			` insert into groups (enterprise_id, id, organization_id, name, is_default, created_at)
		select $1, 'group-filled-' || n, $2, 'filled-' || n, false, 1 from g`,
		string(ent), string(org),
	)
	exec(
		"with recursive "+numbers("u", memberships/each)+
			` insert into users (enterprise_id, id, login, email, email_verified, name, status, created_at, last_sign_in_at)
		select $1, 'user-filled-' || n, 'filled-' || n, '', false, 'Filled', 'active', 1, 1 from u`,
		string(ent),
	)
	exec(
		"with recursive "+numbers("u", memberships/each)+` insert into user_terms (enterprise_id, user_id, term, status)
		select $1, 'user-filled-' || n, $2 || `+inHex("cast(n as text)")+
			", 'active' from u",
		string(ent), hex.EncodeToString([]byte("filled-")),
	)
	exec(
		"with recursive "+numbers("u", memberships/each)+", "+numbers("g", each)+
			` insert into memberships (enterprise_id, user_id, group_id, source, since, cause)
		select $1, 'user-filled-' || u.n, 'group-filled-' || ((u.n * 7 + g.n * 37) % 1000), 'jit', 1, '' from u, g`,
		string(ent),
	)
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

// Bind gives the users of [Fill] an identity at a connection.
func Bind(t testing.TB, dsn string, ent sso.EnterpriseID, conn sso.ConnectionID) {
	t.Helper()
	_, err := Raw(t, dsn).Exec(
		`insert into identities (enterprise_id, connection_id, user_id, subject, login, created_at, last_seen_at)
		select enterprise_id, $2, id, 'subject of ' || id, login, 1, 1 from users
		where enterprise_id = $1 and login like 'filled-%'`,
		string(ent), string(conn),
	)
	if err != nil {
		t.Fatal(err)
	}
}

// inHex is SQL for the hexadecimal form of the digits in a column.
func inHex(column string) string {
	for digit := '0'; digit <= '9'; digit++ {
		column = fmt.Sprintf("replace(%s, '%c', 'x%c')", column, digit, digit)
	}
	return "replace(" + column + ", 'x', '3')"
}
