package storetest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/scim/filter"
	"gatehouse/sso"
)

// testProvisionedAdminDeactivated: a user whom an admin deactivated before the identity
// provider pushed them stays so, whatever it pushes, until an admin activates them. Then
// it may end them, and bring them back.
func testProvisionedAdminDeactivated(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada")
	w.provision()
	_, err := w.db.UpdateUser(t.Context(), by, w.ent.ID, ada.ID, func(u sso.User) (sso.User, error) {
		u.Status = sso.UserDeactivated
		return u, nil
	})
	w.ok(err)
	u := w.provisionUser("ada")
	if got := w.accountOf(u); got.ID != ada.ID || got.Status != sso.UserDeactivated {
		t.Errorf("the first push made the account %+v", got)
	}
	w.refused(w.signIn("ada"), "user_inactive")
	w.setActive(u, false)
	w.setActive(u, true)
	w.staysOff(u)
	w.ok(w.db.DeleteProvisionedUser(t.Context(), w.scimPush(), u.ID))
	u = w.provisionUser("ada")
	w.staysOff(u)
	w.activate(ada.ID)
	w.setActive(u, false)
	w.setActive(u, true)
	if got := w.accountOf(u); got.Status != sso.UserActive || got.EndedByPush {
		t.Errorf("false and then true made the account %+v", got)
	}
}

// testProvisionedKeptOff: an admin who deactivates a user whom a push had deactivated keeps
// them so, whatever is pushed. It is in the audit trail, and nothing changes the second time.
func testProvisionedKeptOff(t *testing.T, fresh fresh) {
	t.Run("pushed again", func(t *testing.T) {
		w := newWorld(t, fresh)
		w.provision()
		u := w.provisionUser("ada")
		w.setActive(u, false)
		w.setUserStatus(w.accountOf(u), sso.UserDeactivated)
		w.same([]string{"user.deactivated"}, w.actions(1))
		all := w.audited("user.deactivated")
		w.setUserStatus(w.accountOf(u), sso.UserDeactivated)
		w.same(all, w.audited("user.deactivated"))
		w.setActive(u, true)
		w.staysOff(u)
	})
	t.Run("deleted", func(t *testing.T) {
		w := newWorld(t, fresh)
		w.provision()
		u := w.provisionUser("ada")
		ada := w.accountOf(u)
		w.ok(w.db.DeleteProvisionedUser(t.Context(), w.scimPush(), u.ID))
		w.setUserStatus(ada, sso.UserDeactivated)
		u = w.provisionUser("ada")
		w.staysOff(u)
		w.activate(ada.ID)
		w.setActive(u, false)
		w.setActive(u, true)
		w.same(sso.UserActive, w.accountOf(u).Status)
	})
}

// testMergedKeptOff: so does one who deactivates the user into whom another was merged, and
// that is about both, also after the merge was undone.
func testMergedKeptOff(t *testing.T, fresh fresh) {
	t.Run("merged", func(t *testing.T) {
		w := newWorld(t, fresh)
		bob, _ := w.enter("bob")
		w.provision()
		u := w.provisionUser("ada")
		w.merge(w.accountOf(u).ID, bob.ID)
		w.setActive(u, false)
		w.setUserStatus(bob, sso.UserDeactivated)
		w.setActive(u, true)
		if got := w.userOf(bob.ID); got.Status != sso.UserDeactivated || got.EndedByPush {
			t.Errorf("a push made the kept account %+v", got)
		}
	})
	t.Run("merge undone", func(t *testing.T) {
		w := newWorld(t, fresh)
		bob, _ := w.enter("bob")
		w.provision()
		u := w.provisionUser("ada")
		w.setActive(u, false)
		ada := w.accountOf(u)
		m := w.merge(ada.ID, bob.ID)
		w.setUserStatus(bob, sso.UserDeactivated) // one decision about both
		_, err := w.db.UndoMerge(t.Context(), by, w.ent.ID, m.ID)
		w.ok(err)
		w.setActive(u, true)
		if got := w.userOf(ada.ID); got.Status != sso.UserDeactivated || got.EndedByPush {
			t.Errorf("a push made the account %+v", got)
		}
	})
}

// staysOff wants the account of a resource that was pushed as active to be deactivated,
// and the resource to say so.
func (w *world) staysOff(u sso.ProvisionedUser) {
	w.Helper()
	if got := w.accountOf(u); got.Status != sso.UserDeactivated || got.EndedByPush {
		w.Errorf("a push made the account %+v", got)
	}
	got, err := w.db.ProvisionedUser(w.Context(), w.ent.ID, w.conn.ID, u.ID)
	w.ok(err)
	if !got.Active || !got.AccountOff {
		w.Errorf("the resource is active: %t, its account is off: %t", got.Active, got.AccountOff)
	}
}

