package harness

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"gatehouse/internal/demo/demoidp"
)

// TwoOrganizations returns organizations that share a group name; group sync
// must keep the groups apart.
func TwoOrganizations() map[string][]string {
	return map[string][]string{
		"Platform": {"developers", "admins"},
		"Mobile":   {"developers", "testers"},
	}
}

// Ada returns a user in a group whose name both organizations have.
func Ada() demoidp.Person {
	return demoidp.Person{
		ID:        "p-1",
		Login:     "ada@acme.example",
		Email:     "ada@acme.example",
		GivenName: "Ada",
		Surname:   "Lovelace",
		Groups:    []string{"developers", "admins"},
	}
}

// AdasGroups returns the memberships that Ada's sign-in leads to.
func AdasGroups() []string {
	return []string{
		"Mobile/Members", "Mobile/developers", "Platform/Members", "Platform/admins",
		"Platform/developers",
	}
}

// People returns n users of one company without groups.
func People(n int) []demoidp.Person {
	all := make([]demoidp.Person, n)
	for i := range all {
		login := fmt.Sprintf("p%d@acme.example", i)
		all[i] = demoidp.Person{
			ID:        fmt.Sprintf("p-%d", i),
			Login:     login,
			Email:     login,
			GivenName: "P",
			Surname:   fmt.Sprint(i),
		}
	}
	return all
}

// AtOnce calls f n times concurrently and returns the results.
func AtOnce[T any](n int, f func(i int) T) []T {
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

// WantGroups fails the test unless these are the user's groups.
func WantGroups(t *testing.T, c *Company, login string, want []string) {
	t.Helper()
	if got := c.Groups(login); !slices.Equal(got, want) {
		t.Errorf("%s is in\n%q, not in\n%q", login, got, want)
	}
}
