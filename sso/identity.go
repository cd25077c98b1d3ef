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
	AuthnAt       time.Time // when the person proved who they are at the IdP; zero if unsaid
	ResponseID    string    // SAML assertion ID, OIDC code hash: unique per answer, for replay detection
	NotOnOrAfter  time.Time // when the answer itself expires; replay marks live this long plus skew
	SessionIndex  string    // SAML SessionIndex; OIDC sid
	SessionEnd    time.Time // SAML SessionNotOnOrAfter; zero if unsaid
	Certificate   string    // fingerprint of the IdP certificate that verified it; empty for OIDC
}

// An Identity is an Assertion read through a connection's mapping: verified and
// normalised, but not yet a User.
type Identity struct {
	Connection    ConnectionID
	Subject       string // immutable key of the person within the connection
	Login         string
	Email         string // empty if the IdP gives none
	Name          string
	EmailVerified bool // the IdP's word for it, whatever we make of it
	Groups        AssertedGroups
	Claims        Claims
	AuthnAt       time.Time
}

// GroupsState says what an IdP's answer tells about a person's groups. The zero
// value is GroupsAbsent: not knowing is the default, and not knowing removes
// nobody.
type GroupsState uint8

// The five states.
const (
	GroupsAbsent    GroupsState = iota // no such attribute
	GroupsEmpty                        // the attribute, without values
	GroupsValues                       // a non-empty list
	GroupsOverage                      // a pointer to a list too long to send
	GroupsTruncated                    // a list that is not all: of exactly the length at which the IdP cuts off, or beside a pointer
)

var groupsStates = [...]string{"absent", "empty", "values", "overage", "truncated"}

func (s GroupsState) String() string { return groupsStates[s] }

// MarshalText writes the state's name, for JSON and logs.
func (s GroupsState) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (s *GroupsState) UnmarshalText(b []byte) error {
	for i, name := range groupsStates {
		if name == string(b) {
			*s = GroupsState(i)
			return nil
		}
	}
	return InvalidField("invalid_groups_state", "state", "Unknown group state.")
}

// AssertedGroups is what an IdP said about a person's groups.
type AssertedGroups struct {
	State  GroupsState `json:"state"`
	Names  []string    `json:"names"`            // as sent, after the mapping's include and exclude; no duplicates
	Source string      `json:"source,omitempty"` // the claim it was read from, or the pointer that stands in its place
}
