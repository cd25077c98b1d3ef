package store

import (
	"context"
	"errors"
	"strconv"

	"gatehouse/sso"
	"gatehouse/sso/identity"
	"gatehouse/store/engine"
)

const identityRuleColumns = "same_login_and_domain, revision, tried_at, tried_by, changed_at, changed_by"

func scanIdentityRules(r engine.Row) (v sso.IdentityRules, err error) {
	err = r.Scan(
		&v.SameLoginAndDomain, &v.Revision, engine.Time(&v.TriedAt), &v.TriedBy, engine.Time(&v.ChangedAt),
		&v.ChangedBy,
	)
	return v, err
}

// IdentityRules returns which identity questions an enterprise answers in advance.
func (db *DB) IdentityRules(ctx context.Context, ent sso.EnterpriseID) (_ sso.IdentityRules, err error) {
	defer func() { doing(&err, "read the rules of identities") }()
	if _, err := db.Enterprise(ctx, ent); err != nil {
		return sso.IdentityRules{}, err
	}
	return identityRules(ctx, db.sql, ent)
}

func identityRules(ctx context.Context, r engine.Reader, ent sso.EnterpriseID) (sso.IdentityRules, error) {
	rules, ok, err := engine.One(
		ctx, r, scanIdentityRules, "select "+identityRuleColumns+" from identity_rules where enterprise_id = $1",
		string(ent),
	)
	if err != nil || ok {
		return rules, err
	}
	return sso.DefaultIdentityRules(), nil
}

// saveIdentityRules queues the rules of an enterprise.
func (t *tx) saveIdentityRules(ent sso.EnterpriseID, r sso.IdentityRules) {
	t.Queue(
		`insert into identity_rules (enterprise_id, `+identityRuleColumns+`) values ($1, $2, $3, $4, $5, $6, $7)
		on conflict (enterprise_id) do update set same_login_and_domain = excluded.same_login_and_domain,
			revision = excluded.revision, tried_at = excluded.tried_at, tried_by = excluded.tried_by,
			changed_at = excluded.changed_at, changed_by = excluded.changed_by`,
		string(ent), r.SameLoginAndDomain, r.Revision, engine.Micros(r.TriedAt), string(r.TriedBy),
		engine.Micros(r.ChangedAt), string(r.ChangedBy),
	)
}

// SwitchIdentityRule switches on or off that an enterprise answers identity questions in
// advance; nil leaves it as it is. allow runs inside the transaction and sees what the
// change depends on; its error aborts. After a change the rule is not tried any more.
func (db *DB) SwitchIdentityRule(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, on *bool, allow func(sso.RuleSwitch) error,
) (_ sso.IdentityRules, err error) {
	defer func() { doing(&err, "switch a rule of identities") }()
	load := func(ctx context.Context, t *tx) (sso.RuleSwitch, bool, error) {
		s, err := t.ruleSwitch(ctx, by, ent)
		s.On = s.Rules.SameLoginAndDomain
		return s, true, err
	}
	change := func(s sso.RuleSwitch) (sso.RuleSwitch, error) {
		if on != nil {
			s.On = *on
		}
		if err := allow(s); err != nil || s.Rules.SameLoginAndDomain == s.On {
			return s, err
		}
		s.Rules = sso.IdentityRules{
			SameLoginAndDomain: s.On,
			Revision:           s.Rules.Revision + 1,
			ChangedAt:          engine.FromMicros(engine.Micros(db.now())),
			ChangedBy:          by,
		}
		return s, nil
	}
	s, err := edit(ctx, db, ent, load, change, func(ctx context.Context, t *tx, _, s sso.RuleSwitch) error {
		t.saveIdentityRules(ent, s.Rules)
		return t.audit(
			ctx, by, "identity_rules.updated", string(ent), "same_login_and_domain", strconv.FormatBool(s.On),
		)
	})
	return s.Rules, err
}

// ruleSwitch reads what a change of the rule depends on.
func (t *tx) ruleSwitch(ctx context.Context, by sso.Actor, ent sso.EnterpriseID) (s sso.RuleSwitch, err error) {
	if err := t.needEnterprise(ctx); err != nil {
		return s, err
	}
	if s.Rules, err = identityRules(ctx, t, ent); err != nil {
		return s, err
	}
	live, err := engine.List(
		ctx, t, scanConnectionID,
		"select c.id from connections c where c.enterprise_id = $1 and c.live <> '' order by c.id", string(ent),
	)
	for _, id := range live {
		c, err := found(t.db.findConnection(ctx, t, ent, id))
		if err != nil {
			return s, err
		}
		tested, err := linkReader{t, t.db, by}.hasTested(ctx, c)
		if err != nil {
			return s, err
		}
		s.Tested = s.Tested || tested
		if !tested {
			s.Untested = c.Name
		}
	}
	return s, err
}

