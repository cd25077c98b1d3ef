package storetest

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store"
)

// pushed returns an event that is not refused.
func (w *world) pushed(method string, kind sso.ProvisioningScope, name string) sso.ProvisioningEvent {
	w.clock.Move(time.Second)
	now := w.clock.Now()
	return sso.ProvisioningEvent{
		ID:         sso.NewID[sso.ProvisioningEventID](now),
		Enterprise: w.ent.ID,
		Connection: w.conn.ID,
		At:         now,
		Client:     "Azure",
		Method:     method,
		Kind:       kind,
		Name:       name,
		Status:     200,
		RequestID:  "req-1",
		Took:       3 * time.Millisecond,
	}
}

func refusedWith(e sso.ProvisioningEvent, status int, code string) sso.ProvisioningEvent {
	e.Status = status
	e.Code = code
	e.Detail = "The text of " + code + "."
	return e
}

func (w *world) recordPushes(all ...sso.ProvisioningEvent) {
	w.Helper()
	w.ok(w.db.RecordProvisioning(w.Context(), all))
}

// openRefusals asserts the names of the open refusals, the latest begun first.
func (w *world) openRefusals(want ...string) []sso.ProvisioningRefusal {
	w.Helper()
	all, _, err := w.db.ProvisioningRefusals(
		w.Context(), w.ent.ID, sso.RefusalFilter{Connection: w.conn.ID, Open: true}, sso.Page{},
	)
	w.ok(err)
	var names []string
	for _, r := range all {
		names = append(names, r.Name)
	}
	w.same(want, names)
	return all
}

func testProvisioningEvents(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	k := w.provisioningToken("entra", nil)
	change := w.pushed("POST", sso.ScopeUsersWrite, "Ada@acme.test")
	change.Token, change.Changed, change.Resource = k.ID, true, "user-1"
	change.Effects = sso.ProvisioningEffects{
		Added:        1,
		Waiting:      []sso.ResourceID{"x"},
		WaitingCount: 1,
	}
	read := w.pushed("GET", sso.ScopeUsersRead, "ada@acme.test")
	refused := refusedWith(w.pushed("PATCH", sso.ScopeGroupsWrite, "dev\x00"), 403, "scim_scope_missing")
	refused.Token = k.ID
	w.recordPushes(change, read, refused)
	w.recordPushes(change) // a batch may be written twice
	refused.Name = "dev\uFFFD"
	w.pushes(sso.ProvisioningEventFilter{}, refused, change)
	w.pushes(sso.ProvisioningEventFilter{Connection: w.conn.ID, Refused: true}, refused)
	w.pushes(sso.ProvisioningEventFilter{Name: "ADA@acme.test", Token: k.ID}, change)
	w.pushes(sso.ProvisioningEventFilter{Resource: "user-1"}, change)
	w.pushes(sso.ProvisioningEventFilter{Since: refused.At}, refused)
	w.pushes(sso.ProvisioningEventFilter{Connection: "conn-x"})
	w.refusedToken(k.ID, refused)
	w.eventsGone(change)
}

// refusedToken asserts the last refusal of a token.
func (w *world) refusedToken(id sso.ProvisioningTokenID, e sso.ProvisioningEvent) {
	w.Helper()
	k, err := w.db.ProvisioningToken(w.Context(), w.ent.ID, w.conn.ID, id)
	w.ok(err)
	if !k.RefusedAt.Equal(e.At) || k.Refusal != e.Detail {
		w.Errorf("the token was refused at %s: %s", k.RefusedAt, k.Refusal)
	}
}

// eventsGone records an event of a deleted connection, and has all events swept.
func (w *world) eventsGone(gone sso.ProvisioningEvent) {
	w.Helper()
	gone.ID = sso.NewID[sso.ProvisioningEventID](w.clock.Now())
	gone.Connection = "conn-deleted"
	w.recordPushes(gone, refusedWith(gone, 403, "scim_scope_missing"))
	w.clock.Move(time.Hour)
	w.ok(w.db.Sweep(w.Context(), store.Retention{Provisioning: time.Hour}))
	w.pushes(sso.ProvisioningEventFilter{})
	w.openRefusals()
}

// pushes asserts the recorded events of a filter.
func (w *world) pushes(f sso.ProvisioningEventFilter, want ...sso.ProvisioningEvent) {
	w.Helper()
	all, next, err := w.db.ProvisioningEvents(w.Context(), w.ent.ID, f, sso.Page{})
	w.ok(err)
	w.same(want, all)
	if next != "" {
		w.Errorf("next is %q", next)
	}
}

