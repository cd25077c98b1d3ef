package guide

import "gatehouse/sso"

// SCIM describes how an identity provider is set up to push users and groups over
// SCIM.
type SCIM struct {
	Provider sso.Provider
	Product  string
	Role     string // the role that may do this there
	// TokenName is the suggested name of a token.
	TokenName string

	Connect  Part // where the address and the token are entered
	Mappings Part // which attributes and actions are chosen
	Assign   Part // whom it pushes, and how it is started
	Required []Required
	// NotNeeded is what other instructions ask for and is of no use here.
	NotNeeded []string
	Cycle     string // when a change arrives here
	// First is how soon the first request comes, once all of this is done.
	First string
	// Network says what a firewall has to let in.
	Network string
	OwnTest OwnTest
	// Again is how everything is sent again after a repair here.
	Again string
}

// Required is an attribute that has to be sent for each user or group.
type Required struct {
	Attribute string // in SCIM
	From      string // to choose there
	Why       string
	Login     bool // it has to be the login of sign-ins
}

// OwnTest is what the product's own test of the connection does.
type OwnTest struct {
	Text   string
	Groups bool // it looks at groups
	Writes bool // it creates something
}

// Covers reports whether the product's own test does what a probe of package
// sso/provisioning does.
func (t OwnTest) Covers(probe string) bool {
	switch probe {
	case "find-user", "list-users":
		return true
	case "find-group", "list-groups":
		return t.Groups
	case "create-user", "delete-user":
		return t.Writes
	case "create-group", "delete-group":
		return t.Writes && t.Groups
	}
	return false
}

// The values of a connection that provisioning asks for.
const (
	SCIMURL    Kind = "scim_url"
	TokenValue Kind = "scim_token" // shown when it is created
)

// AllSCIM returns the guides to SCIM, in the order in which they are offered.
func AllSCIM() []SCIM {
	return []SCIM{oktaSCIM(), entraSCIM(), jumpCloudSCIM(), oneLoginSCIM(), pingSCIM(), customSCIM()}
}

// SCIMOf returns the guide to SCIM of a provider, or the generic one if it has none
// of its own. It is the zero value for products that push to no such service.
func SCIMOf(p sso.Provider) SCIM {
	if p == sso.Google || p == sso.ADFS {
		return SCIM{}
	}
	all := AllSCIM()
	for _, g := range all {
		if g.Provider == p {
			return g
		}
	}
	return all[len(all)-1]
}

// Titles and texts that several guides share.
const (
	connectTitle   = "Address and token"
	mappingsTitle  = "Attributes and actions"
	provisionTitle = "People and groups"

	anyNetwork = "If a firewall lets known addresses in only, add those that your identity provider publishes."

	whyUserName = "It finds the person who signs in. It has to be the login that this connection reads."
	whyExternal = "It never changes, so that a person with a new name stays the same."
	whyGroup    = "Groups are matched by name, in the same letter case. Two names that differ only in " +
		"letter case cannot both be pushed."
)

func scimURL(label, hint string) Value {
	return Value{
		Kind:  SCIMURL,
		Label: label,
		Hint:  hint,
	}
}

func tokenValue(label, hint string) Value {
	return Value{
		Kind:  TokenValue,
		Label: label,
		Hint:  hint,
	}
}

func groupNames(from string) Required {
	return Required{
		Attribute: "displayName of groups",
		From:      from,
		Why:       whyGroup,
	}
}
