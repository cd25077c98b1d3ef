package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/provisioning"
)

// scimTokens creates, changes and revokes provisioning tokens; provisioning.Tokens
// does.
type scimTokens interface {
	Create(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, conn sso.ConnectionID, n provisioning.NewToken,
	) (sso.ProvisioningToken, sso.Secret, error)
	Edit(
		ctx context.Context,
		by sso.Actor,
		ent sso.EnterpriseID,
		conn sso.ConnectionID,
		id sso.ProvisioningTokenID,
		e provisioning.TokenEdit,
	) (sso.ProvisioningToken, error)
	Revoke(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, conn sso.ConnectionID, id sso.ProvisioningTokenID,
	) error
}

// scimToken is a token. Its secret is shown once.
//
//nolint:lll // a tag is one line
type scimToken struct {
	ID          sso.ProvisioningTokenID `json:"id" doc:"Identifier; immutable." example:"scimtok-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Token       *string                 `json:"token" doc:"Bearer token for the identity provider; null except in the response that created it." example:"gw_scim_5f0c6a1e…"`
	Name        string                  `json:"name" doc:"Name, unique among the tokens of the connection that are not revoked. Refusals mention it." example:"entra-1"`
	Scopes      []sso.ProvisioningScope `json:"scopes" doc:"Scopes of the token." example:"[\"scim\"]"`
	Live        bool                    `json:"live" doc:"Whether the token is valid: neither expired nor revoked." example:"true"`
	Revision    int64                   `json:"revision" doc:"Revision number, increased by every change; also the ETag." example:"7"`
	CreatedBy   sso.Actor               `json:"created_by" doc:"Actor that created the token." example:"tok-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	CreatedAt   time.Time               `json:"created_at" doc:"Time of creation." example:"2026-11-24T12:00:00Z"`
	ExpiresAt   *time.Time              `json:"expires_at" doc:"Time of expiry; null if the token does not expire." example:"2027-11-24T12:00:00Z"`
	RevokedAt   *time.Time              `json:"revoked_at" doc:"Time of revocation; null if the token was not revoked." example:"2026-12-24T12:00:00Z"`
	LastUsedAt  *time.Time              `json:"last_used_at" doc:"Time of the last request with the token, to the minute; null if there was none." example:"2026-11-24T12:30:00Z"`
	LastClient  *string                 `json:"last_client" doc:"User-Agent of the last request, shortened; null if there was none." example:"Azure AD Provisioning Service"`
	RefusedAt   *time.Time              `json:"refused_at" doc:"Time of the last refused request; null if there was none." example:"2026-11-24T12:31:00Z"`
	LastRefusal *string                 `json:"last_refusal" doc:"Text of the last refusal, as sent to the identity provider; null if there was none." example:"Token \"entra-1\" lacks scope groups:read (it has users:read users:write)."`
}

//nolint:lll // a tag is one line
type newSCIMToken struct {
	Name      string                  `json:"name" doc:"Name of 1 to 255 bytes." example:"entra-1"`
	Scopes    []sso.ProvisioningScope `json:"scopes,omitempty" maxItems:"20" doc:"Scopes: scim for users and groups, reading and writing, which is the default; or some of users:read, users:write, groups:read, groups:write. Writing includes reading." example:"[\"scim\"]"`
	ExpiresAt time.Time               `json:"expires_at,omitempty" doc:"Time of expiry; without it, the token does not expire." example:"2027-11-24T12:00:00Z"`
}

//nolint:lll // a tag is one line
type scimTokenPatch struct {
	Name      *string                  `json:"name,omitempty" doc:"New name." example:"entra-1"`
	Scopes    *[]sso.ProvisioningScope `json:"scopes,omitempty" maxItems:"20" doc:"Scopes; replaces the current ones." example:"[\"scim\"]"`
	ExpiresAt *string                  `json:"expires_at,omitempty" doc:"New time of expiry; \"\" if the token is not to expire." example:"2027-11-24T12:00:00Z"`
}

func (a *API) viewSCIMToken(k sso.ProvisioningToken) scimToken {
	return scimToken{
		ID:          k.ID,
		Name:        k.Name,
		Scopes:      always(k.Scopes),
		Live:        k.Live(a.Now()),
		Revision:    k.Revision,
		CreatedBy:   k.CreatedBy,
		CreatedAt:   k.CreatedAt,
		ExpiresAt:   moment(k.ExpiresAt),
		RevokedAt:   moment(k.RevokedAt),
		LastUsedAt:  moment(k.LastUsedAt),
		LastClient:  some(k.LastClient),
		RefusedAt:   moment(k.RefusedAt),
		LastRefusal: some(k.Refusal),
	}
}

type pagedConnection struct {
	Paging
	Connection sso.ConnectionID `path:"connection"`
}

type inSCIMToken struct {
	Connection sso.ConnectionID        `path:"connection"`
	Token      sso.ProvisioningTokenID `path:"scim_token"`
}

const scimTokensPath = connectionPath + "/scim-tokens"

