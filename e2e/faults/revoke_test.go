package faults

import (
	"fmt"
	"net/http"
	"time"

	"gatehouse/e2e/auditor"
	"gatehouse/e2e/harness"
	"gatehouse/internal/demo/demoidp"
	"gatehouse/store/storetest"
)

// revoked asserts that the other nodes refuse a revoked session within two
// seconds.
func revoked(r *result) {
	nodes := threeNodes(r, storetest.Postgres(r), harness.NewRedis(r))
	revocations(r, nodes, 2*time.Second)
}

// revokedWithoutRedis asserts that nodes that poll the database, without Redis
// to wake them, refuse a revoked session within five seconds.
func revokedWithoutRedis(r *result) {
	wire, address := harness.NewRelay(r, harness.NewRedis(r))
	nodes := threeNodes(r, storetest.Postgres(r), address)
	wire.Cut()
	revocations(r, nodes, 5*time.Second)
}

// ways returns the ways to end a session early, by name.
func ways(c *harness.Company, conn harness.Connection) map[string]func(v *harness.Visitor) {
	return map[string]func(v *harness.Visitor){
		"signed out": func(v *harness.Visitor) {
			v.Post("/logout", nil)
		},
		"ended by an administrator": func(*harness.Visitor) {
			c.EndSessions("ada@acme.example")
		},
		"the connection switched off": func(*harness.Visitor) {
			c.Switch(conn.ID, "disable")
		},
	}
}

func revocations(r *result, nodes []*harness.Gateway, limit time.Duration) {
	idp := harness.NewIdP(r, harness.Ada())
	acme := harness.NewCompany(
		nodes[0], nodes[0].API(), "acme", harness.TwoOrganizations(),
	)
	conn := acme.ConnectSAML(idp)
	dead := map[string]func() bool{}
	r.each(func(n int) {
		for way, end := range ways(acme, conn) {
			here, there := seenEverywhere(r, nodes, idp)
			end(here)
			begun := time.Now()
			if !harness.Soon(2*limit, func() bool { return !anywhere(there) }) {
				r.other++
				r.Errorf("%s at one node, and the session lives on at another", way)
			}
			took := time.Since(begun)
			r.took(took)
			if took > limit {
				r.Errorf("%s at one node, refused at the others after %s", way, took)
			}
			dead[fmt.Sprint(way, " in round ", n)] = func() bool {
				return anywhere(there)
			}
			if way == "the connection switched off" {
				acme.Switch(conn.ID, "enable")
			}
		}
	})
	for _, g := range nodes {
		g.Kill()
		g.Begin("serve") // with an empty cache, only the database can refuse it
		g.WaitReady()
	}
	r.auditWith(auditor.NewJournal(), func(a *auditor.Auditor) {
		a.Dead = dead
	}, nodes...)
}

// seenEverywhere starts a session and uses it at every node.
func seenEverywhere(
	r *result, nodes []*harness.Gateway, idp *demoidp.IdP,
) (here *harness.Visitor, there []*harness.Visitor) {
	r.Helper()
	here = nodes[0].Visitor()
	if a := here.SignIn(idp, "acme", "p-1"); a.Status != http.StatusSeeOther {
		r.Fatal(a)
	}
	for _, g := range nodes {
		twin := here.Twin(g)
		if !twin.SignedIn() {
			r.Fatal("a session is not known at every node")
		}
		there = append(there, twin)
	}
	return here, there
}

func anywhere(all []*harness.Visitor) bool {
	for _, v := range all {
		if v.SignedIn() {
			return true
		}
	}
	return false
}
