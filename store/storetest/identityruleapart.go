package storetest

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"gatehouse/sso"
)

// answers decides the question that waits.
func (r ruled) answers(d sso.QuestionDecision) {
	r.Helper()
	_, err := r.db.AnswerQuestion(r.Context(), by, r.ent.ID, r.question().ID, d)
	r.ok(err)
}

// at returns another connection of the company.
func (r ruled) at(name string) *world {
	r.Helper()
	w := *r.world
	w.conn = r.connection(name)
	return &w
}

// waitsFor checks that a sign-in is not joined, for these reasons.
func (r ruled) waitsFor(s sso.SignIn, reasons ...sso.RuleReason) {
	r.Helper()
	u := r.comesAs(s)
	if u.ID == r.ada.ID || u.Status != sso.UserPending {
		r.Errorf("came in as %+v", u)
		return
	}
	try, err := r.db.TriedIdentityRule(r.Context(), r.ent.ID)
	r.ok(err)
	for _, v := range try.Verdicts {
		if v.Question.User == u.ID && v.Question.State == sso.QuestionWaiting {
			r.same(reasons, v.Against)
			return
		}
	}
	r.Errorf("no question about %s", u.ID)
}

// testRuleToldApart: what an admin said about a login or its holder counts for each account
// that claims it later, through any connection.
func testRuleToldApart(t *testing.T, fresh fresh) {
	const connectionGone = "refused, and the connection is gone"
	for name, apart := range map[string]func(ruled){
		"another": func(r ruled) {
			r.waits()
			r.answers(sso.QuestionDecision{Answer: sso.AnswerAnother, Login: "ada.two"})
		},
		connectionGone: func(r ruled) {
			r.waits()
			r.answers(sso.QuestionDecision{Answer: sso.AnswerRefuse})
			r.ok(r.db.DeleteConnection(
				r.Context(), by, r.ent.ID, r.second.conn.ID, func(sso.ConnectionReach) error { return nil },
			))
		},
		"undone": func(r ruled) {
			r.comesAs(r.claim())
			all, _, err := r.db.Merges(r.Context(), r.ent.ID, sso.MergeFilter{}, sso.Page{})
			r.ok(err)
			_, err = r.db.UndoMerge(r.Context(), by, r.ent.ID, all[0].ID)
			r.ok(err)
			r.makes(func(u *sso.User) { u.Status = sso.UserDeactivated }, all[0].From)
		},
		"another holder": func(r ruled) {
			r.waits()
			r.answers(sso.QuestionDecision{Answer: sso.AnswerRefuse})
			r.raw("update identity_questions set holder_id = user_id")
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRuled(t, fresh)
			apart(r)
			reasons := []sso.RuleReason{sso.RuleSeparated}
			if name == connectionGone {
				reasons = []sso.RuleReason{sso.RuleHanded, sso.RuleSeparated}
			}
			r.waitsFor(r.at("Third").claims("a-3", "Ada@acme.test"), reasons...)
		})
	}
}

// formerHolders make another user of the second connection have Ada's login, or have had it.
func formerHolders() map[string]func(ruled) {
	return map[string]func(ruled){
		"in other letters": func(r ruled) {
			gone := r.comesAs(r.second.claims("former", "gone"))
			r.raw(fmt.Sprintf("update identities set login = 'aDA@acme.test' where user_id = '%s'", gone.ID))
		},
		"as a linked subject": func(r ruled) {
			gone := r.comesAs(r.second.claims("former", "gone"))
			r.raw(fmt.Sprintf(`insert into linked_subjects (enterprise_id, id, connection_id, user_id, subject, login,
				created_at, last_seen_at) values ('%s', 'x', '%s', '%s', 's', 'aDA@acme.test', 1, 1)`,
				r.ent.ID, r.second.conn.ID, gone.ID))
		},
		"formerly": func(r ruled) {
			gone := r.comesAs(r.second.claims("former", "gone"))
			r.raw(fmt.Sprintf(`insert into former_identities (enterprise_id, user_id, connection_id, connection_name,
				subject, external_id, login, why, ended_by, ended_at)
				values ('%s', '%s', '%s', '', 's', '', 'aDA@acme.test', 'unlinked', '', 1)`,
				r.ent.ID, gone.ID, r.second.conn.ID))
		},
		"of another claimant": func(r ruled) {
			gone := r.waits()
			r.raw(fmt.Sprintf("update identity_questions set state = 'settled' where user_id = '%s'", gone.ID))
			r.makes(func(u *sso.User) { u.Login = "gone" }, gone.ID)
			r.raw(fmt.Sprintf("update identities set login = 'gone' where user_id = '%s'", gone.ID))
		},
	}
}

