package directory

import (
	"fmt"
	"net/http"

	"gatehouse/sso"
	"gatehouse/sso/directory"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

func (d *Directory) organizationPages() []console.Page {
	return []console.Page{
		ofEnterprise("GET", "organizations", d.organizations),
		ofEnterprise("POST", "organizations", d.createOrganization),
		ofEnterprise("GET", "organizations/{organization}", d.organization),
		ofEnterprise("POST", "organizations/{organization}", d.changeOrganization),
		ofEnterprise("POST", "organizations/{organization}/delete", d.deleteOrganization),
	}
}

// organizationForm is what organizations are made and changed by.
func organizationForm(key, name string) []ui.Field {
	return []ui.Field{
		{
			ID:           "name",
			Name:         "name",
			Label:        "Name",
			Hint:         "What people are shown, such as Research.",
			Value:        name,
			Most:         sso.MaxNameLength,
			Autocomplete: "off",
		},
		{
			ID:           "key",
			Name:         "key",
			Label:        "Key",
			Hint:         "What applications are told before the slash of a group: research/engineering. Lower-case letters, digits and hyphens.",
			Value:        key,
			Most:         63,
			Mono:         true,
			Autocomplete: "off",
		},
	}
}

func pointers(fields []ui.Field) []*ui.Field {
	all := make([]*ui.Field, len(fields))
	for i := range fields {
		all[i] = &fields[i]
	}
	return all
}

func (d *Directory) organizations(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	return d.showOrganizations(w, r, v, organizationForm("", ""), nil)
}

func (d *Directory) showOrganizations(
	w http.ResponseWriter, r *http.Request, v console.Visit, form []ui.Field, wrong error,
) error {
	q := queryOf(r)
	all, next, err := d.Structure.OrganizationCounts(r.Context(), v.Enterprise.ID, q.page())
	if err != nil {
		return fmt.Errorf("list organizations: %w", err)
	}
	path := console.At(v.Enterprise, "organizations")
	p := &organizationsPage{
		Base:   d.Console.Base(v, console.AreaOrganizations),
		Pager:  q.pager(path, next),
		Wrong:  ui.Blame(wrong, pointers(form)...),
		Action: path,
		Fields: form,
	}
	p.Flash = console.Said(r, map[string]string{
		"deleted": "The organization is deleted, with its groups.",
	})
	for _, c := range all {
		p.Rows = append(p.Rows, organizationRow{
			Organization: ui.Link{
				Label: c.Organization.Name,
				Href:  console.At(v.Enterprise, "organizations", string(c.Organization.ID)),
			},
			Key:     c.Organization.Key,
			Groups:  c.Groups,
			Members: c.Members,
		})
	}
	return d.Console.Render(w, console.FormStatus(wrong), p)
}

func (d *Directory) createOrganization(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	key, name := r.PostForm.Get("key"), r.PostForm.Get("name")
	o, err := d.Service.CreateOrganization(r.Context(), v.Actor, v.Enterprise.ID, key, name)
	switch {
	case console.OnForm(err):
		return d.showOrganizations(w, r, v, organizationForm(key, name), err)
	case err != nil:
		return fmt.Errorf("create an organization: %w", err)
	}
	return console.Done(w, console.At(v.Enterprise, "organizations", string(o.ID)), "created")
}

// organizationOf finds what the path names.
func (d *Directory) organizationOf(r *http.Request, v console.Visit) (sso.Organization, error) {
	id, err := sso.ParseID[sso.OrganizationID](r.PathValue("organization"))
	if err != nil {
		return sso.Organization{}, err
	}
	o, err := d.Structure.Organization(r.Context(), v.Enterprise.ID, id)
	if err != nil {
		return sso.Organization{}, fmt.Errorf("find an organization: %w", err)
	}
	return o, nil
}

func (d *Directory) organization(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	o, err := d.organizationOf(r, v)
	if err != nil {
		return err
	}
	return d.showOrganization(w, r, v, o, organizationForm(o.Key, o.Name), ui.Field{}, nil)
}

// showOrganization shows one; typed is what was typed to delete it.
func (d *Directory) showOrganization(
	w http.ResponseWriter,
	r *http.Request,
	v console.Visit,
	o sso.Organization,
	form []ui.Field,
	typed ui.Field,
	wrong error,
) error {
	q, here := queryOf(r), console.At(v.Enterprise, "organizations", string(o.ID))
	groups, next, err := d.Structure.Groups(
		r.Context(), v.Enterprise.ID, sso.GroupFilter{Organization: o.ID}, q.page(),
	)
	if err != nil {
		return fmt.Errorf("list groups: %w", err)
	}
	open := typed.ID != ""
	typed = ui.Field{
		ID:           "typed",
		Name:         "typed",
		Label:        "Type the key " + o.Key + " to go on",
		Value:        typed.Value,
		Most:         63,
		Mono:         true,
		Autocomplete: "off",
	}
	created := ui.NewTime(o.CreatedAt, d.Now())
	p := &organizationDetailPage{
		Base: d.Console.Base(v, console.AreaOrganizations, ui.Link{
			Label: "Organizations",
			Href:  console.At(v.Enterprise, "organizations"),
		}),
		Name: o.Name,
		Facts: []ui.Fact{
			{
				Label: "Key",
				Value: o.Key,
				Code:  true,
			},
			{
				Label: "Default group",
				Value: sso.DefaultGroupName,
				Href:  groupHref(v.Enterprise, o.DefaultGroup),
			},
			{Label: "Created", Time: &created},
			{
				Label: "Identifier",
				Value: string(o.ID),
				Code:  true,
			},
		},
		Rows:   countRows(v.Enterprise, groups, map[sso.OrganizationID]string{o.ID: o.Name}),
		Pager:  q.pager(here, next),
		Create: console.At(v.Enterprise, "groups") + "?organization=" + string(o.ID) + "#h-new",
		Action: here,
		Fields: form,
	}
	p.Wrong = ui.Blame(wrong, append(pointers(form), &typed)...)
	p.Remove = ui.TypedForm{
		Action: here + "/delete",
		Field:  typed,
		Button: "Delete this organization",
		Open:   open,
		Text:   "Its groups are deleted with it, and everyone leaves them. They no longer give access to applications. This cannot be undone: memberships of a deleted group cannot be restored.",
	}
	p.Flash = console.Said(r, map[string]string{
		"created":       "Organization created, with its default group.",
		"saved":         "Organization changed.",
		"group-deleted": "Group deleted.",
	})
	return d.Console.Render(w, console.FormStatus(wrong), p)
}

func (d *Directory) changeOrganization(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	o, err := d.organizationOf(r, v)
	if err != nil {
		return err
	}
	key, name := r.PostForm.Get("key"), r.PostForm.Get("name")
	_, err = d.Service.UpdateOrganization(
		r.Context(), v.Actor, v.Enterprise.ID, o.ID,
		directory.OrganizationEdit{
			Key:  &key,
			Name: &name,
		},
	)
	switch {
	case console.OnForm(err):
		return d.showOrganization(w, r, v, o, organizationForm(key, name), ui.Field{}, err)
	case err != nil:
		return fmt.Errorf("change an organization: %w", err)
	}
	return console.Done(w, console.At(v.Enterprise, "organizations", string(o.ID)), "saved")
}

func (d *Directory) deleteOrganization(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	o, err := d.organizationOf(r, v)
	if err != nil {
		return err
	}
	if typed := r.PostForm.Get("typed"); typed != o.Key {
		wrong := sso.InvalidField(
			"validation_failed", "typed",
			"This is not the key of the organization: nothing was deleted.",
		)
		return d.showOrganization(w, r, v, o, organizationForm(o.Key, o.Name), ui.Field{
			ID:    "typed",
			Value: typed,
		}, wrong)
	}
	if err := d.Service.DeleteOrganization(r.Context(), v.Actor, v.Enterprise.ID, o.ID); err != nil {
		return fmt.Errorf("delete an organization: %w", err)
	}
	return console.Done(w, console.At(v.Enterprise, "organizations"), "deleted")
}

// countRows are groups in a list, with the names of their organizations.
func countRows(e sso.Enterprise, all []sso.GroupCount, names map[sso.OrganizationID]string) (rows []groupCountRow) {
	for _, c := range all {
		row := groupCountRow{
			Group: ui.Link{
				Label: c.Group.Name,
				Href:  groupHref(e, c.Group.ID),
			},
			Actual:   c.Members,
			Expected: fmt.Sprint(c.Expected),
			Off:      c.Expected != c.Members,
			Organization: ui.Link{
				Label: names[c.Group.Organization],
				Href:  console.At(e, "organizations", string(c.Group.Organization)),
			},
			Badge: groupBadge(c.Group),
		}
		if c.Group.Default {
			row.Expected, row.Off = "not synced", false
		}
		rows = append(rows, row)
	}
	return rows
}

func groupBadge(g sso.Group) *ui.Badge {
	switch {
	case g.Default:
		return &ui.Badge{Label: "default"}
	case g.Admin:
		return &ui.Badge{Label: "admins", State: "warn"}
	}
	return nil
}
