package storetest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
)

// FillAttempts puts so many attempts over one connection, of the ninety days
// before now, behind the store's back; three in a hundred failed.
func FillAttempts(
	t testing.TB, dsn string, ent sso.EnterpriseID, conn sso.ConnectionID, now time.Time, attempts int,
) {
	t.Helper()
	db := Raw(t, dsn)
	const at = 1000 // rows of one statement
	step := 90 * 24 * time.Hour / time.Duration(attempts)
	checks := `[` +
		strings.Repeat(
			`{"name":"audience","want":"https://sso.example.com","got":"https://sso.example.com","ok":true},`,
			10,
		) +
		`{"name":"signature","ok":true}]`
	query := `with recursive n(n) as (select 0 union all select n + 1 from n where n < ` + fmt.Sprint(at-1) + `)
		insert into attempts (enterprise_id, id, connection_id, user_id, login, outcome, code, detail, checks, asserted, remote, user_agent, at, email_action, email_reason, identity)
		select $1, $2 || (10000000 + $3 + n), $4, 'user-filled-' || (($3 + n) * 7 % 100000), 'filled-' || (($3 + n) * 7 % 100000),
			case when n % 100 < 3 then 'failed' else 'succeeded' end, case when n % 100 = 0 then 'idp_denied' when n % 100 < 3 then 'saml_expired' else '' end, '',
			'` + checks +
		`', '{"state":"values","names":["dev"]}', '192.0.2.1', 'Mozilla/5.0', $5 + ($3 + n) * $6, '', '', '' from n`
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	begin := now.Add(-90 * 24 * time.Hour)
	for i := 0; i < attempts; i += at {
		if _, err := tx.Exec(
			query, string(ent), "att-filled-", int64(i), string(conn),
			begin.UnixMicro(), step.Microseconds(),
		); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(dsn, "postgres") {
		if _, err := db.Exec("analyze"); err != nil {
			t.Fatal(err)
		}
	}
}