// renamedHolders make another user have Ada's login while Ada has another.
func renamedHolders() map[string]func(ruled) {
	return map[string]func(ruled){
		"before a rename": func(r ruled) {
			r.makes(func(u *sso.User) { u.Login = "ada.lovelace" }, r.ada.ID)
			s := r.second.claims("former", "ada@acme.test")
			s.Attempt.Login = s.Identity.Login
			r.comesAs(s)
			r.clock.Move(time.Minute)
			r.comesAs(r.second.claims("former", "ada.married@acme.test"))
			r.makes(func(u *sso.User) { u.Login = "ada@acme.test" }, r.ada.ID)
		},
		"at another connection, deactivated": func(r ruled) {
			r.makes(func(u *sso.User) { u.Login = "ada.lovelace" }, r.ada.ID)
			next := r.comesAs(r.at("Third").claims("a-3", "ada@acme.test"))
			r.makes(func(u *sso.User) { u.Status = sso.UserDeactivated }, next.ID)
			r.makes(func(u *sso.User) { u.Login = "ada@acme.test" }, r.ada.ID)
		},
	}
}

// testRulePassedOn: a login that another user of the connection has or had is not joined,
// in whatever letters.
func testRulePassedOn(t *testing.T, fresh fresh) {
	all := formerHolders()
	maps.Copy(all, renamedHolders())
	for name, had := range all {
		t.Run(name, func(t *testing.T) {
			r := newRuled(t, fresh)
			had(r)
			r.waitsFor(r.second.claims("a-9", "ADA@acme.test"), sso.RuleHanded)
		})
	}
}

// testRuleAfterAnother: after an admin gave the first claimant another login, the next
// subject with it in other letters waits.
func testRuleAfterAnother(t *testing.T, fresh fresh) {
	r := newRuled(t, fresh)
	r.waits()
	r.answers(sso.QuestionDecision{Answer: sso.AnswerAnother, Login: "ada.two"})
	if u := r.comesAs(r.second.claims("a-4", "ada@ACME.test")); u.ID == r.ada.ID || u.Status != sso.UserPending {
		t.Errorf("came in as %+v", u)
	}
}

// testRuleProvisionedElsewhere: by the rule a connection that provisions takes over no user
// whom another connection provisions.
func testRuleProvisionedElsewhere(t *testing.T, fresh fresh) {
	r := newRuled(t, fresh)
	r.world.provision()
	r.world.provisionUser("ada")
	r.clock.Move(time.Minute)
	if u := r.comesAs(r.at("Third").claims("a-3", "ADA@acme.test")); u.ID != r.ada.ID {
		t.Errorf("through a connection that does not provision, came in as %+v", u)
	}
	r.clock.Move(time.Minute)
	r.second.provision()
	_, err := r.db.CreateProvisionedUser(t.Context(), r.second.scimPush(), pushed("ada"))
	r.fails(err, sso.Conflict, "identity_held")
	try, err := r.db.TriedIdentityRule(t.Context(), r.ent.ID)
	r.ok(err)
	r.same([]sso.RuleReason{sso.RuleProvisioned}, try.Verdicts[0].Against)
}
