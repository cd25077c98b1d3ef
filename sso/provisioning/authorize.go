package provisioning

import (
	"context"
	"fmt"

	"gatehouse/sso"
)

// Authorize returns the token of a bearer value that was sent to the address of a
// connection, and records that client, a User-Agent, used it. Nothing is cached, so
// that a revocation counts at once on every node. A malformed value costs no query.
//
// The error is Unauthenticated. Only for a value whose hash is that of a token does
// it say more than "scim_token_invalid": "scim_token_elsewhere" if the token is of
// another connection, whether or not the addressed one exists; "scim_token_revoked"
// and "scim_token_expired" if it is of this one. With the latter two the token is
// returned as well, for the ledger; it allows nothing.
func (s *Tokens) Authorize(
	ctx context.Context, connection sso.ConnectionID, bearer, client string,
) (sso.ProvisioningToken, error) {
	k, err := s.find(ctx, connection, bearer)
	if err != nil {
		return k, err
	}
	// A failure to store the last use is no reason to refuse the token: a full disk,
	// for example, fails this write and no read.
	_ = s.store.UseProvisioningToken(ctx, k, sso.ClientName(client))
	return k, nil
}

// find is Authorize without a record of the use.
func (s *Tokens) find(ctx context.Context, connection sso.ConnectionID, bearer string) (sso.ProvisioningToken, error) {
	secret, err := sso.SCIMToken.Parse(bearer)
	if err != nil {
		return sso.ProvisioningToken{}, noToken()
	}
	k, err := s.store.ProvisioningTokenByHash(ctx, secret.Hash())
	switch {
	case sso.KindOf(err) == sso.NotFoundKind:
		return sso.ProvisioningToken{}, noToken()
	case err != nil:
		return sso.ProvisioningToken{}, fmt.Errorf("authorize provisioning: %w", err)
	case k.Connection != connection:
		return sso.ProvisioningToken{}, foreignToken()
	}
	return s.alive(ctx, k)
}

// alive refuses a token that has expired or was revoked.
func (s *Tokens) alive(ctx context.Context, k sso.ProvisioningToken) (sso.ProvisioningToken, error) {
	if k.Live(s.now()) {
		return k, nil
	}
	newer, err := s.store.NewerProvisioningToken(ctx, k)
	if err != nil {
		return sso.ProvisioningToken{}, fmt.Errorf("authorize provisioning: %w", err)
	}
	k.Scopes = nil
	return k, deadToken(k, newer)
}
