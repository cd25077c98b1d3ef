package identity_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gatehouse/sso"
	"gatehouse/sso/identity"
)

// resource returns Ada as an identity provider pushes her.
func resource(changes ...func(*sso.ProvisionedUser)) sso.ProvisionedUser {
	u := sso.ProvisionedUser{
		ID:         "user-resource",
		UserName:   "ada",
		ExternalID: "ext-ada",
		Active:     true,
		Name:       "Ada Lovelace",
		Emails:     []sso.ProvisionedEmail{{Value: "ada@acme.example", Primary: true}},
	}
	for _, change := range changes {
		change(&u)
	}
	return u
}

func inactive(u *sso.ProvisionedUser) { u.Active = false }

func by(key identity.Key, u sso.User) map[identity.Key]sso.User {
	return map[identity.Key]sso.User{key: u}
}

func TestProvision(t *testing.T) {
	t.Parallel()
	off, waits := ada(status(sso.UserDeactivated)), ada(status(sso.UserPending))
	ended := off
	ended.EndedByPush = true
	grace := sso.User{ID: "user-grace", Status: sso.UserActive}
	for _, c := range []struct {
		name    string
		facts   identity.Pushed
		outcome identity.Outcome
		user    sso.UserID
		key     identity.Key
		login   string
		status  sso.UserStatus
	}{
		{"new", identity.Pushed{Resource: resource()}, identity.New, "", "", "ada", sso.UserActive},
		{
			"new and inactive", identity.Pushed{Resource: resource(inactive)},
			identity.New, "", "", "ada", sso.UserDeactivated,
		},
		{
			"known", identity.Pushed{Resource: resource(), Account: ada(), WasActive: true},
			identity.Existing, "user-ada", "", "ada", sso.UserActive,
		},
		{
			"by subject", identity.Pushed{Resource: resource(), Found: by(identity.Subject, ada()), Holder: ada()},
			identity.Existing, "user-ada", identity.Subject, "ada", sso.UserActive,
		},
		{
			"by login", identity.Pushed{Resource: resource(), Found: by(identity.PushedLogin, waits)},
			identity.Existing, "user-ada", identity.PushedLogin, "ada", sso.UserActive,
		},
		{
			"a question waits", identity.Pushed{
				Resource: resource(), Found: by(identity.PushedLogin, waits),
				Asked: sso.IdentityQuestion{User: waits.ID, Holder: "user-grace", Kind: sso.QuestionMerged},
			},
			identity.Held, "user-ada", identity.PushedLogin, "ada", sso.UserActive,
		},
		{
			"a question about the login waits", identity.Pushed{
				Resource: resource(), Found: by(identity.PushedLogin, waits),
				Asked: sso.IdentityQuestion{User: waits.ID, Holder: "user-grace"},
			},
			identity.Existing, "user-ada", identity.PushedLogin, "ada", sso.UserActive,
		},
		{
			"a question waits, and the resource is inactive", identity.Pushed{
				Resource: resource(inactive), Found: by(identity.PushedLogin, waits),
				Asked: sso.IdentityQuestion{User: waits.ID, Holder: "user-grace", Kind: sso.QuestionMerged},
			},
			identity.Existing, "user-ada", identity.PushedLogin, "ada", sso.UserDeactivated,
		},
		{
			"the subject comes before the login", identity.Pushed{
				Resource: resource(),
				Found: map[identity.Key]sso.User{
					identity.Subject:     ada(),
					identity.PushedLogin: grace,
				},
			},
			identity.Existing, "user-ada", identity.Subject, "ada", sso.UserActive,
		},
		{
			"deactivated", identity.Pushed{Resource: resource(inactive), Account: ada(), WasActive: true},
			identity.Existing, "user-ada", "", "ada", sso.UserDeactivated,
		},
		{
			"active again", identity.Pushed{Resource: resource(), Account: ended},
			identity.Existing, "user-ada", "", "ada", sso.UserActive,
		},
		{
			"deactivated by an admin", identity.Pushed{Resource: resource(), Account: off, WasActive: true},
			identity.Existing, "user-ada", "", "ada", sso.UserDeactivated,
		},
		{
			"deactivated by an admin before it was pushed",
			identity.Pushed{Resource: resource(), Found: by(identity.Subject, off)},
			identity.Existing, "user-ada", identity.Subject, "ada", sso.UserDeactivated,
		},
		{
			"pushed again after it was deleted",
			identity.Pushed{Resource: resource(), Found: by(identity.FormerExternalID, ended), Former: true},
			identity.Existing, "user-ada", identity.FormerExternalID, "ada", sso.UserActive,
		},
		{
			"switched off and on after an admin deactivated them",
			identity.Pushed{Resource: resource(), Account: off},
			identity.Existing, "user-ada", "", "ada", sso.UserDeactivated,
		},
		{
			"pushed again after an admin deactivated and the identity provider deleted them",
			identity.Pushed{Resource: resource(), Found: by(identity.FormerExternalID, off), Former: true},
			identity.Existing, "user-ada", identity.FormerExternalID, "ada", sso.UserDeactivated,
		},
		{
			"another active user has the login", identity.Pushed{Resource: resource(), Holder: grace},
			identity.Held, "", "", "ada", sso.UserActive,
		},
		{
			"an inactive resource claims no login", identity.Pushed{Resource: resource(inactive), Holder: grace},
			identity.New, "", "", "ada", sso.UserDeactivated,
		},
		{
			"a login that an admin gave stays",
			identity.Pushed{Resource: resource(), Account: ada(login("countess", true)), WasActive: true},
			identity.Existing, "user-ada", "", "countess", sso.UserActive,
		},
	} {
		got := identity.Provision(c.facts)
		if got.Outcome != c.outcome || got.User.ID != c.user || got.Key != c.key ||
			got.User.Login != c.login || got.User.Status != c.status {
			t.Errorf(
				"%s: got %s of %q by %q, login %q, %s; want %s, %q, %q, %q, %s", c.name, got.Outcome, got.User.ID,
				got.Key, got.User.Login, got.User.Status, c.outcome, c.user, c.key, c.login, c.status,
			)
		}
		held, is := errors.AsType[*sso.IdentityHeldError](got.Err)
		holder := c.facts.Holder.ID
		if c.facts.Asked.Kind != "" {
			holder = c.facts.Asked.Holder
		}
		if is != (c.outcome == identity.Held) || is && held.Account != holder {
			t.Errorf("%s: %v", c.name, got.Err)
		}
	}
}

