package faults

import (
	"fmt"
	"math/rand/v2"
	"time"

	"gatehouse/e2e/auditor"
	"gatehouse/e2e/harness"
	"gatehouse/internal/demo/demoidp"
	"gatehouse/store/storetest"
)

// auditEvery is the number of kills between two audits of the whole database;
// acknowledged sessions are checked after each kill.
const auditEvery = 50

// newCrowd returns eight users of four new companies, whose groups change with
// every sign-in. They pause between sign-ins to stay below the rate limits.
func newCrowd(r *result, nodes ...*harness.Gateway) *harness.Crowd {
	people := harness.People(8)
	idp := harness.NewIdP(r, people...)
	api := nodes[0].API()
	var companies []*harness.Company
	for _, key := range []string{"acme", "globex", "initech", "umbrella"} {
		c := harness.NewCompany(nodes[0], api, key, map[string][]string{
			"Platform": {"a1", "a2", "b1", "b2"},
			"Mobile":   {"a1", "b2"},
		})
		c.ConnectSAML(idp)
		companies = append(companies, c)
	}
	return &harness.Crowd{
		Nodes:     nodes,
		IdP:       idp,
		Companies: companies,
		People:    people,
		Sets:      [][]string{{"a1", "a2"}, {"b1", "b2"}},
		Journal:   auditor.NewJournal(),
		Pause:     2 * time.Millisecond,
	}
}

// begin starts the crowd and waits until some are signed in.
func begin(r *result, c *harness.Crowd) {
	r.Helper()
	c.Start()
	if !harness.Soon(20*time.Second, func() bool { return c.Count() >= 3 }) {
		_, failed := c.Stop()
		r.Fatalf("no one can sign in: %v", failed[:min(3, len(failed))])
	}
	time.Sleep(rand.N(100 * time.Millisecond))
}

// still asserts that these visitors are signed in.
func still(r *result, all []*harness.Visitor) {
	r.Helper()
	for _, v := range all {
		if !v.SignedIn() {
			r.lost++
			r.Error("someone who was signed in is not any more")
		}
	}
}

// killedSQLite kills the program repeatedly while users whose groups change
// every time sign in. No acknowledged sign-in is lost.
func killedSQLite(r *result) {
	g := harness.Start(r, harness.Options{})
	c := newCrowd(r, g)
	r.each(func(n int) {
		begin(r, c)
		g.Kill()
		people, failed := c.Stop()
		begun := time.Now()
		g.Begin("serve")
		g.WaitReady()
		r.took(time.Since(begun))
		still(r, people)
		r.errors += min(len(failed), len(c.People)) // during the kill; later ones are refused
		if n%auditEvery == auditEvery-1 {
			r.audit(c.Journal, g)
		}
	})
	r.audit(c.Journal, g)
	r.note = fmt.Sprintf("%d sign-ins acknowledged", c.Journal.Count())
}

// killedNode kills one of three nodes on one PostgreSQL. Users continue at the
// others; only requests in progress at that node fail.
func killedNode(r *result) {
	nodes := threeNodes(r, storetest.Postgres(r), "")
	c := newCrowd(r, nodes...)
	c.Pause = 50 * time.Millisecond
	worst := 0
	r.each(func(n int) {
		begin(r, c)
		node := nodes[n%len(nodes)]
		node.Kill()
		before := c.Count()
		if !harness.Soon(10*time.Second, func() bool {
			return c.Count() >= before+3
		}) {
			r.Error("no one can sign in while one of three nodes is down")
		}
		people, failed := c.Stop()
		begun := time.Now()
		node.Begin("serve")
		node.WaitReady()
		r.took(time.Since(begun))
		still(r, people)
		r.errors += len(failed)
		if worst = max(worst, len(failed)); len(failed) > len(c.People) {
			r.Errorf(
				"%d requests of %d people failed for one kill: %v", len(failed),
				len(c.People), failed[0],
			)
		}
		if n%auditEvery == auditEvery-1 {
			r.audit(c.Journal, nodes...)
		}
	})
	r.audit(c.Journal, nodes...)
	r.note = fmt.Sprintf("%d sign-ins acknowledged, at most %d failed for a kill", c.Journal.Count(), worst)
}

// threeNodes starts three nodes of one installation.
func threeNodes(r *result, dsn, redis string, env ...string) []*harness.Gateway {
	return harness.StartThree(r, harness.Options{
		Database: dsn,
		Redis:    redis,
		Env:      env,
	})
}

// rolling stops and starts each of three nodes in turn. No request fails.
func rolling(r *result) {
	nodes := threeNodes(r, storetest.Postgres(r), "", "GATEHOUSE_SHUTDOWN_DELAY=1s")
	c := newCrowd(r, nodes...)
	c.Pause, c.Balanced = 200*time.Millisecond, true
	begin(r, c)
	r.each(func(n int) {
		node := nodes[n%len(nodes)]
		begun := time.Now()
		node.Terminate()
		if status := node.Ended(); status != 0 {
			r.Errorf("a node ended with status %d", status)
		}
		r.took(time.Since(begun))
		node.Begin("serve")
		node.WaitReady()
	})
	people, failed := c.Stop()
	r.errors = len(failed)
	if len(failed) > 0 {
		r.Errorf("%d sign-ins failed: %v", len(failed), failed[0])
	}
	still(r, people[:min(len(people), 200)])
	r.audit(c.Journal, nodes...)
	r.note = fmt.Sprintf("%d sign-ins; slowest is of draining", c.Journal.Count())
}

// unknownGroups asserts that group lists that the identity provider omits,
// replaces by a link or truncates remove no membership.
func unknownGroups(r *result) {
	g := harness.Start(r, harness.Options{})
	idp := harness.NewIdP(r, harness.Ada())
	acme := harness.NewCompany(g, g.API(), "acme", harness.TwoOrganizations())
	acme.ConnectSAML(idp)
	other := harness.NewCompany(g, g.API(), "globex", harness.TwoOrganizations())
	other.ConnectOIDC(idp)
	for _, c := range []*harness.Company{acme, other} {
		if a := g.Visitor().SignIn(idp, c.Key, "p-1"); !signedIn(a) {
			r.Fatal(a)
		}
	}
	// As a complete list, these groups would remove two memberships.
	if err := idp.SetGroups("p-1", nil); err != nil {
		r.Fatal(err)
	}
	ways := []demoidp.Fault{demoidp.NoGroups, demoidp.Overage, demoidp.Truncated}
	r.each(func(n int) {
		c := []*harness.Company{acme, other}[n%2]
		idp.SetFaultOnce(ways[n%len(ways)])
		if a := g.Visitor().SignIn(idp, c.Key, "p-1"); !signedIn(a) {
			r.errors++
			r.Errorf("%s: %v", ways[n%len(ways)], a)
		}
		if n%10 == 9 || n == r.rounds-1 {
			harness.WantGroups(r.T, c, "ada@acme.example", harness.AdasGroups())
		}
	})
	r.audit(auditor.NewJournal(), g)
}
