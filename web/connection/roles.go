package connection

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/trial"
	"gatehouse/web/console"
)

// row returns the row of a name, with the roles that its groups carry.
func (o overview) row(v console.Visit, n name, columns []sso.Organization) matrixRow {
	row := rowOf(v, n, columns)
	for i, org := range columns {
		row.Cells[i].Roles = o.rolesOf(n, org.ID)
	}
	return row
}

// rolesOf returns the roles that the groups of a name carry in an organization, as
// "roles: Editor, Reader"; "" if they carry none.
func (o overview) rolesOf(n name, organization sso.OrganizationID) string {
	var keys []string
	for _, g := range n.groups {
		if g.Organization == organization {
			keys = append(keys, g.Roles...)
		}
	}
	names := roleNames(o.roles, keys)
	switch {
	case names == "":
		return ""
	case strings.Contains(names, ", "):
		return "roles: " + names
	}
	return "role: " + names
}

// roleNames returns the names of roles by their keys, the strongest first, each once.
func roleNames(roles []sso.ProductRole, keys []string) string {
	var names []string
	for _, r := range roles {
		if slices.Contains(keys, r.Key) {
			names = append(names, r.Name)
		}
	}
	return strings.Join(names, ", ")
}

// previewRoles adds to p the roles that the user would have in each organization.
func (h *Handlers) previewRoles(
	ctx context.Context, p *connectionPersonPage, v console.Visit, preview trial.Preview,
) error {
	roles, err := h.Roles.Roles(ctx)
	if err != nil {
		return fmt.Errorf("list roles: %w", err)
	}
	if len(roles) == 0 || preview.Refused != nil {
		return nil
	}
	tallies, err := h.Groups.GroupTallies(ctx, v.Enterprise.ID)
	if err != nil {
		return fmt.Errorf("list groups: %w", err)
	}
	for i, o := range preview.Organizations {
		has := map[sso.GroupID]bool{}
		for _, g := range slices.Concat(o.Added, o.Kept) {
			has[g.Group] = true
		}
		var keys []string
		for _, t := range tallies {
			// People of an organization are in its default group.
			member := t.Group.Default && len(has) > 0 && t.Group.Organization == o.Organization
			if has[t.Group.ID] || member {
				keys = append(keys, t.Group.Roles...)
			}
		}
		p.Organizations[i].Roles = roleNames(roles, keys)
	}
	return nil
}
