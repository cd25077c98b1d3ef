package storetest

import (
	"errors"
	"fmt"
	"testing"

	"gatehouse/sso"
)

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
