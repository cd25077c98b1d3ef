package access

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gatehouse/sso"
)

// Limits and defaults of a setup link.
const (
	minLinkLength     = time.Hour
	MaxLinkLength     = 30 * 24 * time.Hour
	DefaultLinkLength = 7 * 24 * time.Hour
	maxOpens          = 100
	DefaultOpens      = 10
)

// NewLink describes a setup link to create. Zero values mean the defaults.
type NewLink struct {
	Connection sso.ConnectionID // "": its holder creates one
	Intents    []sso.Intent     // none: sso.DefaultIntents
	For        string
	ExpiresIn  time.Duration
	MaxOpens   int
}

// Validate returns all problems, with the field names of the API.
func (n NewLink) Validate() error {
	problems := sso.ValidateName("for", n.For)
	if n.ExpiresIn != 0 && (n.ExpiresIn < minLinkLength || n.ExpiresIn > MaxLinkLength) {
		problems = append(problems, sso.FieldError{
			Field:   "expires_in",
			Message: "Choose between one hour and 30 days.",
		})
	}
	if n.MaxOpens < 0 || n.MaxOpens > maxOpens {
		problems = append(problems, sso.FieldError{
			Field:   "max_opens",
			Message: "Choose between 1 and 100.",
		})
	}
	return errInvalid(append(problems, n.checkIntents()...))
}

// checkIntents returns an error if the link would open nothing.
func (n NewLink) checkIntents() (problems []sso.FieldError) {
	set, unknown := sso.IntentSet(n.Intents)
	for _, i := range unknown {
		problems = append(problems, sso.FieldError{
			Field: "intents",
			Message: "“" + string(i) + "” is nothing that a setup link opens. Use sign-on, provisioning, domain or " +
				"groups.",
		})
	}
	opensConnection := slices.Contains(set, sso.IntentProvisioning) || slices.Contains(set, sso.IntentGroups)
	if n.Connection == "" && opensConnection && !slices.Contains(set, sso.IntentSignOn) {
		problems = append(problems, sso.FieldError{
			Field:   "connection",
			Message: "Choose a connection, or let the link open single sign-on too, so that its holder can create one.",
		})
	}
	return problems
}

// CreateLink creates a setup link. Only the hash of its token is kept.
func (s *Service) CreateLink(
	ctx context.Context, by sso.Actor, e sso.Enterprise, n NewLink,
) (sso.SetupLink, sso.Secret, error) {
	if err := n.Validate(); err != nil {
		return sso.SetupLink{}, "", err
	}
	if e.Enforced {
		return sso.SetupLink{}, "", &sso.Error{
			Kind: sso.Conflict,
			Code: sso.CodeSSOEnforced,
			Public: "Setup links do not open while single sign-on is enforced. Let the person sign in and " +
				"administer, or stop enforcing it.",
		}
	}
	if n.ExpiresIn == 0 {
		n.ExpiresIn = DefaultLinkLength
	}
	if n.MaxOpens == 0 {
		n.MaxOpens = DefaultOpens
	}
	if len(n.Intents) == 0 {
		n.Intents = sso.DefaultIntents()
	}
	n.Intents, _ = sso.IntentSet(n.Intents)
	token := sso.NewSecret()
	l, err := s.Links.CreateSetupLink(ctx, by, sso.SetupLink{
		Enterprise: e.ID,
		Connection: n.Connection,
		Intents:    n.Intents,
		Token:      token.Hash(),
		For:        n.For,
		MaxOpens:   n.MaxOpens,
		ExpiresAt:  s.Now().Add(n.ExpiresIn),
	})
	if err != nil {
		return sso.SetupLink{}, "", fmt.Errorf("make a setup link: %w", err)
	}
	return l, token, nil
}

// RevokeLink makes a setup link stop opening, and ends the sessions that it
// opened.
func (s *Service) RevokeLink(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.SetupLinkID) error {
	return s.Links.RevokeSetupLink(ctx, by, ent, id)
}

// OpenLink counts an opening of a setup link and begins a session, whose token
// it returns.
func (s *Service) OpenLink(ctx context.Context, token sso.Secret, remote string) (sso.Secret, error) {
	session := sso.NewSecret()
	_, err := s.Links.OpenSetupLink(ctx, token.Hash(), session.Hash(), SessionLength, remote)
	if err != nil {
		return "", err
	}
	return session, nil
}
