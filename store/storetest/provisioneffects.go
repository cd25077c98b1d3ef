package storetest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
)

func provisionEffectTests() map[string]func(*testing.T, fresh) {
	return map[string]func(*testing.T, fresh){
		"an account is created and signed in to":      testProvisionedAccount,
		"users from sign-ins are adopted":             testProvisionedAdoption,
		"what was pushed waits until enabled":         testProvisionedWaiting,
		"a deactivated user is out":                   testProvisionedDeactivation,
		"a deleted user is not created again":         testProvisionedDeletion,
		"a name is given to another person":           testProvisionedNameReused,
		"an externalId is a plain text":               testProvisionedExternalID,
		"no account of another is taken over":         testProvisionedTakeover,
		"an address is verified by its domain":        testProvisionedVerified,
		"a known login is held":                       testProvisionedHeld,
		"members join and leave":                      testProvisionedJoinAndLeave,
		"another pushed group keeps its members":      testProvisionedElsewhere,
		"a created group is renamed":                  testProvisionedCreatedRename,
		"the brake holds a mass removal":              testProvisionedBrake,
		"the last admin is held":                      testProvisionedLastAdmin,
		"missing groups are created and undone":       testProvisionedCreation,
		"a renamed group keeps its members":           testProvisionedRename,
		"the identity provider owns the profile":      testProvisionedProfile,
		"a preview says what enabling does":           testProvisionedPreview,
		"applying goes on after a crash":              testProvisionedResumed,
		"a push and a sign-in make one account":       testProvisionedRace,
		"a deactivation and a sign-in at once":        testDeactivationRace,
		"a switch adopts three hundred from sign-ins": testProvisionedSwitch,
	}
}

// provisionEffects are the methods about what follows from pushes.
func (f foreign) provisionEffects() calls {
	ctx, db, ent := f.w.Context(), f.w.db, f.other.ent.ID
	return calls{
		"CreatedGroups": func() (int, error) {
			all, err := db.CreatedGroups(ctx, ent, f.w.conn.ID)
			return len(all), err
		},
		"UndoCreatedGroups": func() (int, error) {
			deleted, kept, err := db.UndoCreatedGroups(ctx, by, ent, f.w.conn.ID)
			return deleted + kept, err
		},
		"DeprovisionReceipts": func() (int, error) {
			all, err := db.DeprovisionReceipts(ctx, ent, "push-00000000000000000000000000")
			return len(all), err
		},
		"PreviewProvisioning": func() (int, error) {
			p, err := db.PreviewProvisioning(ctx, ent, f.w.conn.ID, sso.Config{})
			return p.Adopted + p.Created + p.Held, err
		},
		"ProvisionedAmong": func() (int, error) {
			all, err := db.ProvisionedAmong(ctx, ent, f.w.conn.ID, []sso.UserID{f.user.ID, f.pushed.Account})
			return len(all), err
		},
		"OrganizationNamed": func() (int, error) {
			o, err := db.OrganizationNamed(ctx, ent, string(f.w.orgs["web"].ID))
			return count(o.ID != ""), err
		},
	}
}

// provisionUser pushes a user as identity providers do: an account that was there
// before is matched and updated.
func (w *world) provisionUser(name string) sso.ProvisionedUser {
	w.Helper()
	u, err := w.matchOrCreate(name)
	w.ok(err)
	return u
}

func (w *world) matchOrCreate(name string) (sso.ProvisionedUser, error) {
	u, err := w.db.CreateProvisionedUser(w.Context(), w.scimPush(), pushed(name))
	if exists, is := errors.AsType[*sso.ResourceExistsError](err); is {
		_, u, err = w.db.ChangeProvisionedUser(
			w.Context(), w.scimPush(), exists.ID, func(sso.ProvisionedUser) (sso.ProvisionedUser, error) {
				return pushed(name), nil
			},
		)
	}
	return u, err
}

// provisionGroup pushes a group as identity providers do: a group that was there
// before is matched, and its members are added.
func (w *world) provisionGroup(name string, members ...sso.ResourceID) sso.ProvisionedGroup {
	w.Helper()
	change := sso.MemberChange{Add: members}
	g, _, err := w.db.CreateProvisionedGroup(w.Context(), w.scimPush(), pushedGroup(name), change)
	if exists, is := errors.AsType[*sso.ResourceExistsError](err); is {
		g, _, err = w.db.ChangeProvisionedGroup(
			w.Context(), w.scimPush(), exists.ID,
			func(sso.ProvisionedGroup) (sso.ProvisionedGroup, sso.MemberChange, error) {
				return pushedGroup(name), change, nil
			},
		)
	}
	w.ok(err)
	return g
}

