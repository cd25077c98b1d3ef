package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/directory"
)

// identityRules are the answers that an enterprise gives in advance.
//
//nolint:lll // a tag is one line
type identityRules struct {
	SameLoginAndDomain bool       `json:"same_login_and_domain" doc:"Whether two users with the same login and addresses of one verified domain, known at different connections, are one person." example:"false"`
	TriedAt            *time.Time `json:"tried_at" doc:"Time of the latest try since the last change; null without one." example:"2026-11-24T12:00:00Z"`
	ChangedAt          *time.Time `json:"changed_at" doc:"Time of the last change; null without one." example:"2026-11-24T12:00:00Z"`
	ChangedBy          *sso.Actor `json:"changed_by" doc:"Actor of the last change; null without one." example:"tok-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Answered           int        `json:"answered" doc:"Number of waiting questions that this request answered." example:"0"`
	Revision           int64      `json:"revision" doc:"Increased by every change; also the ETag." example:"7"`
}

//nolint:lll // a tag is one line
type identityRulesPatch struct {
	SameLoginAndDomain *bool `json:"same_login_and_domain,omitempty" doc:"Whether the rule is on." example:"true"`
	AnswerOpen         bool  `json:"answer_open,omitempty" doc:"Whether to answer the waiting questions to which the rule says yes." example:"true"`
}

// ruleTry is what the rule would have done.
//
//nolint:lll // a tag is one line
type ruleTry struct {
	Questions []ruleVerdict `json:"questions" doc:"Questions about logins of the last 30 days, newest first; at most 200."`
	More      bool          `json:"more" doc:"Whether there are older ones within the 30 days." example:"false"`
	Yes       int           `json:"yes" doc:"Number of questions to which the rule says yes." example:"12"`
	Otherwise int           `json:"otherwise" doc:"Number of those that were answered otherwise." example:"0"`
	Waiting   int           `json:"waiting" doc:"Number of those that wait." example:"3"`
}

//nolint:lll // a tag is one line
type ruleVerdict struct {
	Question  identityQuestion `json:"question" doc:"Identity question."`
	Same      bool             `json:"same" doc:"Whether the rule says that both are one person." example:"false"`
	Against   []sso.RuleReason `json:"against" doc:"Reasons why not: other_question, account_deleted, login_looks_alike, login_given, login_outdated, other_domain, domain_not_verified, same_connection, login_passed_on, claimant_was_active, claimant_has_groups, provisioned_elsewhere, admin, operator, holder_inactive, holder_was_inactive, waits_elsewhere, told_apart." example:"[\"other_domain\"]"`
	Otherwise bool             `json:"otherwise" doc:"Whether it was answered otherwise than the rule would have." example:"false"`
}

func viewIdentityRules(r sso.IdentityRules, answered int) identityRules {
	return identityRules{
		SameLoginAndDomain: r.SameLoginAndDomain,
		TriedAt:            moment(r.TriedAt),
		ChangedAt:          moment(r.ChangedAt),
		ChangedBy:          some(r.ChangedBy),
		Answered:           answered,
		Revision:           r.Revision,
	}
}

func viewTry(t sso.RuleTry) ruleTry {
	v := ruleTry{
		Questions: []ruleVerdict{},
		More:      t.More,
	}
	v.Yes, v.Otherwise, v.Waiting = t.Count()
	for _, x := range t.Verdicts {
		v.Questions = append(v.Questions, ruleVerdict{
			Question:  viewQuestion(x.Question),
			Same:      x.Yes(),
			Against:   append([]sso.RuleReason{}, x.Against...),
			Otherwise: x.Wrong(),
		})
	}
	return v
}

func (a *API) identityRuleOperations() {
	const path = enterprisePath + "/identity-rules"
	add(a, operation{
		id:      "get-identity-rules",
		method:  http.MethodGet,
		path:    path,
		scope:   "users:read",
		summary: "Get the rule that answers claims to a login",
	}, a.getIdentityRules)
	add(a, operation{
		id:      "try-identity-rules",
		method:  http.MethodPost,
		path:    path + "/try",
		scope:   "users:write",
		summary: "Try the rule that answers claims to a login",
		about: "Returns what the rule would have done with the identity questions of the last 30 days, open and " +
			"decided, and why not. Nothing changes but that the rule may be switched on for a day.",
	}, a.tryIdentityRules)
	add(a, operation{
		id:      "update-identity-rules",
		method:  http.MethodPatch,
		path:    path,
		scope:   "users:write",
		summary: "Switch the rule that answers claims to a login",
		about: "While it is on, the first sign-in or push of a user with the login of another is that user's, as by " +
			"the answer same, if both have addresses of one domain that the enterprise has verified, the other is not " +
			"known at the connection, and neither is an admin. Switching it on is 409 rule_not_tried without a try " +
			"within the last day, and 409 rule_approval_needed for a token of the company. answer_open answers the " +
			"waiting questions to which it says yes; without the rule this is 409 rule_off. If-Match with another " +
			"revision is 412 changed_meanwhile.",
	}, a.updateIdentityRules)
}

func (a *API) getIdentityRules(ctx context.Context, c caller, _ *struct{}) (*revised[identityRules], error) {
	rules, err := a.Directory.IdentityRules(ctx, c.enterprise.ID)
	return revisedAnswer(viewIdentityRules(rules, 0), rules.Revision, err)
}

func (a *API) tryIdentityRules(ctx context.Context, c caller, _ *struct{}) (*out[ruleTry], error) {
	try, err := a.Directory.TryIdentityRule(ctx, c.by, c.enterprise.ID)
	return answerTo(viewTry(try), err)
}

//nolint:lll // a tag is one line
func (a *API) updateIdentityRules(ctx context.Context, c caller, in *struct {
	IfMatch string `header:"If-Match" maxLength:"64" doc:"ETag of the revision that the edit is based on; if the object has changed since, the response is 412." example:"\"7\""`
	Body    identityRulesPatch
}) (*revised[identityRules], error) {
	rules, answered, err := a.Directory.SetIdentityRules(ctx, c.by, c.enterprise.ID, directory.IdentityRulesEdit{
		Revision:           revisionOf(in.IfMatch),
		SameLoginAndDomain: in.Body.SameLoginAndDomain,
		AnswerOpen:         in.Body.AnswerOpen,
	})
	return revisedAnswer(viewIdentityRules(rules, answered), rules.Revision, err)
}
