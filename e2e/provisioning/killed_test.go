package provisioning

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"testing"
	"time"

	"gatehouse/e2e/harness"
	"gatehouse/internal/demo/demoscim"
	"gatehouse/store/storetest"
)

// TestKilled kills the program while a PATCH with many members is carried out. The
// group has all of them afterwards or none, and so have the memberships; the same
// PATCH again completes them. GATEHOUSE_FAULTS=full does it 50 times with 10,000
// members.
func TestKilled(t *testing.T) {
	harness.Long(t)
	rounds, members := 2, 300
	if os.Getenv("GATEHOUSE_FAULTS") == "full" {
		rounds, members = 25, 10_000
	}
	for name, database := range map[string]func(testing.TB) string{
		"sqlite":   func(testing.TB) string { return "" },
		"postgres": storetest.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			k := newKilling(t, database(t), members)
			for n := range rounds {
				k.round(n)
			}
		})
	}
}

type killing struct {
	*testing.T
	gateway *harness.Gateway
	company *company
	client  *demoscim.Client
	group   string
	members []harness.Object
	longest time.Duration // of a PATCH that was not killed
}

func newKilling(t *testing.T, database string, members int) *killing {
	g := harness.Start(t, harness.Options{
		Database: database,
		Env:      []string{"GATEHOUSE_RATE_LIMITS_SCIM_PER_CONNECTION=0"},
	})
	k := &killing{
		T:       t,
		gateway: g,
		company: newCompany(t, g, g.API(), "acme", harness.NewIdP(t), "staff"),
	}
	noBrake := harness.Object{"brake": harness.Object{"off": true}} // all members leave at once
	k.company.api.Do(http.MethodPatch, k.company.path, noBrake, nil)
	k.company.provision()
	k.client = k.company.client(demoscim.EntraOff, k.company.newToken("tests").Token, http.DefaultTransport)
	k.createUsers(members)
	// Identity providers find the group of the organization, and adopt it.
	var found struct {
		Resources []struct{ ID string }
	}
	err := k.client.Do(t.Context(), http.MethodGet, "/Groups?filter=displayName+eq+%22staff%22", nil, &found)
	if err != nil || len(found.Resources) != 1 {
		t.Fatalf("the group is not found: %v, %v", found, err)
	}
	k.group = found.Resources[0].ID
	k.add()
	return k
}

// createUsers creates users, 16 at a time.
func (k *killing) createUsers(n int) {
	k.Helper()
	const workers = 16
	ids := harness.AtOnce(workers, func(worker int) (ids []string) {
		for i := worker; i < n; i += workers {
			var made struct{ ID string }
			err := k.client.Do(k.Context(), http.MethodPost, "/Users", harness.Object{
				"schemas":  []string{"urn:ietf:params:scim:schemas:core:2.0:User"},
				"userName": fmt.Sprintf("user%d@acme.example", i),
			}, &made)
			if err != nil {
				k.Error(err)
				return ids
			}
			ids = append(ids, made.ID)
		}
		return ids
	})
	for _, id := range slices.Concat(ids...) {
		k.members = append(k.members, harness.Object{"value": id})
	}
}

// patch sends one operation for all members.
func (k *killing) patch(op string) error {
	return k.client.Do(k.Context(), http.MethodPatch, "/Groups/"+k.group, harness.Object{
		"schemas":    []string{"urn:ietf:params:scim:api:messages:2.0:PatchOp"},
		"Operations": []harness.Object{{"op": op, "path": "members", "value": k.members}},
	}, nil)
}

// add adds all members, and empties the group again.
func (k *killing) add() {
	k.Helper()
	begun := time.Now()
	if err := k.patch("add"); err != nil {
		k.Fatal(err)
	}
	k.longest = max(k.longest, time.Since(begun))
	k.has("after a whole PATCH", len(k.members))
	if err := k.patch("remove"); err != nil {
		k.Fatal(err)
	}
	k.has("after all were removed", 0)
}

// count returns how many members the group has: as it was provisioned, and
// memberships.
func (k *killing) count() (provisioned, memberships int) {
	k.Helper()
	var group struct {
		Members []struct{ Value string }
	}
	if err := k.client.Do(k.Context(), http.MethodGet, "/Groups/"+k.group, nil, &group); err != nil {
		k.Fatal(err)
	}
	return len(group.Members), len(k.company.members()["staff"])
}

func (k *killing) has(when string, want int) {
	k.Helper()
	if provisioned, memberships := k.count(); provisioned != want || memberships != want {
		k.Errorf("%s: %d members and %d memberships, want %d", when, provisioned, memberships, want)
	}
}

// round kills the program at a random moment of a PATCH.
func (k *killing) round(n int) {
	k.Helper()
	done := make(chan error, 1)
	go func() { done <- k.patch("add") }()
	time.Sleep(rand.N(k.longest))
	k.gateway.Kill()
	answered := <-done == nil
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	k.gateway.Begin("serve")
	k.gateway.WaitReady()
	provisioned, memberships := k.count()
	whole := provisioned == len(k.members)
	if provisioned != memberships || !whole && (provisioned != 0 || answered) {
		k.Errorf("round %d: %d members, %d memberships, answered %v", n, provisioned, memberships, answered)
	}
	k.add()
	if k.Failed() {
		k.FailNow()
	}
}
