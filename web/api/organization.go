package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/directory"
)

type organization struct {
	ID           sso.OrganizationID `json:"id" doc:"Identifier; immutable." example:"org-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Key          string             `json:"key" doc:"Key, unique within the enterprise." example:"research"`
	Name         string             `json:"name" doc:"Name shown to users." example:"Research"`
	DefaultGroup sso.GroupID        `json:"default_group" doc:"Default group, which contains all members of the organization; group sync does not change it." example:"group-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Revision     int64              `json:"revision" doc:"Revision number, increased by every change; also the ETag." example:"7"`
	CreatedAt    time.Time          `json:"created_at" doc:"Time of creation." example:"2026-11-24T12:00:00Z"`
}

func viewOrganization(o sso.Organization) organization {
	return organization{
		ID:           o.ID,
		Key:          o.Key,
		Name:         o.Name,
		DefaultGroup: o.DefaultGroup,
		Revision:     o.Revision,
		CreatedAt:    o.CreatedAt,
	}
}

// inOrganization names an organization in the path.
type inOrganization struct {
	Organization sso.OrganizationID `path:"organization"`
}

const organizationPath = enterprisePath + "/organizations/{organization}"

func (a *API) organizationOperations() {
	add(a, operation{
		id:      "list-organizations",
		method:  http.MethodGet,
		path:    enterprisePath + "/organizations",
		scope:   "organizations:read",
		summary: "List organizations",
		about:   "Sorted by time of creation, oldest first.",
	}, a.listOrganizations)
	add(a, operation{
		id:      "create-organization",
		method:  http.MethodPost,
		path:    enterprisePath + "/organizations",
		scope:   "organizations:write",
		status:  http.StatusCreated,
		summary: "Create an organization",
		about:   "The organization is created with its default group. A key in use is 409 key_taken.",
	}, a.createOrganization)
	add(a, operation{
		id:      "get-organization",
		method:  http.MethodGet,
		path:    organizationPath,
		scope:   "organizations:read",
		summary: "Get an organization",
	}, a.getOrganization)
	add(a, operation{
		id:      "update-organization",
		method:  http.MethodPatch,
		path:    organizationPath,
		scope:   "organizations:write",
		summary: "Update an organization",
		about:   "Omitted members stay unchanged. If-Match with another revision is 412 changed_meanwhile.",
	}, a.updateOrganization)
	add(a, operation{
		id:      "delete-organization",
		method:  http.MethodDelete,
		path:    organizationPath,
		scope:   "organizations:write",
		summary: "Delete an organization",
		about:   "Deletes the organization with its groups and memberships. The users remain.",
	}, a.deleteOrganization)
}

func (a *API) listOrganizations(ctx context.Context, c caller, in *struct{ Paging }) (*out[list[organization]], error) {
	all, next, err := a.Structure.Organizations(ctx, c.enterprise.ID, in.page())
	return pageOf(all, next, err, viewOrganization)
}

func (a *API) createOrganization(
	ctx context.Context, c caller, in *struct{ Body newNamed },
) (*madeRevised[organization], error) {
	o, err := a.Directory.CreateOrganization(ctx, c.by, c.enterprise.ID, in.Body.Key, in.Body.Name)
	if err != nil {
		return nil, err
	}
	return &madeRevised[organization]{
		Location: locationOf(c.enterprise.ID, "organizations", string(o.ID)),
		ETag:     etag(o.Revision),
		Body:     viewOrganization(o),
	}, nil
}

func (a *API) getOrganization(ctx context.Context, c caller, in *inOrganization) (*revised[organization], error) {
	o, err := a.Structure.Organization(ctx, c.enterprise.ID, in.Organization)
	return revisedAnswer(viewOrganization(o), o.Revision, err)
}

func (a *API) updateOrganization(ctx context.Context, c caller, in *struct {
	IfMatch      string             `header:"If-Match" maxLength:"64" doc:"ETag of the revision that the edit is based on; if the object has changed since, the response is 412." example:"\"7\""`
	Organization sso.OrganizationID `path:"organization"`
	Body         namedPatch
}) (*revised[organization], error) {
	o, err := a.Directory.UpdateOrganization(
		ctx, c.by, c.enterprise.ID, in.Organization,
		directory.OrganizationEdit{
			Revision: revisionOf(in.IfMatch),
			Key:      in.Body.Key,
			Name:     in.Body.Name,
		},
	)
	return revisedAnswer(viewOrganization(o), o.Revision, err)
}

func (a *API) deleteOrganization(ctx context.Context, c caller, in *struct {
	IfMatch      string             `header:"If-Match" maxLength:"64" doc:"ETag of the revision to delete; if the object has changed since, the response is 412." example:"\"7\""`
	Organization sso.OrganizationID `path:"organization"`
}) (*done, error) {
	return nil, a.Directory.DeleteOrganization(
		ctx, c.by, c.enterprise.ID, in.Organization, revisionOf(in.IfMatch),
	)
}