func (w *world) activate(user sso.UserID) {
	w.Helper()
	_, err := w.db.UpdateUser(w.Context(), by, w.ent.ID, user, func(u sso.User) (sso.User, error) {
		u.Status = sso.UserActive
		return u, nil
	})
	w.ok(err)
}

// testProvisionedNames: names and addresses that no sign-in could assert do not
// become those of an account.
func testProvisionedNames(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision()
	_, err := w.db.CreateDomain(t.Context(), by, sso.Domain{
		Enterprise: w.ent.ID,
		Name:       "acme.test",
		TXTRecord:  "x",
		VerifiedAt: w.clock.Now(),
	})
	w.ok(err)
	for i, address := range []string{
		"a@evil.test@acme.test", "a@acme.test\r\nBcc: b@evil.test", `"a@evil.test "@acme.test`, "ａ@acme.test", "a",
		"a@acme.test,b@evil.test",
	} {
		u := pushed(fmt.Sprintf("user%d", i))
		u.Emails[0].Value = address
		u.Name = "Ada\u202e" + strings.Repeat("x", i*100)
		got, err := w.db.CreateProvisionedUser(t.Context(), w.scimPush(), u)
		w.ok(err)
		account := w.accountOf(got)
		if account.Email != "" || account.EmailVerified || account.Name != u.UserName {
			t.Errorf("%q: the account is %+v", address, account)
		}
		if got.Emails[0].Value != address {
			t.Errorf("the resource has %q", got.Emails[0].Value)
		}
	}
	u := pushed("international")
	u.Emails[0].Value = "ada@bücher.example"
	got, err := w.db.CreateProvisionedUser(t.Context(), w.scimPush(), u)
	w.ok(err)
	w.same("ada@xn--bcher-kva.example", w.accountOf(got).Email)
}

// testProvisionedRenameFiltered: a group that a push created gets no name that no
// push could create.
func testProvisionedRenameFiltered(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.createsGroups()
	ada := w.provisionUser("ada")
	g := w.provisionGroup("grp_a", ada.ID)
	for _, name := range []string{"admins", "Members", "grp_\u202ex", "grp_e\u0301"} {
		w.renamed(g.ID, name)
		w.same([]string{"grp_a"}, slices.Sorted(maps.Keys(w.created())))
		w.same([]string{}, w.memberships(w.accountOf(ada).ID))
		w.renamed(g.ID, "grp_a")
		w.same([]string{"web/Members=default", "web/grp_a=scim"}, w.memberships(w.accountOf(ada).ID))
	}
}

// testProvisionedAnswered: what was held while a connection was enabled follows from
// the answer. The identity provider does not send it again.
func testProvisionedAnswered(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	first := *w
	first.conn = w.connection("First")
	bob, _ := first.enter("bob")
	eve, _ := first.enter("eve")
	b, e := w.provisionUser("bob"), w.provisionUser("eve")
	w.provisionGroup("dev", b.ID, e.ID)
	w.provision()
	w.setActive(e, false)
	open, _, err := w.db.IdentityQuestions(t.Context(), w.ent.ID, sso.QuestionFilter{
		State: sso.QuestionWaiting,
	}, sso.Page{})
	w.ok(err)
	w.same(2, len(open))
	for _, q := range open {
		_, err := w.db.AnswerQuestion(t.Context(), by, w.ent.ID, q.ID, sso.QuestionDecision{Answer: sso.AnswerSame})
		w.ok(err)
	}
	if got := w.accountOf(b); got.ID != bob.ID || got.Status != sso.UserActive || got.Name != "BOB" {
		t.Errorf("Bob is %+v", got)
	}
	w.same(
		[]string{"app/Members=default", "app/dev=scim", "web/Members=default", "web/dev=scim"}, w.memberships(bob.ID),
	)
	if got := w.accountOf(e); got.ID != eve.ID || got.Status != sso.UserDeactivated || w.sessions(eve.ID) != 0 {
		t.Errorf("Eve, whom the identity provider deactivated, is %+v with %d sessions", got, w.sessions(eve.ID))
	}
	w.refused(first.signIn("eve"), "user_inactive")
}

