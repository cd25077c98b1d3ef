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
		groups.Start = max(1, groups.Start-foundUsers.Total)
		groups.Count -= len(foundUsers.Resources)
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
		Count: len(foundUsers.Resources) + len(foundGroups.Resources),
	}
	first := users
	if first == nil {
		first = groups
	}
	write := func() error {
		if err := s.open(page.Envelope(*first)); err != nil {
			return err
		}
		s.text(`,"Resources":[`)
		for i, u := range foundUsers.Resources {
			s.separate(i)
			if err := s.value(scim.Users().Render(x.base, u, users.Selection)); err != nil {
				return err
			}
		}
		for i, g := range foundGroups.Resources {
			s.separate(i + len(foundUsers.Resources))
			if err := h.writeGroup(x, s, g, groups.Selection); err != nil {
				return err
			}
		}
		s.text("]}")
		return nil
	}
	return s.end(write())
}
