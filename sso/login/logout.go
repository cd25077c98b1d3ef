package login

import (
	"context"
	"fmt"
	"net/url"

	"gatehouse/sso"
)

// Logout ends the session here, then, where the identity provider can be told,
// gives the redirect that ends it there too. Once the local session is gone the
// person is signed out whatever the identity provider does, so a failure to
// address it is logged and not returned.
func (s *Service) Logout(ctx context.Context, p sso.Principal) (*sso.Redirect, error) {
	err := s.Sessions.RevokeSession(ctx, sso.Actor(p.User.ID), p.Enterprise.ID, p.Session.ID)
	if err != nil && sso.KindOf(err) != sso.NotFoundKind { // else another tab or the identity provider was faster
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
		return nil, nil // switched off meanwhile: there is nobody to tell
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

// SingleLogout takes a SAML LogoutRequest, which ends the subject's sessions,
// once, and is answered, or a LogoutResponse, which ends the journey: then the
// redirect is nil. Only signed messages are accepted.
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
			// else it was acted upon before: by the Back button, or because the answer got lost
			return nil, fmt.Errorf("end the subject's sessions: %w", err)
		}
	}
	redirect, err := s.SAML.LogoutResponse(c, *cfg, message)
	if err != nil {
		return nil, fmt.Errorf("answer logout request: %w", err)
	}
	return &redirect, nil
}

// BackchannelLogout takes an OpenID provider's logout token (OpenID Connect
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
