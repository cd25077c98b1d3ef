package faults

import (
	"fmt"
	"net/http"

	"gatehouse/e2e/auditor"
	"gatehouse/e2e/harness"
	"gatehouse/internal/demo/demoidp"
	"gatehouse/store/storetest"
)

// everywhere runs a fault on one node with SQLite, built with the race detector
// in the small size, and on three nodes with PostgreSQL.
func everywhere(r *result, run func(r *result, nodes []*harness.Gateway)) {
	r.at("SQLite", func(r *result) {
		run(r, []*harness.Gateway{harness.Start(r, harness.Options{Race: !full()})})
	})
	r.at("PostgreSQL", func(r *result) {
		run(r, threeNodes(r, storetest.Postgres(r), ""))
	})
}

// companies returns companies one after the other, each for a number of rounds:
// a connection accepts a limited number of responses per minute.
type companies struct {
	node  *harness.Gateway
	idp   *demoidp.IdP
	limit int // rounds per company
	all   []*harness.Company
}

func (c *companies) of(round int) *harness.Company {
	for len(c.all) <= round/c.limit {
		company := harness.NewCompany(
			c.node, c.node.API(), fmt.Sprintf("acme-%d", len(c.all)),
			harness.TwoOrganizations(),
		)
		company.ConnectSAML(c.idp)
		c.all = append(c.all, company)
	}
	return c.all[round/c.limit]
}

// oneAnswer delivers the same response fifty times concurrently from its own
// browser. One is a sign-in, forty-nine are replays.
func oneAnswer(r *result) {
	everywhere(r, func(r *result, nodes []*harness.Gateway) {
		idp := harness.NewIdP(r, harness.Ada())
		const each = 10
		every := &companies{
			node:  nodes[0],
			idp:   idp,
			limit: each,
		}
		journal := auditor.NewJournal()
		r.each(func(n int) {
			acme := every.of(n)
			journal.Asserts(auditor.Person{
				Enterprise: acme.ID,
				Login:      harness.Ada().Login,
			}, harness.Ada().Groups)
			v := nodes[0].Visitor()
			back, err := v.Visit(idp, acme.Key, "p-1")
			if err != nil {
				r.Fatal(err)
			}
			outcomes := map[string]int{}
			browsers := make([]*harness.Visitor, 50) // one browser, at every node
			for i := range browsers {
				browsers[i] = v.Twin(nodes[i%len(nodes)])
			}
			for i, a := range harness.AtOnce(50, func(i int) harness.Answer {
				return browsers[i].Deliver(back)
			}) {
				switch {
				case signedIn(a):
					outcomes["signed in"]++
					journal.SignedIn(auditor.Person{
						Enterprise: acme.ID,
						Login:      harness.Ada().Login,
					}, back.ID())
					v = browsers[i]
				case a.Code() == "saml_replayed" &&
					a.Status == http.StatusBadRequest &&
					len(a.SetNames) == 0:
					outcomes["replayed"]++
				default:
					outcomes[a.String()]++
				}
			}
			if outcomes["signed in"] != 1 || outcomes["replayed"] != 49 {
				r.errors++
				r.Errorf("outcomes: %v", outcomes)
			}
			if got := len(acme.Sessions("ada@acme.example")); got != n%each+1 || !v.SignedIn() {
				r.Errorf(
					"%d sessions after %d sign-ins, signed in %v", got, n%each+1,
					v.SignedIn(),
				)
			}
		})
		for _, acme := range every.all {
			harness.WantGroups(r.T, acme, "ada@acme.example", harness.AdasGroups())
		}
		r.audit(journal, nodes...)
	})
}

// oneNewcomer delivers a hundred responses about one new user from a hundred
// browsers concurrently. All sign in, as one user.
func oneNewcomer(r *result) {
	everywhere(r, func(r *result, nodes []*harness.Gateway) {
		people := harness.People(r.rounds)
		idp := harness.NewIdP(r, people...)
		every := &companies{
			node:  nodes[0],
			idp:   idp,
			limit: 5,
		}
		journal := auditor.NewJournal()
		r.each(func(n int) {
			acme := every.of(n)
			who := auditor.Person{Enterprise: acme.ID, Login: people[n].Login}
			if err := idp.SetGroups(people[n].ID, []string{"developers"}); err != nil {
				r.Fatal(err)
			}
			journal.Asserts(who, []string{"developers"})
			const n100 = 100
			visitors, answers := make(
				[]*harness.Visitor, n100,
			), make([]harness.Return, n100)
			for i := range visitors {
				var err error
				visitors[i] = nodes[i%len(nodes)].Visitor()
				if answers[i], err = visitors[i].Visit(idp, acme.Key, people[n].ID); err != nil {
					r.Fatal(err)
				}
			}
			failures := map[string]int{}
			for i, a := range harness.AtOnce(n100, func(i int) harness.Answer {
				return visitors[i].Deliver(answers[i])
			}) {
				if !signedIn(a) {
					failures[a.String()]++
					r.errors++
					continue
				}
				journal.SignedIn(who, answers[i].ID())
			}
			if len(failures) > 0 {
				r.Errorf("not all got in: %v", failures)
			}
			for i := 0; i < n100; i += 20 {
				if !visitors[i].SignedIn() {
					r.Errorf("browser %d is not signed in", i)
				}
			}
		})
		users := 0
		for _, acme := range every.all {
			users += len(acme.Users(""))
		}
		if users != r.done {
			r.Errorf("%d people became %d users", r.done, users)
		}
		r.audit(journal, nodes...)
	})
	r.note = fmt.Sprintf("%d first sign-ins at once", 100)
}
