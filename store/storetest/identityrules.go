package storetest

import (
	"context"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"gatehouse/sso"
)

func identityRuleTests() map[string]func(*testing.T, fresh) {
	return map[string]func(*testing.T, fresh){
		"each condition alone":   testRuleConditions,
		"never admins":           testRuleAdmins,
		"told apart":             testRuleToldApart,
		"passed on":              testRulePassedOn,
		"hidden predecessors":    testRuleHidden,
		"hidden from a push":     testRuleHiddenPush,
		"doubted":                testRuleDoubted,
		"merged before":          testRuleMergedBefore,
		"after another":          testRuleAfterAnother,
		"after an absence":       testRuleAfterAbsence,
		"after an unlinking":     testRuleAfterUnlink,
		"provisioned elsewhere":  testRuleProvisionedElsewhere,
		"no coming admins":       testRuleComingAdmins,
		"asked later":            testRuleAskedLater,
		"pushed admins":          testRulePushedAdmins,
		"joins a sign-in":        testRuleJoins,
		"joins who waits":        testRuleJoinsWaiting,
		"undone":                 testRuleUndone,
		"tried":                  testRuleTry,
		"switched":               testRuleSwitch,
		"answers open questions": testRuleAnswersOpen,
		"joins what is pushed":   testRulePush,
		"foreseen":               testRuleForeseen,
		"under sign-ins":         testRuleUnderSignIns,
		"switched off meanwhile": testRuleSwitchedUnderSignIns,
	}
}

// ruled is Ada at one connection, and another connection of the company, whose domain is
// proven. The rule is on.
type ruled struct {
	*world
	second *world
	ada    sso.User
	domain sso.Domain
}

func newRuled(t *testing.T, fresh fresh) ruled {
	w := newWorld(t, fresh)
	r := ruled{world: w}
	var err error
	r.domain, err = w.db.CreateDomain(t.Context(), by, sso.Domain{
		Enterprise: w.ent.ID,
		Name:       "acme.test",
		TXTRecord:  "x",
		VerifiedAt: w.clock.Now(),
	})
	w.ok(err)
	r.ada, _ = w.enter("ada", "dev")
	second := *w
	second.conn = w.connection("Second")
	r.second = &second
	w.clock.Move(time.Minute)
	r.switchRule(true)
	return r
}

// switchRule switches the rule without conditions, which the service has.
func (w *world) switchRule(on bool) sso.IdentityRules {
	w.Helper()
	rules, err := w.db.SwitchIdentityRule(
		w.Context(), by, w.ent.ID, &on, func(sso.RuleSwitch) error { return nil },
	)
	w.ok(err)
	return rules
}

// claim is the first sign-in of Ada's second identity.
func (r ruled) claim() sso.SignIn { return r.second.claims("a-2", "ADA@acme.test") }

func (r ruled) makes(change func(*sso.User), id sso.UserID) {
	r.Helper()
	_, err := r.db.UpdateUser(r.Context(), by, r.ent.ID, id, func(u sso.User) (sso.User, error) {
		change(&u)
		return u, nil
	})
	r.ok(err)
}

// comesAs signs in, and returns who came.
func (r ruled) comesAs(s sso.SignIn) sso.User {
	r.Helper()
	r.clock.Move(time.Second)
	u, _, err := r.db.RecordLogin(r.Context(), s, Reset(s.Identity.Groups))
	r.ok(err)
	return u
}

// waits returns the account that waits after a first sign-in while the rule was off.
func (r ruled) waits() sso.User {
	r.Helper()
	r.switchRule(false)
	u := r.comesAs(r.claim())
	r.switchRule(true)
	if u.Status != sso.UserPending {
		r.Fatalf("who claims the login is %+v", u)
	}
	return u
}

// raw changes the database as no function does.
func (r ruled) raw(query string, args ...any) {
	r.Helper()
	if _, err := Raw(r.T, r.dsn).Exec(query, args...); err != nil {
		r.Fatal(err)
	}
}