// TestProvisionedAddress: an address is verified by the proof of its domain alone.
func TestProvisionedAddress(t *testing.T) {
	t.Parallel()
	mail := func(all ...sso.ProvisionedEmail) func(*sso.ProvisionedUser) {
		return func(u *sso.ProvisionedUser) { u.Emails = all }
	}
	other := sso.ProvisionedEmail{Value: "ada@other.example"}
	work := sso.ProvisionedEmail{Value: "ada@acme.example", Type: "work"}
	for _, c := range []struct {
		name     string
		before   sso.User
		resource sso.ProvisionedUser
		proven   bool
		want     string
		verified bool
	}{
		{"new", sso.User{}, resource(), false, "ada@acme.example", false},
		{"new, of a proven domain", sso.User{}, resource(), true, "ada@acme.example", true},
		{"the same", ada(), resource(), false, "ada@acme.example", true},
		{"another", ada(), resource(mail(other)), false, "ada@other.example", false},
		{"not said", ada(), resource(mail()), false, "ada@acme.example", true},
		{"work comes before others", ada(), resource(mail(other, work)), false, "ada@acme.example", true},
		{"the domain was proven since", ada(email("ada@acme.example", false)), resource(), true, "ada@acme.example", true},
	} {
		u := identity.Provision(identity.Pushed{
			Resource:       c.resource,
			Account:        c.before,
			WasActive:      true,
			DomainVerified: c.proven,
			Now:            at(9),
		}).User
		if u.Email != c.want || u.EmailVerified != c.verified || u.Name != "Ada Lovelace" {
			t.Errorf("%s: %+v", c.name, u)
		}
	}
}

