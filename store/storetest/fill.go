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

// Provisioned is how much [FillProvisioned] puts into a connection.
type Provisioned struct {
	Users   int
	Groups  int
	Members int // of each group: its users follow each other
	// Applied says that what follows was carried out: users have accounts, and the
	// members of groups are members of the groups here that have their names.
	Applied bool
}

// FillProvisioned puts users and groups into a connection behind the store's back, at
// positions from 1 on. The connection has none before.
func FillProvisioned(t testing.TB, dsn string, ent sso.EnterpriseID, conn sso.ConnectionID, p Provisioned) {
	t.Helper()
	tx, err := Raw(t, dsn).Begin()
	if err != nil {
		t.Fatal(err)
	}
	exec := func(text string) {
		t.Helper()
		if _, err := tx.Exec(text, string(ent), string(conn)); err != nil {
			t.Fatal(err)
		}
	}
	numbers := func(name string, n int) string {
		return fmt.Sprintf(
			"%s(n) as (select 1 where %d > 0 union all select n + 1 from %s where n < %d)", name, n, name, n,
		)
	}
	exec("with recursive " + numbers("s", p.Users) + `
		insert into provisioned_users (enterprise_id, connection_id, id, seq, origin, user_name, user_name_folded, external_id,
			active, name, emails, document, search, account_id, version, created_at, modified_at)
		select $1, $2, 'user-' || substr(cast(1000000 + n as text), 2), n, 'pushed', 'user-' || n || '@acme.test',
			'user-' || n || '@acme.test', 'ext-' || n, true, 'User ' || n, '[]',
			'{"userName":"user-' || n || '@acme.test","title":"T' || (n % 100) || '"}',
			'{"title":[{"value":"t' || (n % 100) || '"}]}', '', 1, 1, 1 from s`)
	exec("with recursive " + numbers("s", p.Users) + `
		insert into provisioned_emails (enterprise_id, connection_id, user_id, value_folded)
		select $1, $2, 'user-' || substr(cast(1000000 + n as text), 2), 'user-' || n || '@acme.test' from s`)
	exec("with recursive " + numbers("s", p.Groups) + fmt.Sprintf(`
		insert into provisioned_groups (enterprise_id, connection_id, id, seq, origin, display_name, display_name_folded,
			external_id, document, search, member_count, waiting_count, version, created_at, modified_at)
		select $1, $2, 'idpgroup-' || substr(cast(1000000 + n as text), 2), %d + n, 'pushed', 'Group ' || n, 'group ' || n,
			'', '{"displayName":"Group ' || n || '"}', '{}', %d, 0, 1, 1, 1 from s`, p.Users, p.Members))
	exec("with recursive " + numbers("s", p.Groups) + ", " + numbers("m", p.Members) + fmt.Sprintf(`
		insert into provisioned_members (enterprise_id, connection_id, group_id, user_id, since)
		select $1, $2, 'idpgroup-' || substr(cast(1000000 + s.n as text), 2),
			'user-' || substr(cast(1000001 + (s.n * 7 + m.n) %% %d as text), 2), 1 from s, m`, max(p.Users, 1)))
	exec(fmt.Sprintf(`insert into provisioned_counters (enterprise_id, connection_id, seq, gone)
		values ($1, $2, %d, 0)`, p.Users+p.Groups))
	for _, kind := range []string{"users", "groups"} {
		exec(fmt.Sprintf(`insert into provisioned_blocks (enterprise_id, connection_id, kind, block, resources)
			select enterprise_id, connection_id, '%[1]s', seq / 1000, count(*) from provisioned_%[1]s
			where enterprise_id = $1 and connection_id = $2 group by 1, 2, 4`, kind))
	}
	if p.Applied {
		fillApplied(exec)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

// fillApplied adds what follows from the users and groups of [FillProvisioned].
func fillApplied(exec func(text string)) {
	exec(`update provisioned_users set adopted = true,
		account_id = 'user-' || substr('00000000000000000000000000', 1, 26 - length(cast(seq as text))) || seq
		where enterprise_id = $1 and connection_id = $2`)
	exec(`insert into users (enterprise_id, id, login, login_folded, email, email_verified, name, status, created_at,
			last_sign_in_at)
		select enterprise_id, account_id, user_name, user_name_folded, user_name, false, name, 'active', 1, 0
		from provisioned_users
		where enterprise_id = $1 and connection_id = $2`)
	const members = ` from provisioned_members m
		join provisioned_users u on u.enterprise_id = m.enterprise_id and u.connection_id = m.connection_id
			and u.id = m.user_id
		join provisioned_groups p on p.enterprise_id = m.enterprise_id and p.connection_id = m.connection_id
			and p.id = m.group_id
		join groups g on g.enterprise_id = m.enterprise_id and g.name = p.display_name`
	exec(`insert into memberships (enterprise_id, user_id, group_id, source, since, cause)
		select m.enterprise_id, u.account_id, g.id, 'scim', 1, ''` + members + `
		where m.enterprise_id = $1 and m.connection_id = $2`)
	exec(`insert into memberships (enterprise_id, user_id, group_id, source, since, cause)
		select distinct m.enterprise_id, u.account_id, d.id, 'default', 1, ''` + members + `
		join groups d on d.enterprise_id = g.enterprise_id and d.organization_id = g.organization_id and d.is_default
		where m.enterprise_id = $1 and m.connection_id = $2`)
	exec(`insert into membership_history (enterprise_id, user_id, group_id, from_at, until_at, source, cause, ended_by)
		select m.enterprise_id, m.user_id, m.group_id, 1, 0, m.source, '', '' from memberships m
		join provisioned_users u on u.enterprise_id = m.enterprise_id and u.account_id = m.user_id
		where u.enterprise_id = $1 and u.connection_id = $2`)
}

// inHex is SQL for the hexadecimal form of the digits in a column.
func inHex(column string) string {
	for digit := '0'; digit <= '9'; digit++ {
		column = fmt.Sprintf("replace(%s, '%c', 'x%c')", column, digit, digit)
	}
	return "replace(" + column + ", 'x', '3')"
}