// loginConditions make one condition of the rule about the login false each, and return the
// sign-in.
func loginConditions() map[sso.RuleReason]func(ruled) sso.SignIn {
	return map[sso.RuleReason]func(ruled) sso.SignIn{
		sso.RuleLooksAlike: func(r ruled) sso.SignIn { return r.second.claims("a-2", "\u0430da@acme.test") },
		sso.RuleGiven: func(r ruled) sso.SignIn {
			r.makes(func(u *sso.User) { u.LoginGiven = true }, r.ada.ID)
			return r.claim()
		},
		sso.RuleOutdated: func(r ruled) sso.SignIn {
			r.linked(r.ada.ID, "a-0", "")
			r.clock.Move(time.Second)
			r.comesAs(r.world.claims("a-0", "ada.king@acme.test"))
			return r.claim()
		},
	}
}

// addressConditions are those about addresses and about who had the login.
func addressConditions() map[sso.RuleReason]func(ruled) sso.SignIn {
	return map[sso.RuleReason]func(ruled) sso.SignIn{
		sso.RuleDomain: func(r ruled) sso.SignIn {
			_, err := r.db.CreateDomain(r.Context(), by, sso.Domain{
				Enterprise: r.ent.ID,
				Name:       "second.test",
				TXTRecord:  "x",
				VerifiedAt: r.clock.Now(),
			})
			r.ok(err)
			s := r.claim()
			s.Identity.Email = "ada@second.test"
			return s
		},
		sso.RuleUnproven: func(r ruled) sso.SignIn {
			_, err := r.db.UpdateDomain(
				r.Context(), by, r.ent.ID, r.domain.ID, func(d sso.Domain) (sso.Domain, error) {
					d.VerifiedAt = time.Time{}
					return d, nil
				},
			)
			r.ok(err)
			return r.claim()
		},
		sso.RuleConnection: func(r ruled) sso.SignIn { return r.claims("a-2", "ADA@acme.test") },
		sso.RuleHanded: func(r ruled) sso.SignIn {
			gone := r.comesAs(r.second.claims("former", "gone"))
			r.raw("update identities set login = 'ADA@acme.test' where user_id = '" + string(gone.ID) + "'")
			return r.claim()
		},
	}
}

// peopleConditions are those about the claimant and about other decisions.
func peopleConditions() map[sso.RuleReason]func(ruled) sso.SignIn {
	return map[sso.RuleReason]func(ruled) sso.SignIn{
		sso.RuleActive: func(r ruled) sso.SignIn {
			u := r.waits()
			r.makes(func(u *sso.User) { u.VouchedAt = r.clock.Now() }, u.ID)
			return r.claim()
		},
		sso.RuleGroups: func(r ruled) sso.SignIn {
			u := r.waits()
			r.ok(r.db.AddMember(r.Context(), by, r.ent.ID, r.group["app/ops"].ID, u.ID))
			return r.claim()
		},
		sso.RuleAdmin: func(r ruled) sso.SignIn {
			r.ok(r.db.AddEnterpriseAdmin(r.Context(), by, r.ent.ID, r.ada.ID))
			return r.claim()
		},
		sso.RuleWaits: func(r ruled) sso.SignIn {
			r.comesAs(r.second.claims("king", "king"))
			r.switchRule(false)
			third := *r.world
			third.conn = r.connection("Third")
			r.comesAs(third.claims("a-3", "ada@acme.test"))
			r.switchRule(true)
			return r.claim()
		},
		sso.RuleSeparated: func(r ruled) sso.SignIn {
			u := r.waits()
			m := r.merge(u.ID, r.ada.ID)
			_, err := r.db.UndoMerge(r.Context(), by, r.ent.ID, m.ID)
			r.ok(err)
			return r.claim()
		},
	}
}

