package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
)

type member struct {
	User    sso.UserID           `json:"user" doc:"Identifier of the user." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Login   string               `json:"login" doc:"Login of the user." example:"ada@acme.example"`
	Name    string               `json:"name" doc:"Name of the user." example:"Ada Lovelace"`
	Status  sso.UserStatus       `json:"status" enum:"active,deactivated" doc:"Status of the user." example:"active"`
	Source  sso.MembershipSource `json:"source" enum:"jit,scim,manual,default,connection" doc:"Source of the membership, which determines how it can end." example:"jit"`
	Since   time.Time            `json:"since" doc:"Start of the membership." example:"2026-11-24T12:00:00Z"`
	Cause   string               `json:"cause" doc:"Identifier of the sign-in attempt or actor that created the membership." example:"att-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Until   *time.Time           `json:"until,omitempty" doc:"End of the membership, in a list with at; missing if it has not ended." example:"2026-11-24T13:00:00Z"`
	EndedBy *string              `json:"ended_by,omitempty" doc:"Identifier of the sign-in attempt or actor that ended the membership; missing if it has not ended." example:"att-06d5x0wkj3n8p7r5t2v4y6z8ac"`
}

// ended returns the end of a past membership and its cause; nil if it has not
// ended.
func ended(p sso.PastMembership) (until *time.Time, by *string) {
	return moment(p.Until), some(p.EndedBy)
}

func viewPastMember(m sso.PastMember) member {
	v := member{
		User:   m.User.ID,
		Login:  m.User.Login,
		Name:   m.User.Name,
		Status: m.User.Status,
		Source: m.Membership.Source,
		Since:  m.Membership.From,
		Cause:  m.Membership.Cause,
	}
	v.Until, v.EndedBy = ended(m.Membership)
	return v
}

func viewPastOf(p sso.PastMembership) membership {
	v := membership{
		Group:            p.Group.Group,
		GroupName:        p.Group.Name,
		Organization:     p.Group.Organization,
		OrganizationName: p.Group.OrganizationName,
		Source:           p.Source,
		Since:            p.From,
		Cause:            p.Cause,
	}
	v.Until, v.EndedBy = ended(p)
	return v
}

// AtMoment has the parameter of lists of memberships. It is exported because huma
// ignores other embedded structs.
type AtMoment struct {
	At time.Time `query:"at" doc:"Point in time to list, including groups that have since been deleted." example:"2026-11-23T12:00:00Z"`
}

func viewMember(m sso.Member) member {
	return member{
		User:   m.User.ID,
		Login:  m.User.Login,
		Name:   m.User.Name,
		Status: m.User.Status,
		Source: m.Membership.Source,
		Since:  m.Membership.Since,
		Cause:  m.Membership.Cause,
	}
}

type membership struct {
	Group            sso.GroupID          `json:"group" doc:"Identifier of the group." example:"group-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	GroupName        string               `json:"group_name" doc:"Name of the group." example:"engineering"`
	Organization     sso.OrganizationID   `json:"organization" doc:"Organization that owns the group." example:"org-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	OrganizationName string               `json:"organization_name" doc:"Name of the organization." example:"Research"`
	Source           sso.MembershipSource `json:"source" enum:"jit,scim,manual,default,connection" doc:"Source of the membership, which determines how it can end." example:"jit"`
	Since            time.Time            `json:"since" doc:"Start of the membership." example:"2026-11-24T12:00:00Z"`
	Cause            string               `json:"cause" doc:"Identifier of the sign-in attempt or actor that created the membership." example:"att-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Until            *time.Time           `json:"until,omitempty" doc:"End of the membership, in a list with at; missing if it has not ended." example:"2026-11-24T13:00:00Z"`
	EndedBy          *string              `json:"ended_by,omitempty" doc:"Identifier of the sign-in attempt or actor that ended the membership; missing if it has not ended." example:"att-06d5x0wkj3n8p7r5t2v4y6z8ac"`
}

func viewMembership(m sso.UserMembership) membership {
	return membership{
		Group:            m.Group.ID,
		GroupName:        m.Group.Name,
		Organization:     m.Organization.ID,
		OrganizationName: m.Organization.Name,
		Source:           m.Membership.Source,
		Since:            m.Membership.Since,
		Cause:            m.Membership.Cause,
	}
}

type inMember struct {
	Group sso.GroupID `path:"group"`
	User  sso.UserID  `path:"user"`
}

func (a *API) memberOperations() {
	const members = groupPath + "/members"
	add(a, operation{
		id:      "list-members",
		method:  http.MethodGet,
		path:    members,
		scope:   "members:read",
		summary: "List a group's members",
		about: "Sorted by the users' time of creation. With at, lists the members at that point in time, with the " +
			"cause of each membership.",
	}, a.listMembers)
	add(a, operation{
		id:      "add-member",
		method:  http.MethodPut,
		path:    members + "/{user}",
		scope:   "members:write",
		summary: "Add a user to a group",
		about: "The membership is manual: if the connection's group_sync.mode is reset, the user's next sign-in " +
			"removes it unless the identity provider asserts the group. An existing membership stays unchanged.",
	}, a.addMember)
	add(a, operation{
		id:      "remove-member",
		method:  http.MethodDelete,
		path:    members + "/{user}",
		scope:   "members:write",
		summary: "Remove a user from a group",
		about: "With the last group, the user leaves the organization. A user in another group of the organization " +
			"cannot be removed from the default group: 409 default_group.",
	}, a.removeMember)
	add(a, operation{
		id:      "list-memberships",
		method:  http.MethodGet,
		path:    userPath + "/memberships",
		scope:   "members:read",
		summary: "List a user's memberships",
		about: "Sorted by organization and name. With at, lists the memberships at that point in time, with the " +
			"cause of each.",
	}, a.listMemberships)
}

func (a *API) listMembers(ctx context.Context, c caller, in *struct {
	Paging
	AtMoment
	Group sso.GroupID `path:"group"`
}) (*out[list[member]], error) {
	if !in.At.IsZero() {
		all, next, err := a.Members.GroupMembersAt(ctx, c.enterprise.ID, in.Group, in.At, in.page())
		return pageOf(all, next, err, viewPastMember)
	}
	all, next, err := a.Members.GroupMembers(ctx, c.enterprise.ID, in.Group, in.page())
	return pageOf(all, next, err, viewMember)
}

func (a *API) addMember(ctx context.Context, c caller, in *inMember) (*done, error) {
	return nil, a.Directory.AddMember(ctx, c.by, c.enterprise.ID, in.Group, in.User)
}

func (a *API) removeMember(ctx context.Context, c caller, in *inMember) (*done, error) {
	return nil, a.Directory.RemoveMember(ctx, c.by, c.enterprise.ID, in.Group, in.User)
}

func (a *API) listMemberships(ctx context.Context, c caller, in *struct {
	Paging
	AtMoment
	User sso.UserID `path:"user"`
}) (*out[list[membership]], error) {
	if !in.At.IsZero() {
		all, err := a.Members.UserMembershipsAt(ctx, c.enterprise.ID, in.User, in.At)
		return pageFrom(all, err, func(p sso.PastMembership) string {
			return string(p.Group.Group)
		}, in.Paging, viewPastOf)
	}
	all, err := a.Members.UserMemberships(ctx, c.enterprise.ID, in.User)
	return pageFrom(all, err, func(m sso.UserMembership) string {
		return string(m.Group.ID)
	}, in.Paging, viewMembership)
}