// scimPush returns a request with an event of its own.
func (w *world) scimPush() sso.Push {
	p := w.push()
	p.Event = sso.NewID[sso.ProvisioningEventID](w.clock.Now())
	return p
}

// provision switches the world's connection to SCIM.
func (w *world) provision(changes ...func(*sso.Config)) {
	w.Helper()
	_, err := w.db.UpdateConnection(
		w.Context(), by, w.ent.ID, w.conn.ID, "connection.enabled",
		func(c sso.Connection) (sso.Connection, error) {
			live := *c.Live
			live.Provisioning = sso.ProvisionSCIM
			for _, change := range changes {
				change(&live)
			}
			c.Live = &live
			c.State = sso.ConnectionEnabled
			return c, nil
		},
	)
	w.ok(err)
}

// accountOf returns the account of a provisioned user.
func (w *world) accountOf(u sso.ProvisionedUser) sso.User {
	w.Helper()
	got, err := w.db.ProvisionedUser(w.Context(), w.ent.ID, w.conn.ID, u.ID)
	w.ok(err)
	if got.Account == "" {
		w.Fatalf("%s has no account", u.UserName)
	}
	a, err := w.db.User(w.Context(), w.ent.ID, got.Account)
	w.ok(err)
	return a
}

// setActive changes whether a provisioned user is active.
func (w *world) setActive(u sso.ProvisionedUser, active bool) sso.Push {
	w.Helper()
	p := w.scimPush()
	_, _, err := w.db.ChangeProvisionedUser(
		w.Context(), p, u.ID, func(u sso.ProvisionedUser) (sso.ProvisionedUser, error) {
			u.Active = active
			return u, nil
		},
	)
	w.ok(err)
	return p
}

func (w *world) pushMembers(id sso.ResourceID, change sso.MemberChange) {
	w.Helper()
	_, _, err := w.db.ChangeProvisionedGroup(
		w.Context(), w.scimPush(), id,
		func(g sso.ProvisionedGroup) (sso.ProvisionedGroup, sso.MemberChange, error) { return g, change, nil },
	)
	w.ok(err)
}

func (w *world) sessions(u sso.UserID) int {
	w.Helper()
	all, err := w.db.UserSessions(w.Context(), w.ent.ID, u)
	w.ok(err)
	return len(all)
}

// refused asserts that a sign-in of a subject fails with a code.
func (w *world) refused(s sso.SignIn, code string) {
	w.Helper()
	_, _, err := w.db.RecordLogin(w.Context(), s, keep)
	if sso.CodeOf(err) != code {
		w.Errorf("the sign-in of %s: %v; want %s", s.Identity.Login, err, code)
	}
}

// keep changes no membership.
func keep(sso.SignInFacts) (sso.Verdict, error) {
	return sso.Verdict{Memberships: sso.MembershipChanges{Record: sso.SyncRecord{Mode: sso.SyncKeep}}}, nil
}

func testProvisionedAccount(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision()
	u := w.provisionUser("ada")
	got := w.accountOf(u)
	w.same(sso.User{
		ID:         sso.UserID(u.ID),
		Enterprise: w.ent.ID,
		Login:      "ada@acme.test",
		Email:      "ada@acme.test",
		Name:       "ADA",
		Status:     sso.UserActive,
		CreatedAt:  w.clock.Now(),
	}, got)
	provisioned := false
	s := w.signIn("opaque")
	s.Identity.Login = "Ada@acme.test"
	user, _, err := w.db.RecordLogin(t.Context(), s, func(f sso.SignInFacts) (sso.Verdict, error) {
		provisioned = f.Provisioned && f.First
		return keep(f)
	})
	w.ok(err)
	if user.ID != got.ID || user.Name != "ADA" || user.Login != got.Login || !provisioned {
		t.Errorf("signed in as %+v, provisioned %v", user, provisioned)
	}
	if again, _ := w.record(w.signIn("opaque")); again.ID != got.ID {
		t.Errorf("the second time as %s", again.ID)
	}
	w.provisionUser("bob")
	s = w.signIn("ext-bob") // by externalId, whatever the login
	s.Identity.Login = "robert"
	if user, _ = w.record(s); user.Name != "BOB" {
		t.Errorf("signed in as %+v", user)
	}
}

