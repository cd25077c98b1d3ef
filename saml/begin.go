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
	ask(&request, cfg, p.Need)
	out := outgoingMessage{
		endpoint:   cfg.SAML.SSO,
		field:      fieldRequest,
		message:    request.Element(),
		relayState: p.ID,
		hints:      p.Hint.Parameters(c.Provider),
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

// ask demands what the response will be judged by. SAML knows no age: an identity
// provider that is not told to authenticate the user again answers from its session,
// however old, and a user whom that refuses could do nothing about it.
func ask(request *crewjam.AuthnRequest, cfg sso.Config, need sso.AuthnNeed) {
	if force := cfg.SAML.ForceAuthn || need.MaxAge > 0; force {
		request.ForceAuthn = &force
	}
	if need.Acr != "" {
		request.RequestedAuthnContext = &crewjam.RequestedAuthnContext{
			Comparison:            "exact", // as the response is judged (SAML core, section 3.3.2.2.1)
			AuthnContextClassRefs: need.Contexts(),
		}
	}
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