// mostTried is how many questions a try looks at.
const mostTried = 200

// TryIdentityRule returns what the rule would have done with the questions of the last
// [sso.RuleTryPeriod], and notes that an actor looked at it.
func (db *DB) TryIdentityRule(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID,
) (try sso.RuleTry, err error) {
	defer func() { doing(&err, "try a rule of identities") }()
	err = db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		if err := t.needEnterprise(ctx); err != nil {
			return err
		}
		if try, err = readTry(ctx, t, ent, t.now); err != nil {
			return err
		}
		try.Rules.TriedAt, try.Rules.TriedBy = engine.FromMicros(engine.Micros(t.now)), by
		t.saveIdentityRules(ent, try.Rules)
		yes, wrong, open := try.Count()
		return t.audit(
			ctx, by, "identity_rules.tried", string(ent), "questions", strconv.Itoa(len(try.Verdicts)),
			"yes", strconv.Itoa(yes), "otherwise_answered", strconv.Itoa(wrong), "waiting", strconv.Itoa(open),
		)
	})
	if err != nil {
		return sso.RuleTry{}, err
	}
	return try, nil
}

// TriedIdentityRule returns what the rule would do now with the questions of the last
// [sso.RuleTryPeriod].
func (db *DB) TriedIdentityRule(ctx context.Context, ent sso.EnterpriseID) (_ sso.RuleTry, err error) {
	defer func() { doing(&err, "look at a rule of identities") }()
	return readTry(ctx, db.sql, ent, db.now())
}

// AnswerQuestionByRule answers a question that waits, if the rule is on and says that both
// are one person. It reports whether it did.
func (db *DB) AnswerQuestionByRule(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.QuestionID,
) (answered bool, err error) {
	defer func() { doing(&err, "answer identity question by a rule") }()
	err = db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		answered = false
		q, err := found(findQuestion(ctx, t, ent, id))
		if err != nil || q.State != sso.QuestionWaiting {
			return err
		}
		rules, err := identityRules(ctx, t, ent)
		if err != nil || !rules.SameLoginAndDomain {
			return err
		}
		b, err := broughtBy(ctx, t, q, sso.Identity{})
		if err != nil {
			return err
		}
		answered, err = t.answerByRule(ctx, by, q, b)
		return err
	})
	if errors.Is(err, errBringsAdmin) {
		return false, nil
	}
	return answered && err == nil, err
}

// answerByRule answers a question whose claimant brings groups along, if the rule says that
// both are one person. That the holder is an admin by it is [errBringsAdmin].
func (t *tx) answerByRule(ctx context.Context, by sso.Actor, q sso.IdentityQuestion, b brought) (bool, error) {
	v, err := verdict(ctx, t, q, b)
	if err != nil || !v.Yes() {
		return false, err
	}
	err = t.settleQuestion(ctx, by, &q, sso.QuestionDecision{Answer: sso.AnswerSame}, "rule", ruleName)
	if err != nil {
		return false, err
	}
	return true, t.refuseAdmin(ctx, q.Enterprise, q.Holder)
}

// refuseAdmin returns [errBringsAdmin] if a user is an admin now.
func (t *tx) refuseAdmin(ctx context.Context, ent sso.EnterpriseID, user sso.UserID) error {
	if err := t.Flush(ctx); err != nil {
		return err
	}
	if yes, err := administers(ctx, t, ent, user); err != nil || !yes {
		return err
	}
	return errBringsAdmin
}

// ruleName is the rule in audit events.
const ruleName = "same_login_and_domain"

// answersSame reports whether the rule is on.
func answersSame(ctx context.Context, r engine.Reader, ent sso.EnterpriseID) (bool, error) {
	rules, err := identityRules(ctx, r, ent)
	return rules.SameLoginAndDomain, err
}

// isSamePerson reports whether the rule is on and says that a claimant, as a sign-in
// makes them, and the holder of a login are one person. The claimant may be new. defaults
// are the default groups of the connection.
func isSamePerson(
	ctx context.Context, r engine.Reader, claimant, holder sso.User, id sso.Identity, defaults []sso.GroupID,
) (bool, error) {
	ent := holder.Enterprise
	on, err := answersSame(ctx, r, ent)
	if err != nil || !on {
		return false, err
	}
	f := identity.SamePersonFacts{
		Question: sso.IdentityQuestion{
			Enterprise: ent,
			User:       claimant.ID,
			Holder:     holder.ID,
			Connection: id.Connection,
			Login:      id.Login,
			State:      sso.QuestionWaiting,
		},
		Claimant: claimant,
		Holder:   holder,
	}
	b, err := broughtBy(ctx, r, f.Question, id)
	if err != nil {
		return false, err
	}
	b.defaults = defaults
	err = ruleFacts(ctx, r, &f, b)
	return len(identity.SamePerson(f)) == 0, err
}
