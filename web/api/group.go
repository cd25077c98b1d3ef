package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/directory"
)

type group struct {
	ID              sso.GroupID        `json:"id" doc:"Identifier; immutable." example:"group-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Organization    sso.OrganizationID `json:"organization" doc:"Organization that owns the group." example:"org-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Name            string             `json:"name" doc:"Name, compared byte for byte with the names that the identity provider asserts." example:"engineering"`
	IDPNames        []string           `json:"idp_names" doc:"Alternative names that the identity provider may assert for the group, sorted." example:"[\"6731de76-14a6-49ae-97bc-6eba6914391e\"]"`
	Default         bool               `json:"default" doc:"Whether it is the organization's default group."`
	Admin           bool               `json:"admin" doc:"Whether its members administer the enterprise. A sign-in that would remove the last of them is held for approval."`
	Roles           []string           `json:"roles" doc:"Keys of the roles that the group carries, the strongest first. Applications are told them of its members." example:"[\"editor\"]"`
	ExpectedMembers *int               `json:"expected_members" doc:"Number of users for whom the identity provider last asserted the group; null for a default group, which cannot be asserted." example:"12"`
	ActualMembers   int                `json:"actual_members" doc:"Number of members." example:"11"`
	Revision        int64              `json:"revision" doc:"Revision number, increased by every change; also the ETag." example:"7"`
	CreatedAt       time.Time          `json:"created_at" doc:"Time of creation." example:"2026-11-24T12:00:00Z"`
}

type newGroup struct {
	Name     string   `json:"name" doc:"Name of 1 to 255 bytes in Unicode Normalization Form C, without surrounding spaces. The default group's name is reserved." example:"engineering"`
	IDPNames []string `json:"idp_names,omitempty" maxItems:"200" doc:"Alternative names that the identity provider may assert for the group: an object ID, a distinguished name, a former name. At most 50, each valid as a name and not in use by another group of the organization." example:"[\"6731de76-14a6-49ae-97bc-6eba6914391e\"]"`
	Admin    bool     `json:"admin,omitempty" doc:"Whether its members administer the enterprise."`
	Roles    []string `json:"roles,omitempty" maxItems:"100" doc:"Keys of the roles that the group carries." example:"[\"editor\"]"`
}

type groupPatch struct {
	Name     *string   `json:"name,omitempty" doc:"New name, which determines memberships from the next sign-ins on." example:"engineering"`
	IDPNames *[]string `json:"idp_names,omitempty" maxItems:"200" doc:"Alternative names that the identity provider may assert for the group; replaces the current list. Surrounding spaces, duplicates and the group's own name are removed." example:"[\"6731de76-14a6-49ae-97bc-6eba6914391e\"]"`
	Admin    *bool     `json:"admin,omitempty" doc:"Whether its members administer the enterprise."`
	Roles    *[]string `json:"roles,omitempty" maxItems:"100" doc:"Keys of the roles that the group carries; replaces the current list. A default group may carry roles, too." example:"[\"editor\"]"`
}

func viewGroup(c sso.GroupCount) group {
	v := group{
		ID:            c.Group.ID,
		Organization:  c.Group.Organization,
		Name:          c.Group.Name,
		IDPNames:      always(c.Group.IDPNames),
		Default:       c.Group.Default,
		Admin:         c.Group.Admin,
		Roles:         always(c.Group.Roles),
		ActualMembers: c.Members,
		Revision:      c.Group.Revision,
		CreatedAt:     c.Group.CreatedAt,
	}
	if !c.Group.Default {
		v.ExpectedMembers = &c.Expected
	}
	return v
}

type inGroup struct {
	Group sso.GroupID `path:"group"`
}

const groupPath = enterprisePath + "/groups/{group}"

