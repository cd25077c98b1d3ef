package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/directory"
)

// roleReader reads the roles of the installation.
type roleReader interface {
	Role(ctx context.Context, id sso.RoleID) (sso.ProductRole, error)
	Roles(ctx context.Context) ([]sso.ProductRole, error)
}

type role struct {
	ID         sso.RoleID `json:"id" doc:"Identifier; immutable." example:"role-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Key        string     `json:"key" doc:"Key that applications are told; unique." example:"editor"`
	Name       string     `json:"name" doc:"Name shown to admins." example:"Editor"`
	About      string     `json:"about" doc:"What the role is for; \"\" for none." example:"Writes and publishes pages."`
	Precedence int        `json:"precedence" doc:"Order of roles: 1 is the strongest. Unique." example:"10"`
	Revision   int64      `json:"revision" doc:"Revision number, increased by every change; also the ETag." example:"7"`
	CreatedAt  time.Time  `json:"created_at" doc:"Time of creation." example:"2026-11-24T12:00:00Z"`
}

type newRole struct {
	Key        string `json:"key" doc:"Key that applications are told: 1 to 63 lower-case letters, digits and inner hyphens." example:"editor"`
	Name       string `json:"name" doc:"Name shown to admins; 1 to 255 bytes." example:"Editor"`
	About      string `json:"about,omitempty" doc:"What the role is for, in one line of at most 1000 bytes." example:"Writes and publishes pages."`
	Precedence int    `json:"precedence" doc:"Order of roles, from 1, the strongest, to 1000; not that of another role." example:"10"`
}

type rolePatch struct {
	Key        *string `json:"key,omitempty" doc:"New key. Applications are told it in place of the old one." example:"editor"`
	Name       *string `json:"name,omitempty" doc:"New name; 1 to 255 bytes." example:"Editor"`
	About      *string `json:"about,omitempty" doc:"What the role is for; \"\" for none." example:"Writes and publishes pages."`
	Precedence *int    `json:"precedence,omitempty" doc:"New precedence; not that of another role." example:"10"`
}

func viewRole(r sso.ProductRole) role {
	return role{
		ID:         r.ID,
		Key:        r.Key,
		Name:       r.Name,
		About:      r.About,
		Precedence: r.Precedence,
		Revision:   r.Revision,
		CreatedAt:  r.CreatedAt,
	}
}

type inRole struct {
	Role sso.RoleID `path:"role"`
}

const rolePath = "roles/{role}"

func (a *API) roleOperations() {
	add(a, operation{
		id:      "list-roles",
		method:  http.MethodGet,
		path:    "roles",
		scope:   "roles:read",
		summary: "List roles",
		about:   "Sorted by precedence, the strongest first.",
	}, a.listRoles)
	add(a, operation{
		id:      "create-role",
		method:  http.MethodPost,
		path:    "roles",
		scope:   "roles:write",
		status:  http.StatusCreated,
		summary: "Create a role",
		about: "Groups carry roles, and applications are told the roles of a user in each organization. A role gives " +
			"no right in Gatehouse itself. A key or a precedence in use is 409 key_taken or precedence_taken; more " +
			"than 100 roles are 409 too_many_roles.",
	}, a.createRole)
	add(a, operation{
		id:      "get-role",
		method:  http.MethodGet,
		path:    rolePath,
		scope:   "roles:read",
		summary: "Get a role",
	}, a.getRole)
	add(a, operation{
		id:      "update-role",
		method:  http.MethodPatch,
		path:    rolePath,
		scope:   "roles:write",
		summary: "Update a role",
		about: "Omitted members stay unchanged. Applications are told another key from the next requests on, of " +
			"sessions that exist, too. If-Match with another revision is 412 changed_meanwhile.",
	}, a.updateRole)
	add(a, operation{
		id:      "delete-role",
		method:  http.MethodDelete,
		path:    rolePath,
		scope:   "roles:write",
		summary: "Delete a role",
		about:   "A role that a group carries cannot be deleted: 409 role_in_use.",
	}, a.deleteRole)
}

func (a *API) listRoles(ctx context.Context, _ caller, in *struct{ Paging }) (*out[list[role]], error) {
	all, err := a.Roles.Roles(ctx)
	return pageFrom(all, err, func(r sso.ProductRole) string { return string(r.ID) }, in.Paging, viewRole)
}

func (a *API) createRole(ctx context.Context, c caller, in *struct{ Body newRole }) (*madeRevised[role], error) {
	r, err := a.Directory.CreateRole(ctx, c.by, directory.RoleEdit{
		Key:        &in.Body.Key,
		Name:       &in.Body.Name,
		About:      &in.Body.About,
		Precedence: &in.Body.Precedence,
	})
	if err != nil {
		return nil, err
	}
	return &madeRevised[role]{
		Location: Prefix + "roles/" + string(r.ID),
		ETag:     etag(r.Revision),
		Body:     viewRole(r),
	}, nil
}

func (a *API) getRole(ctx context.Context, _ caller, in *inRole) (*revised[role], error) {
	r, err := a.Roles.Role(ctx, in.Role)
	return revisedAnswer(viewRole(r), r.Revision, err)
}

func (a *API) updateRole(ctx context.Context, c caller, in *struct {
	IfMatch string     `header:"If-Match" maxLength:"64" doc:"ETag of the revision that the edit is based on; if the object has changed since, the response is 412." example:"\"7\""`
	Role    sso.RoleID `path:"role"`
	Body    rolePatch
}) (*revised[role], error) {
	r, err := a.Directory.UpdateRole(ctx, c.by, in.Role, directory.RoleEdit{
		Revision:   revisionOf(in.IfMatch),
		Key:        in.Body.Key,
		Name:       in.Body.Name,
		About:      in.Body.About,
		Precedence: in.Body.Precedence,
	})
	return revisedAnswer(viewRole(r), r.Revision, err)
}

func (a *API) deleteRole(ctx context.Context, c caller, in *struct {
	IfMatch string     `header:"If-Match" maxLength:"64" doc:"ETag of the revision to delete; if the object has changed since, the response is 412." example:"\"7\""`
	Role    sso.RoleID `path:"role"`
}) (*done, error) {
	return nil, a.Directory.DeleteRole(ctx, c.by, in.Role, revisionOf(in.IfMatch))
}
