package storetest

import (
	"sync"
	"testing"
	"time"

	"gatehouse/sso"
)

// testPushBesideSignIns stops a push within its transaction: on PostgreSQL people
// sign in meanwhile. With one writer they sign in after it.
func testPushBesideSignIns(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.overlap()
	w.provision()
	ada, bob := w.provisionUser("ada"), w.provisionUser("bob")
	g := w.provisionGroup("dev", ada.ID)
	w.record(w.signIn("bob"))
	entered, release := make(chan struct{}), make(chan struct{})
	var pushing sync.WaitGroup
	pushing.Go(func() {
		_, _, err := w.db.ChangeProvisionedGroup(t.Context(), w.scimPush(), g.ID,
			func(g sso.ProvisionedGroup) (sso.ProvisionedGroup, sso.MemberChange, error) {
				close(entered)
				<-release
				return g, sso.MemberChange{Add: []sso.ResourceID{bob.ID}}, nil
			})
		if err != nil {
			t.Error(err)
		}
	})
	<-entered
	signedIn := make(chan error, 1)
	go func() {
		_, _, err := w.db.RecordLogin(t.Context(), w.signIn("bob"), keep)
		signedIn <- err
	}()
	if w.onPostgres() {
		w.ok(<-signedIn)
		close(release)
	} else {
		time.Sleep(20 * time.Millisecond)
		close(release)
		w.ok(<-signedIn)
	}
	pushing.Wait()
	w.in(w.accountOf(bob).ID, "app/Members=default", "app/dev=scim", "web/Members=default", "web/dev=scim")
	w.chainHolds()
}

// testLastAdminPushed lets a push remove one of two admins, while the other signs
// in over another connection without the group of the admins: one stays.
func testLastAdminPushed(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.overlap()
	w.provision()
	ops, err := w.db.UpdateGroup(
		t.Context(), by, w.ent.ID, w.group["app/ops"].ID, func(g sso.Group) (sso.Group, error) {
			g.Admin = true
			return g, nil
		},
	)
	w.ok(err)
	other := w.connection("Other")
	bob := func(groups ...string) sso.SignIn {
		s := w.signIn("bob", groups...)
		s.Brake.Off = true
		s.Identity.Connection, s.Replay.Connection = other.ID, other.ID
		s.Attempt.Connection, s.Session.Connection = other.ID, other.ID
		return s
	}
	ada := w.provisionUser("ada")
	pushed := w.provisionGroup("ops", ada.ID)
	for range 8 {
		w.pushMembers(pushed.ID, sso.MemberChange{Add: []sso.ResourceID{ada.ID}})
		w.record(bob("ops"))
		w.removeBoth(pushed.ID, ada.ID, bob())
		left, _, err := w.db.GroupMembers(t.Context(), w.ent.ID, ops.ID, sso.Page{})
		w.ok(err)
		if len(left) != 1 {
			t.Fatalf("%d admins are left; want 1", len(left))
		}
	}
}

// removeBoth pushes that a user left a group, while another signs in without it.
func (w *world) removeBoth(group, user sso.ResourceID, s sso.SignIn) {
	w.Helper()
	for _, err := range atOnce(2, func(i int) error {
		if i == 0 {
			_, _, err := w.db.ChangeProvisionedGroup(w.Context(), w.scimPush(), group,
				func(g sso.ProvisionedGroup) (sso.ProvisionedGroup, sso.MemberChange, error) {
					return g, sso.MemberChange{Remove: []sso.ResourceID{user}}, nil
				})
			return err
		}
		_, _, err := w.db.RecordLogin(w.Context(), s, slowly(func(f sso.SignInFacts) (sso.Verdict, error) {
			if !f.Groups.OtherAdmins {
				return keep(f)
			}
			return Reset(s.Identity.Groups)(f)
		}))
		return err
	}) {
		w.ok(err)
	}
}

// testProfileRace lets a push change a user's name while they sign in: neither
// undoes what the other wrote.
func testProfileRace(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.overlap()
	w.provision()
	u := w.provisionUser("ada")
	w.record(w.signIn("ada"))
	for i := range 12 {
		w.clock.Move(time.Minute)
		name := string(rune('A' + i))
		for _, err := range atOnce(2, func(i int) error {
			if i == 0 {
				_, _, err := w.db.RecordLogin(t.Context(), w.signIn("ada"), slowly(keep))
				return err
			}
			_, _, err := w.db.ChangeProvisionedUser(t.Context(), w.scimPush(), u.ID,
				func(u sso.ProvisionedUser) (sso.ProvisionedUser, error) {
					u.Name = name
					return u, nil
				})
			return err
		}) {
			w.ok(err)
		}
		account := w.accountOf(u)
		if account.Name != name || !account.LastSignInAt.Equal(w.clock.Now()) {
			t.Fatalf("named %q, last signed in %s; want %q, %s", account.Name, account.LastSignInAt, name, w.clock.Now())
		}
	}
}