// testProvisionedLargePages: a page of the largest resources is shorter, and the next
// one goes on where it ended.
func testProvisionedLargePages(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	const users, largest = 40, 256 << 10
	for i := range users {
		u := pushed(fmt.Sprintf("user%d", i))
		u.Document = json.RawMessage(`{"userName":"` + u.UserName + `","urn:x:y":{"a":"` + strings.Repeat("x", largest) + `"}}`)
		_, err := w.db.CreateProvisionedUser(t.Context(), w.push(), u)
		w.ok(err)
	}
	seen := 0
	for page := (sso.ResourcePage{
		Limit: 1000,
		Total: true,
	}); ; {
		list := w.userPage(nil, page)
		if len(list.Items) > 16 || len(list.Items) == 0 {
			t.Fatalf("a page has %d", len(list.Items))
		}
		if page.Total {
			w.same(users, list.Total)
			rest := w.userPage(nil, sso.ResourcePage{
				Offset: len(list.Items),
				Limit:  1,
				Total:  true,
			})
			w.same(fmt.Sprintf("user%d@acme.test", len(list.Items)), rest.Items[0].UserName)
		}
		for _, u := range list.Items {
			w.same(fmt.Sprintf("user%d@acme.test", seen), u.UserName)
			seen++
		}
		if list.Next == 0 {
			break
		}
		page = sso.ResourcePage{
			Limit: 1000,
			After: list.Next,
		}
	}
	w.same(users, seen)
}

// testSearchesLeaveRoom: filters that no index answers do not take the connections
// that sign-ins read with, and end.
func testSearchesLeaveRoom(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.fillProvisioned(20_000)
	parts := make([]string, 100)
	for i := range parts {
		parts[i] = fmt.Sprintf(`roles.value co "%d"`, i)
	}
	slow, err := filter.Parse(strings.Join(parts, " or "))
	w.ok(err)
	done := make(chan error, 8)
	for range cap(done) {
		go func() {
			_, err := w.db.ProvisionedUsers(t.Context(), w.ent.ID, w.conn.ID, slow, sso.ResourcePage{
				Limit: 1,
				Total: true,
			})
			done <- err
		}()
	}
	time.Sleep(100 * time.Millisecond)
	began := time.Now()
	for i := range 20 {
		w.enter(fmt.Sprintf("user%d", i))
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("20 sign-ins took %s", took)
	}
	for range cap(done) {
		if err := <-done; err != nil {
			w.fails(err, sso.Unavailable, "temporarily_unavailable")
		}
	}
	if took := time.Since(began); took > 12*time.Second {
		t.Errorf("the searches took %s", took)
	}
}

// testProvisioningEventBounds: what an event names is cut, however long it was sent.
func testProvisioningEventBounds(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	long := strings.Repeat("x", 1<<20)
	e := w.pushed("PATCH", sso.ScopeGroupsWrite, long)
	e.Changed = true
	e.Resource = sso.ResourceID(long)
	e.Client = long
	e.Detail = long
	e.Effects = sso.ProvisioningEffects{
		Waiting:      []sso.ResourceID{sso.ResourceID(long), "a\x00b\xff"},
		WaitingCount: 2,
	}
	w.recordPushes(e)
	all, _, err := w.db.ProvisioningEvents(t.Context(), w.ent.ID, sso.ProvisioningEventFilter{}, sso.Page{})
	w.ok(err)
	text, err := json.Marshal(all)
	w.ok(err)
	if len(all) != 1 || len(text) > 10_000 || len(e.Effects.Waiting[0]) != len(long) {
		t.Errorf("%d events of %d bytes", len(all), len(text))
	}
}

// testDeactivatedLinks: a deactivated admin has no way back by a setup link that they
// created before.
func testDeactivatedLinks(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision()
	ways := map[string]func(sso.ProvisionedUser){
		"active false": func(u sso.ProvisionedUser) { w.setActive(u, false) },
		"DELETE":       func(u sso.ProvisionedUser) { w.ok(w.db.DeleteProvisionedUser(t.Context(), w.scimPush(), u.ID)) },
		"an admin": func(u sso.ProvisionedUser) {
			_, err := w.db.UpdateUser(t.Context(), by, w.ent.ID, w.accountOf(u).ID, func(u sso.User) (sso.User, error) {
				u.Status = sso.UserDeactivated
				return u, nil
			})
			w.ok(err)
		},
	}
	others := w.setupLinkBy(by)
	for name, out := range ways {
		u := w.provisionUser(strings.ReplaceAll(name, " ", "-"))
		opened, unopened := w.setupLinkBy(sso.Actor(w.accountOf(u).ID)), w.setupLinkBy(sso.Actor(w.accountOf(u).ID))
		session := sso.NewSecret().Hash()
		_, err := w.db.OpenSetupLink(t.Context(), opened.Token, session, time.Hour, "192.0.2.1")
		w.ok(err)
		out(u)
		w.setupLinkGone(opened)
		w.setupLinkGone(unopened)
		w.setupSessionOpen(session, false)
	}
	_, err := w.db.SetupLinkByToken(t.Context(), others.Token)
	w.ok(err)
}