func (a *API) scimTokenOperations() {
	add(a, operation{
		id:      "list-scim-tokens",
		method:  http.MethodGet,
		path:    scimTokensPath,
		scope:   "provisioning:read",
		summary: "List provisioning tokens",
		about:   "With those revoked in the last 90 days. Sorted by time of creation, newest first.",
	}, a.listSCIMTokens)
	add(a, operation{
		id:      "create-scim-token",
		method:  http.MethodPost,
		path:    scimTokensPath,
		scope:   "provisioning:write",
		status:  http.StatusCreated,
		once:    "token",
		summary: "Create a provisioning token",
		about: "An identity provider authenticates with it to provision users and groups by SCIM, at scim.base_url " +
			"of the connection. Up to 20 tokens of a connection are valid at the same time, so that a new one can " +
			"be put into the identity provider before the old one is revoked. token is returned once: a repetition " +
			"with the same Idempotency-Key has null there.",
	}, a.createSCIMToken)
	add(a, operation{
		id:      "get-scim-token",
		method:  http.MethodGet,
		path:    scimTokensPath + "/{scim_token}",
		scope:   "provisioning:read",
		summary: "Get a provisioning token",
	}, a.getSCIMToken)
	add(a, operation{
		id:      "update-scim-token",
		method:  http.MethodPatch,
		path:    scimTokensPath + "/{scim_token}",
		scope:   "provisioning:write",
		summary: "Update a provisioning token",
		about: "The token itself stays the same, so that nothing changes at the identity provider. It takes effect " +
			"at the next request. A revoked token is 409 scim_token_revoked.",
	}, a.updateSCIMToken)
	add(a, operation{
		id:      "revoke-scim-token",
		method:  http.MethodDelete,
		path:    scimTokensPath + "/{scim_token}",
		scope:   "provisioning:write",
		summary: "Revoke a provisioning token",
		about:   "The token is refused from the next request on. It stays in the list for 90 days.",
	}, a.revokeSCIMToken)
}

func (a *API) listSCIMTokens(ctx context.Context, c caller, in *pagedConnection) (*out[list[scimToken]], error) {
	if _, err := a.Records.Connection(ctx, c.enterprise.ID, in.Connection); err != nil {
		return nil, err
	}
	all, next, err := a.Provisioning.ProvisioningTokens(ctx, c.enterprise.ID, in.Connection, in.page())
	return pageOf(all, next, err, a.viewSCIMToken)
}

func (a *API) createSCIMToken(ctx context.Context, c caller, in *struct {
	Connection sso.ConnectionID `path:"connection"`
	Body       newSCIMToken
}) (*madeRevised[scimToken], error) {
	if _, err := a.Records.Connection(ctx, c.enterprise.ID, in.Connection); err != nil {
		return nil, err
	}
	k, secret, err := a.SCIMTokens.Create(ctx, c.by, c.enterprise.ID, in.Connection, provisioning.NewToken{
		Name:      in.Body.Name,
		Scopes:    in.Body.Scopes,
		ExpiresAt: in.Body.ExpiresAt,
	})
	if err != nil {
		return nil, err
	}
	created := a.viewSCIMToken(k)
	created.Token = some(secret.Reveal())
	return &madeRevised[scimToken]{
		ETag: etag(k.Revision),
		Location: locationOf(
			c.enterprise.ID, "connections", string(in.Connection)+"/scim-tokens/"+string(k.ID),
		),
		Body: created,
	}, nil
}

func (a *API) getSCIMToken(ctx context.Context, c caller, in *inSCIMToken) (*revised[scimToken], error) {
	k, err := a.Provisioning.ProvisioningToken(ctx, c.enterprise.ID, in.Connection, in.Token)
	return revisedAnswer(a.viewSCIMToken(k), k.Revision, err)
}

//nolint:lll // a tag is one line
func (a *API) updateSCIMToken(ctx context.Context, c caller, in *struct {
	IfMatch    string                  `header:"If-Match" maxLength:"64" doc:"ETag of the revision that the edit is based on; if the object has changed since, the response is 412." example:"\"7\""`
	Connection sso.ConnectionID        `path:"connection"`
	Token      sso.ProvisioningTokenID `path:"scim_token"`
	Body       scimTokenPatch
}) (*revised[scimToken], error) {
	edit := provisioning.TokenEdit{
		Revision: revisionOf(in.IfMatch),
		Name:     in.Body.Name,
	}
	if in.Body.Scopes != nil {
		edit.Scopes = always(*in.Body.Scopes)
	}
	if text := in.Body.ExpiresAt; text != nil {
		edit.ExpiresAt = new(time.Time)
		if err := readMoment(*text, edit.ExpiresAt); err != nil {
			return nil, err
		}
	}
	k, err := a.SCIMTokens.Edit(ctx, c.by, c.enterprise.ID, in.Connection, in.Token, edit)
	return revisedAnswer(a.viewSCIMToken(k), k.Revision, err)
}

// readMoment reads an expires_at that may be "", which leaves at alone.
func readMoment(text string, at *time.Time) (err error) {
	if text == "" {
		return nil
	}
	if *at, err = time.Parse(time.RFC3339, text); err != nil {
		return sso.InvalidField(
			"validation_failed", "expires_at", "Enter a time such as 2027-11-24T12:00:00Z, or nothing.",
		)
	}
	return nil
}

func (a *API) revokeSCIMToken(ctx context.Context, c caller, in *inSCIMToken) (*done, error) {
	return nil, a.SCIMTokens.Revoke(ctx, c.by, c.enterprise.ID, in.Connection, in.Token)
}
