package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/access"
)

// appointer appoints, lists and dismisses admins of organizations; access.Service does.
type appointer interface {
	Appoint(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, r access.AppointRequest,
	) (sso.OrganizationAdmin, error)
	Dismiss(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, organization sso.OrganizationID, user sso.UserID,
	) error
}

// appointmentReader lists admins of organizations; store.DB does.
type appointmentReader interface {
	OrganizationAdmins(
		ctx context.Context, ent sso.EnterpriseID, organization sso.OrganizationID, page sso.Page,
	) ([]sso.OrganizationAdmin, string, error)
}

// organizationAdmin is a user who administers an organization.
//
//nolint:lll // a tag is one line
type organizationAdmin struct {
	User      sso.UserID `json:"user" doc:"Identifier of the user." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Login     string     `json:"login" doc:"Login of the user." example:"ada@acme.example"`
	Name      string     `json:"name" doc:"Name of the user; \"\" if the identity provider gave none." example:"Ada Lovelace"`
	Roles     bool       `json:"roles" doc:"Whether the user also changes the members of groups that carry roles." example:"false"`
	CreatedBy sso.Actor  `json:"created_by" doc:"Actor that appointed the user." example:"tok-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	CreatedAt time.Time  `json:"created_at" doc:"Time of the appointment." example:"2026-11-24T12:00:00Z"`
}

//nolint:lll // a tag is one line
type newOrganizationAdmin struct {
	User  sso.UserID `json:"user" doc:"Identifier of an active user of the enterprise." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Roles bool       `json:"roles,omitempty" doc:"Whether the user also changes the members of groups that carry roles." example:"false"`
}

func viewOrganizationAdmin(a sso.OrganizationAdmin) organizationAdmin {
	return organizationAdmin{
		User:      a.User.ID,
		Login:     a.User.Login,
		Name:      a.User.Name,
		Roles:     a.Roles,
		CreatedBy: a.CreatedBy,
		CreatedAt: a.CreatedAt,
	}
}

func (a *API) organizationAdminOperations() {
	add(a, operation{
		id:      "list-organization-admins",
		method:  http.MethodGet,
		path:    organizationPath + "/admins",
		scope:   "admins:read",
		summary: "List an organization's admins",
		about:   "Users who were appointed for this organization. Admins of the enterprise are not listed.",
	}, a.listOrganizationAdmins)
	add(a, operation{
		id:      "appoint-organization-admin",
		method:  http.MethodPost,
		path:    organizationPath + "/admins",
		scope:   "admins:write",
		status:  http.StatusCreated,
		summary: "Appoint an admin of an organization",
		about: "In the console, the user sees the groups and people of the organization, " +
			"puts its people into groups, and creates groups and services. " +
			"Appointing a user again changes roles. A user who is not active is 409 user_inactive. " +
			"The appointment ends when the user is deactivated, merged or deleted.",
	}, a.appointOrganizationAdmin)
	add(a, operation{
		id:      "dismiss-organization-admin",
		method:  http.MethodDelete,
		path:    organizationPath + "/admins/{user}",
		scope:   "admins:write",
		summary: "Dismiss an admin of an organization",
		about:   "It takes effect with the user's next request on every node.",
	}, a.dismissOrganizationAdmin)
}

func (a *API) listOrganizationAdmins(
	ctx context.Context, c caller, in *pagedOrganization,
) (*out[list[organizationAdmin]], error) {
	all, next, err := a.Appointments.OrganizationAdmins(ctx, c.enterprise.ID, in.Organization, in.page())
	return pageOf(all, next, err, viewOrganizationAdmin)
}

func (a *API) appointOrganizationAdmin(ctx context.Context, c caller, in *struct {
	Organization sso.OrganizationID `path:"organization"`
	Body         newOrganizationAdmin
}) (*made[organizationAdmin], error) {
	if _, err := a.Structure.Organization(ctx, c.enterprise.ID, in.Organization); err != nil {
		return nil, err
	}
	_, err := sso.ParseID[sso.UserID](string(in.Body.User))
	var appointed sso.OrganizationAdmin
	if err == nil {
		appointed, err = a.Admins.Appoint(ctx, c.by, c.enterprise.ID, access.AppointRequest{
			Organization: in.Organization,
			User:         in.Body.User,
			Roles:        in.Body.Roles,
		})
	}
	if sso.KindOf(err) == sso.NotFoundKind {
		err = sso.InvalidField("validation_failed", "user", "There is no such user in this enterprise.")
	}
	if err != nil {
		return nil, err
	}
	return &made[organizationAdmin]{
		Location: locationOf(
			c.enterprise.ID, "organizations", string(in.Organization)+"/admins/"+string(appointed.User.ID),
		),
		Body: viewOrganizationAdmin(appointed),
	}, nil
}

func (a *API) dismissOrganizationAdmin(ctx context.Context, c caller, in *struct {
	Organization sso.OrganizationID `path:"organization"`
	User         sso.UserID         `path:"user"`
}) (*done, error) {
	return nil, a.Admins.Dismiss(ctx, c.by, c.enterprise.ID, in.Organization, in.User)
}