func TestPickLogin(t *testing.T) {
	t.Parallel()
	off := sso.User{ID: "user-off", Login: "Ada", Status: sso.UserDeactivated}
	late := sso.User{ID: "user-late", Login: "ADA", Status: sso.UserDeactivated, LastSignInAt: at(5)}
	waits := sso.User{ID: "user-waits", Login: "ada", Status: sso.UserPending}
	active := sso.User{ID: "user-active", Login: "ADA", Status: sso.UserActive}
	alike := sso.User{ID: "user-alike", Login: "аda", Status: sso.UserActive} // Cyrillic
	for _, c := range []struct {
		users []sso.User
		want  sso.UserID
	}{
		{nil, ""},
		{[]sso.User{alike}, ""},
		{[]sso.User{off}, "user-off"},
		{[]sso.User{off, late}, "user-late"},
		{[]sso.User{late, waits}, "user-waits"},
		{[]sso.User{off, waits, alike, active}, "user-active"},
	} {
		u, ok := identity.PickLogin("ada", c.users)
		if u.ID != c.want || ok != (c.want != "") {
			t.Errorf("of %v: %q, %v", c.users, u.ID, ok)
		}
	}
}

// TestProvisionedSignIn: a sign-in leaves the profile of a pushed user as it is.
func TestProvisionedSignIn(t *testing.T) {
	t.Parallel()
	id := asserted(func(id *sso.Identity) {
		id.Login = "grace"
		id.Name = "Grace"
		id.Email = "grace@acme.example"
	})
	before := ada()
	got := identity.Resolve(identity.Facts{
		Identity:    id,
		Before:      before,
		Holder:      sso.User{ID: "user-grace", Status: sso.UserActive},
		Provisioned: true,
		Now:         at(9),
	}).Settle(id, sso.Verdict{})
	want := before
	want.LastSignInAt = at(9)
	if diff := cmp.Diff(want, got.User); diff != "" || got.Wait != "" {
		t.Errorf("waits for %q (-want +got):\n%s", got.Wait, diff)
	}
	off := ada(status(sso.UserDeactivated))
	if r := identity.Resolve(identity.Facts{Identity: id, Before: off, Provisioned: true}); r.Outcome != identity.Refused {
		t.Errorf("a deactivated one is %s", r.Outcome)
	}
}

// TestLinkedSignIn: a linked subject leaves the profile of an active user as it is, and
// lets in no user who is not.
func TestLinkedSignIn(t *testing.T) {
	t.Parallel()
	id := asserted(func(id *sso.Identity) {
		id.Login = "countess"
		id.Name = "Countess"
		id.Email = "countess@acme.example"
	})
	before := ada()
	want := before
	want.LastSignInAt = at(9)
	facts := identity.Facts{Identity: id, Before: before, Linked: true, Now: at(9)}
	if diff := cmp.Diff(want, identity.Resolve(facts).Settle(id, sso.Verdict{}).User); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	facts.Before = ada(status(sso.UserDeactivated))
	if r := identity.Resolve(facts); r.Outcome != identity.Refused {
		t.Errorf("a deactivated one is %s", r.Outcome)
	}
	facts.Before = ada(status(sso.UserPending))
	facts.Holder = sso.User{ID: "user-grace", Status: sso.UserActive}
	if r := identity.Resolve(facts); r.Outcome != identity.Held {
		t.Errorf("one who waits is %s", r.Outcome)
	}
}

func TestPlaceOf(t *testing.T) {
	t.Parallel()
	mine := []sso.UserIdentity{{Connection: "conn-a", Subject: "s1", Login: "ada"}}
	for _, c := range []struct {
		i    sso.UserIdentity
		want identity.Place
	}{
		{sso.UserIdentity{Connection: "conn-b", Login: "ada"}, identity.AsIdentity},
		{sso.UserIdentity{Connection: "conn-a", Subject: "s2", Login: "ada"}, identity.AsLinked},
		{sso.UserIdentity{Connection: "conn-a", Login: "ada.king"}, identity.AsLinked},
		{sso.UserIdentity{Connection: "conn-a", Login: "ada"}, identity.Dropped},
	} {
		if got := identity.PlaceOf(c.i, mine); got != c.want {
			t.Errorf("%+v is %s; want %s", c.i, got, c.want)
		}
	}
}
