package storetest

import (
	"fmt"
	"testing"
	"time"

	"gatehouse/sso"
)

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
		ReceiptID: sso.ReceiptID{
			Event: p.Event,
			User:  ada.ID,
		},
		Login: "ada@acme.test",
		Ended: sso.EndedAccess{Sessions: 1},
		At:    w.clock.Now(),
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

// testProvisionedResourceReused: an identity provider finds the resource of a person who
// left by the userName, and makes it the next person's. That one gets an account of their
// own; the former account stays ended, and comes back with its externalId.
func testProvisionedResourceReused(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision()
	u := w.provisionUser("ada")
	first := w.accountOf(u)
	w.record(w.signIn("ada"))
	w.provisionGroup("dev", u.ID)
	was := w.memberships(first.ID)
	w.setActive(u, false)
	w.give(u, "ext-another")
	next := w.accountOf(u)
	w.same(0, len(w.memberships(first.ID)))
	w.same(was, w.memberships(next.ID))
	if next.ID == first.ID || next.Status != sso.UserActive || w.userOf(first.ID).Status != sso.UserDeactivated {
		t.Fatalf("%+v is given to another person: %+v", w.userOf(first.ID), next)
	}
	newcomer := w.signIn("s-another")
	newcomer.Identity.Login = u.UserName
	if user, _ := w.record(newcomer); user.ID != next.ID {
		t.Errorf("the next person signs in as %+v", user)
	}
	w.refused(w.signIn("ada"), "user_inactive")

	w.setActive(u, false)
	w.give(u, "ext-third")
	third := w.accountOf(u)
	w.ok(w.db.DeleteProvisionedUser(t.Context(), w.scimPush(), u.ID))
	back := w.provisionUser("ada")
	w.same(first.ID, w.accountOf(back).ID)
	w.same(sso.UserActive, w.userOf(first.ID).Status)
	for _, out := range []sso.UserID{next.ID, third.ID} {
		w.same(sso.UserDeactivated, w.userOf(out).Status)
	}
}

// give makes a resource active, with another externalId.
func (w *world) give(u sso.ProvisionedUser, external string) {
	w.Helper()
	_, _, err := w.db.ChangeProvisionedUser(
		w.Context(), w.scimPush(), u.ID, func(u sso.ProvisionedUser) (sso.ProvisionedUser, error) {
			u.ExternalID, u.Active = external, true
			return u, nil
		},
	)
	w.ok(err)
}

// testProvisionedRenamedBefore: a user who is renamed before the first sign-in is not the
// next person with the former login.
func testProvisionedRenamedBefore(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision()
	u := w.provisionUser("ada")
	ada := w.accountOf(u).ID
	_, _, err := w.db.ChangeProvisionedUser(
		t.Context(), w.scimPush(), u.ID, func(u sso.ProvisionedUser) (sso.ProvisionedUser, error) {
			u.UserName = "lovelace@acme.test"
			return u, nil
		},
	)
	w.ok(err)
	next, _ := w.record(w.claims("s-next", "ada@acme.test"))
	if next.ID == ada {
		t.Error("another person is the user who had the login")
	}
	first, _ := w.record(w.claims("s-ada", "lovelace@acme.test"))
	w.same(ada, first.ID)
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
