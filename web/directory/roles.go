package directory

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/directory"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

const rolesPath = console.Prefix + "/roles"

// roleReader reads roles and the groups that carry them; store.DB does.
type roleReader interface {
	Role(ctx context.Context, id sso.RoleID) (sso.ProductRole, error)
	Roles(ctx context.Context) ([]sso.ProductRole, error)
	RoleCounts(ctx context.Context) (map[sso.RoleID]int, error)
	RoleGroups(ctx context.Context, id sso.RoleID) ([]sso.RoleGroup, error)
}

func (d *Directory) rolePages() []console.Page {
	operator := func(pattern string, handle console.Handler) console.Page {
		return console.Page{
			Pattern: pattern,
			Need:    console.Operator,
			Handle:  handle,
		}
	}
	return []console.Page{
		operator("GET "+rolesPath, d.roles),
		operator("POST "+rolesPath, d.createRole),
		operator("GET "+rolesPath+"/{role}", d.role),
		operator("POST "+rolesPath+"/{role}", d.changeRole),
		operator("POST "+rolesPath+"/{role}/delete", d.deleteRole),
	}
}

func roleHref(id sso.RoleID) string { return rolesPath + "/" + string(id) }

// typedRole is the form of a role as it is typed.
type typedRole struct{ key, name, about, precedence string }

func typedRoleIn(r *http.Request) typedRole {
	get := r.PostForm.Get
	return typedRole{
		key:        strings.TrimSpace(get("key")),
		name:       get("name"),
		about:      get("about"),
		precedence: strings.TrimSpace(get("precedence")),
	}
}

func typedRoleOf(r sso.ProductRole) typedRole {
	return typedRole{
		key:        r.Key,
		name:       r.Name,
		about:      r.About,
		precedence: strconv.Itoa(r.Precedence),
	}
}

func (t typedRole) fields() []ui.Field {
	return []ui.Field{
		{
			ID:           "name",
			Name:         "name",
			Label:        "Name",
			Hint:         "What admins see who give it to groups.",
			Value:        t.name,
			Most:         sso.MaxNameLength,
			Autocomplete: "off",
		},
		{
			ID:    "key",
			Name:  "key",
			Label: "Key",
			Hint: "What applications are told, such as editor. " +
				"If you change it, they are told the new one at once.",
			Value:        t.key,
			Most:         63,
			Mono:         true,
			Autocomplete: "off",
		},
		{
			ID:    "precedence",
			Name:  "precedence",
			Label: "Precedence",
			Hint: "1 is the strongest. Applications are told the strongest role of a person first. " +
				"Leave gaps for roles to come: 10, 20, 30.",
			Value:        t.precedence,
			Kind:         "number",
			Most:         4,
			Autocomplete: "off",
		},
		{
			ID:           "about",
			Name:         "about",
			Label:        "What it is for",
			Hint:         "One line, for the admins of the companies.",
			Value:        t.about,
			Most:         1000,
			Optional:     true,
			Autocomplete: "off",
		},
	}
}

// edit returns the change that the form asks for. A precedence that is no number is out
// of range.
func (t typedRole) edit() directory.RoleEdit {
	precedence, err := strconv.Atoi(t.precedence)
	if err != nil {
		precedence = 0
	}
	return directory.RoleEdit{
		Key:        &t.key,
		Name:       &t.name,
		About:      &t.about,
		Precedence: &precedence,
	}
}

func (d *Directory) roles(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	return d.showRoles(w, r, v, typedRole{}, nil)
}

// showRoles lists roles above the form for a new one.
func (d *Directory) showRoles(w http.ResponseWriter, r *http.Request, v console.Visit, t typedRole, wrong error) error {
	all, err := d.Roles.Roles(r.Context())
	if err != nil {
		return fmt.Errorf("list roles: %w", err)
	}
	counts, err := d.Roles.RoleCounts(r.Context())
	if err != nil {
		return fmt.Errorf("count the groups of roles: %w", err)
	}
	fields := t.fields()
	p := &rolesPage{
		Base:   d.Console.Base(v, console.AreaRoles),
		Wrong:  ui.Blame(wrong, pointers(fields)...),
		Action: rolesPath,
		Fields: fields,
	}
	p.Flash = console.Said(r, map[string]string{
		"created": "Role added. Give it to groups on their pages.",
		"deleted": "Role deleted.",
	})
	for _, role := range all {
		p.Rows = append(p.Rows, roleRow{
			Role:       ui.Link{Label: role.Name, Href: roleHref(role.ID)},
			Key:        role.Key,
			Precedence: role.Precedence,
			About:      role.About,
			Groups:     counts[role.ID],
		})
	}
	return d.Console.Render(w, console.FormStatus(wrong), p)
}

