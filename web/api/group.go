package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/directory"
)

type group struct {
	ID              sso.GroupID        `json:"id" doc:"Never changes." example:"group-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Organization    sso.OrganizationID `json:"organization" doc:"The organization it belongs to." example:"org-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Name            string             `json:"name" doc:"Compared byte for byte with what the identity provider says." example:"engineering"`
	IDPNames        []string           `json:"idp_names" doc:"Other names that the identity provider may send for it, sorted." example:"[\"6731de76-14a6-49ae-97bc-6eba6914391e\"]"`
	Default         bool               `json:"default" doc:"Whether it is the organization's default group."`
	Admin           bool               `json:"admin" doc:"Whether its members administer the company: no sign-in takes the last of them away unless that is approved."`
	ExpectedMembers *int               `json:"expected_members" doc:"How many people the identity provider last named at a sign-in; null for a default group, into which nobody is named." example:"12"`
	ActualMembers   int                `json:"actual_members" doc:"How many people are in it." example:"11"`
	Revision        int64              `json:"revision" doc:"Grows with every change; the ETag." example:"7"`
	CreatedAt       time.Time          `json:"created_at" doc:"When it was made." example:"2026-11-24T12:00:00Z"`
}

type newGroup struct {
	Name     string   `json:"name" doc:"1 to 255 bytes, in Unicode normalization form C, without surrounding space. The default group's name is taken." example:"engineering"`
	IDPNames []string `json:"idp_names,omitempty" maxItems:"200" doc:"Other names that the identity provider may send for it: an object ID, a distinguished name, an old name. At most 50; each as a name, and no other group of the organization has it." example:"[\"6731de76-14a6-49ae-97bc-6eba6914391e\"]"`
	Admin    bool     `json:"admin,omitempty" doc:"Whether its members administer the company."`
}

type groupPatch struct {
	Name     *string   `json:"name,omitempty" doc:"Another name: from the next sign-in on, people come and go by it." example:"engineering"`
	IDPNames *[]string `json:"idp_names,omitempty" maxItems:"200" doc:"Other names that the identity provider may send for it; the list replaces the one before. Space around a name, repetitions and the group's own name are left out." example:"[\"6731de76-14a6-49ae-97bc-6eba6914391e\"]"`
	Admin    *bool     `json:"admin,omitempty" doc:"Whether its members administer the company."`
}

func viewGroup(c sso.GroupCount) group {
	v := group{
		ID:            c.Group.ID,
		Organization:  c.Group.Organization,
		Name:          c.Group.Name,
		IDPNames:      always(c.Group.IDPNames),
		Default:       c.Group.Default,
		Admin:         c.Group.Admin,
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
		summary: "List groups",
		about:   "Of all organizations or one, with how many people are in each. Oldest first.",
	}, a.listGroups)
	add(a, operation{
		id:      "create-group",
		method:  http.MethodPost,
		path:    organizationPath + "/groups",
		status:  http.StatusCreated,
		summary: "Create a group",
		about:   "People come into it when the identity provider names it at their next sign-in. A name or IdP name that another group of the organization has, of either kind, is 409 name_taken; two that differ in case are two groups.",
	}, a.createGroup)
	add(a, operation{
		id:      "get-group",
		method:  http.MethodGet,
		path:    groupPath,
		summary: "Get a group",
	}, a.getGroup)
	add(a, operation{
		id:      "update-group",
		method:  http.MethodPatch,
		path:    groupPath,
		summary: "Change a group",
		about:   "Lists are replaced. An IdP name is a name that the identity provider may send in place of the group's own: from the next sign-in on, people come in by it; until then they are missing, and a reconcile brings them in. A name that another group of the organization has is 409 name_taken. The default group cannot be changed: 409 default_group. With If-Match, another revision is 412 changed_meanwhile.",
	}, a.updateGroup)
	add(a, operation{
		id:      "delete-group",
		method:  http.MethodDelete,
		path:    groupPath,
		summary: "Delete a group",
		about:   "Who was in no other group of the organization leaves it. The default group cannot be deleted: 409 default_group.",
	}, a.deleteGroup)
}

func (a *API) listGroups(ctx context.Context, c caller, in *struct {
	Paging
	Organization sso.OrganizationID `query:"organization" pattern:"^org-[0-9a-hjkmnp-tv-z]{26}$" patternDescription:"an organization's identifier" doc:"Only those of this organization." example:"org-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Name         string             `query:"name" doc:"Only those of exactly this name." example:"engineering"`
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

// counted finds out how many people are in a group, which the list knows.
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
	IfMatch string      `header:"If-Match" maxLength:"64" doc:"The ETag to match." example:"\"7\""`
	Group   sso.GroupID `path:"group"`
	Body    groupPatch
}) (*revised[group], error) {
	g, err := a.Directory.UpdateGroup(ctx, c.by, c.enterprise.ID, in.Group, directory.GroupEdit{
		Revision: revisionOf(in.IfMatch),
		Name:     in.Body.Name,
		IDPNames: in.Body.IDPNames,
		Admin:    in.Body.Admin,
	})
	if err != nil {
		return nil, err
	}
	return a.counted(ctx, c, g)
}

func (a *API) deleteGroup(ctx context.Context, c caller, in *struct {
	IfMatch string      `header:"If-Match" maxLength:"64" doc:"The ETag to match." example:"\"7\""`
	Group   sso.GroupID `path:"group"`
}) (*done, error) {
	return nil, a.Directory.DeleteGroup(
		ctx, c.by, c.enterprise.ID, in.Group, revisionOf(in.IfMatch),
	)
}
