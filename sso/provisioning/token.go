package provisioning

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gatehouse/sso"
)

// tokenStore keeps provisioning tokens; store.DB implements it.
type tokenStore interface {
	CreateProvisioningToken(
		ctx context.Context, by sso.Actor, k sso.ProvisioningToken,
	) (sso.ProvisioningToken, error)
	ProvisioningToken(
		ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, id sso.ProvisioningTokenID,
	) (sso.ProvisioningToken, error)
	ProvisioningTokenByHash(ctx context.Context, h sso.Hash) (sso.ProvisioningToken, error)
	NewerProvisioningToken(ctx context.Context, k sso.ProvisioningToken) (name string, err error)
	UpdateProvisioningToken(
		ctx context.Context,
		by sso.Actor,
		ent sso.EnterpriseID,
		conn sso.ConnectionID,
		id sso.ProvisioningTokenID,
		fn func(sso.ProvisioningToken) (sso.ProvisioningToken, error),
	) (sso.ProvisioningToken, error)
	RevokeProvisioningToken(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, conn sso.ConnectionID, id sso.ProvisioningTokenID,
	) error
	UseProvisioningToken(ctx context.Context, k sso.ProvisioningToken, client string) error
	PassProvisioningTest(ctx context.Context, k sso.ProvisioningToken) error
	Connection(ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID) (sso.Connection, error)
	AdminGroups(ctx context.Context, ent sso.EnterpriseID) ([]sso.Group, error)
}

// Tokens creates, changes and checks the tokens by which identity providers
// provision. It is safe for concurrent use.
type Tokens struct {
	store tokenStore
	now   func() time.Time
}

// NewTokens returns the service of the tokens in a store.
func NewTokens(store tokenStore, now func() time.Time) *Tokens { return &Tokens{store, now} }

// NewToken describes a token to create.
type NewToken struct {
	Name      string
	Scopes    []sso.ProvisioningScope // none: scim
	ExpiresAt time.Time               // zero: never
}

// Create creates a token of a connection and returns its bearer value, of which
// only the hash is kept. For the holder of a setup link it is Conflict
// "admin_groups_mapping" where pushes count already and could make an admin.
func (s *Tokens) Create(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, conn sso.ConnectionID, n NewToken,
) (sso.ProvisioningToken, sso.Secret, error) {
	if len(n.Scopes) == 0 {
		n.Scopes = []sso.ProvisioningScope{sso.ScopeSCIM}
	}
	secret := sso.SCIMToken.New()
	k := sso.ProvisioningToken{
		Enterprise: ent,
		Connection: conn,
		Name:       strings.TrimSpace(n.Name),
		Hash:       secret.Hash(),
		ExpiresAt:  n.ExpiresAt,
	}
	var unknown []sso.ProvisioningScope
	k.Scopes, unknown = sso.ScopeSet(n.Scopes)
	problems := slices.Concat(
		sso.ValidateName("name", n.Name), unknownScopes(unknown), s.checkExpiry(n.ExpiresAt),
	)
	if err := errInvalid(problems); err != nil {
		return sso.ProvisioningToken{}, "", err
	}
	if err := s.mayPushAdmins(ctx, by, ent, conn); err != nil {
		return sso.ProvisioningToken{}, "", err
	}
	k, err := s.store.CreateProvisioningToken(ctx, by, k)
	if err != nil {
		return sso.ProvisioningToken{}, "", fmt.Errorf("create a token: %w", err)
	}
	return k, secret, nil
}

// mayPushAdmins refuses the holder of a setup link a token with which they could
// push themselves into a group of admins. Until the connection provisions, a token
// changes no membership, and an admin decides when it does.
func (s *Tokens) mayPushAdmins(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, conn sso.ConnectionID,
) error {
	if !by.OfLink() {
		return nil
	}
	c, err := s.store.Connection(ctx, ent, conn)
	if err != nil || c.Live == nil || c.Live.Provisioning != sso.ProvisionSCIM {
		return err
	}
	groups, err := s.store.AdminGroups(ctx, ent)
	if err != nil || len(groups) == 0 {
		return err
	}
	return &sso.Error{
		Kind: sso.Conflict,
		Code: "admin_groups_mapping",
		Public: "The members of a group administer the company, and this token could add members to it. " +
			"Ask an admin of the company, or an operator, to do it.",
	}
}

