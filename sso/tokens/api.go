package tokens

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"gatehouse/sso"
)

// apiRecorder keeps tokens of the REST API; store.DB does.
type apiRecorder interface {
	CreateToken(ctx context.Context, by sso.Actor, k sso.Token) (sso.Token, error)
	TokenByHash(ctx context.Context, h sso.Hash, client string) (sso.Token, error)
	Tokens(ctx context.Context, ent sso.EnterpriseID, page sso.Page) ([]sso.Token, string, error)
	Token(ctx context.Context, ent sso.EnterpriseID, id sso.TokenID) (sso.Token, error)
	RevokeToken(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.TokenID) error
}

// API is the service of the tokens of the REST API. It is safe for concurrent use.
type API struct {
	apiRecorder
	now func() time.Time
}

// NewAPI returns the service of the API tokens in a store.
func NewAPI(store apiRecorder, now func() time.Time) *API { return &API{store, now} }

// Authenticate returns the API token of a bearer value that a client presents. One that
// is unknown, expired, revoked or malformed is Unauthenticated "invalid_token"; a
// malformed one costs no query.
func (a *API) Authenticate(ctx context.Context, value, userAgent string) (sso.Token, error) {
	secret, err := sso.APIToken.Parse(value)
	if err != nil {
		return sso.Token{}, err
	}
	return a.TokenByHash(ctx, secret.Hash(), sso.ClientName(userAgent))
}

// Grant is the most that the maker of a token may give it. That of an operator is
// [Operator], that of a token the token itself.
type Grant struct {
	Enterprise sso.EnterpriseID // "": every one, and the installation
	Scopes     []sso.Scope
	ExpiresAt  time.Time // zero: never
}

// Operator returns the grant of an operator: everything.
func Operator() Grant { return Grant{Scopes: []sso.Scope{sso.ScopeAll}} }

// APIRequest describes an API token to create.
type APIRequest struct {
	Name       string
	Enterprise sso.EnterpriseID // "": the installation
	Scopes     []sso.Scope
	ExpiresAt  time.Time // zero: never
}

// Create creates a token and returns its bearer value, of which only the hash is kept.
// A token with more than its maker has is Forbidden "scope_exceeds_owner": further
// scopes, another enterprise, or a later end.
func (a *API) Create(ctx context.Context, by sso.Actor, g Grant, r APIRequest) (sso.Token, sso.Secret, error) {
	scopes, err := a.check(r)
	if err != nil {
		return sso.Token{}, "", err
	}
	k := sso.Token{
		Enterprise: r.Enterprise,
		Name:       strings.TrimSpace(r.Name),
		Scopes:     scopes,
		ExpiresAt:  r.ExpiresAt.UTC().Truncate(time.Microsecond),
	}
	if err := g.covers(k); err != nil {
		return sso.Token{}, "", err
	}
	secret := sso.APIToken.New()
	k.Hash = secret.Hash()
	k, err = a.CreateToken(ctx, by, k)
	var e *sso.Error
	if errors.As(err, &e) && e.Kind == sso.NotFoundKind {
		err = sso.InvalidField("validation_failed", "enterprise", "There is no such enterprise.")
	}
	if err != nil {
		return sso.Token{}, "", err
	}
	return k, secret, nil
}

// Replace creates a token with the name, enterprise and scopes of another one, and
// returns its bearer value. The other one stays valid until it is revoked, so that the
// program can be given the new one first. One that has ended is Conflict "token_ended".
func (a *API) Replace(
	ctx context.Context, by sso.Actor, g Grant, ent sso.EnterpriseID, id sso.TokenID, expiresAt time.Time,
) (sso.Token, sso.Secret, error) {
	k, err := a.Token(ctx, ent, id)
	if err != nil {
		return sso.Token{}, "", err
	}
	if !k.Live(a.now()) {
		return sso.Token{}, "", &sso.Error{
			Kind:   sso.Conflict,
			Code:   "token_ended",
			Public: "This token has ended. Create a new one.",
		}
	}
	return a.Create(ctx, by, g, APIRequest{
		Name:       k.Name,
		Enterprise: k.Enterprise,
		Scopes:     k.Scopes,
		ExpiresAt:  expiresAt,
	})
}

// check returns the scopes of a request in their order, or all that is wrong with it.
func (a *API) check(r APIRequest) ([]sso.Scope, error) {
	problems := sso.ValidateName("name", r.Name)
	scopes, unknown := sso.OrderScopes(r.Scopes)
	switch {
	case len(unknown) > 0:
		problems = append(problems, sso.FieldError{
			Field:   "scopes",
			Message: fmt.Sprintf("There is no scope %q.", unknown[0]),
		})
	case len(scopes) == 0:
		problems = append(problems, sso.FieldError{Field: "scopes", Message: "Choose at least one scope."})
	}
	for _, s := range scopes {
		if r.Enterprise != "" && s.OfInstallation() {
			problems = append(problems, sso.FieldError{
				Field:   "scopes",
				Message: fmt.Sprintf("A token of one enterprise cannot have the scope %s.", s),
			})
		}
	}
	if !r.ExpiresAt.IsZero() && !r.ExpiresAt.After(a.now()) {
		problems = append(problems, sso.FieldError{Field: "expires_at", Message: "Choose a time in the future."})
	}
	if len(problems) == 0 {
		return scopes, nil
	}
	return nil, &sso.Error{
		Kind:   sso.Invalid,
		Code:   "validation_failed",
		Public: "Some entries cannot be accepted.",
		Fields: problems,
	}
}

// covers returns an error unless a token has at most what the grant has.
func (g Grant) covers(k sso.Token) error {
	if g.Enterprise != "" && k.Enterprise != g.Enterprise {
		return errExceeds("enterprise", "Give the ID of your own enterprise: you may make tokens of no other.")
	}
	own := sso.Token{Enterprise: g.Enterprise, Scopes: g.Scopes}
	for _, s := range k.Scopes {
		if !own.Allows(s) {
			return errExceeds("scopes", fmt.Sprintf("You do not have the scope %s, and cannot give it.", s))
		}
	}
	if !g.ExpiresAt.IsZero() && (k.ExpiresAt.IsZero() || k.ExpiresAt.After(g.ExpiresAt)) {
		return errExceeds(
			"expires_at",
			"A token ends at the latest with the one that makes it, at "+g.ExpiresAt.UTC().Format(time.RFC3339)+".",
		)
	}
	return nil
}

func errExceeds(field, message string) *sso.Error {
	return &sso.Error{
		Kind:   sso.Forbidden,
		Code:   "scope_exceeds_owner",
		Public: message,
		Fields: []sso.FieldError{{Field: field, Message: message}},
	}
}
