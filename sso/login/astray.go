package login

import (
	"context"
	"fmt"
	"net/http"

	"gatehouse/saml"
	"gatehouse/sso"
)

// Delivery is how a response reached us, where that is not how the connection
// takes responses.
type Delivery struct {
	Address string // the absolute URL, without its query
	Method  string // of the request
}

// Astray takes a response that was sent to an address that is no connection's,
// or not by the binding that the address takes. It finds the sign-in or test
// connection by the RelayState, the state or the InResponseTo, which are one
// value of 160 random bits: a test fails at once, and a sign-in fails with an
// attempt of the connection that it began with, which names both addresses.
//
// Nobody can end what another person began. A sign-in ends only in the browser
// whose cookie began it; with the value alone, what is answered is what any
// unknown address gets, which is also the answer to anything else: NotFound
// "not_found". A test connection fails for another browser, too, as it does at
// the right address: only that browser and the identity provider have the value,
// and nothing is lost with a test. What matches nothing is counted, not
// recorded.
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

// TooLarge takes a response to c of which no more was read than the RelayState:
// it has more than most bytes. Like Astray it ends only what this browser began.
func (s *Service) TooLarge(ctx context.Context, id sso.ConnectionID, most int64, cb sso.Callback) (Result, error) {
	cause := &sso.Error{
		Kind:   sso.Invalid,
		Code:   "saml_too_complex",
		Public: "The message of your company's identity provider is larger than we accept.",
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

// namedAnywhere reads which pending login a response names in either protocol,
// whichever the address speaks that it was sent to; "" if none.
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

// address is where c takes responses.
func (s *Service) address(c sso.Connection) string {
	if c.Protocol == sso.OIDC {
		return s.OIDC.RedirectURI(c.ID)
	}
	return s.SAML.ACSURL(c.ID)
}

// misdelivered ends what p began, because its response came by d.
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
		Public: "Your company's sign-in sent its response to a wrong address here. Ask your company's IT team, and give them the reference.",
		Err:    fmt.Errorf("delivered to %s, wanted %s", got, want),
	}
	return s.stop(ctx, p, cb, sso.Check{
		Name: "delivered_to",
		Want: want,
		Got:  got,
	}, cause)
}

// shorter keeps an address readable.
func shorter(address string) string {
	const most = 300
	if len(address) > most {
		return address[:most] + "…"
	}
	return address
}

// stop ends the sign-in or test connection that p began, with the check and the
// cause that say why its response was not looked at. ours is false, and nothing
// happened, if it is a sign-in of another browser, or one that is over.
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