func (d *Directory) createRole(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	t := typedRoleIn(r)
	_, err := d.Service.CreateRole(r.Context(), v.Actor, t.edit())
	switch {
	case console.OnForm(err):
		return d.showRoles(w, r, v, t, err)
	case err != nil:
		return fmt.Errorf("create a role: %w", err)
	}
	return console.Done(w, rolesPath, "created")
}

// roleOf returns the role that the path names.
func (d *Directory) roleOf(r *http.Request) (sso.ProductRole, error) {
	id, err := sso.ParseID[sso.RoleID](r.PathValue("role"))
	if err != nil {
		return sso.ProductRole{}, err
	}
	role, err := d.Roles.Role(r.Context(), id)
	if err != nil {
		return sso.ProductRole{}, fmt.Errorf("find a role: %w", err)
	}
	return role, nil
}

func (d *Directory) role(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	role, err := d.roleOf(r)
	if err != nil {
		return err
	}
	return d.showRole(w, r, v, role, typedRoleOf(role), nil)
}

// showRole renders a role with its form as it was typed.
func (d *Directory) showRole(
	w http.ResponseWriter, r *http.Request, v console.Visit, role sso.ProductRole, t typedRole, wrong error,
) error {
	groups, err := d.Roles.RoleGroups(r.Context(), role.ID)
	if err != nil {
		return fmt.Errorf("list the groups of a role: %w", err)
	}
	fields := t.fields()
	p := &roleDetailPage{
		Base:    d.Console.Base(v, console.AreaRoles, ui.Link{Label: "Roles", Href: rolesPath}),
		Heading: role.Name,
		Wrong:   console.BlameEdit(wrong, typedRoleOf(role).fields(), pointers(fields)...),
		Action:  roleHref(role.ID),
		Hidden:  []ui.HiddenField{console.RevisionField(role.Revision)},
		Fields:  fields,
		Groups:  roleGroupRows(groups),
	}
	if len(groups) == 0 {
		p.Remove = &ui.Confirm{
			Label:  "Delete this role",
			Text:   "No group carries it. A role that is deleted cannot be restored.",
			Action: roleHref(role.ID) + "/delete",
			Button: "Delete",
			Danger: true,
		}
	}
	p.Flash = console.Said(r, map[string]string{"saved": "Role changed. Applications are told within a second."})
	return d.Console.Render(w, console.FormStatus(wrong), p)
}

func roleGroupRows(groups []sso.RoleGroup) (rows []roleGroupRow) {
	for _, g := range groups {
		rows = append(rows, roleGroupRow{
			Group:        ui.Link{Label: g.Group.Name, Href: groupHref(g.Enterprise, g.Group.ID)},
			Organization: g.Organization,
			Enterprise:   ui.Link{Label: g.Enterprise.Name, Href: console.Home(g.Enterprise)},
		})
	}
	return rows
}

func (d *Directory) changeRole(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	role, err := d.roleOf(r)
	if err != nil {
		return err
	}
	t := typedRoleIn(r)
	edit := t.edit()
	edit.Revision = console.Revision(r.PostForm)
	_, refused := d.Service.UpdateRole(r.Context(), v.Actor, role.ID, edit)
	switch {
	case refused == nil:
		return console.Done(w, roleHref(role.ID), "saved")
	case !console.OnForm(refused):
		return fmt.Errorf("change a role: %w", refused)
	case sso.KindOf(refused) == sso.Stale: // it may have been changed after it was found
		if role, err = d.roleOf(r); err != nil {
			return err
		}
	default: // the corrected form is still made from the revision of this one
		role.Revision = edit.Revision
	}
	return d.showRole(w, r, v, role, t, refused)
}

func (d *Directory) deleteRole(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	role, err := d.roleOf(r)
	if err != nil {
		return err
	}
	err = d.Service.DeleteRole(r.Context(), v.Actor, role.ID, sso.AnyRevision)
	switch {
	case console.OnForm(err):
		return d.showRole(w, r, v, role, typedRoleOf(role), err)
	case err != nil:
		return fmt.Errorf("delete a role: %w", err)
	}
	return console.Done(w, rolesPath, "deleted")
}
