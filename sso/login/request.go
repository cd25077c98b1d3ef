package login

import (
	"context"
	"fmt"

	"gatehouse/sso"
)

// request is the pending login that a response answers, or the error of loading
// it. Its ID is "" for an unsolicited response.
type request struct {
	sso.PendingLogin

	err     error
	unnamed bool // the response names none; the browser is in the middle of this test connection
}

func (r request) known() bool { return r.ID != "" && r.err == nil }

// requestOf finds the request that a response to c answers. It fails for an
// unreadable response that belongs to nothing this browser began.
func (s *Service) requestOf(ctx context.Context, c sso.Connection, cb sso.Callback) (request, error) {
	named, unread := s.protocol(c).Correlate(cb)
	if named != "" {
		p, err := s.SignIns.PendingLogin(ctx, named)
		p.ID = named
		return request{PendingLogin: p, err: err}, nil
	}
	if p, running := s.Trials.RunningTest(ctx, c, cb); running {
		// unreadable counts as solicited
		return request{
			PendingLogin: p,
			unnamed:      unread == nil,
		}, nil
	}
	id := s.namedAnywhere(cb)
	if id == "" {
		return request{}, unread
	}
	p, err := s.SignIns.PendingLogin(ctx, id)
	switch {
	case err == nil && p.Connection != c.ID:
		return request{PendingLogin: p}, nil
	case unread == nil:
		return request{}, nil // it names nothing in the protocol of c: unsolicited
	case err == nil &&
		c.Protocol == sso.SAML &&
		p.StartedBy(cb.Browser) &&
		p.UsedAt.IsZero():
		return request{PendingLogin: p}, nil
	}
	return request{}, unread
}

// unsolicited decides about a response that names no pending login.
func unsolicited(c sso.Connection, cfg sso.Config, target string) (*Start, error) {
	mode := sso.IDPInitiatedOff
	if cfg.SAML != nil {
		mode = cfg.SAML.IDPInitiated
	}
	switch mode {
	case sso.IDPInitiatedDirect:
		return nil, nil
	case sso.IDPInitiatedRebounce:
		return &Start{
			Enterprise: c.Enterprise,
			Connection: c.ID,
			ReturnTo:   target,
		}, nil
	}
	if c.Protocol == sso.OIDC {
		return nil, sso.LoginExpired()
	}
	return nil, sso.IDPInitiatedDisabled()
}

// claim checks that this browser started the sign-in, for this connection. An
// OpenID Connect response uses the pending login up here, before its code is
// redeemed: of two responses at the same moment only one redeems the code. A SAML
// response is verified even if the pending login was used, so that a replay is
// reported as one; the transaction that writes the sign-in uses it up.
func (t *try) claim(ctx context.Context, req request) (*sso.PendingLogin, error) {
	if req.err != nil {
		return nil, fmt.Errorf("find pending login: %w", req.err)
	}
	p := req.PendingLogin
	if p.Connection == t.c.ID && p.StartedBy(t.cb.Browser) {
		t.returnTo = sso.ReturnTo(p.ReturnTo)
	}
	if p.Connection != t.c.ID ||
		!p.StartedBy(t.cb.Browser) ||
		!t.svc.Now().Before(p.ExpiresAt) {
		return nil, sso.LoginExpired()
	}
	if t.c.Protocol == sso.OIDC {
		first, err := t.svc.SignIns.UsePendingLogin(ctx, p)
		if err != nil {
			return nil, fmt.Errorf("claim pending login: %w", err)
		}
		if !first {
			return nil, sso.LoginExpired()
		}
	}
	return &p, nil
}
