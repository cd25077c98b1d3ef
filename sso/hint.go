package sso

import "strings"

// LoginHint is what a sign-in link says about the user who follows it. It is passed
// to the identity provider, which may fill in its form by it, and decides nothing
// here: anyone can write a link.
type LoginHint struct {
	Login  string // an e-mail address or user name; "" if not known
	Domain string // a DNS name in lower case, by which an identity provider chooses a directory; "" if not known
}

// NewLoginHint returns the hint of a link, without what cannot be a login or a domain.
// A sign-in does not fail because of a hint.
func NewLoginHint(login, domain string) LoginHint {
	var h LoginHint
	if login = strings.TrimSpace(login); len(login) <= MaxLoginLength && Printable(login) {
		h.Login = login
	}
	if domain = strings.ToLower(strings.TrimSpace(domain)); ValidateDomain("", domain) == nil {
		h.Domain = domain
	}
	return h
}

// Parameters returns the parameters of a request to an identity provider of this kind
// that carry the hint: "login_hint" (OpenID Connect Core 1.0, section 3.1.2.1), which
// Microsoft Entra ID, Okta and others read in a SAML request's address, too, and the
// parameter by which Entra ID or Google choose the user's directory.
func (h LoginHint) Parameters(provider Provider) []Parameter {
	var all []Parameter
	add := func(name, value string) {
		if value != "" {
			all = append(all, Parameter{name, value})
		}
	}
	add("login_hint", h.Login)
	switch provider {
	case Entra:
		add("domain_hint", h.Domain)
	case Google:
		add("hd", h.Domain)
	}
	return all
}

// Parameter is a name and a value of a query.
type Parameter struct{ Name, Value string }
