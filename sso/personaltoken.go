package sso

import (
	"cmp"
	"math"
	"time"
)

// PersonalTokenKind is the prefix of personal tokens.
const PersonalTokenKind BearerKind = "gw_pat_"

// PersonalToken lets a program act for a user at applications behind the gateway. It
// can do at most what its owner can at that moment, and ends for good when the owner
// is deactivated.
type PersonalToken struct {
	ID         PersonalTokenID
	Enterprise EnterpriseID
	User       UserID
	Name       string
	Hash       Hash // SHA-256 of the token
	// Applications are those that the token opens, as long as they accept tokens.
	Applications []ApplicationID
	CreatedBy    Actor
	CreatedAt    time.Time
	ExpiresAt    time.Time // always set
	RevokedAt    time.Time // zero: not revoked
	LastUsedAt   time.Time // to the minute
	// LastClient is the User-Agent of the last request, as [ClientName] returns it.
	LastClient string
}

// Live reports whether the token can be used at now, by what it says and by the rules
// of its enterprise.
func (k PersonalToken) Live(rules TokenRules, now time.Time) bool {
	return rules.Personal && k.RevokedAt.IsZero() && now.Before(rules.End(k))
}

// MadeByOther reports whether another actor than its user created the token.
func (k PersonalToken) MadeByOther() bool { return k.CreatedBy != Actor(k.User) }

// TokenUse is the last use of a token.
type TokenUse struct {
	At     time.Time
	Client string
}

// TokenGrant is what a token opens of that which its owner may do.
type TokenGrant struct {
	Applications []ApplicationID
	Service      bool // it is a service's token, not a user's
}

// Principal returns the principal of a token, with a session that ends
// when the token does, and is never idle.
func (k PersonalToken) Principal(u User, ent Enterprise, rules TokenRules) Principal {
	return Principal{
		Session: Session{
			ID:         SessionID(k.ID), // identifiers of tokens and of sessions differ by their prefix
			Token:      k.Hash,
			Enterprise: k.Enterprise,
			User:       k.User,
			CreatedAt:  k.CreatedAt,
			// A token that was never used is due to have its first use recorded.
			LastSeenAt:  cmp.Or(k.LastUsedAt, k.CreatedAt.Add(-time.Hour)),
			IdleTimeout: math.MaxInt64,
			ExpiresAt:   rules.End(k),
		},
		User:       u,
		Enterprise: ent,
		Token: &TokenGrant{
			Applications: k.Applications,
		},
	}
}

// TokenRules are what an enterprise allows its users' tokens.
type TokenRules struct {
	// Personal says that users may have personal tokens. While they may not,
	// those that exist are refused.
	Personal bool
	// MaxAge is how long a personal token is good for, from its creation on.
	// It also ends those that were made while the enterprise allowed more.
	MaxAge   time.Duration
	Revision int64 // 1 of the default, one more after each change
}

// Limits of MaxAge.
const (
	day             = 24 * time.Hour
	MaxTokenAge     = 3 * 365 * day
	MinTokenAge     = day
	defaultTokenAge = 365 * day
)

// DefaultTokenRules are those of an enterprise that has decided nothing.
func DefaultTokenRules() TokenRules {
	return TokenRules{
		Personal: true,
		MaxAge:   defaultTokenAge,
		Revision: 1,
	}
}

// End returns when a token ends by its own expiry and by the rules.
func (r TokenRules) End(k PersonalToken) time.Time {
	if by := k.CreatedAt.Add(r.MaxAge); by.Before(k.ExpiresAt) {
		return by
	}
	return k.ExpiresAt
}

// PersonalTokensForbidden returns the error for a token that the enterprise does not
// allow.
func PersonalTokensForbidden() *Error {
	return &Error{
		Kind:   Forbidden,
		Code:   "personal_tokens_forbidden",
		Public: "Your company does not allow personal tokens.",
	}
}
