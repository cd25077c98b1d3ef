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
	Action sso.EmailAction `json:"action" enum:"require,skip,vouch,deny" doc:"They enter a code, nothing happens, an admin confirms them first, or they do not get in." example:"skip"`
	Reason string          `json:"reason" doc:"Why, for the admin." example:"The company has verified the domain acme.example."`
}

// viewDecision is nil where nothing was decided.
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
	Attempt           sso.AttemptID  `json:"attempt" doc:"The attempt that it was tried on." example:"att-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Login             string         `json:"login" doc:"Whose it was." example:"ada@acme.example"`
	At                time.Time      `json:"at" doc:"When." example:"2026-11-24T12:00:00Z"`
	Allowed           bool           `json:"allowed" doc:"Whether allow_sign_in would let them in."`
	EmailVerification *emailDecision `json:"email_verification,omitempty" doc:"What would be decided about the address if it was their first sign-in; missing if they are not let in."`
}

// trials are in one object, and not a list: there is no next page.
type trials struct {
	Trials []trial `json:"trials" doc:"The newest first."`
}

func (a *API) policyOperations() {
	add(a, operation{
		id:      "dry-run-policy",
		method:  http.MethodPost,
		path:    connectionPath + "/policy/dry-run",
		summary: "Try policies on recent sign-ins",
		about:   "On the last 50 attempts that got as far as an identity, each as if it were the person's first. What is left out is as it is being edited, or else live. Nothing is written, and no one notices.",
	}, a.dryRun)
	add(a, operation{
		id:      "vouch-for-user",
		method:  http.MethodPost,
		path:    userPath + "/vouch",
		summary: "Confirm who someone is",
		about:   "Who is pending can sign in from then on, and is not asked to prove their address. The address counts as verified. Done once however often it is asked for.",
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
