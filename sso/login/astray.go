package login

import (
	"context"
	"fmt"
	"net/http"

	"gatehouse/saml"
	"gatehouse/sso"
)

// Delivery describes how a response arrived that did not come to the address or
// by the binding of its connection.
type Delivery struct {
	Address string // the absolute URL, without its query
	Method  string // of the request
}

// Astray handles a response that was sent to an address of no connection, or by
// another binding than the address accepts. It finds the sign-in or test
// connection by the RelayState, the state or the InResponseTo, which are one
// value of 160 random bits. A test fails at once. A sign-in fails with an attempt
// of the connection that it began with, and the attempt names both addresses.
//
// No user can end the sign-in of another: a sign-in ends only in the browser
// whose cookie began it. Any other request gets NotFound "not_found", as an
// unknown address does. A test connection fails in another browser, too, as it
// does at the right address: only that browser and the identity provider have the
// value, and a failed test does no harm. A response that matches nothing is
// counted, not recorded.
func (s *Service) Astray(ctx context.Context, d Delivery, cb sso.Callback) (Result, error) {
	p, err := s.SignIns.PendingLogin(ctx, s.namedAnywhere(cb))
	if err == nil {
		if result, ours, err := s.misdelivered(ctx, d, p, cb); ours {
			return result, err
		}
	} else if sso.KindOf(err) == sso.Unavailable {
		return Result{}, fmt.Errorf("find pending login: %w", err)
	}
	nothing := sso.NothingHere()
	s.Observe(protocolOf(cb), sso.CodeOf(nothing))
	return Result{}, nothing
}

// TooLarge handles a response to c that has more than most bytes; only its
// RelayState was read. Like Astray it ends only what this browser began.
func (s *Service) TooLarge(ctx context.Context, id sso.ConnectionID, most int64, cb sso.Callback) (Result, error) {
	cause := &sso.Error{
		Kind:   sso.Invalid,
		Code:   "saml_too_complex",
		Public: "The message of your company’s identity provider is larger than we accept.",
		Err:    fmt.Errorf("a form of more than %d bytes", most),
	}
	p, err := s.SignIns.PendingLogin(ctx, s.namedAnywhere(cb))
	if err == nil && p.Connection == id {
		check := sso.Check{
			Name: "message",
			Want: fmt.Sprintf("a form of at most %d bytes", most),
			Got:  "more than that",
		}
		if result, ours, err := s.stop(ctx, p, cb, check, cause); ours {
			return result, err
		}
	}
	s.Observe(sso.SAML, cause.Code)
	return Result{}, cause
}

func protocolOf(cb sso.Callback) sso.Protocol {
	if cb.Form.Has("state") || cb.Form.Has("code") {
		return sso.OIDC
	}
	return sso.SAML
}

// namedAnywhere returns the pending login that a response names, by either
// protocol; "" if none.
func (s *Service) namedAnywhere(cb sso.Callback) string {
	if cb.Form.Has("SAMLResponse") {
		if id, err := s.SAML.Correlate(cb); err == nil && id != "" {
			return id
		}
	}
	if id := saml.RequestOf(cb); id != "" {
		return id
	}
	id, err := s.OIDC.Correlate(cb)
	if err != nil {
		return ""
	}
	return id
}

// address returns the URL at which c takes responses.
func (s *Service) address(c sso.Connection) string {
	if c.Protocol == sso.OIDC {
		return s.OIDC.RedirectURI(c.ID)
	}
	return s.SAML.ACSURL(c.ID)
}

// misdelivered ends the sign-in or test connection of p, whose response came by
// d.
func (s *Service) misdelivered(
	ctx context.Context, d Delivery, p sso.PendingLogin, cb sso.Callback,
) (_ Result, ours bool, _ error) {
	c, err := s.Enterprises.ConnectionByID(ctx, p.Connection)
	if err != nil {
		return Result{}, true, fmt.Errorf("find connection: %w", err)
	}
	want, got := s.address(c), sso.Sanitize(shorter(d.Address))
	switch {
	case cb.Form.Has("SAMLart"):
		want, got = want+" by HTTP-POST", got+" by HTTP-Artifact"
	case c.Protocol == sso.SAML && d.Method == http.MethodGet:
		want, got = want+" by HTTP-POST", got+" by HTTP-Redirect"
	}
	cause := &sso.Error{
		Kind:   sso.Invalid,
		Code:   "sent_to_wrong_address",
		Public: "Your company’s sign-in sent its response to a wrong address here. Ask your company’s IT team, and give them the reference.",
		Err:    fmt.Errorf("delivered to %s, wanted %s", got, want),
	}
	return s.stop(ctx, p, cb, sso.Check{
		Name: "delivered_to",
		Want: want,
		Got:  got,
	}, cause)
}

// shorter cuts off the rest of a long address.
func shorter(address string) string {
	const most = 300
	if len(address) > most {
		return address[:most] + "…"
	}
	return address
}

// stop ends the sign-in or test connection that p began; the check and the cause
// say why its response was not evaluated. For a sign-in of another browser, or
// one that is over, ours is false and nothing changes.
func (s *Service) stop(
	ctx context.Context, p sso.PendingLogin, cb sso.Callback, check sso.Check, cause *sso.Error,
) (_ Result, ours bool, _ error) {
	if p.Test != "" {
		run, err := s.Trials.StopTest(ctx, p, cb, check, cause)
		return tested(run, err), true, err
	}
	if !p.StartedBy(cb.Browser) || !p.UsedAt.IsZero() {
		return Result{}, false, nil
	}
	c, err := s.Enterprises.ConnectionByID(ctx, p.Connection)
	if err != nil {
		return Result{}, true, fmt.Errorf("find connection: %w", err)
	}
	t := s.newTry(c, cb)
	t.pending, t.attempt.Checks = &p, []sso.Check{check}
	result, err := t.conclude(ctx, func() (Result, error) { return Result{}, cause })
	return result, true, err
}