func (w *world) setupLinkBy(actor sso.Actor) sso.SetupLink {
	w.Helper()
	l, err := w.db.CreateSetupLink(w.Context(), actor, sso.SetupLink{
		Enterprise: w.ent.ID,
		Token:      sso.NewSecret().Hash(),
		For:        "A link",
		MaxOpens:   10,
		ExpiresAt:  w.clock.Now().Add(24 * time.Hour),
	})
	w.ok(err)
	return l
}

// testProvisionedTwice: of a user whom two connections provision, neither makes active
// again whom the other deactivated or deleted.
func testProvisionedTwice(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	second := *w
	second.conn = w.connection("Second")
	w.provision()
	second.provision()
	u := w.provisionUser("ada")
	ada := w.accountOf(u)
	second.held("ada")
	open, _, err := w.db.IdentityQuestions(t.Context(), w.ent.ID, sso.QuestionFilter{
		State: sso.QuestionWaiting,
	}, sso.Page{})
	w.ok(err)
	_, err = w.db.AnswerQuestion(t.Context(), by, w.ent.ID, open[0].ID, sso.QuestionDecision{Answer: sso.AnswerSame})
	w.ok(err)
	v := second.provisionUser("ada")
	w.same(ada.ID, second.accountOf(v).ID)
	is := func(when string, want sso.UserStatus) {
		t.Helper()
		if got := w.accountOf(u); got.Status != want {
			t.Errorf("%s: the user is %s", when, got.Status)
		}
	}
	w.setActive(u, false)
	second.setActive(v, false)
	second.setActive(v, true)
	is("the first one says no", sso.UserDeactivated)
	w.refused(second.signIn("ada"), "user_inactive")
	w.setActive(u, true)
	is("both say yes", sso.UserActive)
	w.ok(w.db.DeleteProvisionedUser(t.Context(), second.scimPush(), v.ID))
	is("the second one deleted them", sso.UserDeactivated)
	w.setActive(u, false)
	w.setActive(u, true)
	is("the second one deleted them, and the first says yes", sso.UserDeactivated)
	second.provisionUser("ada")
	is("both say yes again", sso.UserActive)
}

// testProvisionedReleased: an account whose subject a push gave to another user comes
// back by no externalId. Without its subject, the sign-in of the user who has the name
// then would be taken for its owner's.
func testProvisionedReleased(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision()
	u := w.provisionUser("ada")
	first := w.accountOf(u)
	s := w.signIn("ada")
	s.Identity.Subject = u.UserName
	w.record(s)
	w.ok(w.db.DeleteProvisionedUser(t.Context(), w.scimPush(), u.ID))
	another := pushed("ada")
	another.ExternalID = "ext-another"
	_, err := w.db.CreateProvisionedUser(t.Context(), w.scimPush(), another)
	w.ok(err)
	thief := pushed("mallory")
	thief.ExternalID = u.ExternalID
	got, err := w.db.CreateProvisionedUser(t.Context(), w.scimPush(), thief)
	w.ok(err)
	if got.Account == first.ID {
		t.Error("the account of the deleted user came back under another name")
	}
	if user, _ := w.record(w.signIn("mallory")); user.ID == first.ID {
		t.Error("another user signs in to the account of the deleted one")
	}
}

// testProvisionedReleasedName: nor does it come back by its login, once the other user
// has gone, too: the identity provider could rename it to the thief afterwards.
func testProvisionedReleasedName(t *testing.T, fresh fresh) {
	for name, external := range map[string]string{
		"its externalId": "ext-ada",
		"no externalId":  "",
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, fresh)
			w.provision()
			u := w.provisionUser("ada")
			first := w.accountOf(u)
			s := w.signIn("ada")
			s.Identity.Subject = u.UserName
			w.record(s)
			another := pushed("ada")
			another.ExternalID = "ext-another"
			w.ok(w.db.DeleteProvisionedUser(t.Context(), w.scimPush(), u.ID))
			got, err := w.db.CreateProvisionedUser(t.Context(), w.scimPush(), another)
			w.ok(err)
			w.ok(w.db.DeleteProvisionedUser(t.Context(), w.scimPush(), got.ID))
			again := pushed("ada")
			again.ExternalID = external
			got, err = w.db.CreateProvisionedUser(t.Context(), w.scimPush(), again)
			w.ok(err)
			if got.Account == first.ID {
				t.Error("the account of the deleted user came back by its login")
			}
		})
	}
}