func testProvisionedAdoption(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	w.provision()
	u := w.provisionUser("ada")
	if got := w.accountOf(u); got.ID != ada.ID || got.Name != "ADA" {
		t.Errorf("got %+v; want %s", got, ada.ID)
	}
	if w.sessions(ada.ID) != 1 {
		t.Error("the session ended")
	}
	jit := []string{"app/Members=default", "app/dev=jit", "web/Members=default", "web/dev=jit"}
	w.same(jit, w.memberships(ada.ID))
	w.provisionGroup("dev", u.ID)
	w.same(
		[]string{"app/Members=default", "app/dev=scim", "web/Members=default", "web/dev=scim"},
		w.memberships(ada.ID),
	)
	if w.sessions(ada.ID) != 1 {
		t.Error("the session ended")
	}
}

func testProvisionedWaiting(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada")
	u, bob, cleo := w.provisionUser("ada"), w.provisionUser("bob"), w.provisionUser("cleo")
	w.provisionGroup("dev", u.ID, bob.ID)
	w.ok(w.db.DeleteProvisionedUser(t.Context(), w.push(), cleo.ID))
	got, err := w.db.ProvisionedUser(t.Context(), w.ent.ID, w.conn.ID, bob.ID)
	w.ok(err)
	if got.Account != "" || len(w.memberships(ada.ID)) != 0 {
		t.Fatalf("applied at once: %+v", got)
	}
	w.provision()
	if w.accountOf(u).ID != ada.ID {
		t.Error("Ada was not adopted")
	}
	want := []string{"app/Members=default", "app/dev=scim", "web/Members=default", "web/dev=scim"}
	w.same(want, w.memberships(ada.ID))
	w.same(want, w.memberships(w.accountOf(bob).ID))
	w.refused(w.signIn("cleo"), "user_inactive")
	w.ok(w.db.ApplyProvisioned(t.Context())) // nothing is left
}

func testProvisionedDeactivation(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision()
	u := w.provisionUser("ada")
	w.provisionGroup("dev", u.ID)
	ada, _, err := w.db.RecordLogin(t.Context(), w.signIn("ada"), keep)
	w.ok(err)
	in := w.memberships(ada.ID)
	p := w.setActive(u, false)
	if w.sessions(ada.ID) != 0 || w.accountOf(u).Status != sso.UserDeactivated {
		t.Error("the user is not out")
	}
	receipts, err := w.db.DeprovisionReceipts(t.Context(), w.ent.ID, p.Event)
	w.ok(err)
	w.same([]sso.DeprovisionReceipt{{
		Event:    p.Event,
		User:     ada.ID,
		Login:    "ada@acme.test",
		Sessions: 1,
		At:       w.clock.Now(),
	}}, receipts)
	w.same(in, w.memberships(ada.ID))
	w.refused(w.signIn("ada"), "user_inactive")
	other := w.signIn("elsewhere")
	other.Identity.Login = "ada@acme.test"
	w.refused(other, "user_inactive")
	w.setActive(u, true)
	if w.accountOf(u).Status != sso.UserActive || w.sessions(ada.ID) != 0 {
		t.Error("the user is not back, or a session is")
	}
	w.same(in, w.memberships(ada.ID))
	w.clock.Move(time.Second)
	if again, _, err := w.db.RecordLogin(t.Context(), w.signIn("ada"), keep); err != nil || again.ID != ada.ID {
		t.Errorf("signed in as %s, %v", again.ID, err)
	}
}

// testProvisionedExternalID: an externalId that is the ID of something here finds
// nothing by it.
func testProvisionedExternalID(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision()
	owner := w.accountOf(w.provisionUser("owner"))
	accounts := map[sso.UserID]string{owner.ID: "owner"}
	for i, external := range []string{
		"1", "0", "../", string(owner.ID), string(w.ent.ID), string(w.conn.ID), "' or 1=1 --", "owner@acme.test",
	} {
		u := pushed(fmt.Sprintf("user%d", i))
		u.ExternalID = external
		got, err := w.db.CreateProvisionedUser(t.Context(), w.scimPush(), u)
		w.ok(err)
		if other := accounts[got.Account]; other != "" || got.ExternalID != external {
			t.Errorf("%q: the account of %s, %q", external, other, got.ExternalID)
		}
		accounts[got.Account] = external
	}
	w.same(owner, w.accountOf(sso.ProvisionedUser{ID: sso.ResourceID(owner.ID), UserName: "owner"}))
}

