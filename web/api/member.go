package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
)

// Members keeps who is in which group.
type Members interface {
	GroupMembers(ctx context.Context, ent sso.EnterpriseID, group sso.GroupID, p sso.Page) ([]sso.Member, string, error)
	AddMember(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, group sso.GroupID, user sso.UserID) error
	RemoveMember(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, group sso.GroupID, user sso.UserID) error
	UserMemberships(ctx context.Context, ent sso.EnterpriseID, user sso.UserID) ([]sso.UserMembership, error)
}

type member struct {
	User   sso.UserID           `json:"user" doc:"The person." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Login  string               `json:"login" doc:"Their login." example:"ada@acme.example"`
	Name   string               `json:"name" doc:"Their name." example:"Ada Lovelace"`
	Status sso.UserStatus       `json:"status" enum:"active,deactivated" doc:"Whether they may act." example:"active"`
	Source sso.MembershipSource `json:"source" enum:"jit,scim,manual,default" doc:"What put them in, and so what takes them out." example:"jit"`
	Since  time.Time            `json:"since" doc:"Since when." example:"2026-11-24T12:00:00Z"`
	Cause  string               `json:"cause" doc:"The attempt, or whoever did it, by identifier." example:"att-06d5x0wkj3n8p7r5t2v4y6z8ab"`
}

func viewMember(m sso.Member) member {
	return member{User: m.User.ID, Login: m.User.Login, Name: m.User.Name, Status: m.User.Status,
		Source: m.Membership.Source, Since: m.Membership.Since, Cause: m.Membership.Cause}
}

type membership struct {
	Group            sso.GroupID          `json:"group" doc:"The group." example:"group-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	GroupName        string               `json:"group_name" doc:"Its name." example:"engineering"`
	Organization     sso.OrganizationID   `json:"organization" doc:"The organization the group belongs to." example:"org-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	OrganizationName string               `json:"organization_name" doc:"Its name." example:"Research"`
	Source           sso.MembershipSource `json:"source" enum:"jit,scim,manual,default" doc:"What put them in, and so what takes them out." example:"jit"`
	Since            time.Time            `json:"since" doc:"Since when." example:"2026-11-24T12:00:00Z"`
	Cause            string               `json:"cause" doc:"The attempt, or whoever did it, by identifier." example:"att-06d5x0wkj3n8p7r5t2v4y6z8ab"`
}

func viewMembership(m sso.UserMembership) membership {
	return membership{Group: m.Group.ID, GroupName: m.Group.Name, Organization: m.Organization.ID, OrganizationName: m.Organization.Name,
		Source: m.Membership.Source, Since: m.Membership.Since, Cause: m.Membership.Cause}
}

type inMember struct {
	Group sso.GroupID `path:"group"`
	User  sso.UserID  `path:"user"`
}

func (a *API) memberOperations() {
	const members = groupPath + "/members"
	add(a, operation{id: "list-members", method: http.MethodGet, path: members, summary: "List who is in a group",
		about: "In the order the people were made."}, a.listMembers)
	add(a, operation{id: "add-member", method: http.MethodPut, path: members + "/{user}", summary: "Put somebody into a group",
		about: "By hand: with the connection's group_sync.mode at reset, the next sign-in takes them out again unless the identity provider names the group. Who is in it already stays as they are."}, a.addMember)
	add(a, operation{id: "remove-member", method: http.MethodDelete, path: members + "/{user}", summary: "Take somebody out of a group",
		about: "With the last group they leave the organization. Out of the default group nobody is taken who is in another one: 409 default_group."}, a.removeMember)
	add(a, operation{id: "list-memberships", method: http.MethodGet, path: userPath + "/memberships", summary: "List the groups somebody is in",
		about: "By organization and name."}, a.listMemberships)
}

func (a *API) listMembers(ctx context.Context, c caller, in *struct {
	Paging
	Group sso.GroupID `path:"group"`
}) (*out[list[member]], error) {
	all, next, err := a.Store.GroupMembers(ctx, c.enterprise.ID, in.Group, in.page())
	return pageOf(all, next, err, viewMember)
}

func (a *API) addMember(ctx context.Context, c caller, in *inMember) (*done, error) {
	return nil, a.Store.AddMember(ctx, c.by, c.enterprise.ID, in.Group, in.User)
}

func (a *API) removeMember(ctx context.Context, c caller, in *inMember) (*done, error) {
	return nil, a.Store.RemoveMember(ctx, c.by, c.enterprise.ID, in.Group, in.User)
}

func (a *API) listMemberships(ctx context.Context, c caller, in *pagedUser) (*out[list[membership]], error) {
	all, err := a.Store.UserMemberships(ctx, c.enterprise.ID, in.User)
	return pageFrom(all, err, func(m sso.UserMembership) string { return string(m.Group.ID) }, in.Paging, viewMembership)
}