func testRefusals(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	lookUp := func() sso.ProvisioningEvent {
		return refusedWith(w.pushed("GET", sso.ScopeGroupsRead, "grp_all"), 403, "scim_scope_missing")
	}
	first, second := lookUp(), lookUp()
	second.Name = "GRP_all"
	w.recordPushes(first, second)
	all := w.openRefusals("GRP_all")
	if r := all[0]; r.Count != 2 || !r.FirstAt.Equal(first.At) || !r.LastAt.Equal(second.At) {
		t.Errorf("got %+v", r)
	}
	w.recordPushes(w.pushed("GET", sso.ScopeGroupsRead, "another"), w.pushed("GET", sso.ScopeUsersRead, "grp_all"))
	w.openRefusals("GRP_all") // neither is of the name and kind
	again := w.pushed("GET", sso.ScopeGroupsRead, "grp_ALL")
	w.recordPushes(again)
	w.openRefusals()
	healed, _, err := w.db.ProvisioningRefusals(t.Context(), w.ent.ID, sso.RefusalFilter{}, sso.Page{})
	w.ok(err)
	if len(healed) != 1 || !healed[0].HealedAt.Equal(again.At) {
		t.Errorf("got %+v", healed)
	}
	third := lookUp()
	w.recordPushes(third)
	if r := w.openRefusals("grp_all")[0]; r.Count != 1 || !r.FirstAt.Equal(third.At) || r.ID == healed[0].ID {
		t.Errorf("begun anew: %+v", r)
	}
	w.recordPushes(again) // which was before
	w.openRefusals("grp_all")
	w.troubled(true)
}

// troubled asserts whether a token is told of open refusals.
func (w *world) troubled(want bool) {
	w.Helper()
	k := w.provisioningToken(string(sso.NewID[sso.TokenID](w.clock.Now())), nil)
	got, err := w.db.ProvisioningTokenByHash(w.Context(), k.Hash)
	w.ok(err)
	if got.Troubled != want {
		w.Errorf("troubled is %t", got.Troubled)
	}
}

func testRefusalsHealed(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	read := refusedWith(w.pushed("GET", sso.ScopeGroupsRead, "dev"), 403, "scim_scope_missing")
	write := refusedWith(w.pushed("POST", sso.ScopeGroupsWrite, "dev"), 409, "resource_exists")
	byID := refusedWith(w.pushed("PATCH", sso.ScopeGroupsWrite, ""), 400, "scim_invalid_value")
	byID.Resource = "idpgroup-1"
	token := refusedWith(w.pushed("GET", "", ""), 401, "scim_token_revoked")
	w.recordPushes(
		read, write, byID, token,
		refusedWith(w.pushed("GET", sso.ScopeUsersRead, "probe"), 404, "scim_not_found"),
		refusedWith(w.pushed("DELETE", sso.ScopeUsersWrite, "probe"), 404, "scim_not_found"),
		refusedWith(w.pushed("PUT", sso.ScopeUsersWrite, "raced"), 412, "scim_version_mismatch"),
	)
	w.openRefusals("", "idpgroup-1", "dev", "dev")
	w.recordPushes(w.pushed("GET", sso.ScopeGroupsRead, "dev"))
	if left := w.openRefusals("idpgroup-1", "dev"); left[1].Code != "resource_exists" {
		t.Errorf("a read healed %+v", left)
	}
	w.troubled(true)
	change := w.pushed("DELETE", sso.ScopeGroupsWrite, "Dev")
	change.Resource, change.Changed = "idpgroup-1", true
	w.recordPushes(change)
	w.openRefusals()
	w.troubled(false)
	w.healed(4)
	w.recordPushes(refusedWith(w.pushed("GET", sso.ScopeGroupsRead, "new"), 403, "scim_scope_missing"))
	w.healed(4)
}

// healed asserts the number of the healed refusals.
func (w *world) healed(want int) {
	w.Helper()
	all, _, err := w.db.ProvisioningRefusals(
		w.Context(), w.ent.ID, sso.RefusalFilter{Connection: w.conn.ID, Healed: true}, sso.Page{},
	)
	w.ok(err)
	w.same(want, len(all))
	for _, r := range all {
		if r.HealedAt.IsZero() {
			w.Errorf("%+v is not healed", r)
		}
	}
}