// testProvisionedTakeover: neither an address nor a login of another connection, or
// of another company, leads to an account.
func testProvisionedTakeover(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	other := addWorld(t, w.db, w.clock, "globex")
	foreign, _ := other.enter("ada")
	second := *w
	second.conn = w.connection("Second")
	known, _ := second.enter("bob")
	w.provision()
	if got := w.accountOf(w.provisionUser("ada")); got.ID == foreign.ID {
		t.Error("the account of another company was taken over")
	}
	w.held("bob")
	byAddress := pushed("robert")
	byAddress.Emails[0].Value = known.Email
	got, err := w.db.CreateProvisionedUser(t.Context(), w.scimPush(), byAddress)
	w.ok(err)
	if got.Account == known.ID {
		t.Error("the account was found by its address")
	}
	after, err := w.db.User(t.Context(), w.ent.ID, known.ID)
	w.ok(err)
	w.same(known, after)
	p := w.scimPush()
	p.Connection = second.conn.ID
	_, _, err = w.db.ChangeProvisionedUser(
		t.Context(), p, got.ID, func(u sso.ProvisionedUser) (sso.ProvisionedUser, error) { return u, nil },
	)
	w.fails(err, sso.NotFoundKind, "not_found")
}

// testProvisionedVerified: the address of a pushed user counts as verified only if
// the company has proven its domain.
func testProvisionedVerified(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision()
	if w.accountOf(w.provisionUser("ada")).EmailVerified {
		t.Error("an address of a domain that is not proven is verified")
	}
	_, err := w.db.CreateDomain(t.Context(), by, sso.Domain{
		Enterprise: w.ent.ID,
		Name:       "acme.test",
		TXTRecord:  "x",
		VerifiedAt: w.clock.Now(),
	})
	w.ok(err)
	if !w.accountOf(w.provisionUser("bob")).EmailVerified {
		t.Error("an address of a proven domain is not verified")
	}
}

func testProvisionedDeletion(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision()
	u := w.provisionUser("ada")
	w.provisionGroup("dev", u.ID)
	account := w.accountOf(u)
	w.ok(w.db.DeleteProvisionedUser(t.Context(), w.scimPush(), u.ID))
	got, err := w.db.User(t.Context(), w.ent.ID, account.ID)
	w.ok(err)
	if got.Status != sso.UserDeactivated || len(w.memberships(account.ID)) != 0 {
		t.Errorf("%s, in %v", got.Status, w.memberships(account.ID))
	}
	w.refused(w.signIn("ada"), "user_inactive")
	byExternalID := w.signIn("ext-ada")
	byExternalID.Identity.Login = "lovelace"
	w.refused(byExternalID, "user_inactive")
	second := *w
	second.conn = w.connection("Second")
	w.refused(second.signIn("ada"), "user_inactive")
	again := w.provisionUser("ada")
	if w.accountOf(again).ID != account.ID || w.accountOf(again).Status != sso.UserActive {
		t.Errorf("pushed again, the account is %+v", w.accountOf(again))
	}
	w.record(w.signIn("ada"))
}

func testProvisionedNameReused(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision()
	u := w.provisionUser("ada")
	first := w.accountOf(u)
	w.record(w.signIn("ada"))
	w.ok(w.db.DeleteProvisionedUser(t.Context(), w.scimPush(), u.ID))
	another := pushed("ada")
	another.ExternalID = "ext-another"
	got, err := w.db.CreateProvisionedUser(t.Context(), w.scimPush(), another)
	w.ok(err)
	if got.Account == first.ID {
		t.Fatal("the account of another person was taken over")
	}
	if user, _ := w.record(w.signIn("ext-another")); user.ID != got.Account {
		t.Errorf("signed in as %s", user.ID)
	}
	w.refused(w.signIn("ada"), "user_inactive")
}

// held pushes a user whose login an account of another connection has.
func (w *world) held(name string) *sso.IdentityHeldError {
	w.Helper()
	_, err := w.db.CreateProvisionedUser(w.Context(), w.scimPush(), pushed(name))
	w.fails(err, sso.Conflict, "identity_held")
	held, is := errors.AsType[*sso.IdentityHeldError](err)
	if !is {
		w.Fatalf("got %v", err)
	}
	return held
}

func testProvisionedHeld(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	first := *w
	first.conn = w.connection("First")
	w.provision()
	for name, c := range map[string]struct {
		decision sso.QuestionDecision
		same     bool // the account of the other connection gets the resource
		login    string
	}{
		"same":    {sso.QuestionDecision{Answer: sso.AnswerSame}, true, "same@acme.test"},
		"another": {sso.QuestionDecision{Answer: sso.AnswerAnother, Login: "second"}, false, "second"},
		"holder": {
			sso.QuestionDecision{Answer: sso.AnswerAnother, Login: "third", Holder: true}, false, "holder@acme.test",
		},
		"replaces": {sso.QuestionDecision{Answer: sso.AnswerReplaces}, false, "replaces@acme.test"},
	} {
		holder, _ := first.enter(name)
		held := w.held(name)
		w.held(name) // tried again
		if held.Account != holder.ID {
			t.Errorf("%s: held for %s", name, held.Account)
		}
		open, _, err := w.db.IdentityQuestions(t.Context(), w.ent.ID, sso.QuestionFilter{
			State: sso.QuestionWaiting,
		}, sso.Page{})
		w.ok(err)
		if len(open) != 1 || open[0].Holder != holder.ID || open[0].Login != name+"@acme.test" {
			t.Fatalf("%s: the questions are %+v", name, open)
		}
		_, err = w.db.AnswerQuestion(t.Context(), by, w.ent.ID, open[0].ID, c.decision)
		w.ok(err)
		u := w.provisionUser(name)
		got := w.accountOf(u)
		if (got.ID == holder.ID) != c.same || got.Login != c.login || got.Status != sso.UserActive {
			t.Errorf("%s: the account is %+v", name, got)
		}
	}
}

