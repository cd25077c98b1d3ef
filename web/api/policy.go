package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/connections"
	"gatehouse/sso/directory"
)

type emailDecision struct {
	Action sso.EmailAction `json:"action" enum:"require,skip,vouch,deny" doc:"Decision: the user enters a code (require), nothing happens (skip), an admin confirms the user first (vouch), or the sign-in is refused (deny)." example:"skip"`
	Reason string          `json:"reason" doc:"Reason for the decision, for the admin." example:"The company has verified the domain acme.example."`
}

// viewDecision returns nil without a decision.
func viewDecision(d sso.EmailDecision) *emailDecision {
	if d.Action == "" {
		return nil
	}
	return &emailDecision{Action: d.Action, Reason: d.Reason}
}

type policyTrial struct {
	EmailVerification *connections.EmailVerificationEdit `json:"email_verification,omitempty"`
	AllowSignIn       *string                            `json:"allow_sign_in,omitempty"`
}

type trial struct {
	Attempt           sso.AttemptID  `json:"attempt" doc:"Evaluated sign-in attempt." example:"att-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Login             string         `json:"login" doc:"Login of the user." example:"ada@acme.example"`
	At                time.Time      `json:"at" doc:"Time of the attempt." example:"2026-11-24T12:00:00Z"`
	Allowed           bool           `json:"allowed" doc:"Whether allow_sign_in would admit the user."`
	EmailVerification *emailDecision `json:"email_verification,omitempty" doc:"Decision about the e-mail address if this were the user's first sign-in; missing if the sign-in would be refused."`
}

// trials is one object and not a list, because there is no next page.
type trials struct {
	Trials []trial `json:"trials" doc:"Results, newest attempt first."`
}

func (a *API) policyOperations() {
	add(a, operation{
		id:      "dry-run-policy",
		method:  http.MethodPost,
		path:    connectionPath + "/policy/dry-run",
		scope:   "records:read",
		reads:   true,
		summary: "Try policies on recent sign-ins",
		about: "Evaluates the last 50 attempts with an identity, each as if it were the user's first. An omitted " +
			"policy is taken from the draft, or without a draft from the live configuration. Nothing is written, " +
			"and users do not notice it.",
	}, a.dryRun)
	add(a, operation{
		id:      "vouch-for-user",
		method:  http.MethodPost,
		path:    userPath + "/vouch",
		scope:   "users:write",
		summary: "Vouch for a user",
		about: "A pending user can sign in from then on and need not confirm the e-mail address, which counts as " +
			"verified. Idempotent.",
	}, a.changeUser((*directory.Service).Vouch))
}

func (a *API) dryRun(ctx context.Context, c caller, in *struct {
	Connection sso.ConnectionID `path:"connection"`
	Body       policyTrial
}) (*out[trials], error) {
	all, err := a.Setup.DryRun(
		ctx, c.enterprise.ID, in.Connection, in.Body.EmailVerification, in.Body.AllowSignIn,
	)
	if err != nil {
		return nil, err
	}
	views := make([]trial, 0, len(all))
	for _, t := range all {
		views = append(views, trial{
			Attempt:           t.Attempt.ID,
			Login:             t.Attempt.Login,
			At:                t.Attempt.At,
			Allowed:           !t.Denied,
			EmailVerification: viewDecision(t.Email),
		})
	}
	return answerTo(trials{views}, nil)
}
