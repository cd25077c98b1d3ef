package directory

import (
	"context"
	"fmt"
	"slices"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// personRoleRow is a role that a user has in an organization, and the groups of the
// organization that carry it.
type personRoleRow struct {
	Organization ui.Link
	Role         string
	Groups       []ui.Link
}

// personRoles shows the roles of a user, by organization and the strongest first, with
// the groups that they come from.
func (d *Directory) personRoles(
	ctx context.Context, p *personDetailPage, e sso.Enterprise, memberships []sso.UserMembership,
) error {
	roles, err := d.Roles.Roles(ctx)
	if err != nil {
		return fmt.Errorf("list roles: %w", err)
	}
	for len(memberships) > 0 {
		o := memberships[0].Organization
		n := slices.IndexFunc(memberships, func(m sso.UserMembership) bool { return m.Organization.ID != o.ID })
		if n < 0 {
			n = len(memberships)
		}
		p.Roles = append(p.Roles, roleRowsIn(e, o, roles, memberships[:n])...)
		memberships = memberships[n:]
	}
	return nil
}

// roleRowsIn returns the roles that memberships in one organization give.
func roleRowsIn(
	e sso.Enterprise, o sso.Organization, roles []sso.ProductRole, memberships []sso.UserMembership,
) (rows []personRoleRow) {
	for _, role := range roles {
		var from []ui.Link
		for _, m := range memberships {
			if slices.Contains(m.Group.Roles, role.Key) {
				from = append(from, ui.Link{
					Label: m.Group.Name,
					Href:  groupHref(e, m.Group.ID),
				})
			}
		}
		if from == nil {
			continue
		}
		rows = append(rows, personRoleRow{
			Organization: ui.Link{
				Label: o.Name,
				Href:  console.At(e, "organizations", string(o.ID)),
			},
			Role:   role.Name,
			Groups: from,
		})
	}
	return rows
}
