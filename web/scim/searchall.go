package scim

import (
	"net/http"
	"net/url"

	"gatehouse/scim"
	"gatehouse/sso/provisioning"
)

// searchAll searches over all resource types (RFC 7644, section 3.4.3): users come
// before groups. A type that does not have an attribute of the filter is left out.
func (h *Handlers) searchAll(x *exchange) error {
	params, err := scim.Params(x.body)
	if err != nil {
		return provisioning.Refusal(err)
	}
	if params.Has("cursor") {
		return provisioning.NoCursor()
	}
	users, groups, err := readAll(params)
	if err != nil {
		return err
	}
	var foundUsers, foundGroups provisioning.List
	if users != nil {
		if foundUsers, err = h.Users.ListUsers(x.Context(), x.call, *users); err != nil {
			return err
		}
	}
	if groups != nil && x.call.Features().Groups {
		groups.Count -= foundUsers.Count
		if groups.Start-1+foundUsers.Count < foundUsers.Total { // users are left
			groups.Count = 0
		}
		groups.Start = max(1, groups.Start-foundUsers.Total)
		if foundGroups, err = h.Groups.ListGroups(x.Context(), x.call, *groups); err != nil {
			return err
		}
	}
	return h.sendAll(x, users, groups, foundUsers, foundGroups)
}

// readAll reads a query for each resource type; nil for one that does not have an
// attribute of the filter.
func readAll(params url.Values) (users, groups *scim.Query, err error) {
	ofUsers, err := scim.Users().ParseQuery(params)
	if err == nil {
		users = &ofUsers
	}
	ofGroups, other := scim.Groups().ParseQuery(params)
	if other == nil {
		groups = &ofGroups
	}
	if users == nil && groups == nil {
		return nil, nil, provisioning.Refusal(err)
	}
	return users, groups, nil
}

func (h *Handlers) sendAll(
	x *exchange, users, groups *scim.Query, foundUsers, foundGroups provisioning.List,
) error {
	s := &stream{
		w:      x.w,
		status: http.StatusOK,
	}
	page := scim.Page{
		Total: foundUsers.Total + foundGroups.Total,
		Count: foundUsers.Count + foundGroups.Count,
	}
	first := users
	if first == nil {
		first = groups
	}
	return s.end(s.list(page.Envelope(*first), func() error {
		if foundUsers.Count > 0 {
			err := s.resources(foundUsers, 0, func(s *stream, u scim.Resource) error {
				return h.writeUser(x, s, u, users.Selection)
			})
			if err != nil {
				return err
			}
		}
		if foundGroups.Count == 0 {
			return nil
		}
		return s.resources(foundGroups, foundUsers.Count, func(s *stream, g scim.Resource) error {
			return h.writeGroup(x, s, g, groups.Selection)
		})
	}))
}
