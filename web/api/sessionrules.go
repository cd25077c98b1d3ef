package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/directory"
)

// sessionRules are what an enterprise requires of sign-ins and sessions.
//
//nolint:lll // a tag is one line
type sessionRules struct {
	IdleMinutes        int64    `json:"idle_minutes" doc:"Minutes without use; 0: as the installation." example:"30"`
	LifetimeMinutes    int64    `json:"lifetime_minutes" doc:"Longest minutes; 0: as the installation." example:"480"`
	SingleSession      bool     `json:"single_session" doc:"Whether a sign-in ends other sessions." example:"false"`
	AuthnMaxAgeMinutes int64    `json:"authn_max_age_minutes" doc:"Minutes that may have passed since the user authenticated at the identity provider when they sign in; 0: any time." example:"60"`
	Acr                []string `json:"acr" doc:"Accepted authentication contexts; empty: any." example:"[\"phr\"]"`
	Revision           int64    `json:"revision" doc:"Increased by every change; also the ETag." example:"7"`
}

//nolint:lll // a tag is one line
type sessionRulesPatch struct {
	IdleMinutes        *int64    `json:"idle_minutes,omitempty" doc:"At least 5; 0: as the installation." example:"30"`
	LifetimeMinutes    *int64    `json:"lifetime_minutes,omitempty" doc:"At least 5; 0: as the installation." example:"480"`
	SingleSession      *bool     `json:"single_session,omitempty" doc:"Whether a sign-in ends other sessions." example:"true"`
	AuthnMaxAgeMinutes *int64    `json:"authn_max_age_minutes,omitempty" doc:"From 5 to 43200; 0: any." example:"60"`
	Acr                *[]string `json:"acr,omitempty" maxItems:"20" doc:"At most 10; empty: any." example:"[\"phr\"]"`
}

func viewSessionRules(r sso.SessionRules) sessionRules {
	return sessionRules{
		IdleMinutes:        int64(r.Idle / time.Minute),
		LifetimeMinutes:    int64(r.Lifetime / time.Minute),
		SingleSession:      r.Single,
		AuthnMaxAgeMinutes: int64(r.Need.MaxAge / time.Minute),
		Acr:                always(r.Need.Contexts()),
		Revision:           r.Revision,
	}
}

func (a *API) sessionRuleOperations() {
	add(a, operation{
		id:      "get-session-rules",
		method:  http.MethodGet,
		path:    enterprisePath + "/session-rules",
		scope:   "settings:read",
		summary: "Get the rules of sign-ins and sessions",
	}, a.getSessionRules)
	add(a, operation{
		id:      "update-session-rules",
		method:  http.MethodPatch,
		path:    enterprisePath + "/session-rules",
		scope:   "settings:write",
		summary: "Update the rules of sign-ins and sessions",
		about: "A session lasts at most as long as the installation allows. authn_max_age_minutes is how " +
			"long before the sign-in the user may have authenticated at the identity provider; acr has " +
			"the acr of OpenID Connect, or the AuthnContextClassRef of SAML, of which one must be stated." +
			" Shorter lifetimes apply to running sessions within a second, longer ones to sessions that " +
			"begin. Sign-ins that do not meet authn_max_age_minutes or acr are refused with authn_too_old" +
			" or authn_insufficient. If-Match with another revision is 412 changed_meanwhile.",
	}, a.updateSessionRules)
}

func (a *API) getSessionRules(ctx context.Context, c caller, _ *struct{}) (*revised[sessionRules], error) {
	rules, err := a.Directory.SessionRules(ctx, c.enterprise.ID)
	return revisedAnswer(viewSessionRules(rules), rules.Revision, err)
}

//nolint:lll // a tag is one line
func (a *API) updateSessionRules(ctx context.Context, c caller, in *struct {
	IfMatch string `header:"If-Match" maxLength:"64" doc:"ETag of the revision that the edit is based on; if the object has changed since, the response is 412." example:"\"7\""`
	Body    sessionRulesPatch
}) (*revised[sessionRules], error) {
	rules, err := a.Directory.SetSessionRules(ctx, c.by, c.enterprise.ID, directory.SessionRulesEdit{
		Revision:    revisionOf(in.IfMatch),
		Idle:        ofMinutes(in.Body.IdleMinutes),
		Lifetime:    ofMinutes(in.Body.LifetimeMinutes),
		Single:      in.Body.SingleSession,
		AuthnMaxAge: ofMinutes(in.Body.AuthnMaxAgeMinutes),
		Acr:         in.Body.Acr,
	})
	return revisedAnswer(viewSessionRules(rules), rules.Revision, err)
}

// ofMinutes returns a number of minutes as a duration, nil for none. A number that no
// duration can hold becomes one that no rule accepts.
func ofMinutes(n *int64) *time.Duration {
	if n == nil {
		return nil
	}
	const most = 10 * 365 * 24 * 60
	d := time.Duration(min(max(*n, -1), most)) * time.Minute
	return &d
}
