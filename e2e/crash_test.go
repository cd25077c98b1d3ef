package e2e

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"gatehouse/e2e/harness"
	"gatehouse/internal/demoidp"
)

const (
	crashRounds = 6
	crashPeople = 8
)

// TestKilledDuringSignIns: the program is killed again and again while people
// sign in whose groups change every time. Whoever was told to be signed in is,
// everybody's groups are those of one sign-in and never a mixture, and the audit
// trail has no gap.
func TestKilledDuringSignIns(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, dsn string) {
		idp := harness.NewIdP(t, crowd()...)
		g := harness.Start(t, harness.Options{Database: dsn})
		acme := harness.NewCompany(g, g.API(), "acme", map[string][]string{"Platform": {"a1", "a2", "b1", "b2"}, "Mobile": {"a1", "b2"}})
		acme.ConnectSAML(idp)
		acknowledged := 0
		for round := range crashRounds {
			c := &crowdSigningIn{g: g, idp: idp, stop: make(chan struct{})}
			c.run(round)
			if !harness.Soon(20*time.Second, func() bool { return c.count() >= 3 }) {
				t.Fatal("nobody can sign in")
			}
			time.Sleep(rand.N(100 * time.Millisecond))
			g.Kill()
			signedIn := c.end()
			g.Begin("serve")
			g.WaitReady()
			acknowledged += len(signedIn)
			for _, v := range signedIn {
				if !v.SignedIn() {
					t.Errorf("round %d: somebody who was signed in is not after the restart", round)
				}
			}
		}
		t.Logf("%d sign-ins acknowledged in %d crashes", acknowledged, crashRounds)
		whole := [][]string{
			{"Mobile/Members", "Mobile/a1", "Platform/Members", "Platform/a1", "Platform/a2"},
			{"Mobile/Members", "Mobile/b2", "Platform/Members", "Platform/b1", "Platform/b2"},
		}
		for _, u := range acme.Users("") {
			if got := acme.Groups(u.Login); !slices.ContainsFunc(whole, func(w []string) bool { return slices.Equal(w, got) }) {
				t.Errorf("%s is left in %q", u.Login, got)
			}
		}
		if n := len(acme.Users("")); n > crashPeople {
			t.Errorf("%d users of %d people", n, crashPeople)
		}
		if out, said, status := g.Command("admin", "audit"); status != 0 {
			t.Errorf("the audit trail: %s %s", out, said)
		}
	})
}

func crowd() []demoidp.Person {
	var all []demoidp.Person
	for i := range crashPeople {
		login := fmt.Sprintf("p%d@acme.example", i)
		all = append(all, demoidp.Person{ID: fmt.Sprintf("p-%d", i), Login: login, Email: login, GivenName: "P", Surname: fmt.Sprint(i)})
	}
	return all
}

// crowdSigningIn are people who sign in over and over until the program is
// gone.
type crowdSigningIn struct {
	g    *harness.Gateway
	idp  *demoidp.IdP
	stop chan struct{}
	all  sync.WaitGroup

	mu       sync.Mutex
	signedIn []*harness.Visitor
}

func (c *crowdSigningIn) run(round int) {
	for i := range crashPeople {
		c.all.Go(func() {
			for n := round; ; n++ {
				select {
				case <-c.stop:
					return
				default:
					c.signIn(fmt.Sprintf("p-%d", i), n)
				}
			}
		})
	}
}

func (c *crowdSigningIn) signIn(person string, n int) {
	groups := []string{"a1", "a2"}
	if n%2 == 1 {
		groups = []string{"b1", "b2"}
	}
	if err := c.idp.SetGroups(person, groups); err != nil {
		return
	}
	v := c.g.Visitor()
	if a := v.SignIn(c.idp, "acme", person); a.Err != nil || a.Status != http.StatusSeeOther || a.Location != "/account" {
		time.Sleep(20 * time.Millisecond) // the program is gone
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.signedIn = append(c.signedIn, v)
}

func (c *crowdSigningIn) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.signedIn)
}

// end waits for everybody and gives those who were told to be signed in.
func (c *crowdSigningIn) end() []*harness.Visitor {
	close(c.stop)
	c.all.Wait()
	return c.signedIn
}
