package directory

import (
	"strings"

	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

func galleryRoles() []gallery.Example {
	trail := ui.Link{Label: "Roles", Href: rolesPath}
	list := &rolesPage{
		Base:   gallery.Console("Roles"),
		Rows:   galleryRoleRows(),
		Action: rolesPath,
		Fields: typedRole{}.fields(),
	}
	wrong := &rolesPage{
		Base:   gallery.Console("Roles"),
		Rows:   list.Rows[:2],
		Action: rolesPath,
		Fields: typedRole{"writer", "Writer", "", "10"}.fields(),
	}
	wrong.Fields[2].Error = "The role “Editor” has the precedence 10. Choose another number."
	wrong.Wrong = []ui.Wrong{{ID: "precedence", Label: "Precedence", Message: wrong.Fields[2].Error}}
	one := galleryRole(trail)
	one.Groups = galleryRoleGroups()
	unused := galleryRole(trail)
	unused.Remove = &ui.Confirm{
		Label:  "Delete this role",
		Text:   "No group carries it. A role that is deleted cannot be restored.",
		Action: rolesPath + "/x/delete",
		Button: "Delete",
		Danger: true,
	}
	return []gallery.Example{
		{Name: "Roles-empty", Status: 200, Page: &rolesPage{
			Base:   gallery.Console("Roles"),
			Action: rolesPath,
			Fields: typedRole{}.fields(),
		}},
		{Name: "Roles-typical", Status: 200, Page: list},
		{Name: "Roles-problem", Status: 422, Page: wrong},
		{Name: "RoleDetail-typical", Status: 200, Page: one},
		{Name: "RoleDetail-unused", Status: 200, Page: unused},
	}
}

func galleryRole(trail ui.Link) *roleDetailPage {
	return &roleDetailPage{
		Base:    gallery.Console("Roles", trail),
		Heading: "Editor",
		Action:  rolesPath + "/x",
		Fields:  typedRole{"editor", "Editor", "Writes and publishes pages.", "10"}.fields(),
	}
}

func galleryRoleGroups() []roleGroupRow {
	return []roleGroupRow{
		{
			Group:        ui.Link{Label: "engineering", Href: galleryGroupAt},
			Organization: "Research",
			Enterprise:   ui.Link{Label: "Acme", Href: galleryEnt},
		},
		{
			Group:        ui.Link{Label: odd, Href: galleryGroupAt},
			Organization: gallery.LongName,
			Enterprise:   ui.Link{Label: gallery.LongName, Href: galleryEnt},
		},
	}
}

func galleryRoleRows() []roleRow {
	row := func(name, key string, precedence, groups int, about string) roleRow {
		return roleRow{
			Role:       ui.Link{Label: name, Href: rolesPath + "/x"},
			Key:        key,
			Precedence: precedence,
			About:      about,
			Groups:     groups,
		}
	}
	const long = "a-key-of-sixty-three-characters-which-is-the-longest-that-there-i"
	return []roleRow{
		row("Owner", "owner", 1, 2, "Everything, the invoices too."),
		row("Editor", "editor", 10, 41, "Writes and publishes pages."),
		row("Reader", "reader", 20, 0, ""),
		row(odd, long, 1000, 1200, gallery.LongName),
	}
}

// galleryCarried is the form with the roles that a group carries.
func galleryCarried() carriedForm {
	box := func(key, name, about string, checked bool) ui.Field {
		return ui.Field{
			ID:       "role-" + key,
			Name:     "role",
			Label:    name,
			Hint:     about,
			Kind:     "check",
			Value:    key,
			Checked:  checked,
			Optional: true,
		}
	}
	return carriedForm{
		Action: galleryGroupAt + "/roles",
		Boxes: []ui.Field{
			box("owner", "Owner", "Everything, the invoices too.", false),
			box("editor", "Editor", "Writes and publishes pages.", true),
			box("reader", "Reader", "", true),
		},
	}
}

func galleryPersonRoles() []personRoleRow {
	in := func(organization, role string, groups ...string) personRoleRow {
		row := personRoleRow{
			Organization: ui.Link{Label: organization, Href: galleryEnt + "/organizations/x"},
			Role:         role,
		}
		for _, name := range groups {
			row.Groups = append(row.Groups, ui.Link{Label: name, Href: galleryGroupAt})
		}
		return row
	}
	return []personRoleRow{
		in("Research", "Editor", "engineering"),
		in("Research", "Reader", "Members", "engineering"),
		in(gallery.LongName, "Reader", strings.Repeat("grp_all_employees_", 8)),
	}
}
