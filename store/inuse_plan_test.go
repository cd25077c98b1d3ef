package store_test

import (
	"strings"
	"testing"

	"gatehouse/store"
	"gatehouse/store/storetest"
)

// TestInUsePlans asks both databases how they would look for an enterprise in use and for a
// sign-in: by indexes, however many connections and attempts there are.
func TestInUsePlans(t *testing.T) {
	t.Parallel()
	for name, fresh := range benchDatabases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			planned := newPlanned(t, name, fresh)
			planned.fillUnused(t)
			planned.inUse(t)
			for _, change := range []string{
				"update connections set state = 'enabled'",
				"update attempts set outcome = 'succeeded'",
			} {
				if _, err := storetest.Raw(t, planned.dsn).Exec(change); err != nil {
					t.Fatal(err)
				}
				planned.inUse(t)
			}
		})
	}
}

// inUse asserts that connections are found by the index of those that are enabled, and
// attempts by connection and outcome.
func (p *planned) inUse(t *testing.T) {
	t.Helper()
	p.analyze(t, "enterprises", "connections", "attempts")
	for _, query := range store.InUse() {
		plan, err := p.plan(t, query, nil)
		if err != nil || !strings.Contains(plan, "connections_enabled") || strings.Contains(plan, "Seq Scan") ||
			strings.Contains(query, "attempts") != strings.Contains(plan, "attempts_health") {
			t.Errorf("%s\n%s\n%v", query, plan, err)
		}
	}
}

// fillUnused adds enterprises with a connection each that is not enabled, and failed sign-ins.
func (p *planned) fillUnused(t *testing.T) {
	t.Helper()
	raw := storetest.Raw(t, p.dsn)
	for _, query := range []string{
		`insert into enterprises (id, key, name, created_at)
			with recursive n(i) as (select 1 union all select i + 1 from n where i < 3000)
			select 'ent-' || i, 'key-' || i, 'Company', i from n`,
		`insert into connections (enterprise_id, id, name, protocol, provider, state, revision, live, live_secret, draft,
				draft_secret, previous, previous_secret, metadata_url, metadata_checked_at, metadata_error, created_at)
			select id, 'conn-' || id, '', 'saml', 'custom', 'draft', 1, '', '', '', '', '', '', '', 0, '', 1 from enterprises
			where key like 'key-%'`,
		`insert into attempts (enterprise_id, id, connection_id, user_id, login, outcome, code, detail, checks, asserted,
				remote, user_agent, at)
			with recursive n(i) as (select 1 union all select i + 1 from n where i < 5)
			select e.id, 'att-' || n.i, 'conn-' || e.id, '', '', 'failed', 'idp_denied', '', '', '', '', '', n.i from enterprises e, n
			where e.key like 'key-%'`,
	} {
		if _, err := raw.Exec(query); err != nil {
			t.Fatal(err)
		}
	}
}
