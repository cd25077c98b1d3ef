package directory

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"gatehouse/sso"
	"gatehouse/sso/directory"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// groupRoles adds the roles that a group carries to its page.
func (d *Directory) groupRoles(ctx context.Context, p *groupDetailPage, e sso.Enterprise, g sso.Group) error {
	all, err := d.Roles.Roles(ctx)
	if err != nil {
		return fmt.Errorf("list roles: %w", err)
	}
	p.Carried.Action = groupHref(e, g.ID) + "/roles"
	p.Carried.Hidden = []ui.HiddenField{console.RevisionField(g.Revision)}
	for _, r := range all {
		p.Carried.Boxes = append(p.Carried.Boxes, ui.Field{
			ID:       "role-" + r.Key,
			Name:     "role",
			Label:    r.Name,
			Hint:     r.About,
			Kind:     "check",
			Value:    r.Key,
			Checked:  slices.Contains(g.Roles, r.Key),
			Optional: true,
		})
	}
	return nil
}

// changeGroupRoles gives a group the roles that are checked. A setup link opens no page
// that does.
func (d *Directory) changeGroupRoles(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	g, err := d.groupOf(r, v)
	if err != nil {
		return err
	}
	roles := append([]string{}, r.PostForm["role"]...)
	_, refused := d.Service.UpdateGroup(r.Context(), v.Actor, v.Enterprise.ID, g.ID, directory.GroupEdit{
		Revision: console.Revision(r.PostForm),
		Roles:    &roles,
	})
	switch {
	case refused == nil:
		return console.Done(w, groupHref(v.Enterprise, g.ID), "roles")
	case !console.OnForm(refused):
		return fmt.Errorf("change the roles of a group: %w", refused)
	}
	if g, err = d.groupOf(r, v); err != nil { // it may have been changed after it was found
		return err
	}
	return d.showGroup(w, r, v, g, groupForm(g), refused)
}