// testRefusalsBounded: healed refusals make room for open ones, then those that
// were not repeated for the longest time.
func testRefusalsBounded(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	var all []sso.ProvisioningEvent
	for i := range 2000 {
		all = append(all, refusedWith(
			w.pushed("POST", sso.ScopeUsersWrite, fmt.Sprintf("user-%d", i)), 403, "scim_scope_missing",
		))
	}
	healing := w.pushed("POST", sso.ScopeUsersWrite, "user-1999")
	all = append(all, healing, refusedWith(w.pushed("POST", sso.ScopeUsersWrite, "last"), 403, "scim_scope_missing"))
	w.recordPushes(all...)
	tallies, err := w.db.RefusalTallies(t.Context(), w.ent.ID)
	w.ok(err)
	if len(tallies) != 1 {
		t.Fatalf("got %+v", tallies)
	}
	if n := tallies[0]; n.Connection != w.conn.ID || n.Open != 2000-100 || n.Last.Name != "last" ||
		!n.Since.Equal(all[100].At) {
		t.Errorf("got %+v", n)
	}
	healed, _, err := w.db.ProvisioningRefusals(t.Context(), w.ent.ID, sso.RefusalFilter{}, sso.Page{Limit: 2})
	w.ok(err)
	if healed[0].Name != "last" || healed[1].Name != "user-1998" {
		t.Errorf("kept are %s and %s", healed[0].Name, healed[1].Name)
	}
}

// testRefusalsRace: nodes that record the same refusals in different orders neither
// wait for each other nor lose a request.
func testRefusalsRace(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	k := w.provisioningToken("entra", nil)
	var batch []sso.ProvisioningEvent
	for i := range 10 {
		e := refusedWith(w.pushed("POST", sso.ScopeUsersWrite, fmt.Sprintf("user-%d", i)), 403, "scim_scope_missing")
		e.Token = k.ID
		batch = append(batch, e)
	}
	var nodes sync.WaitGroup
	for node := range 8 {
		mine := slices.Clone(batch)
		if node%2 == 1 {
			slices.Reverse(mine)
		}
		nodes.Go(func() {
			for range 10 {
				if err := w.db.RecordProvisioning(t.Context(), mine); err != nil {
					t.Error(err)
				}
			}
		})
	}
	nodes.Wait()
	all, _, err := w.db.ProvisioningRefusals(t.Context(), w.ent.ID, sso.RefusalFilter{}, sso.Page{})
	w.ok(err)
	for _, r := range all {
		if r.Count != 80 {
			t.Errorf("%s was refused %d times, want 80", r.Name, r.Count)
		}
	}
	if len(all) != 10 {
		t.Errorf("%d refusals, want 10", len(all))
	}
}

func testProvisioningGroupStates(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	push := sso.Push{
		Enterprise: w.ent.ID,
		Connection: w.conn.ID,
		Event:      "push-1",
	}
	g, _, err := w.db.CreateProvisionedGroup(t.Context(), push, sso.ProvisionedGroup{
		DisplayName: "Sales",
		Document:    []byte(`{"displayName":"Sales"}`),
	}, sso.MemberChange{Add: []sso.ResourceID{"later-1", "later-2"}})
	w.ok(err)
	listed := w.pushed("PUT", sso.ScopeGroupsWrite, "Sales")
	listed.Resource, listed.Changed, listed.Effects.Listed = g.ID, true, true
	refused := refusedWith(w.pushed("PATCH", sso.ScopeGroupsWrite, ""), 403, "scim_scope_missing")
	refused.Resource = g.ID // and the name is found
	w.recordPushes(listed, refused)
	all, next, err := w.db.ProvisioningGroupStates(t.Context(), w.ent.ID, w.conn.ID, sso.Page{})
	w.ok(err)
	want := []sso.ProvisioningGroupState{{
		Group:    g,
		Listed:   2,
		ListedAt: listed.At,
		Waiting:  []sso.ResourceID{"later-1", "later-2"},
		OpenRefusals: sso.OpenRefusals{
			RefusedAt: refused.At,
			Refusals:  1,
			Refusal:   refused.Detail,
		},
	}}
	if w.same(want, all); next != "" {
		t.Errorf("next is %q", next)
	}
	w.openRefusals("Sales")
}