func (a *API) groupOperations() {
	add(a, operation{
		id:      "list-groups",
		method:  http.MethodGet,
		path:    enterprisePath + "/groups",
		scope:   "groups:read",
		summary: "List groups",
		about:   "Groups of all organizations or of one, with member counts. Sorted by time of creation, oldest first.",
	}, a.listGroups)
	add(a, operation{
		id:      "create-group",
		method:  http.MethodPost,
		path:    organizationPath + "/groups",
		scope:   "groups:write",
		status:  http.StatusCreated,
		summary: "Create a group",
		about: "Users join the group at their next sign-in for which the identity provider asserts it. A name or " +
			"IdP name that is either one of another group in the organization is 409 name_taken. Names are " +
			"case-sensitive.",
	}, a.createGroup)
	add(a, operation{
		id:      "get-group",
		method:  http.MethodGet,
		path:    groupPath,
		scope:   "groups:read",
		summary: "Get a group",
	}, a.getGroup)
	add(a, operation{
		id:      "update-group",
		method:  http.MethodPatch,
		path:    groupPath,
		scope:   "groups:write",
		summary: "Update a group",
		about: "Lists are replaced. An IdP name is an alternative to the group's own name in assertions: users join " +
			"by it at their next sign-in, or earlier by a reconcile. A name in use by another group of the " +
			"organization is 409 name_taken. Of a default group only the roles can be changed: 409 default_group. " +
			"If-Match with another revision is 412 changed_meanwhile.",
	}, a.updateGroup)
	add(a, operation{
		id:      "delete-group",
		method:  http.MethodDelete,
		path:    groupPath,
		scope:   "groups:write",
		summary: "Delete a group",
		about: "Members of no other group of the organization leave the organization. The default group cannot be " +
			"deleted: 409 default_group.",
	}, a.deleteGroup)
}

func (a *API) listGroups(ctx context.Context, c caller, in *struct {
	Paging
	Organization sso.OrganizationID `query:"organization" pattern:"^org-[0-9a-hjkmnp-tv-z]{26}$" patternDescription:"an organization's identifier" doc:"Filter by organization." example:"org-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Name         string             `query:"name" doc:"Filter by exact name." example:"engineering"`
}) (*out[list[group]], error) {
	all, next, err := a.Structure.Groups(ctx, c.enterprise.ID, sso.GroupFilter{
		Organization: in.Organization,
		Name:         in.Name,
	}, in.page())
	return pageOf(all, next, err, viewGroup)
}

func (a *API) createGroup(ctx context.Context, c caller, in *struct {
	Organization sso.OrganizationID `path:"organization"`
	Body         newGroup
}) (*madeRevised[group], error) {
	g, err := a.Directory.CreateGroup(ctx, c.by, c.enterprise.ID, sso.Group{
		Organization: in.Organization,
		Name:         in.Body.Name,
		IDPNames:     in.Body.IDPNames,
		Admin:        in.Body.Admin,
		Roles:        in.Body.Roles,
	})
	if err != nil {
		return nil, err
	}
	return &madeRevised[group]{
		Location: locationOf(c.enterprise.ID, "groups", string(g.ID)),
		ETag:     etag(g.Revision),
		Body:     viewGroup(sso.GroupCount{Group: g}),
	}, nil
}

func (a *API) getGroup(ctx context.Context, c caller, in *inGroup) (*revised[group], error) {
	g, err := a.Structure.Group(ctx, c.enterprise.ID, in.Group)
	if err != nil {
		return nil, err
	}
	return a.counted(ctx, c, g)
}

// counted returns a group with its member counts, which only the list has.
func (a *API) counted(ctx context.Context, c caller, g sso.Group) (*revised[group], error) {
	all, _, err := a.Structure.Groups(ctx, c.enterprise.ID, sso.GroupFilter{
		Organization: g.Organization,
		Name:         g.Name,
	}, sso.Page{Limit: 1})
	if err == nil && (len(all) == 0 || all[0].Group.ID != g.ID) {
		err = sso.NothingHere() // renamed or deleted meanwhile
	}
	if err != nil {
		return nil, err
	}
	return revisedAnswer(viewGroup(all[0]), all[0].Group.Revision, nil)
}

func (a *API) updateGroup(ctx context.Context, c caller, in *struct {
	IfMatch string      `header:"If-Match" maxLength:"64" doc:"ETag of the revision that the edit is based on; if the object has changed since, the response is 412." example:"\"7\""`
	Group   sso.GroupID `path:"group"`
	Body    groupPatch
}) (*revised[group], error) {
	g, err := a.Directory.UpdateGroup(ctx, c.by, c.enterprise.ID, in.Group, directory.GroupEdit{
		Revision: revisionOf(in.IfMatch),
		Name:     in.Body.Name,
		IDPNames: in.Body.IDPNames,
		Admin:    in.Body.Admin,
		Roles:    in.Body.Roles,
	})
	if err != nil {
		return nil, err
	}
	return a.counted(ctx, c, g)
}

func (a *API) deleteGroup(ctx context.Context, c caller, in *struct {
	IfMatch string      `header:"If-Match" maxLength:"64" doc:"ETag of the revision to delete; if the object has changed since, the response is 412." example:"\"7\""`
	Group   sso.GroupID `path:"group"`
}) (*done, error) {
	return nil, a.Directory.DeleteGroup(
		ctx, c.by, c.enterprise.ID, in.Group, revisionOf(in.IfMatch),
	)
}
