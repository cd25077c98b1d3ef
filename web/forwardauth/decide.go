package forwardauth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"sync"

	"gatehouse/sso"
)

// verdict is the decision about a request.
type verdict struct {
	application *application // nil if unknown
	origin      string       // of the application, as registered; "" if none matches
	asked       original
	grant       *grant // nil with an error, and for a public request without a session
	program     bool   // it presents a token of ours, which decides alone
	open        string // why the request needs no sign-in; "" if it needs one
	refusal     error  // why the user has no grant, even if the request needs none
	err         error  // why the request is refused
}

// decide is the only place that admits a request. before is called if a token has to be
// looked up; its error refuses the token.
func (f *ForwardAuth) decide(r *http.Request, c *contract, before func() error) (v verdict) {
	if v.err = f.peer(r); v.err != nil {
		return v
	}
	ctx := r.Context()
	known, err := f.registry.current(ctx)
	if err != nil {
		v.err = err
		return v
	}
	if v.application = known.byKey[c.application(r)]; v.application == nil {
		v.err = errUnknown(errors.New("no application has this key"))
		return v
	}
	if v.asked, v.err = c.read(r); v.err != nil {
		return v
	}
	if v.origin = v.application.origin(v.asked.scheme, v.asked.host); v.origin == "" {
		v.err = errUnknown(fmt.Errorf(
			"%s is not at %s://%s", v.application.Key, sso.Sanitize(v.asked.scheme),
			sso.Sanitize(v.asked.host),
		))
		return v
	}
	v.open = v.application.openReason(v.asked, r.Header)
	p, err := f.principal(r, &v, before)
	if err == nil {
		err = f.checkNeed(v.application, &p)
	}
	if err == nil {
		v.grant, err = f.grants.authorize(ctx, v.application, &p)
	}
	if v.refusal = err; v.open == "" {
		v.err = err
	}
	return v
}

func errUnknown(err error) *sso.Error {
	return &sso.Error{
		Kind:   sso.Forbidden,
		Code:   "unknown_app",
		Public: "This application is not registered here.",
		Err:    err,
	}
}

// admit returns an error if the user may not use the application.
func (a *application) admit(p *sso.Principal) error {
	refusal := a.Opens(p.Enterprise.ID, p.Groups)
	if refusal == "" {
		return nil
	}
	e := &sso.Error{
		Kind:   sso.Forbidden,
		Code:   string(refusal),
		Err:    refused(a, p),
		Public: "Your company has no access to this application.",
	}
	if refusal == sso.CodeAppGroup {
		e.Public = "Your account isn’t in a group that can use this application."
	}
	return e
}

func refused(a *application, p *sso.Principal) error {
	return fmt.Errorf("%s refuses %s of %s", a.Key, p.User.ID, p.Enterprise.Key)
}

// peer returns an error unless a trusted proxy or this machine sent the request:
// no other sender is believed about the browser's request.
func (f *ForwardAuth) peer(r *http.Request) error {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	addr := from.Addr().Unmap().WithZone("")
	if err == nil && addr.IsLoopback() {
		return nil
	}
	for _, p := range f.TrustedProxies {
		if err == nil && p.Contains(addr) {
			return nil
		}
	}
	if f.untrusted.shouldLog(addr) {
		f.Log.WarnContext(
			r.Context(),
			"forward-auth request from an address outside trusted_proxies; logged once per address",
			"peer", addr.String(),
		)
	}
	return &sso.Error{
		Kind:   sso.Forbidden,
		Code:   "proxy_not_trusted",
		Public: "The proxy in front of this application is not trusted here.",
		Err:    fmt.Errorf("%s is not in trusted_proxies", addr),
	}
}

// untrustedPeers remembers the addresses that were logged.
type untrustedPeers struct {
	mu   sync.Mutex
	seen map[netip.Addr]bool
}

// maxLoggedPeers limits the log lines about untrusted peers.
const maxLoggedPeers = 100

func (s *untrustedPeers) shouldLog(a netip.Addr) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen[a] || len(s.seen) >= maxLoggedPeers {
		return false
	}
	if s.seen == nil {
		s.seen = map[netip.Addr]bool{}
	}
	s.seen[a] = true
	return true
}

// sign returns the signed assertion of a user's identity for an application.
func (f *ForwardAuth) sign(ctx context.Context, c claims) (string, error) {
	token, err := f.Keys.Sign(ctx, c)
	if err != nil {
		return "", fmt.Errorf("sign the assertion: %w", err)
	}
	return token, nil
}