// TokenEdit changes a token; nil leaves a value as it is.
type TokenEdit struct {
	// Revision is the revision that the edit is based on, or sso.AnyRevision.
	Revision  int64
	Name      *string
	Scopes    []sso.ProvisioningScope
	ExpiresAt *time.Time // zero: never
}

// Edit changes name, scopes or expiry of a token. The secret stays, so that nothing
// needs to change at the identity provider.
func (s *Tokens) Edit(
	ctx context.Context,
	by sso.Actor,
	ent sso.EnterpriseID,
	conn sso.ConnectionID,
	id sso.ProvisioningTokenID,
	e TokenEdit,
) (sso.ProvisioningToken, error) {
	if len(e.Scopes) > 0 {
		if err := s.mayPushAdmins(ctx, by, ent, conn); err != nil {
			return sso.ProvisioningToken{}, err
		}
	}
	return s.store.UpdateProvisioningToken(
		ctx, by, ent, conn, id,
		func(k sso.ProvisioningToken) (sso.ProvisioningToken, error) {
			if err := sso.CheckRevision("token", e.Revision, k.Revision); err != nil {
				return k, err
			}
			set, err := s.checkEdit(e)
			if err != nil {
				return k, err
			}
			if e.Name != nil {
				k.Name = strings.TrimSpace(*e.Name)
			}
			if len(set) > 0 {
				k.Scopes = set
			}
			if e.ExpiresAt != nil {
				k.ExpiresAt = *e.ExpiresAt
			}
			return k, nil
		},
	)
}

// checkEdit returns the scopes of an edit, none if they stay.
func (s *Tokens) checkEdit(e TokenEdit) (set []sso.ProvisioningScope, err error) {
	var problems []sso.FieldError
	if e.Name != nil {
		problems = append(problems, sso.ValidateName("name", *e.Name)...)
	}
	set, unknown := sso.ScopeSet(e.Scopes)
	problems = append(problems, unknownScopes(unknown)...)
	if e.Scopes != nil && len(e.Scopes) == 0 {
		problems = append(problems, sso.FieldError{
			Field:   "scopes",
			Message: "Name at least one scope: " + allScopes() + ".",
		})
	}
	if e.ExpiresAt != nil {
		problems = append(problems, s.checkExpiry(*e.ExpiresAt)...)
	}
	return set, errInvalid(problems)
}

// Widen adds the scope that covers everything to a token, whose secret stays.
func (s *Tokens) Widen(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, conn sso.ConnectionID, id sso.ProvisioningTokenID,
) (sso.ProvisioningToken, error) {
	return s.store.UpdateProvisioningToken(
		ctx, by, ent, conn, id,
		func(k sso.ProvisioningToken) (sso.ProvisioningToken, error) {
			k.Scopes, _ = sso.ScopeSet(append([]sso.ProvisioningScope{sso.ScopeSCIM}, k.Scopes...))
			return k, nil
		},
	)
}

// Revoke ends a token. Every node refuses it from the next request on.
func (s *Tokens) Revoke(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, conn sso.ConnectionID, id sso.ProvisioningTokenID,
) error {
	return s.store.RevokeProvisioningToken(ctx, by, ent, conn, id)
}

func unknownScopes(unknown []sso.ProvisioningScope) (problems []sso.FieldError) {
	for _, s := range unknown {
		problems = append(problems, sso.FieldError{
			Field:   "scopes",
			Message: fmt.Sprintf("%q is no scope. Use %s.", string(s), allScopes()),
		})
	}
	return problems
}

// allScopes returns the scopes for a message: "scim, users:read, … or groups:write".
func allScopes() string {
	var names []string
	for _, s := range sso.ProvisioningScopes() {
		names = append(names, string(s))
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

func (s *Tokens) checkExpiry(at time.Time) []sso.FieldError {
	if at.IsZero() || at.After(s.now()) {
		return nil
	}
	return []sso.FieldError{{
		Field:   "expires_at",
		Message: "Choose a moment in the future, or none.",
	}}
}

func errInvalid(problems []sso.FieldError) error {
	if len(problems) == 0 {
		return nil
	}
	return &sso.Error{
		Kind:   sso.Invalid,
		Code:   "validation_failed",
		Public: "Some entries cannot be accepted.",
		Fields: problems,
	}
}
