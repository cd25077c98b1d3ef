package storetest

import (
	"testing"
	"time"

	"gatehouse/sso"
)

// absences deactivate Ada and make her active again, without a sign-in of hers.
func absences() map[string]func(ruled) {
	return map[string]func(ruled){
		"by an admin": func(r ruled) {
			r.becomes(sso.UserDeactivated)
			r.becomes(sso.UserActive)
		},
		"by a push": func(r ruled) {
			r.provision()
			r.ends(r.provisionUser("ada"))
			r.provisionUser("ada")
		},
		"deleted by a push, and pushed again": func(r ruled) {
			r.provision()
			u := r.provisionUser("ada")
			r.clock.Move(time.Minute)
			r.ok(r.db.DeleteProvisionedUser(r.Context(), r.scimPush(), u.ID))
			r.clock.Move(time.Minute)
			r.provisionUser("ada")
		},
		"ended by a push, and active by an admin": func(r ruled) {
			r.provision()
			r.ends(r.provisionUser("ada"))
			r.becomes(sso.UserActive)
		},
		"pending for a while": func(r ruled) {
			r.becomes(sso.UserPending)
			r.becomes(sso.UserActive)
		},
	}
}

// becomes gives Ada a status, as an admin does.
func (r ruled) becomes(status sso.UserStatus) {
	r.Helper()
	r.clock.Move(time.Minute)
	r.makes(func(u *sso.User) { u.Status = status }, r.ada.ID)
}

// ends is a push that makes a provisioned user inactive.
func (r ruled) ends(u sso.ProvisionedUser) {
	r.Helper()
	r.clock.Move(time.Minute)
	_, _, err := r.db.ChangeProvisionedUser(
		r.Context(), r.scimPush(), u.ID, func(u sso.ProvisionedUser) (sso.ProvisionedUser, error) {
			u.Active = false
			return u, nil
		},
	)
	r.ok(err)
	r.clock.Move(time.Minute)
}

// testRuleAfterUnlink: that the user signed in last with another login is known when that
// identity has ended, until the user signs in with the login of the account. If an identity
// with the login ended, too, as with the connection, an admin decides from then on.
func testRuleAfterUnlink(t *testing.T, fresh fresh) {
	for _, whole := range []bool{false, true} { // the connection is deleted
		r := newRuled(t, fresh)
		other := *r.world
		other.conn = r.connection("Other")
		other.linked(r.ada.ID, "a-1", "")
		r.comesAs(other.claims("a-1", "ada@acme.test"))
		linked := other.linked(r.ada.ID, "a-0", "") // beside the first, it leaves the login as it is
		r.clock.Move(time.Second)
		r.comesAs(other.claims("a-0", "ada.king@acme.test"))
		r.clock.Move(time.Second)
		if whole {
			r.ok(r.db.DeleteConnection(
				r.Context(), by, r.ent.ID, other.conn.ID, func(sso.ConnectionReach) error { return nil },
			))
		} else {
			r.unlink(r.ada.ID, linked.Ref())
		}
		if whole {
			r.waitsFor(r.claim(), sso.RuleOutdated, sso.RuleHanded)
			r.comesAs(r.world.claims("ada", "ada@acme.test"))
			r.waitsFor(r.claim(), sso.RuleHanded)
			continue
		}
		r.waitsFor(r.claim(), sso.RuleOutdated)
		r.comesAs(r.world.claims("ada", "ada@acme.test"))
		if u := r.comesAs(r.claim()); u.ID != r.ada.ID {
			t.Errorf("after a sign-in of Ada's, came in as %+v", u)
		}
	}
}

// testRuleAfterAbsence: while a user was deactivated, the login may have passed to the next
// person. The rule joins no one with the user until they sign in with it again.
func testRuleAfterAbsence(t *testing.T, fresh fresh) {
	for name, absence := range absences() {
		t.Run(name, func(t *testing.T) {
			r := newRuled(t, fresh)
			absence(r)
			if u := r.userOf(r.ada.ID); u.Status != sso.UserActive {
				t.Fatalf("Ada is %+v", u)
			}
			r.waitsFor(r.claim(), sso.RuleReturned)
			if u := r.comesAs(r.world.claims("ada", "ada@acme.test")); u.ID != r.ada.ID {
				t.Fatalf("Ada is %+v", u)
			}
			if u := r.comesAs(r.claim()); u.ID != r.ada.ID {
				t.Errorf("after a sign-in of Ada's, came in as %+v", u)
			}
		})
	}
}