func testProvisionedJoinAndLeave(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision()
	ada, bob := w.provisionUser("ada"), w.provisionUser("bob")
	w.ok(w.db.AddMember(t.Context(), by, w.ent.ID, w.group["app/ops"].ID, w.accountOf(bob).ID))
	g := w.provisionGroup("ops", ada.ID)
	w.pushMembers(g.ID, sso.MemberChange{Add: []sso.ResourceID{bob.ID}})
	w.same([]string{"app/Members=default", "app/ops=scim"}, w.memberships(w.accountOf(ada).ID))
	w.same([]string{"app/Members=default", "app/ops=manual"}, w.memberships(w.accountOf(bob).ID))
	w.clock.Move(time.Minute)
	w.pushMembers(g.ID, sso.MemberChange{Replace: true})
	w.same([]string{}, w.memberships(w.accountOf(ada).ID))
	w.same([]string{"app/Members=default", "app/ops=manual"}, w.memberships(w.accountOf(bob).ID))
	past, err := w.db.UserMembershipsAt(t.Context(), w.ent.ID, w.accountOf(ada).ID, w.clock.Now().Add(-time.Second))
	w.ok(err)
	if len(past) != 2 {
		t.Errorf("the history has %+v", past)
	}
}

// testProvisionedElsewhere: another pushed group of the same group keeps its members.
func testProvisionedElsewhere(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision()
	ada := w.provisionUser("ada")
	g := w.provisionGroup("ops", ada.ID)
	_, err := w.db.UpdateGroup(t.Context(), by, w.ent.ID, w.group["app/ops"].ID, func(g sso.Group) (sso.Group, error) {
		g.IDPNames = []string{"operations"}
		return g, nil
	})
	w.ok(err)
	w.provisionGroup("operations", ada.ID)
	w.ok(w.db.DeleteProvisionedGroup(t.Context(), w.scimPush(), g.ID))
	w.same([]string{"app/Members=default", "app/ops=scim"}, w.memberships(w.accountOf(ada).ID))
}

// crowd pushes users and a group of all of them.
func (w *world) crowd(group string, n int) (g sso.ProvisionedGroup, all []sso.ResourceID) {
	w.Helper()
	for i := range n {
		all = append(all, w.provisionUser(fmt.Sprintf("user%d", i)).ID)
	}
	return w.provisionGroup(group, all...), all
}

// counts asserts how many members a group has.
func (w *world) counts(group sso.GroupID, want int) {
	w.Helper()
	members, _, err := w.db.GroupMembers(w.Context(), w.ent.ID, group, sso.Page{Limit: 100})
	w.ok(err)
	if len(members) != want {
		w.Errorf("%d members, want %d", len(members), want)
	}
}

func testProvisionedBrake(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision()
	g, all := w.crowd("ops", 30)
	w.clock.Move(2 * time.Hour)
	w.pushMembers(g.ID, sso.MemberChange{Remove: all[:5]})
	ops := w.group["app/ops"].ID
	count := func(want int) {
		t.Helper()
		w.counts(ops, want)
	}
	count(25)
	w.pushMembers(g.ID, sso.MemberChange{Replace: true, Add: all[29:]})
	count(25)
	w.members(g.ID, w.resource(all[29]))
	held, _, err := w.db.HeldSyncs(t.Context(), w.ent.ID, sso.HeldFilter{State: sso.HeldWaiting}, sso.Page{Limit: 100})
	w.ok(err)
	if len(held) != 24 || held[0].Changes.Cause != sso.HeldGroupShare || held[0].Changes.Group != ops {
		t.Fatalf("%d are held: %+v", len(held), held)
	}
	w.pushMembers(g.ID, sso.MemberChange{Add: all[5:7]}) // no longer held
	done, err := w.db.DecideHeldSyncs(t.Context(), by, w.ent.ID, sso.HeldDecision{
		Cause:   sso.HeldGroupShare,
		Approve: true,
	})
	w.ok(err)
	if done.Decided != 22 {
		t.Errorf("decided %+v", done)
	}
	count(3)
	w.pushMembers(g.ID, sso.MemberChange{Remove: all[5:6]}) // allowed for a while
	count(2)
}

