package storetest

import (
	"fmt"
	"testing"
	"time"

	"gatehouse/sso"
)

// ended keeps an identity of a user at a connection as one that ended.
func (r ruled) ended(u sso.UserID, at sso.ConnectionID, subject, externalID, login string) {
	r.Helper()
	r.raw(fmt.Sprintf(
		`insert into former_identities (enterprise_id, user_id, connection_id, connection_name, subject, external_id,
			login, why, ended_by, ended_at)
		values ('%s', '%s', '%s', '', '%s', '%s', '%s', 'unlinked', '', 1)`,
		r.ent.ID, u, at, subject, externalID, login,
	))
}

// predecessors give another user Ada's login, or what a claimant of it brings along, where it
// cannot be seen at the connection of the claimant.
func predecessors() map[string]func(ruled) {
	return map[string]func(ruled){
		"signed in elsewhere before a rename": func(r ruled) {
			r.makes(func(u *sso.User) { u.Login = "ada.lovelace" }, r.ada.ID)
			third := r.at("Third")
			s := third.claims("a-3", "ada@acme.test")
			s.Attempt.Login = s.Identity.Login
			r.comesAs(s)
			r.comesAs(third.claims("a-3", "ada.married@acme.test"))
			r.makes(func(u *sso.User) { u.Login = "ada@acme.test" }, r.ada.ID)
		},
		"known elsewhere by the login": func(r ruled) {
			third := r.at("Third")
			other := r.comesAs(third.claims("a-3", "grace@acme.test"))
			r.raw(fmt.Sprintf("update identities set login = 'ADA@acme.test' where user_id = '%s'", other.ID))
		},
		"untied elsewhere with the login": func(r ruled) {
			other := r.comesAs(r.at("Third").claims("a-3", "grace@acme.test"))
			r.ended(other.ID, "conn-third", "s-3", "", "aDa@acme.test")
		},
		"untied elsewhere with the subject": func(r ruled) {
			other := r.comesAs(r.at("Third").claims("a-3", "grace@acme.test"))
			r.ended(other.ID, "conn-third", "a-2", "", "grace@acme.test")
		},
		"untied elsewhere with the subject as externalId": func(r ruled) {
			other := r.comesAs(r.at("Third").claims("a-3", "grace@acme.test"))
			r.ended(other.ID, "conn-third", "s-3", "a-2", "grace@acme.test")
		},
	}
}

// testRuleHidden: another connection may know who had the login, the subject or the
// externalId before. The rule does not join then.
func testRuleHidden(t *testing.T, fresh fresh) {
	for name, precede := range predecessors() {
		t.Run(name, func(t *testing.T) {
			r := newRuled(t, fresh)
			precede(r)
			r.clock.Move(time.Minute)
			r.waitsFor(r.claim(), sso.RuleHanded)
		})
	}
}

// testRuleHiddenPush: what is pushed with the externalId of a former identity of another user
// is not joined.
func testRuleHiddenPush(t *testing.T, fresh fresh) {
	r := newRuled(t, fresh)
	other := r.comesAs(r.at("Third").claims("a-3", "grace@acme.test"))
	r.ended(other.ID, "conn-third", "s-3", "x-2", "grace@acme.test")
	r.second.provision()
	u := pushed("ada")
	u.ExternalID = "x-2"
	_, err := r.db.CreateProvisionedUser(t.Context(), r.second.scimPush(), u)
	r.fails(err, sso.Conflict, "identity_held")
	try, err := r.db.TriedIdentityRule(t.Context(), r.ent.ID)
	r.ok(err)
	r.same([]sso.RuleReason{sso.RuleOther}, try.Verdicts[0].Against)
}

// testRuleDoubted: a question about a login whose claimant might also be another user is not
// the rule's, also when the other reason is gone and the question is asked anew.
func testRuleDoubted(t *testing.T, fresh fresh) {
	r := newRuled(t, fresh)
	other := r.comesAs(r.second.claims("a-9", "grace@acme.test"))
	r.ended(other.ID, r.second.conn.ID, "a-2", "", "grace@acme.test")
	r.waitsFor(r.claim(), sso.RuleOther)
	r.raw("delete from former_identities")
	r.waitsFor(r.claim(), sso.RuleOther)
	q := r.question()
	if done, err := r.db.AnswerQuestionByRule(t.Context(), by, r.ent.ID, q.ID); done || err != nil {
		t.Errorf("the rule answered (%v)", err)
	}
	r.comesAs(r.second.claims("a-2", "king@acme.test")) // which settles the question
	r.makes(func(u *sso.User) { u.Status = sso.UserPending }, q.User)
	r.waitsFor(r.claim(), sso.RuleOther)
}

// testRuleMergedBefore: an account that was merged into the holder is no other person.
func testRuleMergedBefore(t *testing.T, fresh fresh) {
	r := newRuled(t, fresh)
	r.makes(func(u *sso.User) { u.Login = "ada.lovelace" }, r.ada.ID)
	third := r.at("Third")
	s := third.claims("a-3", "ada@acme.test")
	s.Attempt.Login = s.Identity.Login
	before := r.comesAs(s)
	r.merge(before.ID, r.ada.ID)
	r.makes(func(u *sso.User) { u.Login, u.LoginGiven = "ada@acme.test", false }, r.ada.ID)
	r.comesAs(r.world.claims("ada", "ada@acme.test"))
	if u := r.comesAs(r.claim()); u.ID != r.ada.ID {
		t.Errorf("came in as %+v", u)
	}
}
