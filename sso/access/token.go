package access

import (
	"context"

	"gatehouse/sso"
)

// Token returns the API token of a bearer value. One that is unknown, expired or
// malformed is Unauthenticated "invalid_token"; a malformed one costs no query.
func (s *Service) Token(ctx context.Context, value string) (sso.Token, error) {
	secret, err := sso.APIToken.Parse(value)
	if err != nil {
		return sso.Token{}, err
	}
	return s.Tokens.TokenByHash(ctx, secret.Hash())
}