func (w *world) resource(id sso.ResourceID) sso.ProvisionedUser {
	w.Helper()
	u, err := w.db.ProvisionedUser(w.Context(), w.ent.ID, w.conn.ID, id)
	w.ok(err)
	return u
}

func testProvisionedLastAdmin(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision()
	_, err := w.db.UpdateGroup(t.Context(), by, w.ent.ID, w.group["app/ops"].ID, func(g sso.Group) (sso.Group, error) {
		g.Admin = true
		return g, nil
	})
	w.ok(err)
	ada, bob := w.provisionUser("ada"), w.provisionUser("bob")
	g := w.provisionGroup("ops", ada.ID, bob.ID)
	w.pushMembers(g.ID, sso.MemberChange{Remove: []sso.ResourceID{ada.ID}})
	w.same([]string{}, w.memberships(w.accountOf(ada).ID))
	w.pushMembers(g.ID, sso.MemberChange{Remove: []sso.ResourceID{bob.ID}})
	w.same([]string{"app/Members=default", "app/ops=scim"}, w.memberships(w.accountOf(bob).ID))
	held, _, err := w.db.HeldSyncs(t.Context(), w.ent.ID, sso.HeldFilter{Cause: sso.HeldLastAdmin}, sso.Page{})
	w.ok(err)
	if len(held) != 1 || held[0].User != w.accountOf(bob).ID {
		t.Errorf("held: %+v", held)
	}
	// About people the identity provider decides.
	w.setActive(bob, false)
	if w.accountOf(bob).Status != sso.UserDeactivated {
		t.Error("the last admin was not deactivated")
	}
}

func (w *world) createsGroups() {
	w.provision(func(cfg *sso.Config) {
		cfg.SCIM.CreateGroups = sso.CreateGroups{
			Organizations: []sso.OrganizationID{w.orgs["web"].ID},
			Filter:        "^grp_",
			Cap:           2,
		}
	})
}

// created returns the groups that pushes created, by name.
func (w *world) created() map[string]sso.GroupID {
	w.Helper()
	groups, err := w.db.CreatedGroups(w.Context(), w.ent.ID, w.conn.ID)
	w.ok(err)
	all := map[string]sso.GroupID{}
	for _, g := range groups {
		all[g.Name] = g.ID
	}
	return all
}

func testProvisionedCreation(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.createsGroups()
	ada, eve := w.provisionUser("ada"), w.provisionUser("eve")
	w.provisionGroup("grp_a", ada.ID)
	w.provisionGroup("grp_b")
	w.provisionGroup("grp_c") // over the cap
	w.provisionGroup("team")  // not by the filter
	w.provisionGroup("ops")   // there already
	w.same([]string{"grp_a", "grp_b"}, slices.Sorted(maps.Keys(w.created())))
	w.same([]string{"web/Members=default", "web/grp_a=scim"}, w.memberships(w.accountOf(ada).ID))
	w.ok(w.db.AddMember(t.Context(), by, w.ent.ID, w.created()["grp_b"], w.accountOf(eve).ID))
	deleted, kept, err := w.db.UndoCreatedGroups(t.Context(), by, w.ent.ID, w.conn.ID)
	w.ok(err)
	if deleted != 1 || kept != 1 {
		t.Errorf("deleted %d, kept %d", deleted, kept)
	}
	w.same([]string{"grp_b"}, slices.Sorted(maps.Keys(w.created())))
	w.same([]string{}, w.memberships(w.accountOf(ada).ID))
}

// renamed gives a pushed group another name.
func (w *world) renamed(id sso.ResourceID, name string) {
	w.Helper()
	_, _, err := w.db.ChangeProvisionedGroup(
		w.Context(), w.scimPush(), id,
		func(g sso.ProvisionedGroup) (sso.ProvisionedGroup, sso.MemberChange, error) {
			g.DisplayName = name
			return g, sso.MemberChange{}, nil
		},
	)
	w.ok(err)
}

func testProvisionedCreatedRename(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.createsGroups()
	ada := w.provisionUser("ada")
	g := w.provisionGroup("grp_a", ada.ID)
	w.renamed(g.ID, "grp_x")
	w.same([]string{"grp_x"}, slices.Sorted(maps.Keys(w.created())))
	w.same([]string{"web/Members=default", "web/grp_x=scim"}, w.memberships(w.accountOf(ada).ID))
	w.renamed(g.ID, "dev") // taken, and now it is that group
	w.same(
		[]string{"app/Members=default", "app/dev=scim", "web/Members=default", "web/dev=scim"},
		w.memberships(w.accountOf(ada).ID),
	)
}

