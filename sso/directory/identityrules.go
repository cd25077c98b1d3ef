package directory

import (
	"context"
	"fmt"
	"time"

	"gatehouse/sso"
)

// identityRuler reads, tries and switches the rule that answers identity questions in
// advance; store.DB does.
type identityRuler interface {
	IdentityRules(ctx context.Context, ent sso.EnterpriseID) (sso.IdentityRules, error)
	TriedIdentityRule(ctx context.Context, ent sso.EnterpriseID) (sso.RuleTry, error)
	TryIdentityRule(ctx context.Context, by sso.Actor, ent sso.EnterpriseID) (sso.RuleTry, error)
	SwitchIdentityRule(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, on *bool,
		allow func(sso.RuleSwitch) error) (sso.IdentityRules, error)
	IdentityQuestions(ctx context.Context, ent sso.EnterpriseID, f sso.QuestionFilter,
		page sso.Page) ([]sso.IdentityQuestion, string, error)
	AnswerQuestionByRule(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.QuestionID) (bool, error)
}

// IdentityRules returns which identity questions an enterprise answers in advance.
func (s *Service) IdentityRules(ctx context.Context, ent sso.EnterpriseID) (sso.IdentityRules, error) {
	return s.options.Questions.IdentityRules(ctx, ent)
}

// TriedIdentityRule returns what the rule would do now with the questions of a try; its
// Rules say when it was tried last.
func (s *Service) TriedIdentityRule(ctx context.Context, ent sso.EnterpriseID) (sso.RuleTry, error) {
	return s.options.Questions.TriedIdentityRule(ctx, ent)
}

// TryIdentityRule returns what the rule would have done lately. It may be switched on
// afterwards.
func (s *Service) TryIdentityRule(ctx context.Context, by sso.Actor, ent sso.EnterpriseID) (sso.RuleTry, error) {
	if err := s.admit(ctx, by, ent); err != nil {
		return sso.RuleTry{}, err
	}
	if by.OfLink() {
		return sso.RuleTry{}, ruleOfLink()
	}
	return s.options.Questions.TryIdentityRule(ctx, by, ent)
}

// IdentityRulesEdit changes which identity questions an enterprise answers in advance; nil
// leaves a value as it is.
type IdentityRulesEdit struct {
	// Revision is the revision that the edit was made from, or sso.AnyRevision.
	Revision           int64
	SameLoginAndDomain *bool
	// AnswerOpen answers the questions that wait, as far as the rule says yes.
	AnswerOpen bool
}

// SetIdentityRules switches the rule, and returns how many questions that waited were
// answered. Switching it on says that each connection of the company decides who a person
// is: errors are Conflict "rule_not_tried", "rule_approval_needed" and, for the holder of a
// setup link, "admin_needed". Switching it off needs nothing. AnswerOpen without the rule is
// Conflict "rule_off".
func (s *Service) SetIdentityRules(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, edit IdentityRulesEdit,
) (rules sso.IdentityRules, answered int, err error) {
	if err := s.admit(ctx, by, ent); err != nil {
		return rules, 0, err
	}
	if by.OfLink() {
		return rules, 0, ruleOfLink()
	}
	rules, err = s.options.Questions.SwitchIdentityRule(
		ctx, by, ent, edit.SameLoginAndDomain, func(x sso.RuleSwitch) error {
			if err := sso.CheckRevision("page", edit.Revision, x.Rules.Revision); err != nil {
				return err
			}
			return checkRule(x, by, edit.AnswerOpen, s.options.Now())
		},
	)
	if err != nil || !edit.AnswerOpen {
		return rules, 0, err
	}
	answered, err = s.answerOpen(ctx, by, ent)
	return rules, answered, err
}

// checkRule returns why the rule cannot be on afterwards, or answer open questions.
func checkRule(x sso.RuleSwitch, by sso.Actor, answerOpen bool, now time.Time) error {
	switch {
	case !x.On && answerOpen:
		return ruleError("rule_off", "The rule is off, so it answers nothing. Switch it on first.")
	case !x.On || x.Rules.SameLoginAndDomain:
		return nil
	case !x.Rules.Tried(by, now):
		return ruleError(
			"rule_not_tried",
			"Try the rule first: look at what it would have done with the login conflicts of the last 30 days. "+
				"A try counts for a day, and for the one who made it last.",
		)
	case !by.OfOperator():
		return checkTests(x, by)
	}
	return nil
}

// checkTests returns why an actor of the company cannot switch the rule on.
func checkTests(x sso.RuleSwitch, by sso.Actor) error {
	const why = "With the rule, each connection says who a person is. "
	_, err := sso.ParseID[sso.UserID](string(by))
	switch {
	case err != nil:
		return ruleError(
			"rule_approval_needed",
			why+"So an operator switches it on, or an admin of the company who passed a test of each connection.",
		)
	case x.Untested != "":
		return ruleError(
			"rule_approval_needed",
			why+"So pass a test connection of "+sso.Sanitize(x.Untested)+
				" with its settings as they are live now, or ask an operator.",
		)
	case !x.Tested:
		return ruleError(
			"rule_approval_needed",
			why+"No connection was live yet. So enable one and pass a test connection of it, or ask an operator.",
		)
	}
	return nil
}

// answerOpen answers the questions that wait and of which the rule says yes, each on its own.
func (s *Service) answerOpen(ctx context.Context, by sso.Actor, ent sso.EnterpriseID) (answered int, err error) {
	for cursor := ""; ; {
		all, next, err := s.options.Questions.IdentityQuestions(
			ctx, ent, sso.QuestionFilter{State: sso.QuestionWaiting}, sso.Page{Cursor: cursor, Limit: 200},
		)
		if err != nil {
			return answered, fmt.Errorf("list identity questions: %w", err)
		}
		for _, q := range all {
			done, err := s.options.Questions.AnswerQuestionByRule(ctx, by, ent, q.ID)
			if err != nil {
				return answered, fmt.Errorf("answer %s by the rule: %w", q.ID, err)
			}
			if done {
				answered++
			}
		}
		if next == "" {
			return answered, nil
		}
		cursor = next
	}
}

func ruleError(code, text string) *sso.Error {
	return &sso.Error{
		Kind:   sso.Conflict,
		Code:   code,
		Public: text,
	}
}

func ruleOfLink() *sso.Error {
	return ruleError(
		"admin_needed", "A setup link is for a connection, and not for people. An admin decides about login conflicts.",
	)
}
