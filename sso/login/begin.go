package login

import (
	"context"
	"fmt"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/address"
)

// Start describes a sign-in to begin.
type Start struct {
	Enterprise sso.EnterpriseID
	Connection sso.ConnectionID // "" if the enterprise has only one that is enabled
	ReturnTo   string           // where to go afterwards; anything but a local path becomes "/"
	Browser    sso.Secret       // the browser's pending cookie; the response is bound to it
	Replaces   sso.SessionID    // the session that the user agreed to end; "" if they were not asked
	Hint       sso.LoginHint    // of the link
	Need       sso.AuthnNeed    // of the application to return to, beside that of the enterprise
}

// Begin sends a browser to its identity provider. Errors: Forbidden
// "connection_disabled" if no connection is enabled, Invalid "connection_needed"
// if several are and Start names none.
func (s *Service) Begin(ctx context.Context, start Start) (sso.Redirect, error) {
	c, err := s.choose(ctx, start)
	if err != nil {
		return sso.Redirect{}, err
	}
	cfg, err := c.Serving()
	if err != nil {
		return sso.Redirect{}, err
	}
	p := sso.NewPendingLogin(c, start.Browser, s.Now())
	p.ReturnTo = sso.ReturnTo(start.ReturnTo)
	p.Replaces = start.Replaces
	p.Hint = start.Hint
	required, err := s.Enterprises.AuthnNeed(ctx, start.Enterprise)
	if err != nil {
		return sso.Redirect{}, fmt.Errorf("read what to ask for: %w", err)
	}
	p.Need = required.And(start.Need)
	redirect, err := s.protocol(c).Begin(ctx, c, *cfg, p)
	if err != nil {
		s.Observe(c.Protocol, sso.CodeOf(err))
		return sso.Redirect{}, fmt.Errorf("begin sign-in over %s: %w", c.ID, err)
	}
	if err := s.SignIns.SavePendingLogin(ctx, p); err != nil {
		return sso.Redirect{}, fmt.Errorf("save pending login: %w", err)
	}
	return redirect, nil
}

func (s *Service) choose(ctx context.Context, start Start) (sso.Connection, error) {
	all, err := s.Enterprises.Connections(ctx, start.Enterprise)
	if err != nil {
		return sso.Connection{}, fmt.Errorf("list connections: %w", err)
	}
	enabled := enabledOf(all)
	if start.Connection != "" {
		for _, c := range enabled {
			if c.ID == start.Connection {
				return c, nil
			}
		}
		return sso.Connection{}, sso.NotServing()
	}
	switch len(enabled) {
	case 0:
		return sso.Connection{}, sso.NotServing()
	case 1:
		return enabled[0], nil
	}
	return sso.Connection{}, &sso.Error{
		Kind:   sso.Invalid,
		Code:   "connection_needed",
		Public: "Your company has more than one way to sign in. Choose one.",
	}
}

func enabledOf(all []sso.Connection) []sso.Connection {
	var enabled []sso.Connection
	for _, c := range all {
		if _, err := c.Serving(); err == nil {
			enabled = append(enabled, c)
		}
	}
	return enabled
}

// Found is an enterprise with the connections to choose from.
type Found struct {
	Enterprise  sso.Enterprise
	Connections []sso.Connection // the enabled ones
}

// DomainOf returns the normalized domain of an e-mail address; "" if text is not
// an address.
func DomainOf(text string) string {
	email, err := address.Email(text)
	if err != nil {
		return ""
	}
	return sso.EmailDomain(email)
}

// Discover finds an enterprise by a work e-mail, whose domain it has verified, or
// by its key. An unknown address, domain or key is NotFound "unknown_company".
func (s *Service) Discover(ctx context.Context, text string) (Found, error) {
	text = strings.TrimSpace(text)
	find, key := s.Enterprises.EnterpriseByKey, strings.ToLower(text)
	usable := sso.ValidateKey("", key) == nil // no other text can be stored as a key
	if strings.Contains(text, "@") {
		find, key = s.Enterprises.EnterpriseByDomain, DomainOf(text)
		usable = key != ""
	}
	unknown := sso.NotFound(
		"unknown_company",
		"We do not know this company. Check the spelling, or use the sign-in link your company gave you.",
	)
	if !usable {
		return Found{}, unknown
	}
	ent, err := find(ctx, key)
	missing := sso.KindOf(err) == sso.NotFoundKind && err != nil
	if err != nil && !missing {
		return Found{}, fmt.Errorf("find enterprise: %w", err)
	}
	// Also without an enterprise, so that an unknown one takes as long as a known
	// one.
	all, err := s.Enterprises.Connections(ctx, ent.ID)
	if err != nil && !missing {
		return Found{}, fmt.Errorf("list connections: %w", err)
	}
	if missing {
		return Found{}, unknown
	}
	return Found{Enterprise: ent, Connections: enabledOf(all)}, nil
}
