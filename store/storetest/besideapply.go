package storetest

import (
	"fmt"
	"math/rand/v2" // which changes are pushed, in an order that each run repeats
	"testing"

	"gatehouse/sso"
)

// testPushesBesideApply enables a connection that was pushed to, while pushes go on:
// everybody ends as the identity provider said last, in the groups it said last.
func testPushesBesideApply(t *testing.T, fresh fresh) {
	const people, pushers, changes = 120, 3, 60
	w := newWorld(t, fresh)
	users := make([]sso.ProvisionedUser, people)
	ids := make([]sso.ResourceID, people)
	for i := range people {
		users[i] = w.provisionUser(fmt.Sprintf("user%d", i))
		ids[i] = users[i].ID
	}
	groups := []sso.ProvisionedGroup{w.provisionGroup("dev", ids[:80]...), w.provisionGroup("ops", ids[40:]...)}
	for _, err := range atOnce(1+pushers, func(i int) error {
		if i == 0 {
			w.provision(func(c *sso.Config) { c.Brake.Off = true })
			return w.db.ApplyProvisioned(t.Context())
		}
		random := rand.New(rand.NewPCG(uint64(i), 7)) //nolint:gosec // a test
		for range changes {
			// Each pusher has users of its own: what was said last is known.
			w.pushSome(random, users[random.IntN(people/pushers)*pushers+i-1], groups)
		}
		return nil
	}) {
		w.ok(err)
	}
	w.ok(w.db.ApplyProvisioned(t.Context()))
	for _, u := range users {
		said, account := w.resource(u.ID), w.accountOf(u)
		if said.Active != (account.Status == sso.UserActive) {
			t.Errorf("%s: active %v, the account is %s", said.UserName, said.Active, account.Status)
		}
	}
	for _, group := range []string{"web/dev", "app/dev", "app/ops"} {
		w.same(map[sso.DriftReason]int{}, w.explained(group))
	}
	w.historyHolds()
	w.chainHolds()
}

// pushSome pushes that a user is active or not, or that they are or are not a member of
// one of two groups.
func (w *world) pushSome(random *rand.Rand, u sso.ProvisionedUser, groups []sso.ProvisionedGroup) {
	w.Helper()
	switch random.IntN(3) {
	case 0:
		w.setActive(u, random.IntN(2) == 0)
	case 1:
		w.pushMembers(groups[random.IntN(2)].ID, sso.MemberChange{Add: []sso.ResourceID{u.ID}})
	default:
		w.pushMembers(groups[random.IntN(2)].ID, sso.MemberChange{Remove: []sso.ResourceID{u.ID}})
	}
}
