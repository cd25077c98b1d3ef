package saml

import (
	"context"
	"fmt"

	crewjam "github.com/crewjam/saml"

	"gatehouse/sso"
)

// Begin returns the AuthnRequest that asks the identity provider to sign the
// user in. It carries the pending login's ID, which the response must repeat;
// the same value, which is opaque and needs no escaping, is the RelayState.
// Errors: Invalid "saml_transient_name_id"; other errors are internal (no key
// to sign with, an address that no browser may be sent to).
func (sp *ServiceProvider) Begin(
	_ context.Context, c sso.Connection, cfg sso.Config, p sso.PendingLogin,
) (sso.Redirect, error) {
	t, err := sp.trust(c, cfg)
	if err != nil {
		return sso.Redirect{}, err
	}
	format, err := requestedFormat(cfg)
	if err != nil {
		return sso.Redirect{}, err
	}
	create := true
	request := crewjam.AuthnRequest{
		ID:           p.ID,
		Version:      "2.0",
		IssueInstant: sp.now().UTC(),
		Destination:  cfg.SAML.SSO.URL,
		Issuer:       &crewjam.Issuer{Value: sp.EntityID(c.ID)},
		NameIDPolicy: &crewjam.NameIDPolicy{
			Format:      &format,
			AllowCreate: &create,
		},
		AssertionConsumerServiceURL: sp.ACSURL(c.ID),
		ProtocolBinding:             sso.BindingPOST,
	}
	if cfg.SAML.ForceAuthn {
		request.ForceAuthn = &cfg.SAML.ForceAuthn
	}
	out := outgoingMessage{
		endpoint:   cfg.SAML.SSO,
		field:      fieldRequest,
		message:    request.Element(),
		relayState: p.ID,
	}
	if cfg.SAML.SignRequests {
		if out.key, err = t.signingKey(); err != nil {
			return sso.Redirect{}, fmt.Errorf("connection %s: %w", c.ID, err)
		}
	}
	redirect, err := out.encode()
	if err != nil {
		return sso.Redirect{}, fmt.Errorf("ask %s: %w", sso.Sanitize(cfg.SAML.IDPEntityID), err)
	}
	return redirect, nil
}

// requestedFormat returns the NameID format to request. It is always explicit:
// without one, many identity providers choose transient, which creates a new
// user at every sign-in.
func requestedFormat(cfg sso.Config) (string, error) {
	switch format := cfg.SAML.NameIDFormat; {
	case format == "":
		return formatUnspec, nil // as configured at the identity provider
	case format == formatTransient && cfg.Mapping.Subject == "":
		return "", &sso.Error{
			Kind:   sso.Invalid,
			Code:   "saml_transient_name_id",
			Public: "This connection requests a name that changes at every sign-in. Your admin has to choose another NameID format.",
		}
	default:
		return format, nil
	}
}
