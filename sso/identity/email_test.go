package identity_test

import (
	"testing"

	"gatehouse/sso"
	"gatehouse/sso/identity"
)

// ofUsers are the facts about users with the address, each changed from Ada.
func ofUsers(changes ...func(*identity.EmailUser)) identity.EmailFacts {
	f := identity.EmailFacts{Allowed: true}
	for _, change := range changes {
		u := identity.EmailUser{User: ada()}
		change(&u)
		f.Users = append(f.Users, u)
	}
	return f
}

func same(*identity.EmailUser) {}

// TestProvisionByEmail: an address is the last of the ladder, and finds one account at
// most, of which nothing speaks against it.
func TestProvisionByEmail(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		email  identity.EmailFacts
		change func(*identity.Pushed)
		key    identity.Key
		why    identity.Unmatched
	}{
		{name: "one", email: ofUsers(same), key: identity.VerifiedEmail},
		{name: "none", email: ofUsers()},
		{name: "two", email: ofUsers(same, same), why: identity.UnmatchedSeveral},
		{
			name: "shared", email: ofUsers(same), why: identity.UnmatchedSeveral,
			change: func(f *identity.Pushed) { f.Email.Shared = true },
		},
		{
			name: "an admin", email: ofUsers(func(u *identity.EmailUser) { u.Admin = true }),
			why: identity.UnmatchedAdmin,
		},
		{
			name: "provisioned", email: ofUsers(func(u *identity.EmailUser) { u.Owned = true }),
			why: identity.UnmatchedOwned,
		},
		{
			name: "another person", email: ofUsers(func(u *identity.EmailUser) { u.Another = true }),
			why: identity.UnmatchedAnother,
		},
		{
			name: "not proven", email: ofUsers(func(u *identity.EmailUser) { u.EmailVerified = false }),
			why: identity.UnmatchedUnverified,
		},
		{
			name: "not a proven domain", email: ofUsers(same),
			change: func(f *identity.Pushed) { f.DomainVerified = false },
		},
		{
			name: "an inactive resource", email: ofUsers(same),
			change: func(f *identity.Pushed) { f.Resource.Active = false },
		},
		{
			name: "not ASCII", email: ofUsers(same),
			change: func(f *identity.Pushed) { f.Resource.Emails[0].Value = "ada@acme.\u212Aexample" },
		},
		{
			name: "not allowed", email: ofUsers(same),
			change: func(f *identity.Pushed) { f.Email.Allowed = false },
		},
		{
			name: "the login comes first", email: ofUsers(same), key: identity.PushedLogin,
			change: func(f *identity.Pushed) { f.Found = by(identity.PushedLogin, sso.User{ID: "user-grace"}) },
		},
	} {
		f := identity.Pushed{
			Resource:       resource(),
			Email:          c.email,
			DomainVerified: true,
		}
		if c.change != nil {
			c.change(&f)
		}
		got := identity.Provision(f)
		if got.Key != c.key || got.Unmatched != c.why || (got.Key != "") != (got.Before.ID != "") {
			t.Errorf("%s: found %q by %q, not matched: %q", c.name, got.Before.ID, got.Key, got.Unmatched)
		}
	}
}
