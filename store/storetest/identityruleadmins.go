package storetest

import (
	"slices"
	"testing"
	"time"

	"gatehouse/sso"
)

// company is a token of the company, which makes no user an admin.
var company = sso.Token{
	ID:         sso.NewID[sso.TokenID](time.Unix(1, 0)),
	Enterprise: "ent-x",
}.Actor()

// opsAdministers makes the groups with the name ops groups of admins.
func (r ruled) opsAdministers() { r.raw("update groups set is_admin = true where name = 'ops'") }

// isAdmin reports whether Ada administers the company.
func (r ruled) isAdmin() bool {
	r.Helper()
	all, err := r.db.UserMemberships(r.Context(), r.ent.ID, r.ada.ID)
	r.ok(err)
	return slices.ContainsFunc(all, func(m sso.UserMembership) bool { return m.Group.Admin })
}

// staysPlain checks that a sign-in or a push did not make Ada an admin, and that a question
// waits for an admin.
func (r ruled) staysPlain() sso.IdentityQuestion {
	r.Helper()
	if r.isAdmin() {
		r.Error("Ada administers the company")
	}
	r.chainHolds()
	return r.question()
}

// testRuleComingAdmins: a claimant who would be an admin with what the sign-in brings is not
// joined: the rights of the one account would be those of the other.
func testRuleComingAdmins(t *testing.T, fresh fresh) {
	for _, waits := range []bool{false, true} {
		r := newRuled(t, fresh)
		if waits {
			r.waits()
		}
		r.opsAdministers()
		s := r.second.signIn("a-2", "ops")
		s.Identity.Login = "ADA@acme.test"
		f, err := r.db.SignInFacts(t.Context(), r.ent.ID, s.Identity, sso.Brake{}, nil)
		r.ok(err)
		if f.Login.Same || f.User.ID == r.ada.ID {
			t.Errorf("waited before: %t: a test connection is told %+v", waits, f.Login)
		}
		if u := r.comesAs(s); u.ID == r.ada.ID || u.Status != sso.UserPending {
			t.Errorf("waited before: %t: came in as %+v", waits, u)
		}
		r.staysPlain()
	}
}

// testRuleAskedLater: of a question that waits, the groups of the attempt count, and what was
// pushed while the connection did not provision.
func testRuleAskedLater(t *testing.T, fresh fresh) {
	for name, claim := range map[string]func(ruled){
		"signed in": func(r ruled) {
			s := r.second.signIn("a-2", "ops")
			s.Identity.Login = "ADA@acme.test"
			r.comesAs(s)
			s.Attempt.Outcome, s.Attempt.Code = sso.OutcomeFailed, "login_contested"
			r.ok(r.db.RecordAttempt(t.Context(), s.Attempt, ""))
		},
		"pushed": func(r ruled) {
			u := r.second.provisionUser("ada")
			r.second.provisionGroup("ops", u.ID)
			r.second.provision()
		},
	} {
		r := newRuled(t, fresh)
		r.opsAdministers()
		r.switchRule(false)
		claim(r)
		q := r.question()
		r.switchRule(true)
		done, err := r.db.AnswerQuestionByRule(t.Context(), company, r.ent.ID, q.ID)
		r.ok(err)
		if done {
			t.Errorf("%s: the rule answered", name)
		}
		_, err = r.db.AnswerQuestion(
			t.Context(), company, r.ent.ID, q.ID, sso.QuestionDecision{Answer: sso.AnswerSame},
		)
		r.fails(err, sso.Conflict, "admin_account")
		r.staysPlain()
		_, err = r.db.AnswerQuestion(t.Context(), by, r.ent.ID, q.ID, sso.QuestionDecision{Answer: sso.AnswerSame})
		r.ok(err)
	}
}

// testRulePushedAdmins: a pushed user whom a pushed group of admins expects is not joined.
func testRulePushedAdmins(t *testing.T, fresh fresh) {
	r := newRuled(t, fresh)
	r.opsAdministers()
	r.second.provision()
	r.second.provisionGroup("ops", "ext-ada")
	u := pushed("ada")
	u.ExternalID = "ext-ada"
	_, err := r.db.CreateProvisionedUser(t.Context(), r.second.scimPush(), u)
	r.fails(err, sso.Conflict, "identity_held")
	r.staysPlain()
}
