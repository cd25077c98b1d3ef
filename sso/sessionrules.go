package sso

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// SessionRules are what an enterprise requires of the sign-ins and sessions of its
// users. The zero value requires nothing.
type SessionRules struct {
	Idle     time.Duration // 0: as long as the installation allows
	Lifetime time.Duration // likewise
	// Single says that a sign-in ends the other sessions of the user.
	Single   bool
	Need     AuthnNeed
	Revision int64 // 1 before the first change, one more after each
}

// MinSessionTime is the shortest lifetime that rules may demand: it leaves time to
// sign in and to use an application.
const MinSessionTime = 5 * time.Minute

// DefaultSessionRules are those of an enterprise that has decided nothing.
func DefaultSessionRules() SessionRules { return SessionRules{Revision: 1} }

// Shorten returns the session with the lifetimes that the rules allow at most. They
// never make it longer.
func (r SessionRules) Shorten(s Session) Session {
	if r.Idle > 0 && r.Idle < s.IdleTimeout {
		s.IdleTimeout = r.Idle
	}
	if end := s.CreatedAt.Add(r.Lifetime); r.Lifetime > 0 && end.Before(s.ExpiresAt) {
		s.ExpiresAt = end
	}
	return s
}

// AuthnNeed is what has to be true of how a user authenticated at the identity
// provider. The zero value needs nothing.
type AuthnNeed struct {
	// MaxAge is how long ago it may have been; 0: any time.
	MaxAge time.Duration
	// Acr are the authentication contexts of which it must have one, separated by
	// spaces as in acr_values of OpenID Connect; "": any.
	Acr string
}

// MaxAuthnAge is the longest MaxAge.
const MaxAuthnAge = 30 * 24 * time.Hour

// And returns what has to be asked for so that both needs can be met: the shorter age,
// and the contexts that both accept. If they accept none in common, the contexts of
// other are asked for.
func (n AuthnNeed) And(other AuthnNeed) AuthnNeed {
	both := n
	if both.MaxAge == 0 || other.MaxAge > 0 && other.MaxAge < both.MaxAge {
		both.MaxAge = other.MaxAge
	}
	if other.Acr == "" {
		return both
	}
	accepted := slices.DeleteFunc(other.Contexts(), func(c string) bool {
		return n.Acr != "" && !slices.Contains(n.Contexts(), c)
	})
	if both.Acr = strings.Join(accepted, " "); both.Acr == "" {
		both.Acr = other.Acr
	}
	return both
}

// Contexts returns the accepted authentication contexts; none: any is accepted.
func (n AuthnNeed) Contexts() []string { return strings.Fields(n.Acr) }

// AcrOf returns the Acr of authentication contexts, without repetitions, or what is
// wrong with them. A context with a space could not be asked for.
func AcrOf(contexts []string) (string, []FieldError) {
	const most = 10
	var unique []string
	for _, c := range contexts {
		c = strings.TrimSpace(c)
		switch {
		case c == "" || slices.Contains(unique, c):
			continue
		case !UsableAcr(c) || strings.Contains(c, " "):
			return "", []FieldError{{"acr", fmt.Sprintf(
				"Each is at most %d visible characters without a space.", maxAcrLength,
			)}}
		}
		unique = append(unique, c)
	}
	if len(unique) > most {
		return "", []FieldError{{"acr", fmt.Sprintf("Use at most %d.", most)}}
	}
	return strings.Join(unique, " "), nil
}

// Stale reports whether the user authenticated too long ago at now, or the identity
// provider did not state when. skew is the difference of clocks that is tolerated.
func (n AuthnNeed) Stale(a Authn, now time.Time, skew time.Duration) bool {
	return n.MaxAge > 0 &&
		(a.AuthnAt.IsZero() || now.Sub(a.AuthnAt) > n.MaxAge+skew || a.AuthnAt.Sub(now) > skew)
}

// Weak reports whether the authentication context is none of those accepted.
func (n AuthnNeed) Weak(a Authn) bool {
	return n.Acr != "" && !slices.Contains(n.Contexts(), a.Acr)
}
