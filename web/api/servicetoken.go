package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/tokens"
)

// serviceTokens creates, lists and revokes the tokens of services; tokens.Service does.
type serviceTokens interface {
	CreateService(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, organization sso.OrganizationID,
		r tokens.ServiceRequest,
	) (sso.ServiceToken, sso.Secret, error)
	ServiceTokens(
		ctx context.Context, ent sso.EnterpriseID, organization sso.OrganizationID, page sso.Page,
	) ([]sso.ServiceToken, string, error)
	RevokeServiceToken(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, organization sso.OrganizationID,
		id sso.ServiceTokenID,
	) error
}

// serviceToken is a token of a service. Its secret is shown once.
//
//nolint:lll // a tag is one line
type serviceToken struct {
	ID           sso.ServiceTokenID  `json:"id" doc:"Identifier; immutable." example:"svctok-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Token        *string             `json:"token" doc:"Bearer token for the service; null except in the response that created it." example:"gw_svc_5f0c6a1e…"`
	Service      sso.ServiceID       `json:"service" doc:"Identifier of the service, which is also its login; the same for all of its tokens." example:"svc-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Name         string              `json:"name" doc:"Name of the service." example:"Nightly export"`
	OwnerGroup   sso.GroupID         `json:"owner_group" doc:"Group whose members answer for the service. It may have been deleted since." example:"group-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Groups       []sso.GroupID       `json:"groups" doc:"Groups of the organization that the service is in."`
	Applications []sso.ApplicationID `json:"applications" doc:"Applications that the token opens, as long as they accept services and admit this one."`
	Live         bool                `json:"live" doc:"Whether the token is valid: neither expired nor revoked." example:"true"`
	CreatedBy    sso.Actor           `json:"created_by" doc:"Actor that created the token." example:"tok-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	CreatedAt    time.Time           `json:"created_at" doc:"Time of creation." example:"2026-11-24T12:00:00Z"`
	ExpiresAt    time.Time           `json:"expires_at" doc:"Time of expiry." example:"2027-02-22T12:00:00Z"`
	RevokedAt    *time.Time          `json:"revoked_at" doc:"Time of revocation; null if the token was not revoked." example:"2026-12-24T12:00:00Z"`
	LastUsedAt   *time.Time          `json:"last_used_at" doc:"Time of the last request with the token, to the minute; null if there was none." example:"2026-11-24T12:30:00Z"`
	LastClient   *string             `json:"last_client" doc:"User-Agent of the last request, shortened; null if there was none." example:"curl/8.5.0"`
}

//nolint:lll // a tag is one line
type newServiceToken struct {
	Service      sso.ServiceID       `json:"service,omitempty" doc:"A service that gets another token, to replace one; without it a service is created." example:"svc-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Name         string              `json:"name,omitempty" doc:"Name of a new service, of 1 to 255 bytes." example:"Nightly export"`
	OwnerGroup   sso.GroupID         `json:"owner_group,omitempty" doc:"Group of the organization whose members answer for a new service." example:"group-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Groups       []sso.GroupID       `json:"groups,omitempty" maxItems:"50" doc:"Groups of the organization that a new service is in."`
	Applications []sso.ApplicationID `json:"applications,omitempty" maxItems:"100" doc:"Applications that the token opens; at least one. Left out of another token: those of the newest."`
	ExpiresAt    time.Time           `json:"expires_at,omitempty" doc:"Time of expiry; required, and at most 1095 days from now." example:"2027-02-22T12:00:00Z"`
}

func (a *API) viewServiceToken(k sso.ServiceToken) serviceToken {
	groups := []sso.GroupID{}
	for _, g := range k.Service.Groups {
		groups = append(groups, g.ID)
	}
	return serviceToken{
		ID:           k.ID,
		Service:      k.Service.ID,
		Name:         k.Service.Name,
		OwnerGroup:   k.Service.Owner,
		Groups:       groups,
		Applications: always(k.Applications),
		Live:         k.Live(a.Now()),
		CreatedBy:    k.CreatedBy,
		CreatedAt:    k.CreatedAt,
		ExpiresAt:    k.ExpiresAt,
		RevokedAt:    moment(k.RevokedAt),
		LastUsedAt:   moment(k.LastUsedAt),
		LastClient:   some(k.LastClient),
	}
}

func (a *API) serviceTokenOperations() {
	add(a, operation{
		id:      "list-service-tokens",
		method:  http.MethodGet,
		path:    organizationPath + "/service-tokens",
		scope:   "tokens:read",
		summary: "List an organization's service tokens",
		about:   "With those that ended in the last 90 days. Sorted by time of creation, newest first.",
	}, a.listServiceTokens)
	add(a, operation{
		id:      "create-service-token",
		method:  http.MethodPost,
		path:    organizationPath + "/service-tokens",
		scope:   "tokens:write",
		status:  http.StatusCreated,
		once:    "token",
		summary: "Create a service token",
		about: "Without service, it creates a service: a program that acts for itself, with groups of the " +
			"organization, and does not end with a person. With service, it creates another token of that service: " +
			"two may be valid at a time, so that one can replace the other. token is returned once: a repetition " +
			"with the same Idempotency-Key has null there.",
	}, a.createServiceToken)
	add(a, operation{
		id:      "revoke-service-token",
		method:  http.MethodDelete,
		path:    organizationPath + "/service-tokens/{service_token}",
		scope:   "tokens:write",
		summary: "Revoke a service token",
		about:   "Every node refuses the token within a second. It stays in the list for 90 days.",
	}, a.revokeServiceToken)
}

type pagedOrganization struct {
	Paging
	Organization sso.OrganizationID `path:"organization"`
}

func (a *API) listServiceTokens(
	ctx context.Context, c caller, in *pagedOrganization,
) (*out[list[serviceToken]], error) {
	all, next, err := a.ServiceTokens.ServiceTokens(ctx, c.enterprise.ID, in.Organization, in.page())
	return pageOf(all, next, err, a.viewServiceToken)
}

func (a *API) createServiceToken(ctx context.Context, c caller, in *struct {
	Organization sso.OrganizationID `path:"organization"`
	Body         newServiceToken
}) (*made[serviceToken], error) {
	if _, err := a.Structure.Organization(ctx, c.enterprise.ID, in.Organization); err != nil {
		return nil, err
	}
	k, secret, err := a.ServiceTokens.CreateService(
		ctx, c.by, c.enterprise.ID, in.Organization,
		tokens.ServiceRequest{
			Service:      in.Body.Service,
			Name:         in.Body.Name,
			Owner:        in.Body.OwnerGroup,
			Groups:       in.Body.Groups,
			Applications: in.Body.Applications,
			ExpiresAt:    in.Body.ExpiresAt,
		},
	)
	if err != nil {
		return nil, err
	}
	created := a.viewServiceToken(k)
	created.Token = some(secret.Reveal())
	return &made[serviceToken]{
		Location: locationOf(
			c.enterprise.ID, "organizations", string(in.Organization)+"/service-tokens/"+string(k.ID),
		),
		Body: created,
	}, nil
}

func (a *API) revokeServiceToken(ctx context.Context, c caller, in *struct {
	Organization sso.OrganizationID `path:"organization"`
	Token        sso.ServiceTokenID `path:"service_token"`
}) (*done, error) {
	return nil, a.ServiceTokens.RevokeServiceToken(ctx, c.by, c.enterprise.ID, in.Organization, in.Token)
}
