package sso

import (
	"strings"
	"time"
)

// Claims are what an identity provider said, by name: SAML attributes, or the
// members of an ID token and userinfo answer with nested objects flattened to
// dotted paths ("realm_access.roles"). A name that is present without values is
// a key with an empty slice; that is not the same as a missing key.
type Claims map[string][]string

// A MixedClaim is a claim that has values other than texts. Claims holds the
// scalars of it as well, as texts, and holds no key for an object.
type MixedClaim struct {
	Texts []string   `json:"texts,omitempty"` // the values that are texts, in order
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

// An Assertion is what an identity provider said about a person, with every
// protocol check passed; it does not yet mean anything to us. The connection's
// mapping makes it an Identity.
type Assertion struct {
	Issuer        string
	Subject       string // SAML NameID; OIDC sub
	SubjectFormat string // SAML NameID Format; empty for OIDC
	Claims        Claims
	Mixed         map[string]MixedClaim `json:",omitempty"` // by name: claims with values other than texts
	AuthnAt       time.Time             // when the person proved who they are at the IdP; zero if unsaid
	ResponseID    string                // SAML assertion ID, OIDC code hash: unique per answer, for replay detection
	NotOnOrAfter  time.Time             // when the answer itself expires; replay marks live this long plus skew
	SessionIndex  string                // SAML SessionIndex; OIDC sid
	SessionEnd    time.Time             // SAML SessionNotOnOrAfter; zero if unsaid
	Certificate   string                // fingerprint of the IdP certificate that verified it; empty for OIDC
	// GroupsUnfetched says that what may list the groups could not be had: they
	// were to be fetched from the identity provider, or attributes are encrypted
	// one by one.
	GroupsUnfetched bool `json:",omitempty"`
}

// An Identity is an Assertion read through a connection's mapping: verified and
// normalised, but not yet a User.
type Identity struct {
	Connection    ConnectionID
	Subject       string // immutable key of the person within the connection
	Login         string
	Email         string // empty if the IdP gives none
	Name          string
	EmailVerified bool // the IdP's word for it, whatever we make of it; false without Email
	// EmailUnsaid says that an address could have been sent and was not, where it
	// may be missing: the one that is known from before stays.
	EmailUnsaid bool `json:",omitempty"`
	Groups      AssertedGroups
	Claims      Claims
	Mixed       map[string]MixedClaim `json:",omitempty"` // as in the Assertion
	AuthnAt     time.Time
}
