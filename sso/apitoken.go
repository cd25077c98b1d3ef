package sso

import (
	"strings"
	"time"
)

// Token is a bearer token of the REST API, for automation. Only its hash is
// stored.
type Token struct {
	ID         TokenID
	Enterprise EnterpriseID // the only one that the token opens; "": all, and the installation
	Name       string
	Hash       Hash
	Scopes     []Scope
	CreatedBy  Actor
	CreatedAt  time.Time
	ExpiresAt  time.Time // zero: never
	RevokedAt  time.Time // zero: not revoked
	LastUsedAt time.Time // to the minute
	// LastClient is the User-Agent of the last request, as [ClientName] returns it.
	LastClient string
}

// actorOfCompany is the prefix of the actor of a token of one enterprise. It keeps
// such a token from being taken for one of an operator.
const actorOfCompany = "company-"

// Actor returns the author of changes made with the token.
func (t Token) Actor() Actor {
	if t.Enterprise != "" {
		return Actor(actorOfCompany + string(t.ID))
	}
	return Actor(t.ID)
}

// CompanyToken returns the token of one enterprise that an actor is.
func (a Actor) CompanyToken() (TokenID, bool) {
	text, ok := strings.CutPrefix(string(a), actorOfCompany)
	id, err := ParseID[TokenID](text)
	return id, ok && err == nil
}

// Live reports whether the token can be used at now.
func (t Token) Live(now time.Time) bool {
	return t.RevokedAt.IsZero() && (t.ExpiresAt.IsZero() || now.Before(t.ExpiresAt))
}

// Allows reports whether the token may do what a scope allows. A token of one
// enterprise has nothing of the installation, whatever its scopes.
func (t Token) Allows(want Scope) bool {
	if t.Enterprise != "" && want.OfInstallation() {
		return false
	}
	for _, has := range t.Scopes {
		if has.includes(want) {
			return true
		}
	}
	return false
}

// Appoints reports whether the token could make a user an admin of any enterprise: it
// makes groups of admins, and decides who is in them.
func (t Token) Appoints() bool {
	return t.Enterprise == "" && t.Allows("groups:write") && t.Allows("members:write")
}

// APIToken returns the token of the installation that an actor is.
func (a Actor) APIToken() (TokenID, bool) {
	id, err := ParseID[TokenID](string(a))
	return id, err == nil
}