// testRuleConditions: a sign-in of which one condition alone is false waits for an admin, and
// the try says why.
func testRuleConditions(t *testing.T, fresh fresh) {
	all := loginConditions()
	maps.Copy(all, addressConditions())
	maps.Copy(all, peopleConditions())
	for reason, spoil := range all {
		t.Run(string(reason), func(t *testing.T) {
			r := newRuled(t, fresh)
			s := spoil(r)
			foreseen, err := r.db.SignInFacts(t.Context(), r.ent.ID, s.Identity, sso.Brake{}, nil)
			r.ok(err)
			if !foreseen.Login.Waits() {
				t.Errorf("a test connection is told %+v", foreseen.Login)
			}
			u := r.comesAs(s)
			if u.ID == r.ada.ID || u.Status != sso.UserPending {
				t.Fatalf("came in as %+v", u)
			}
			try, err := r.db.TriedIdentityRule(t.Context(), r.ent.ID)
			r.ok(err)
			i := slices.IndexFunc(try.Verdicts, func(v sso.RuleVerdict) bool {
				return v.Question.User == u.ID && v.Question.State == sso.QuestionWaiting
			})
			if i < 0 || !slices.Equal(try.Verdicts[i].Against, []sso.RuleReason{reason}) {
				t.Errorf("the try says %+v", try.Verdicts)
			}
			r.chainHolds()
		})
	}
}

// testRuleAdmins: an admin of any kind is not joined by the rule, as the holder or as the
// claimant.
func testRuleAdmins(t *testing.T, fresh fresh) {
	for name, appoint := range map[string]func(ruled, sso.UserID){
		"of the company": func(r ruled, id sso.UserID) {
			r.ok(r.db.AddEnterpriseAdmin(t.Context(), by, r.ent.ID, id))
		},
		"of an organization": func(r ruled, id sso.UserID) {
			r.appoint("app", r.userOf(id), false)
		},
		"by a group": func(r ruled, id sso.UserID) {
			r.raw("update groups set is_admin = true where name = 'dev'")
			r.raw("insert into memberships (enterprise_id, user_id, group_id, source, since, cause) " +
				"select enterprise_id, '" + string(id) + "', id, 'jit', 1, '' from groups where name = 'dev' " +
				"on conflict do nothing")
		},
		"an operator": func(r ruled, id sso.UserID) {
			r.tiedAdmin(r.clock.Now(), r.userOf(id))
		},
	} {
		for _, claimant := range []bool{false, true} {
			r := newRuled(t, fresh)
			id := r.ada.ID
			if claimant && name == "of an organization" {
				continue // only an active user is appointed
			}
			if claimant {
				id = r.waits().ID
			}
			appoint(r, id)
			if u := r.comesAs(r.claim()); u.ID == r.ada.ID || u.Status != sso.UserPending {
				t.Errorf("%s, the claimant: %t: came in as %+v", name, claimant, u)
			}
		}
	}
}

// testRuleJoins: the first sign-in of a known person through another connection is theirs, at
// once; the question, the answer of the rule and the merge are kept.
func testRuleJoins(t *testing.T, fresh fresh) {
	r := newRuled(t, fresh)
	s := r.claim()
	if u := r.comesAs(s); u.ID != r.ada.ID || u.Status != sso.UserActive {
		t.Fatalf("came in as %+v", u)
	}
	if p, err := r.db.Principal(t.Context(), s.Session.Token); err != nil || p.User.ID != r.ada.ID {
		t.Errorf("the session is of %+v (%v)", p.User, err)
	}
	a, err := r.db.Attempt(t.Context(), r.ent.ID, s.Attempt.ID)
	r.ok(err)
	if a.User != r.ada.ID || a.Checks[len(a.Checks)-1].Name != "same_person" {
		t.Errorf("the attempt is %+v", a)
	}
	all, _, err := r.db.IdentityQuestions(t.Context(), r.ent.ID, sso.QuestionFilter{}, sso.Page{})
	r.ok(err)
	if len(all) != 1 || all[0].Answer != sso.AnswerSame || all[0].DecidedBy != sso.ActorRule {
		t.Errorf("the questions are %+v", all)
	}
	r.same(2, len(r.identities(r.ada.ID)))
	before := r.users()
	if u := r.comesAs(r.claim()); u.ID != r.ada.ID {
		t.Errorf("the next sign-in is of %+v", u)
	}
	r.same(before, r.users())
	r.oneHolder()
	r.chainHolds()
}

