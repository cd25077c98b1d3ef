package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/tokens"
)

// apiTokens creates, lists, revokes and finds API tokens; tokens.API does.
type apiTokens interface {
	Authenticate(ctx context.Context, value, userAgent string) (sso.Token, error)
	Create(
		ctx context.Context, by sso.Actor, g tokens.Grant, r tokens.APIRequest,
	) (sso.Token, sso.Secret, error)
	Tokens(ctx context.Context, ent sso.EnterpriseID, page sso.Page) ([]sso.Token, string, error)
	Token(ctx context.Context, ent sso.EnterpriseID, id sso.TokenID) (sso.Token, error)
	RevokeToken(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.TokenID) error
}

// apiToken is a token of this API. Its secret is shown once.
//
//nolint:lll // a tag is one line
type apiToken struct {
	ID         sso.TokenID       `json:"id" doc:"Identifier; immutable." example:"tok-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Token      *string           `json:"token" doc:"Bearer token for the program; null except in the response that created it." example:"gw_api_5f0c6a1e…"`
	Name       string            `json:"name" doc:"Name." example:"terraform"`
	Enterprise *sso.EnterpriseID `json:"enterprise" doc:"The only enterprise that the token opens; null for a token of the installation." example:"ent-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Scopes     []sso.Scope       `json:"scopes" doc:"What the token may do." example:"[\"users:read\",\"groups:write\"]"`
	Live       bool              `json:"live" doc:"Whether the token is valid: neither expired nor revoked." example:"true"`
	CreatedBy  *sso.Actor        `json:"created_by" doc:"Actor that created the token; null for a token from before this was recorded." example:"adm-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	CreatedAt  time.Time         `json:"created_at" doc:"Time of creation." example:"2026-11-24T12:00:00Z"`
	ExpiresAt  *time.Time        `json:"expires_at" doc:"Time of expiry; null for none." example:"2027-02-22T12:00:00Z"`
	RevokedAt  *time.Time        `json:"revoked_at" doc:"Time of revocation, also by the deletion of the enterprise; null if the token was not revoked." example:"2026-12-24T12:00:00Z"`
	LastUsedAt *time.Time        `json:"last_used_at" doc:"Time of the last request with the token, to the minute; null if there was none." example:"2026-11-24T12:30:00Z"`
	LastClient *string           `json:"last_client" doc:"User-Agent of the last request, shortened; null if there was none." example:"curl/8.5.0"`
}

//nolint:lll // a tag is one line
type newAPIToken struct {
	Name       string           `json:"name" doc:"Name of 1 to 255 bytes." example:"terraform"`
	Enterprise sso.EnterpriseID `json:"enterprise,omitempty" maxLength:"64" doc:"The only enterprise that the token opens; omit it for a token of the installation. A token of one enterprise must name its own." example:"ent-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Scopes     []sso.Scope      `json:"scopes" minItems:"1" maxItems:"64" doc:"What the token may do; at least one scope, and none that the calling token does not have." example:"[\"users:read\",\"groups:write\"]"`
	ExpiresAt  time.Time        `json:"expires_at,omitempty" doc:"Time of expiry; none if omitted. Not later than that of the calling token." example:"2027-02-22T12:00:00Z"`
}

func (a *API) viewAPIToken(k sso.Token) apiToken {
	return apiToken{
		ID:         k.ID,
		Name:       k.Name,
		Enterprise: some(k.Enterprise),
		Scopes:     always(k.Scopes),
		Live:       k.Live(a.Now()),
		CreatedBy:  some(k.CreatedBy),
		CreatedAt:  k.CreatedAt,
		ExpiresAt:  moment(k.ExpiresAt),
		RevokedAt:  moment(k.RevokedAt),
		LastUsedAt: moment(k.LastUsedAt),
		LastClient: some(k.LastClient),
	}
}

func (a *API) apiTokenOperations() {
	const path = "api-tokens"
	add(a, operation{
		id:      "list-api-tokens",
		method:  http.MethodGet,
		path:    path,
		scope:   "tokens:read",
		own:     true,
		summary: "List API tokens",
		about: "With those that were revoked or expired in the last 90 days. Sorted by time of creation, oldest " +
			"first. A token of one enterprise sees the enterprise's.",
	}, a.listAPITokens)
	add(a, operation{
		id:      "create-api-token",
		method:  http.MethodPost,
		path:    path,
		scope:   "tokens:write",
		own:     true,
		status:  http.StatusCreated,
		once:    "token",
		summary: "Create an API token",
		about: "A token never makes one with more than it has: a further scope, another enterprise or a later " +
			"expiry is 403 scope_exceeds_owner. token is returned once: a repetition with the same Idempotency-Key " +
			"has null there.",
	}, a.createAPIToken)
	add(a, operation{
		id:      "get-api-token",
		method:  http.MethodGet,
		path:    path + "/{api_token}",
		scope:   "tokens:read",
		own:     true,
		summary: "Get an API token",
	}, a.getAPIToken)
	add(a, operation{
		id:      "revoke-api-token",
		method:  http.MethodDelete,
		path:    path + "/{api_token}",
		scope:   "tokens:write",
		own:     true,
		summary: "Revoke an API token",
		about: "Every node refuses the token from the next request on. It stays in the list for 90 days. Tokens that " +
			"it made stay valid; created_by names them.",
	}, a.revokeAPIToken)
}

func (a *API) listAPITokens(ctx context.Context, c caller, in *struct{ Paging }) (*out[list[apiToken]], error) {
	all, next, err := a.Tokens.Tokens(ctx, c.token.Enterprise, in.page())
	return pageOf(all, next, err, a.viewAPIToken)
}

func (a *API) createAPIToken(
	ctx context.Context, c caller, in *struct{ Body newAPIToken },
) (*made[apiToken], error) {
	grant := tokens.Grant{
		Enterprise: c.token.Enterprise,
		Scopes:     c.token.Scopes,
		ExpiresAt:  c.token.ExpiresAt,
	}
	k, secret, err := a.Tokens.Create(ctx, c.by, grant, tokens.APIRequest(in.Body))
	if err != nil {
		return nil, err
	}
	v := a.viewAPIToken(k)
	v.Token = some(secret.Reveal())
	return &made[apiToken]{
		Location: Prefix + "api-tokens/" + string(k.ID),
		Body:     v,
	}, nil
}

type inAPIToken struct {
	Token sso.TokenID `path:"api_token"`
}

func (a *API) getAPIToken(ctx context.Context, c caller, in *inAPIToken) (*out[apiToken], error) {
	k, err := a.Tokens.Token(ctx, c.token.Enterprise, in.Token)
	return answerTo(a.viewAPIToken(k), err)
}

func (a *API) revokeAPIToken(ctx context.Context, c caller, in *inAPIToken) (*done, error) {
	return nil, a.Tokens.RevokeToken(ctx, c.by, c.token.Enterprise, in.Token)
}
