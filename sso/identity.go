package sso

import (
	"strings"
	"time"
)

// Claims are what an identity provider asserted, by name: SAML attributes, or
// the members of an ID token and userinfo response with nested objects
// flattened to dotted paths ("realm_access.roles"). A name that is present
// without values is a key with an empty slice; that is not the same as a
// missing key.
type Claims map[string][]string

// MixedClaim is a claim with values other than strings. Claims contains its
// scalars as well, as text, and has no key for an object.
type MixedClaim struct {
	Texts []string   `json:"texts,omitempty"` // the values that are strings, in order
	Other []RawGroup `json:"other"`           // all others; Raw is the JSON or XML source, not escaped
}

// First returns the first non-blank value of a claim, with surrounding space
// removed, and whether there is one.
func (c Claims) First(name string) (string, bool) {
	for _, v := range c[name] {
		if v = strings.TrimSpace(v); v != "" {
			return v, true
		}
	}
	return "", false
}

// Assertion is what an identity provider asserted about a user, with every
// protocol check passed. The connection's mapping makes it an Identity.
type Assertion struct {
	Issuer        string
	Subject       string // SAML NameID; OIDC sub
	SubjectFormat string // SAML NameID Format; empty for OIDC
	Claims        Claims
	Mixed         map[string]MixedClaim `json:",omitempty"` // by name: claims with values other than strings
	Authn
	ResponseID   string    // SAML assertion ID, OIDC code hash: unique per response, for replay detection
	NotOnOrAfter time.Time // when the response expires; replay marks live this long plus skew
	SessionIndex string    // SAML SessionIndex; OIDC sid
	SessionEnd   time.Time // SAML SessionNotOnOrAfter, OIDC session_expiry; zero if not stated
	Certificate  string    // fingerprint of the IdP certificate that verified it; empty for OIDC
	// GroupsUnfetched says that what may list the groups is missing: it could
	// not be fetched from the identity provider, or attributes are encrypted
	// one by one.
	GroupsUnfetched bool `json:",omitempty"`
}

// Identity is an Assertion read through a connection's mapping: verified and
// normalised, but not yet a User.
type Identity struct {
	Connection    ConnectionID
	Subject       string // immutable key of the user within the connection
	Login         string
	Email         string // empty if the IdP gives none
	Name          string
	EmailVerified bool // as the IdP says, whether or not it is trusted; false without Email
	// EmailUnsaid says that an optional address was not sent: the known one
	// stays.
	EmailUnsaid bool `json:",omitempty"`
	Groups      AssertedGroups
	Claims      Claims
	Mixed       map[string]MixedClaim `json:",omitempty"` // as in the Assertion
	// Attributes are those of the enterprise that were sent, by name.
	Attributes []AttributeValue `json:",omitempty"`
	Authn
}
