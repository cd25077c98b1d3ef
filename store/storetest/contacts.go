package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store"
)

// testContacts: the first and the last request of each kind are kept, whatever
// order they are written in, and those of connections that do not exist are not.
func testContacts(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	reach, err := w.db.ProvisioningReach(t.Context(), w.ent.ID, w.conn.ID)
	w.ok(err)
	w.same(sso.ProvisioningReach{}, reach)
	w.contact(true, w.conn.ID, w.request(0, "/Users", 200), w.request(time.Second, "/Groups", 403))
	w.contact(true, w.conn.ID, w.request(time.Minute, "/Users/{id}", 200))
	w.contact(true, w.conn.ID, w.request(3*time.Second, "/Users", 200)) // another node was slower
	w.contact(false, w.conn.ID, w.request(time.Hour, "/Users", 401))
	w.contact(false, sso.NewID[sso.ConnectionID](w.clock.Now()), w.request(0, "/Users", 401))
	reach, err = w.db.ProvisioningReach(t.Context(), w.ent.ID, w.conn.ID)
	w.ok(err)
	stranger := w.request(time.Hour, "/Users", 401)
	w.same(sso.ProvisioningReach{
		Known: sso.ProvisioningContacts{
			First: w.request(0, "/Users", 200),
			Last:  w.request(time.Minute, "/Users/{id}", 200),
		},
		Unknown: sso.ProvisioningContacts{
			First: stranger,
			Last:  stranger,
		},
	}, reach)
}

// request is one that came some time after now.
func (w *world) request(after time.Duration, path string, status int) sso.ProvisioningContact {
	return sso.ProvisioningContact{
		At:      w.clock.Now().Add(after),
		Remote:  "192.0.2.1",
		Client:  "Azure AD",
		Request: "GET " + path,
		Status:  status,
	}
}

// contact records requests.
func (w *world) contact(known bool, conn sso.ConnectionID, all ...sso.ProvisioningContact) {
	w.Helper()
	var c sso.ProvisioningContacts
	for _, one := range all {
		c = c.Add(one)
	}
	w.ok(w.db.RecordContacts(w.Context(), map[sso.ContactKey]sso.ProvisioningContacts{{
		Connection: conn,
		Known:      known,
	}: c}))
}

// testLoginCheck: people who signed in are compared with pushed users by login, and
// those under another userName are found by what both have.
func testLoginCheck(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	for _, subject := range []string{"ada", "Grace", "lin", "ext-joan", "alan"} {
		w.enter(subject)
	}
	check := func() sso.LoginCheck {
		t.Helper()
		got, err := w.db.CheckLogins(t.Context(), w.ent.ID, w.conn.ID)
		w.ok(err)
		return got
	}
	if got := check(); got.Pushed != 0 || got.SignIns != 5 || got.MissingCount != 5 {
		t.Errorf("before a push: %+v", got)
	}
	for _, name := range []string{"ADA", "grace"} {
		w.provisionUser(name) // differ in letter case alone
	}
	mailed := pushed("lovelace")
	mailed.Emails = pushed("LIN").Emails
	w.pushUnmatched(mailed)
	w.pushUnmatched(pushed("joan")) // whose externalId is the subject of a sign-in
	w.same(sso.LoginCheck{
		Pushed:  4,
		SignIns: 5,
		Matched: 2,
		Different: []sso.LoginDifference{
			{
				Login:    "ext-joan@acme.test",
				UserName: "joan@acme.test",
				By:       "externalId",
			},
			{
				Login:    "lin@acme.test",
				UserName: "lovelace@acme.test",
				By:       "e-mail address",
			},
		},
		DifferentCount: 2,
		Missing:        []string{"alan@acme.test"},
		MissingCount:   1,
	}, check())
}

// pushUnmatched pushes a user whom no one matched.
func (w *world) pushUnmatched(u sso.ProvisionedUser) {
	w.Helper()
	_, err := w.db.CreateProvisionedUser(w.Context(), w.scimPush(), u)
	w.ok(err)
}

// testRehearsal: what is done in a rehearsal is seen in it and gone afterwards, a
// failure in it undoes itself alone, and nothing is announced.
func testRehearsal(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision()
	u, _ := w.enter("ada", "dev")
	announced := 0
	w.db.OnRevocation(func(context.Context) { announced++ })
	n, err := w.db.VerifyAudit(t.Context(), w.ent.ID)
	w.ok(err)
	failed := errors.New("as planned")
	err = w.db.Rehearse(t.Context(), w.ent.ID, func(ctx context.Context, db *store.DB) error {
		w.rehearses(ctx, db, u.ID)
		return failed
	})
	if !errors.Is(err, failed) {
		t.Errorf("got %v", err)
	}
	got, err := w.db.User(t.Context(), w.ent.ID, u.ID)
	if w.ok(err); got.Status != sso.UserActive || w.sessions(u.ID) != 1 || announced != 0 {
		t.Errorf("%s, %d sessions, %d announced", got.Status, w.sessions(u.ID), announced)
	}
	list, err := w.db.ProvisionedUsers(t.Context(), w.ent.ID, w.conn.ID, nil, sso.ResourcePage{
		Limit: 10,
		Total: true,
	})
	if w.ok(err); list.Total != 1 { // ada, who was there before
		t.Errorf("%d users are left", list.Total)
	}
	if now, err := w.db.VerifyAudit(t.Context(), w.ent.ID); err != nil || now != n {
		t.Errorf("%d audit events, %d before: %v", now, n, err)
	}
	w.provisionUser("grace") // nothing holds its name
}

// rehearses pushes a user, pushes the name again, and deactivates another user.
func (w *world) rehearses(ctx context.Context, db *store.DB, other sso.UserID) {
	w.Helper()
	one, err := db.CreateProvisionedUser(ctx, w.scimPush(), pushed("grace"))
	w.ok(err)
	_, err = db.CreateProvisionedUser(ctx, w.scimPush(), pushed("GRACE"))
	if _, is := errors.AsType[*sso.ResourceExistsError](err); !is {
		w.Errorf("a name twice: %v", err)
	}
	got, err := db.ProvisionedUser(ctx, w.ent.ID, w.conn.ID, one.ID)
	w.ok(err)
	account, err := db.User(ctx, w.ent.ID, got.Account)
	if w.ok(err); account.Login != "grace@acme.test" {
		w.Errorf("the account in the rehearsal: %+v", account)
	}
	_, err = db.UpdateUser(ctx, by, w.ent.ID, other, func(u sso.User) (sso.User, error) {
		u.Status = sso.UserDeactivated
		return u, nil
	})
	w.ok(err)
}

func (f foreign) contacts() calls {
	ctx, db, ent := f.w.Context(), f.w.db, f.other.ent.ID
	return calls{
		"ProvisioningReach": func() (int, error) {
			reach, err := db.ProvisioningReach(ctx, ent, f.w.conn.ID)
			return count(reach.Known.Any()), err
		},
		"CheckLogins": func() (int, error) {
			check, err := db.CheckLogins(ctx, ent, f.w.conn.ID)
			return check.SignIns + check.Pushed, err
		},
	}
}