func testProvisioningUserStates(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	push := sso.Push{
		Enterprise: w.ent.ID,
		Connection: w.conn.ID,
		Event:      "push-1",
	}
	var want []sso.ProvisioningUserState
	for _, name := range []string{"Ada", "Bob"} {
		u, err := w.db.CreateProvisionedUser(t.Context(), push, sso.ProvisionedUser{
			UserName: name,
			Document: []byte(`{"userName":"` + name + `"}`),
		})
		w.ok(err)
		want = append(want, sso.ProvisioningUserState{User: u})
		w.clock.Move(time.Second)
	}
	refused := refusedWith(w.pushed("PATCH", sso.ScopeUsersWrite, "bob"), 400, "scim_invalid_value")
	w.recordPushes(refused, refused)
	want[1].OpenRefusals = sso.OpenRefusals{
		RefusedAt: refused.At,
		Refusals:  2,
		Refusal:   refused.Detail,
	}
	first, next, err := w.db.ProvisioningUserStates(t.Context(), w.ent.ID, w.conn.ID, sso.Page{Limit: 1})
	w.ok(err)
	w.same(want[:1], first)
	second, next, err := w.db.ProvisioningUserStates(t.Context(), w.ent.ID, w.conn.ID, sso.Page{Cursor: next})
	w.ok(err)
	if w.same(want[1:], second); next != "" {
		t.Errorf("next is %q", next)
	}
}

func (f foreign) ledger() calls {
	ctx, db, ent := f.w.Context(), f.w.db, f.other.ent.ID
	conn := f.w.conn.ID
	return calls{
		"RecordProvisioning": func() (int, error) {
			e := f.w.pushed("POST", sso.ScopeUsersWrite, "ada")
			e.Enterprise = ent
			e.Changed = true
			return 0, db.RecordProvisioning(ctx, []sso.ProvisioningEvent{
				e, refusedWith(e, 403, "scim_scope_missing"),
			})
		},
		"TrimProvisioningEvents": func() (int, error) {
			return 0, db.TrimProvisioningEvents(ctx, ent, conn)
		},
		"ProvisioningEvents": func() (int, error) {
			all, _, err := db.ProvisioningEvents(
				ctx, ent, sso.ProvisioningEventFilter{Connection: conn}, sso.Page{},
			)
			return len(all), err
		},
		"ProvisioningRefusals": func() (int, error) {
			all, _, err := db.ProvisioningRefusals(ctx, ent, sso.RefusalFilter{Connection: conn}, sso.Page{})
			return len(all), err
		},
		"RefusalTallies": func() (int, error) {
			all, err := db.RefusalTallies(ctx, ent)
			return len(all), err
		},
		"ProvisioningCounts": func() (int, error) {
			n, err := db.ProvisioningCounts(ctx, ent, conn)
			return n.Users + n.Groups, err
		},
		"ProvisioningUserStates": func() (int, error) {
			all, _, err := db.ProvisioningUserStates(ctx, ent, conn, sso.Page{})
			return len(all), err
		},
		"ProvisioningGroupStates": func() (int, error) {
			all, _, err := db.ProvisioningGroupStates(ctx, ent, conn, sso.Page{})
			return len(all), err
		},
	}
}

// testProvisioningCounts counts what was pushed, and nothing that was only found.
func testProvisioningCounts(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	other := addWorld(t, w.db, w.clock, "globex")
	w.enter("found")
	counts := func(of *world) sso.ProvisioningCounts {
		t.Helper()
		n, err := of.db.ProvisioningCounts(t.Context(), of.ent.ID, of.conn.ID)
		w.ok(err)
		return n
	}
	w.same(sso.ProvisioningCounts{}, counts(w))
	ada, bob := w.pushUser("ada"), w.pushUser("bob")
	w.same(sso.ProvisioningCounts{Users: 2, Pending: 2}, counts(w))
	w.provision()
	w.ok(w.db.ApplyProvisioned(t.Context()))
	w.setActive(bob, false)
	w.provisionGroup("staff", ada.ID, "user-nobody", "user-none")
	w.same(sso.ProvisioningCounts{Users: 2, Inactive: 1, Groups: 1, Waiting: 2}, counts(w))
	w.ok(w.db.DeleteProvisionedUser(t.Context(), w.push(), bob.ID))
	w.same(sso.ProvisioningCounts{Users: 1, Groups: 1, Waiting: 2}, counts(w))
	w.same(sso.ProvisioningCounts{}, counts(other))
}

func (f foreign) pushedPersons() calls {
	ctx, db, ent := f.w.Context(), f.w.db, f.other.ent.ID
	return calls{
		"PushedUsersOf": func() (int, error) {
			all, err := db.PushedUsersOf(ctx, ent, f.user.ID)
			return len(all), err
		},
		"PushedGroupsNamed": func() (int, error) {
			all, err := db.PushedGroupsNamed(ctx, ent, "dev", "staff")
			return len(all), err
		},
		"UserDepartures": func() (int, error) {
			all, err := db.UserDepartures(ctx, ent, f.user.ID)
			return len(all), err
		},
	}
}
