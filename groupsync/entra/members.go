package entra

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"gatehouse/sso"
)

// member is a user in a group.
type member struct {
	Login   string `json:"userPrincipalName"`
	Enabled *bool  `json:"accountEnabled"`
}

// Members returns the logins (userPrincipalName) of the users in the group with the
// display name or object ID group, sorted. It returns direct members only, as Entra
// ID provisions no others, and none whose account is blocked.
//
// It fails as Memberships does, with Invalid "directory_group_unknown" if no group, or
// more than one, has the name, and with Upstream "too_many_members" if there are more
// than [sso.MaxExpected].
func (c *Client) Members(ctx context.Context, app Application, group string) ([]string, error) {
	if !tenantPattern.MatchString(app.Tenant) {
		return nil, errDenied(errors.New("the tenant does not have the form of one"))
	}
	ctx, cancel := within(ctx, max(c.budget, membersBudget))
	defer cancel()
	logins, err := c.fetchMembers(ctx, app, group)
	return logins, timedOut(ctx, err)
}

func (c *Client) fetchMembers(ctx context.Context, app Application, group string) ([]string, error) {
	token, err := c.token(ctx, app)
	if err != nil {
		return nil, err
	}
	id, err := c.findGroup(ctx, app, token, group)
	if err != nil {
		return nil, err
	}
	address := c.graph.JoinPath("v1.0/groups", id, "members/microsoft.graph.user")
	address.RawQuery = "$select=userPrincipalName,accountEnabled&$top=999&$count=true"
	logins := []string{}
	err = each(ctx, c, token, address, maxMembersPages, func(some []member) error {
		for _, m := range some {
			if m.Login == "" {
				return errDenied(errors.New(
					"the application may not read the logins of users: it needs User.Read.All",
				))
			}
			if m.Enabled == nil || *m.Enabled {
				logins = append(logins, m.Login)
			}
		}
		if len(logins) > sso.MaxExpected {
			return sso.TooManyMembers()
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(logins)
	return slices.Compact(logins), nil
}

// findGroup returns the object ID of a group.
func (c *Client) findGroup(ctx context.Context, app Application, token sso.Secret, group string) (string, error) {
	if objectPattern.MatchString(group) {
		return group, nil
	}
	address := c.graph.JoinPath("v1.0/groups")
	address.RawQuery = url.Values{
		"$filter": {"displayName eq '" + strings.ReplaceAll(group, "'", "''") + "'"},
		"$select": {"id,displayName"},
		"$count":  {"true"},
	}.Encode()
	var ids []string
	err := each(ctx, c, token, address, maxPages, func(groups []object) error {
		for _, g := range groups {
			if err := g.check(app.ByID); err != nil {
				return err
			}
			ids = append(ids, g.ID)
		}
		return nil
	})
	switch {
	case err != nil:
		return "", err
	case len(ids) == 0:
		return "", sso.InvalidField(
			sso.CodeDirectoryGroupUnknown, "group", "Entra ID has no group with this display name.",
		)
	case len(ids) > 1:
		return "", sso.InvalidField(
			sso.CodeDirectoryGroupUnknown, "group",
			"Several groups in Entra ID have this display name. Enter the object ID of the group.",
		)
	}
	return ids[0], nil
}