// testRuleJoinsWaiting: the rule answers an older question at the next sign-in.
func testRuleJoinsWaiting(t *testing.T, fresh fresh) {
	r := newRuled(t, fresh)
	waited := r.waits()
	if u := r.comesAs(r.claim()); u.ID != r.ada.ID {
		t.Errorf("came in as %+v", u)
	}
	if u := r.userOf(waited.ID); u.MergedInto != r.ada.ID {
		t.Errorf("who waited is %+v", u)
	}
}

// testRuleUndone: an admin undoes the answer of the rule, and the rule does not give it again.
func testRuleUndone(t *testing.T, fresh fresh) {
	r := newRuled(t, fresh)
	r.comesAs(r.claim())
	all, _, err := r.db.Merges(t.Context(), r.ent.ID, sso.MergeFilter{}, sso.Page{})
	r.ok(err)
	if len(all) != 1 || all[0].By != sso.ActorRule || all[0].Into != r.ada.ID {
		t.Fatalf("the merges are %+v", all)
	}
	_, err = r.db.UndoMerge(t.Context(), by, r.ent.ID, all[0].ID)
	r.ok(err)
	for range 2 {
		if u := r.comesAs(r.claim()); u.ID != all[0].From || u.Status != sso.UserPending {
			t.Errorf("after the undo, came in as %+v", u)
		}
	}
	r.question()
	if u := r.comesAs(r.world.claims("ada", "ada@acme.test")); u.ID != r.ada.ID {
		t.Errorf("Ada is %+v", u)
	}
}

// decides answers three questions, and returns which otherwise than the rule would have.
func (r ruled) decides() map[sso.QuestionID]bool {
	r.Helper()
	wrong := map[sso.QuestionID]bool{}
	for name, d := range map[string]sso.QuestionDecision{
		"same":    {Answer: sso.AnswerSame},
		"another": {Answer: sso.AnswerAnother, Login: "ada.two"},
		"refuse":  {Answer: sso.AnswerRefuse},
	} {
		r.world.enter(name, "dev")
		r.comesAs(r.second.claims("second-"+name, name+"@acme.test"))
		q := r.question()
		_, err := r.db.AnswerQuestion(r.Context(), by, r.ent.ID, q.ID, d)
		r.ok(err)
		wrong[q.ID] = d.Answer != sso.AnswerSame
	}
	return wrong
}

// testRuleTry: a try looks at open and decided questions, says where an admin decided
// otherwise, and writes nothing but that it was made.
func testRuleTry(t *testing.T, fresh fresh) {
	r := newRuled(t, fresh)
	r.switchRule(false)
	wrong := r.decides()
	r.comesAs(r.claim())
	before := r.users()
	try, err := r.db.TryIdentityRule(t.Context(), by, r.ent.ID)
	r.ok(err)
	r.same(before, r.users())
	yes, contradicted, open := try.Count()
	if yes != 4 || contradicted != 2 || open != 1 || try.More || !try.Rules.Tried(by, r.clock.Now()) ||
		try.Rules.TriedBy != by || try.Rules.Revision != 3 {
		t.Errorf("the try counts %d, %d, %d: %+v", yes, contradicted, open, try)
	}
	for _, v := range try.Verdicts {
		if v.Wrong() != wrong[v.Question.ID] {
			t.Errorf("%s answered %s: %v", v.Question.Login, v.Question.Answer, v.Against)
		}
	}
	r.same([]string{"identity_rules.tried"}, r.actions(1))
	r.clock.Move(31 * 24 * time.Hour)
	try, err = r.db.TriedIdentityRule(t.Context(), r.ent.ID)
	r.ok(err)
	if len(try.Verdicts) != 0 || try.Rules.Tried(by, r.clock.Now()) {
		t.Errorf("a month later: %+v", try)
	}
}

