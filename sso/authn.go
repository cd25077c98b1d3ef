package sso

import "time"

// Authn says how the user authenticated at the identity provider, as it stated
// that. Each field is zero if it was not stated.
type Authn struct {
	AuthnAt time.Time
	// Acr is the authentication context: acr in OpenID Connect, the
	// AuthnContextClassRef in SAML.
	Acr string `json:",omitempty"`
	// Amr are the authentication methods, which only OpenID Connect has.
	Amr []string `json:",omitempty"`
}

// maxAcrLength limits an authentication context, in bytes. Applications are told it
// in a header.
const maxAcrLength = 255

// UsableAcr reports whether an authentication context can be kept, compared and
// told to applications.
func UsableAcr(s string) bool { return s != "" && len(s) <= maxAcrLength && Printable(s) }

// Methods returns the authentication methods that can be kept and told to
// applications, and reports whether those are all.
func Methods(stated []string) (usable []string, all bool) {
	const most, longest = 20, 64
	for _, m := range stated {
		if m != "" && len(m) <= longest && Printable(m) && len(usable) < most {
			usable = append(usable, m)
		}
	}
	return usable, len(usable) == len(stated)
}