func testProvisionedRename(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision()
	_, err := w.db.UpdateGroup(t.Context(), by, w.ent.ID, w.group["web/sre"].ID, func(g sso.Group) (sso.Group, error) {
		g.IDPNames = []string{"ops", "operations"}
		return g, nil
	})
	w.ok(err)
	ada := w.provisionUser("ada")
	g := w.provisionGroup("ops", ada.ID) // app/ops by name, web/sre by IdP name
	since := w.clock.Now()
	w.clock.Move(time.Minute)
	w.renamed(g.ID, "operations")
	w.same([]string{"web/Members=default", "web/sre=scim"}, w.memberships(w.accountOf(ada).ID))
	all, err := w.db.UserMemberships(t.Context(), w.ent.ID, w.accountOf(ada).ID)
	w.ok(err)
	for _, m := range all {
		if !m.Membership.Since.Equal(since) {
			t.Errorf("%s since %s", m.Group.Name, m.Membership.Since)
		}
	}
}

func testProvisionedProfile(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision()
	u := w.provisionUser("ada")
	edit := func(change func(*sso.User)) error {
		_, err := w.db.UpdateUser(t.Context(), by, w.ent.ID, w.accountOf(u).ID, func(u sso.User) (sso.User, error) {
			change(&u)
			return u, nil
		})
		return err
	}
	w.fails(edit(func(u *sso.User) { u.Name = "Countess" }), sso.Conflict, "provisioned_by_scim")
	w.fails(edit(func(u *sso.User) { u.Login = "countess" }), sso.Conflict, "provisioned_by_scim")
	w.ok(edit(func(u *sso.User) { u.Status = sso.UserDeactivated }))
	_, _, err := w.db.ChangeProvisionedUser(
		t.Context(), w.scimPush(), u.ID, func(u sso.ProvisionedUser) (sso.ProvisionedUser, error) {
			u.Name = "Lovelace"
			u.UserName = "lovelace@acme.test"
			return u, nil
		},
	)
	w.ok(err)
	if got := w.accountOf(u); got.Name != "Lovelace" || got.Login != "lovelace@acme.test" ||
		got.Status != sso.UserDeactivated {
		t.Errorf("the account is %+v", got)
	}
}

func testProvisionedSwitch(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	const people = 300
	before := map[string]sso.UserID{}
	var all []sso.ResourceID
	for i := range people {
		name := fmt.Sprintf("user%d", i)
		u, _ := w.enter(name, "dev")
		before[name] = u.ID
	}
	for i := range people {
		all = append(all, w.provisionUser(fmt.Sprintf("user%d", i)).ID)
	}
	w.provisionGroup("dev", all...)
	w.previews(people)
	w.provision()
	for i, id := range all {
		name := fmt.Sprintf("user%d", i)
		account := w.accountOf(sso.ProvisionedUser{ID: id, UserName: name})
		if account.ID != before[name] || w.sessions(account.ID) != 1 {
			t.Errorf("%s: %+v, %d sessions", name, account, w.sessions(account.ID))
		}
	}
	w.same(
		[]string{"app/Members=default", "app/dev=scim", "web/Members=default", "web/dev=scim"},
		w.memberships(before["user7"]),
	)
	users, _, err := w.db.Users(t.Context(), w.ent.ID, sso.UserFilter{Login: "user7@acme.test"}, sso.Page{})
	w.ok(err)
	if len(users) != 1 {
		t.Errorf("there are %d of user7", len(users))
	}
}

// previews asserts what the switch of people from sign-ins, all in dev, would come
// to.
func (w *world) previews(people int) {
	w.Helper()
	cfg := *w.conn.Live
	cfg.Provisioning = sso.ProvisionSCIM
	p, err := w.db.PreviewProvisioning(w.Context(), w.ent.ID, w.conn.ID, cfg)
	w.ok(err)
	byID := func(a, b sso.ProvisioningGroupPreview) int { return strings.Compare(string(a.Group), string(b.Group)) }
	slices.SortFunc(p.Groups, byID)
	want := sso.ProvisioningPreview{Adopted: people}
	for _, name := range []string{"web/dev", "app/dev"} {
		want.Groups = append(want.Groups, sso.ProvisioningGroupPreview{
			Group:        w.group[name].ID,
			Name:         "dev",
			Organization: w.group[name].Organization,
			Confirm:      people,
		})
	}
	slices.SortFunc(want.Groups, byID)
	w.same(want, p)
}

