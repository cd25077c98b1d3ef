package login

import (
	"context"
	"fmt"
	"net/url"

	"gatehouse/sso"
)

// Logout ends the session, and returns the redirect that ends it at the identity
// provider too, if the provider supports that. Once the local session has ended
// the user is signed out, so an error of the redirect is logged and not returned.
func (s *Service) Logout(ctx context.Context, p sso.Principal) (*sso.Redirect, error) {
	err := s.Sessions.RevokeSession(ctx, sso.Actor(p.User.ID), p.Enterprise.ID, p.Session.ID)
	if err != nil && sso.KindOf(err) != sso.NotFoundKind { // NotFound: another tab or the identity provider was faster
		return nil, fmt.Errorf("end session: %w", err)
	}
	redirect, err := s.logoutAtIDP(ctx, p.Session)
	if err != nil {
		s.Log.WarnContext(
			ctx, "user not signed out at the identity provider",
			"connection", p.Session.Connection, "error", err,
		)
		return nil, nil
	}
	return redirect, nil
}

func (s *Service) logoutAtIDP(ctx context.Context, session sso.Session) (*sso.Redirect, error) {
	c, err := s.Enterprises.ConnectionByID(ctx, session.Connection)
	if err != nil {
		return nil, fmt.Errorf("find connection: %w", err)
	}
	cfg, err := c.Serving()
	if err != nil {
		return nil, nil // disabled meanwhile: no identity provider to notify
	}
	if c.Protocol == sso.OIDC {
		return s.OIDC.BeginLogout(ctx, c, *cfg, session, s.SignedOut)
	}
	if cfg.SAML.SLO == nil {
		return nil, nil
	}
	redirect, err := s.SAML.BeginLogout(c, *cfg, session)
	if err != nil {
		return nil, err
	}
	return &redirect, nil
}

// SingleLogout handles a SAML LogoutRequest or LogoutResponse. A request ends the
// subject's sessions once, and the redirect carries the response to it. For a
// response the redirect is nil. Only signed messages are accepted.
func (s *Service) SingleLogout(
	ctx context.Context, id sso.ConnectionID, form url.Values, rawQuery string,
) (*sso.Redirect, error) {
	c, err := s.Enterprises.ConnectionByID(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("find connection: %w", err)
	}
	cfg, err := c.Serving()
	if err != nil {
		return nil, err
	}
	if c.Protocol != sso.SAML {
		return nil, sso.NothingHere()
	}
	message, err := s.SAML.ParseLogout(c, *cfg, form, rawQuery)
	if err != nil {
		return nil, fmt.Errorf("read logout message: %w", err)
	}
	if !message.Request {
		return nil, nil
	}
	indexes := message.SessionIndexes
	if len(indexes) == 0 {
		indexes = []string{""} // all of the subject's
	}
	for _, index := range indexes {
		once := sso.ReplayMark{
			Connection: c.ID,
			ResponseID: "logout:" + message.ID + " " + index,
			Until:      s.Now().Add(sso.PendingLifetime + 2*cfg.SAML.Skew()),
		}
		_, err := s.Sessions.RevokeSubjectSessions(
			ctx, sso.Actor(c.ID), c.Enterprise, c.ID, message.Subject, index, once,
		)
		if err != nil && sso.KindOf(err) != sso.Conflict {
			// a repeated request: the Back button, or the response got lost
			return nil, fmt.Errorf("end the subject's sessions: %w", err)
		}
	}
	redirect, err := s.SAML.LogoutResponse(c, *cfg, message)
	if err != nil {
		return nil, fmt.Errorf("answer logout request: %w", err)
	}
	return &redirect, nil
}

// BackchannelLogout handles an OpenID provider's logout token (OpenID Connect
// Back-Channel Logout 1.0) and ends the sessions it names. A token is accepted
// once.
func (s *Service) BackchannelLogout(ctx context.Context, id sso.ConnectionID, token string) error {
	c, err := s.Enterprises.ConnectionByID(ctx, id)
	if err != nil {
		return fmt.Errorf("find connection: %w", err)
	}
	cfg, err := c.Serving()
	if err != nil {
		return err
	}
	if c.Protocol != sso.OIDC {
		return sso.NothingHere()
	}
	logout, err := s.OIDC.BackchannelLogout(ctx, c, *cfg, token)
	if err != nil {
		return fmt.Errorf("verify logout token: %w", err)
	}
	once := sso.ReplayMark{
		Connection: c.ID,
		ResponseID: "logout:" + logout.ID,
		Until:      logout.Expires.Add(sso.DefaultClockSkew),
	}
	if _, err := s.Sessions.RevokeSubjectSessions(
		ctx, sso.Actor(c.ID), c.Enterprise, c.ID, logout.Subject, logout.SessionIndex, once,
	); err != nil {
		return fmt.Errorf("end the subject's sessions: %w", err)
	}
	return nil
}