// testRuleSwitch: a change ends the try, and an error of the condition leaves all as it was.
func testRuleSwitch(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	rules, err := w.db.IdentityRules(t.Context(), w.ent.ID)
	w.ok(err)
	w.same(sso.DefaultIdentityRules(), rules)
	_, err = w.db.IdentityRules(t.Context(), "ent-unknown")
	w.fails(err, sso.NotFoundKind, "not_found")
	_, err = w.db.TryIdentityRule(t.Context(), by, w.ent.ID)
	w.ok(err)
	on := true
	var seen sso.RuleSwitch
	_, err = w.db.SwitchIdentityRule(t.Context(), by, w.ent.ID, &on, func(s sso.RuleSwitch) error {
		seen = s
		return sso.UserInactive()
	})
	w.fails(err, sso.Forbidden, "user_inactive")
	if !seen.On || seen.Rules.TriedAt.IsZero() || seen.Untested != w.conn.Name {
		t.Errorf("the condition saw %+v", seen)
	}
	rules = w.switchRule(true)
	if !rules.SameLoginAndDomain || rules.Revision != 2 || !rules.TriedAt.IsZero() || rules.ChangedBy != by {
		t.Errorf("the rule is %+v", rules)
	}
	w.same([]string{"identity_rules.updated"}, w.actions(1))
	before := w.chainHolds()
	w.same(rules, w.switchRule(true))
	w.same(before, w.chainHolds())
	found, err := w.db.IdentityRules(t.Context(), w.ent.ID)
	w.ok(err)
	w.same(rules, found)
}

// testRuleAnswersOpen: the rule answers a question that waits, once, and only while it is on.
func testRuleAnswersOpen(t *testing.T, fresh fresh) {
	r := newRuled(t, fresh)
	u := r.waits()
	q := r.question()
	answer := func() bool {
		done, err := r.db.AnswerQuestionByRule(t.Context(), by, r.ent.ID, q.ID)
		r.ok(err)
		return done
	}
	r.switchRule(false)
	if answer() {
		t.Error("the rule answered while it was off")
	}
	r.switchRule(true)
	if !answer() || answer() {
		t.Error("the rule did not answer once")
	}
	if u := r.userOf(u.ID); u.MergedInto != r.ada.ID {
		t.Errorf("who waited is %+v", u)
	}
	q, err := r.db.IdentityQuestion(t.Context(), r.ent.ID, q.ID)
	r.ok(err)
	if q.DecidedBy != by || q.Answer != sso.AnswerSame {
		t.Errorf("the question is %+v", q)
	}
	_, err = r.db.AnswerQuestionByRule(t.Context(), by, r.ent.ID, "quest-unknown")
	r.fails(err, sso.NotFoundKind, "not_found")
}

// testRulePush: what is pushed with the login of a known person of another connection is
// theirs, at the first push; without the rule it is held.
func testRulePush(t *testing.T, fresh fresh) {
	for _, before := range []bool{false, true} { // whether it was held once before
		r := newRuled(t, fresh)
		r.second.provision()
		pushed := sso.ProvisionedUser{
			UserName: "Ada@acme.test",
			Active:   true,
			Emails:   []sso.ProvisionedEmail{{Value: "ada@acme.test", Primary: true}},
			Document: []byte(`{}`),
		}
		push := func() (sso.ProvisionedUser, error) {
			return r.db.CreateProvisionedUser(t.Context(), r.second.scimPush(), pushed)
		}
		if before {
			r.switchRule(false)
			_, err := push()
			r.fails(err, sso.Conflict, "identity_held")
			r.switchRule(true)
		}
		u, err := push()
		r.ok(err)
		if u.Account != r.ada.ID {
			t.Errorf("what is pushed is of %+v", u)
		}
		if u := r.comesAs(r.claim()); u.ID != r.ada.ID {
			t.Errorf("the first sign-in is of %+v", u)
		}
		r.oneHolder()
		r.chainHolds()
	}
}

