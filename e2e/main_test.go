package e2e

import (
	"os"
	"slices"
	"sync"
	"testing"

	"gatehouse/e2e/harness"
	"gatehouse/internal/demoidp"
	"gatehouse/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

// onEachDatabase runs a test on SQLite and on PostgreSQL.
func onEachDatabase(t *testing.T, test func(t *testing.T, dsn string)) {
	t.Helper()
	harness.Long(t)
	t.Run("SQLite", func(t *testing.T) { test(t, "") })
	t.Run("PostgreSQL", func(t *testing.T) { test(t, storetest.Postgres(t)) })
}

// twoOrganizations have groups of the same name, which sync must not mix up.
func twoOrganizations() map[string][]string {
	return map[string][]string{"Platform": {"developers", "admins"}, "Mobile": {"developers", "testers"}}
}

// ada is in a group that both organizations have.
func ada() demoidp.Person {
	return demoidp.Person{ID: "p-1", Login: "ada@acme.example", Email: "ada@acme.example", GivenName: "Ada", Surname: "Lovelace",
		Groups: []string{"developers", "admins"}}
}

// adasGroups is where that puts her.
func adasGroups() []string {
	return []string{"Mobile/Members", "Mobile/developers", "Platform/Members", "Platform/admins", "Platform/developers"}
}

// atOnce calls f n times, as nearly at the same moment as can be, and returns
// what came of each.
func atOnce[T any](n int, f func(i int) T) []T {
	results := make([]T, n)
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			<-start
			results[i] = f(i)
		})
	}
	close(start)
	all.Wait()
	return results
}

func wantGroups(t *testing.T, c *harness.Company, login string, want []string) {
	t.Helper()
	if got := c.Groups(login); !slices.Equal(got, want) {
		t.Errorf("%s is in\n%q, not in\n%q", login, got, want)
	}
}
