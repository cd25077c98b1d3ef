package provisioning

import (
	"net/http"
	"testing"

	"gatehouse/e2e/harness"
	"gatehouse/internal/demo/demoscim"
	"gatehouse/store/storetest"
)

// TestStopped stops the program as soon as it has answered. What it did and what it
// refused in the last second is in the ledger when it runs again.
func TestStopped(t *testing.T) {
	harness.Long(t)
	for name, database := range map[string]func(testing.TB) string{
		"sqlite":   func(testing.TB) string { return "" },
		"postgres": storetest.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			g := harness.Start(t, harness.Options{
				Database: database(t),
				Env:      []string{"GATEHOUSE_RATE_LIMITS_SCIM_PER_CONNECTION=4"},
			})
			people := harness.People(1)
			c := newCompany(t, g, g.API(), "acme", harness.NewIdP(t, people...), "staff")
			c.provision()
			client := c.client(demoscim.EntraOff, c.newToken("users", "users:write").Token, http.DefaultTransport)
			createUser(t, client, people[0])
			group := harness.Object{"displayName": "staff"}
			for range 8 { // 3 lack a scope, 5 are too many
				if err := client.Do(t.Context(), http.MethodPost, "/Groups", group, nil); err == nil {
					t.Fatal("a token for users creates a group")
				}
			}
			g.Terminate()
			if status := g.Ended(); status != 0 {
				t.Fatalf("the program ended with %d", status)
			}
			g.Begin("serve")
			g.WaitReady()
			c.ledgerHas(t)
		})
	}
}

// ledgerHas asserts that the ledger has a created user, and refusals by scope and by
// rate.
func (c *company) ledgerHas(t *testing.T) {
	t.Helper()
	created := 0
	for _, e := range harness.List[struct {
		Method  string
		Changed bool
	}](c.api, c.path+"/provisioning/events") {
		if e.Method == http.MethodPost && e.Changed {
			created++
		}
	}
	refused := map[string]int{}
	for _, r := range harness.List[struct {
		Code  string
		Count int
	}](c.api, c.path+"/provisioning/refusals?open=true") {
		refused[r.Code] = r.Count
	}
	if created != 1 || refused["scim_scope_missing"] != 3 || refused["scim_too_fast"] != 5 {
		t.Errorf("%d created, refused: %v", created, refused)
	}
}
