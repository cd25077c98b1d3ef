package store

import (
	"context"
	"errors"
	"slices"

	"gatehouse/sso"
	"gatehouse/sso/identity"
)

// joining says how far a sign-in is that the rule of [sso.IdentityRules] answers. It is
// found out beside other sign-ins. The merge runs alone in the company: there the rule is
// asked again, the question is raised and answered, and the sign-in is made once more, as
// the next one after the answer of an admin would be.
type joining int

// The states.
const (
	beside  joining = iota // the rule may be asked
	alone                  // the rule is asked, and the answer carried out
	joins                  // the rule said yes
	joined                 // by the rule, the subject leads to the holder
	unasked                // an admin decides
)

// errSamePerson ends a transaction beside others: the rule says that the claimant is the
// holder of the login.
var errSamePerson = errors.New("a rule of the company answers the identity question")

// askRule asks the rule about a user who has to wait for the answer to a question about a
// login. A doubt about another kind of question is an admin's to decide.
func (r *loginRecord) askRule(ctx context.Context, settled identity.Settled) error {
	claim := r.resolution.Claim
	if settled.Wait != identity.ForAnswer || r.joining >= joined || r.doubt.holder != "" ||
		r.holder.ID != claim.Holder {
		return nil
	}
	same, err := isSamePerson(ctx, r.tx, settled.User, r.holder, r.signIn.Identity, r.signIn.DefaultGroups)
	switch {
	case err != nil || !same:
		return err
	case r.joining == alone:
		r.joining = joins
		return nil
	}
	return errSamePerson
}

// recordAlone writes a sign-in that the rule may answer, in a transaction that runs alone
// in the company.
func (t *tx) recordAlone(ctx context.Context, s sso.SignIn, decide sso.Decide) (*loginRecord, error) {
	r := newLoginRecord(t, s)
	r.joining = alone
	if err := r.run(ctx, decide); err != nil || r.joining != joins {
		return r, err
	}
	q, err := found(waitingQuestion(ctx, t, r.ent, r.user.ID))
	if err != nil {
		return nil, err
	}
	if err := t.settleQuestion(
		ctx, sso.ActorRule, &q, sso.QuestionDecision{Answer: sso.AnswerSame}, "rule", ruleName,
	); err != nil {
		return nil, err
	}
	if err := t.Flush(ctx); err != nil {
		return nil, err
	}
	checks := sso.Checks(slices.Clone(s.Attempt.Checks))
	checks.Warn("same_person", "a login that no other person has", "the rule of the company took both for one person")
	s.Attempt.Checks = checks
	r = newLoginRecord(t, s)
	r.joining = joined
	if err := r.run(ctx, decide); err != nil {
		return r, err
	}
	return r, t.refuseAdmin(ctx, r.ent, r.user.ID)
}
