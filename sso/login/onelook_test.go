package login_test

import (
	"os"
	"slices"
	"strconv"
	"testing"

	"gatehouse/internal/demo/demoidp"
	"gatehouse/sso"
	"gatehouse/sso/identity"
)

// ordinarySeed is that of the run that is always made.
const ordinarySeed = 138

// TestOneLook: no two people can be made to look like one to an application. People
// join, sign in, are renamed, leave, and are followed by others with their logins and
// addresses, at three connections; identity providers push, deactivate and delete them;
// admins answer questions, merge and move accounts. After each step the application is
// asked about each session and token there ever was:
//
//   - two people never have the same login, compared as [identity.LoginKey] does, nor
//     the same ID or sub;
//   - the ID of an account is always of one person, and of no other after that one left;
//   - a person who left passes with nothing;
//   - what was refused once is refused for good.
//
// Accounts are joined by an admin alone, who knows the people, or takes it back. What an
// admin relies on is true: an address or a login passes to another person only after its
// owner left or Gatehouse heard of the next one, and a company that is moved by login, or
// whose login conflicts a rule answers, has one set of logins, and an identity provider
// that ends and begins a user again knows whose account it has. GATEHOUSE_SEED repeats one run, GATEHOUSE_FAULTS=full makes many.
func TestOneLook(t *testing.T) {
	seeds := []uint64{ordinarySeed}
	if os.Getenv("GATEHOUSE_FAULTS") == "full" {
		for seed := range uint64(100) {
			seeds = append(seeds, seed)
		}
	}
	if seed, err := strconv.ParseUint(os.Getenv("GATEHOUSE_SEED"), 10, 64); err == nil {
		seeds = []uint64{seed}
	}
	for _, seed := range seeds {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			each(t, func(w *world) { newOnelook(w, seed).run(seed == ordinarySeed) })
		})
	}
}

// run takes 300 steps. If enough is set, each kind of step has to be among them.
func (m *onelook) run(enough bool) {
	var steps []func(*onelook)
	for _, s := range onelookSteps() {
		for range s.weight {
			steps = append(steps, s.do)
		}
	}
	for range 300 {
		pick(m.random, steps)(m)
		m.looks()
		m.later()
	}
	merges, _, err := m.db.Merges(m.Context(), m.acme.ID, sso.MergeFilter{}, sso.Page{Limit: 200})
	m.ok(err)
	for _, one := range merges {
		if one.By == sso.ActorRule {
			m.counts["joined by the rule"]++
		}
	}
	m.Log(m.counts)
	for _, what := range []string{
		"sign-in", "push", "answer same", "answer another", "merge", "wrong merge", "undo", "move",
		"token", "passes", "rule",
	} {
		if enough && m.counts[what] == 0 {
			m.Errorf("there was no %s: %v", what, m.counts)
		}
	}
}

// present makes a directory say of a human what it says now, with a spelling of the login.
func (m *onelook) present(h *human, d *directory, login string) {
	d.idp.AddPerson(demoidp.Person{
		ID:        h.at[d].subject,
		Login:     login,
		Email:     h.email,
		GivenName: h.name,
		Surname:   "X",
		Groups:    []string{"dev"},
	})
}

// looks asks the application who each session and token is.
func (m *onelook) looks() {
	m.Helper()
	of := map[string]*human{}
	one := func(what, value string, h *human) {
		m.Helper()
		if by := of[what+value]; by != nil && by != h {
			m.broken("%s and %s have the %s %q", by.name, h.name, what, value)
		}
		of[what+value] = h
	}
	for _, s := range m.shown {
		as, passes := m.ask(s.header, s.value)
		switch {
		case !passes:
			s.dead = true
			continue
		case s.dead:
			m.broken("a session or token of %s passes again, as %+v", s.human.name, as)
		case s.human.left:
			m.broken("%s left, and passes as %+v", s.human.name, as)
		case as.id != as.sub:
			m.broken("%s has the ID %q and the sub %q", s.human.name, as.id, as.sub)
		}
		m.counts["passes"]++
		m.own(sso.UserID(as.id), s.human)
		one("ID ", as.id, s.human)
		one("login ", identity.LoginKey(as.login), s.human)
	}
	m.forget()
}

// forget drops what was refused long ago.
func (m *onelook) forget() {
	dead := 0
	for i := len(m.shown) - 1; i >= 0; i-- {
		if m.shown[i].dead {
			dead++
		}
		if m.shown[i].dead && dead > 20 {
			m.shown = slices.Delete(m.shown, i, i+1)
		}
	}
}