// testProvisionedPreview: new users, those of another account and a group that is
// not here are counted, and nothing is written.
func testProvisionedPreview(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	second := *w
	second.conn = w.connection("Second")
	second.enter("eve")
	ada, _ := w.enter("ada", "ops")
	a, b, c := w.provisionUser("ada"), w.provisionUser("bob"), w.provisionUser("eve")
	w.provisionGroup("ops", a.ID, b.ID, c.ID)
	w.provisionGroup("elsewhere")
	before := w.dump()
	cfg := *w.conn.Live
	cfg.Provisioning = sso.ProvisionSCIM
	p, err := w.db.PreviewProvisioning(t.Context(), w.ent.ID, w.conn.ID, cfg)
	w.ok(err)
	ops := w.group["app/ops"]
	w.same(sso.ProvisioningPreview{
		Adopted: 1,
		Created: 1,
		Held:    1,
		Groups: []sso.ProvisioningGroupPreview{{
			Group:        ops.ID,
			Name:         "ops",
			Organization: ops.Organization,
			Join:         1,
			Confirm:      1,
		}},
		UnmatchedGroups: []string{"elsewhere"},
	}, p)
	w.same(before, w.dump())
	w.provision()
	w.counts(ops.ID, 2)
	if w.accountOf(a).ID != ada.ID {
		t.Error("Ada was not adopted")
	}
	w.ok(w.db.ApplyProvisioned(t.Context())) // again: nothing changes
	w.counts(ops.ID, 2)
}

// testProvisionedResumed: a node that stops while it applies what was pushed leaves
// the rest to another.
func testProvisionedResumed(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	g, all := w.crowd("ops", 3)
	slices.Sort(all)
	w.provision()
	ops := w.group["app/ops"].ID
	w.counts(ops, 3)
	raw := Raw(t, w.dsn)
	defer raw.Close() //nolint:errcheck // a connection of a test
	for _, statement := range []string{
		"delete from memberships",
		"insert into provisioned_pending (enterprise_id, connection_id, event_id, phase, after, asked_at) values ('" +
			string(w.ent.ID) + "', '" + string(w.conn.ID) + "', 'push-resumed', 'teams', '" + string(g.ID) + " " +
			string(all[0]) + "', 1)",
	} {
		_, err := raw.Exec(statement)
		w.ok(err)
	}
	w.ok(w.db.ApplyProvisioned(t.Context()))
	w.counts(ops, 2) // behind the first
	w.ok(w.db.ApplyProvisioned(t.Context()))
	w.counts(ops, 2)
}

// testProvisionedRace is a push of a user beside their first sign-in.
func testProvisionedRace(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision()
	for i := range 20 {
		name := fmt.Sprintf("user%d", i)
		done := make(chan error, 2)
		go func() {
			_, err := w.matchOrCreate(name)
			done <- err
		}()
		s := w.signIn(name)
		go func() {
			_, _, err := w.db.RecordLogin(t.Context(), s, keep)
			done <- err
		}()
		w.ok(<-done)
		w.ok(<-done)
		users, _, err := w.db.Users(t.Context(), w.ent.ID, sso.UserFilter{Login: name + "@acme.test"}, sso.Page{})
		w.ok(err)
		if len(users) != 1 || w.sessions(users[0].ID) != 1 || w.accountOf(w.provisionUser(name)).ID != users[0].ID {
			t.Errorf("%s: %d accounts: %+v", name, len(users), users)
		}
	}
}

// testDeactivationRace is a deactivation beside a sign-in: no session is left.
func testDeactivationRace(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision()
	for i := range 20 {
		name := fmt.Sprintf("user%d", i)
		u := w.provisionUser(name)
		w.record(w.signIn(name))
		done := make(chan error, 2)
		s := w.signIn(name)
		go func() {
			_, _, err := w.db.RecordLogin(t.Context(), s, keep)
			done <- err
		}()
		go func() {
			_, _, err := w.db.ChangeProvisionedUser(
				t.Context(), w.scimPush(), u.ID, func(u sso.ProvisionedUser) (sso.ProvisionedUser, error) {
					u.Active = false
					return u, nil
				},
			)
			done <- err
		}()
		for range 2 {
			if err := <-done; err != nil && sso.CodeOf(err) != "user_inactive" {
				t.Fatal(err)
			}
		}
		if account := w.accountOf(u); account.Status != sso.UserDeactivated || w.sessions(account.ID) != 0 {
			t.Errorf("%s: %s with %d sessions", name, account.Status, w.sessions(account.ID))
		}
	}
}