// testRuleForeseen: what a test connection is told is what the rule does, and it writes
// nothing.
func testRuleForeseen(t *testing.T, fresh fresh) {
	r := newRuled(t, fresh)
	s := r.claim()
	before, events := r.users(), r.chainHolds()
	f, err := r.db.SignInFacts(t.Context(), r.ent.ID, s.Identity, sso.Brake{}, nil)
	r.ok(err)
	want := sso.LoginClaim{Holder: r.ada.ID, Same: true}
	r.same(want, f.Login)
	if f.User.ID != r.ada.ID || f.First || len(f.Groups.Memberships) == 0 {
		t.Errorf("a test connection is told %+v", f)
	}
	claim, err := r.db.LoginClaim(t.Context(), r.ent.ID, sso.User{}, s.Identity)
	r.ok(err)
	r.same(want, claim)
	r.same(before, r.users())
	r.same(events, r.chainHolds())
	r.switchRule(false)
	f, err = r.db.SignInFacts(t.Context(), r.ent.ID, s.Identity, sso.Brake{}, nil)
	r.ok(err)
	r.same(sso.LoginClaim{Holder: r.ada.ID}, f.Login)
}

// testRuleUnderSignIns: of many first sign-ins at once, by one subject and by others, one
// subject becomes Ada's, and no account is active beside hers.
func testRuleUnderSignIns(t *testing.T, fresh fresh) {
	r := newRuled(t, fresh)
	for _, err := range atOnce(12, func(i int) error {
		s := r.second.claims([]string{"a-2", "a-2", "a-3"}[i%3], "ada@acme.test")
		if i%4 == 3 {
			s = r.world.claims("ada", "ada@acme.test")
		}
		_, _, err := r.db.RecordLogin(context.WithoutCancel(t.Context()), s, Reset(s.Identity.Groups))
		return err
	}) {
		r.ok(err)
	}
	all, _, err := r.db.Merges(t.Context(), r.ent.ID, sso.MergeFilter{}, sso.Page{})
	r.ok(err)
	r.same(1, len(all))
	r.same(2, len(r.identities(r.ada.ID)))
	r.question() // of the other subject
	held, err := r.db.EnterprisesHeld(t.Context(), r.clock.Now().Add(-time.Hour))
	r.ok(err)
	r.same(1, len(held)) // since the rule was switched on
	r.oneHolder()
	r.chainHolds()
}

// testRuleSwitchedUnderSignIns: a sign-in that begins when the rule is off waits.
func testRuleSwitchedUnderSignIns(t *testing.T, fresh fresh) {
	r := newRuled(t, fresh)
	s := r.claim()
	off := make(chan struct{})
	once := sync.OnceFunc(func() {
		go func() {
			defer close(off)
			r.switchRule(false)
		}()
		time.Sleep(200 * time.Millisecond) // so that it is the next change of the company
	})
	u, _, err := r.db.RecordLogin(t.Context(), s, func(f sso.SignInFacts) (sso.Verdict, error) {
		if f.User.ID == r.ada.ID {
			t.Error("the rule joined after it was switched off")
		}
		once()
		return Reset(s.Identity.Groups)(f)
	})
	r.ok(err)
	<-off
	if u.Status != sso.UserPending {
		t.Errorf("came in as %+v", u)
	}
}

func (f foreign) identityRules() calls {
	ctx, db, ent := f.w.Context(), f.w.db, f.other.ent.ID
	on := true
	return calls{
		"IdentityRules": func() (int, error) {
			rules, err := db.IdentityRules(ctx, ent)
			return count(rules.SameLoginAndDomain), err
		},
		"SwitchIdentityRule": func() (int, error) {
			_, err := db.SwitchIdentityRule(ctx, by, ent, &on, func(sso.RuleSwitch) error { return nil })
			return 0, err
		},
		"TryIdentityRule": func() (int, error) {
			try, err := db.TryIdentityRule(ctx, by, ent)
			return len(try.Verdicts), err
		},
		"TriedIdentityRule": func() (int, error) {
			try, err := db.TriedIdentityRule(ctx, ent)
			return len(try.Verdicts), err
		},
		"AnswerQuestionByRule": func() (int, error) {
			done, err := db.AnswerQuestionByRule(ctx, by, ent, f.question)
			return count(done), err
		},
	}
}

// ownRules are those of own about the rule.
func ownRules() map[string]bool {
	return map[string]bool{
		"IdentityRules":      true,
		"SwitchIdentityRule": true,
		"TryIdentityRule":    true,
		"TriedIdentityRule":  true,
	}
}
