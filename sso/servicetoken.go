package sso

import (
	"cmp"
	"math"
	"strings"
	"time"
)

// ServiceTokenKind is the prefix of the tokens of services.
const ServiceTokenKind BearerKind = "gw_svc_"

// MaxServiceTokens is how many tokens of a service may be live: one that is used, and
// the one that replaces it.
const MaxServiceTokens = 2

// Service is a program of an organization. It acts for itself, with groups of its own,
// and outlives the people who created it.
type Service struct {
	ID           ServiceID
	Enterprise   EnterpriseID
	Organization OrganizationID
	Name         string
	// Owner is the group whose members answer for the service. It may have been deleted
	// since.
	Owner GroupID
	// Groups are those of the organization that the service is in.
	Groups    []PrincipalGroup
	CreatedAt time.Time
}

// ServiceToken lets a service in at applications behind the gateway. At most two tokens
// of a service are live, so that one can replace the other.
type ServiceToken struct {
	ID      ServiceTokenID
	Service Service
	Hash    Hash // SHA-256 of the token
	// Applications are those that the token opens, as long as they accept services.
	Applications []ApplicationID
	CreatedBy    Actor
	CreatedAt    time.Time
	ExpiresAt    time.Time // always set
	RevokedAt    time.Time // zero: not revoked
	LastUsedAt   time.Time // to the minute
	// LastClient is the User-Agent of the last request, as [ClientName] returns it.
	LastClient string
}

// Live reports whether the token can be used at now.
func (k ServiceToken) Live(now time.Time) bool {
	return k.RevokedAt.IsZero() && now.Before(k.ExpiresAt)
}

// Principal returns the principal of a token: the service as a user, whose login is the
// service's identifier, with a session that ends when the token does.
func (k ServiceToken) Principal(ent Enterprise) Principal {
	user := UserID(k.Service.ID) // identifiers of services and of users differ by their prefix
	return Principal{
		Session: Session{
			ID:         SessionID(k.ID),
			Token:      k.Hash,
			Enterprise: ent.ID,
			User:       user,
			CreatedAt:  k.CreatedAt,
			// A token that was never used is due to have its first use recorded.
			LastSeenAt:  cmp.Or(k.LastUsedAt, k.CreatedAt.Add(-time.Hour)),
			IdleTimeout: math.MaxInt64,
			ExpiresAt:   k.ExpiresAt,
		},
		User: User{
			ID:         user,
			Enterprise: ent.ID,
			Login:      string(k.Service.ID),
			Name:       k.Service.Name,
			Status:     UserActive,
			CreatedAt:  k.Service.CreatedAt,
		},
		Enterprise: ent,
		Groups:     k.Service.Groups,
		Token: &TokenGrant{
			Applications: k.Applications,
			Service:      true,
		},
	}
}

// IsServiceLogin reports whether a login has the form of a service's identifier, in
// either case: only services have such a login.
func IsServiceLogin(login string) bool {
	_, err := ParseID[ServiceID](strings.ToLower(strings.TrimSpace(login)))
	return err == nil
}

// serviceLoginProblem says why a person cannot have a login.
const serviceLoginProblem = "Logins of this form are those of services."
