package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
)

type session struct {
	ID              sso.SessionID    `json:"id" doc:"Identifier of the session. It is not the bearer token." example:"ses-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	User            sso.UserID       `json:"user" doc:"User of the session." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Connection      sso.ConnectionID `json:"connection" doc:"Connection of the sign-in." example:"conn-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Attempt         sso.AttemptID    `json:"attempt" doc:"Sign-in attempt that created the session." example:"att-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Acr             string           `json:"acr" doc:"Authentication context that the identity provider stated: acr over OpenID Connect, the AuthnContextClassRef over SAML. Empty if it stated none." example:"urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"`
	Amr             []string         `json:"amr" doc:"Authentication methods that the identity provider stated, over OpenID Connect." example:"pwd,mfa"`
	AuthenticatedAt *time.Time       `json:"authenticated_at" doc:"Time of the authentication at the identity provider. Null if it stated none." example:"2026-11-24T11:00:00Z"`
	Remote          string           `json:"remote" doc:"IP address of the client at the sign-in." example:"192.0.2.1"`
	UserAgent       string           `json:"user_agent" doc:"User-Agent header of the browser." example:"Mozilla/5.0"`
	CreatedAt       time.Time        `json:"created_at" doc:"Time of creation." example:"2026-11-24T12:00:00Z"`
	LastSeenAt      time.Time        `json:"last_seen_at" doc:"Time of last use." example:"2026-11-24T12:00:00Z"`
	ExpiresAt       time.Time        `json:"expires_at" doc:"Latest possible end of the session." example:"2026-11-25T12:00:00Z"`
}

func viewSession(s sso.Session) session {
	return session{
		ID:              s.ID,
		User:            s.User,
		Connection:      s.Connection,
		Attempt:         s.Attempt,
		Acr:             s.Authn.Acr,
		Amr:             append([]string{}, s.Authn.Amr...),
		AuthenticatedAt: moment(s.Authn.AuthnAt),
		Remote:          s.Remote,
		UserAgent:       s.UserAgent,
		CreatedAt:       s.CreatedAt,
		LastSeenAt:      s.LastSeenAt,
		ExpiresAt:       s.ExpiresAt,
	}
}

func (a *API) sessionOperations() {
	add(a, operation{
		id:      "list-sessions",
		method:  http.MethodGet,
		path:    userPath + "/sessions",
		scope:   "sessions:read",
		summary: "List a user's sessions",
		about:   "Live sessions only. Sorted by time of creation, newest first.",
	}, a.listSessions)
	add(a, operation{
		id:      "revoke-sessions",
		method:  http.MethodDelete,
		path:    userPath + "/sessions",
		scope:   "sessions:write",
		summary: "End all sessions of a user",
		about:   "The user can sign in again.",
	}, a.revokeSessions)
	add(a, operation{
		id:      "revoke-session",
		method:  http.MethodDelete,
		path:    enterprisePath + "/sessions/{session}",
		scope:   "sessions:write",
		summary: "End a session",
	}, a.revokeSession)
}

func (a *API) listSessions(ctx context.Context, c caller, in *pagedUser) (*out[list[session]], error) {
	all, err := a.Members.UserSessions(ctx, c.enterprise.ID, in.User)
	return pageFrom(all, err, func(s sso.Session) string {
		return string(s.ID)
	}, in.Paging, viewSession)
}

func (a *API) revokeSessions(ctx context.Context, c caller, in *inUser) (*done, error) {
	if err := a.Directory.EndSessions(ctx, c.by, c.enterprise.ID, in.User); err != nil {
		return nil, err
	}
	return nil, nil
}

func (a *API) revokeSession(ctx context.Context, c caller, in *struct {
	Session sso.SessionID `path:"session"`
}) (*done, error) {
	if err := a.Directory.EndSession(ctx, c.by, c.enterprise.ID, in.Session); err != nil {
		return nil, err
	}
	return nil, nil
}
