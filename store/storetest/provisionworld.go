package storetest

import (
	"errors"

	"gatehouse/sso"
)

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

func (w *world) resource(id sso.ResourceID) sso.ProvisionedUser {
	w.Helper()
	u, err := w.db.ProvisionedUser(w.Context(), w.ent.ID, w.conn.ID, id)
	w.ok(err)
	return u
}
