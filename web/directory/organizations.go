package directory

import (
	"context"
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

// showOrganization renders the page of an organization; typed is what was typed to
// delete it.
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
	rows, next, err := d.groupsOf(r.Context(), v.Enterprise, o, q.page())
	if err != nil {
		return err
	}
	remove := deleteOrganizationForm(here, o, typed)
	p := &organizationDetailPage{
		Base: d.Console.Base(v, console.AreaOrganizations, ui.Link{
			Label: "Organizations",
			Href:  console.At(v.Enterprise, "organizations"),
		}),
		Name:     o.Name,
		Facts:    d.organizationFacts(v.Enterprise, o),
		Rows:     rows,
		Pager:    q.pager(here, next),
		Create:   console.At(v.Enterprise, "groups") + "?organization=" + string(o.ID) + "#h-new",
		Services: here + "/service-tokens",
		Action:   here,
		Hidden:   []ui.HiddenField{console.RevisionField(o.Revision)},
		Fields:   form,
	}
	p.Wrong = console.BlameEdit(
		wrong, organizationForm(o.Key, o.Name), append(pointers(form), &remove.Field)...,
	)
	p.Remove = remove
	p.Flash = console.Said(r, map[string]string{
		"created":       "Organization created, with its default group.",
		"saved":         "Organization changed.",
		"group-deleted": "Group deleted.",
	})
	return d.Console.Render(w, console.FormStatus(wrong), p)
}

func (d *Directory) organizationFacts(e sso.Enterprise, o sso.Organization) []ui.Fact {
	created := ui.NewTime(o.CreatedAt, d.Now())
	return []ui.Fact{
		{
			Label: "Key",
			Value: o.Key,
			Code:  true,
		},
		{
			Label: "Default group",
			Value: sso.DefaultGroupName,
			Href:  groupHref(e, o.DefaultGroup),
		},
		{Label: "Created", Time: &created},
		{
			Label: "Identifier",
			Value: string(o.ID),
			Code:  true,
		},
	}
}

// deleteOrganizationForm returns the form that deletes an organization, open with
// what was typed into it if typed has an ID.
func deleteOrganizationForm(here string, o sso.Organization, typed ui.Field) ui.TypedForm {
	return ui.TypedForm{
		Action: here + "/delete",
		Field: ui.Field{
			ID:           "typed",
			Name:         "typed",
			Label:        "Type the key " + o.Key + " to continue",
			Value:        typed.Value,
			Most:         63,
			Mono:         true,
			Autocomplete: "off",
		},
		Button: "Delete this organization",
		Open:   typed.ID != "",
		Text:   "Its groups are deleted with it, and everyone leaves them. They no longer give access to applications. This cannot be undone: memberships of a deleted group cannot be restored.",
	}
}

func (d *Directory) changeOrganization(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	o, err := d.organizationOf(r, v)
	if err != nil {
		return err
	}
	key, name := r.PostForm.Get("key"), r.PostForm.Get("name")
	edit := directory.OrganizationEdit{
		Revision: console.Revision(r.PostForm),
		Key:      &key,
		Name:     &name,
	}
	_, refused := d.Service.UpdateOrganization(r.Context(), v.Actor, v.Enterprise.ID, o.ID, edit)
	switch {
	case refused == nil:
		return console.Done(w, console.At(v.Enterprise, "organizations", string(o.ID)), "saved")
	case !console.OnForm(refused):
		return fmt.Errorf("change an organization: %w", refused)
	case sso.KindOf(refused) == sso.Stale: // it may have been changed after it was found
		if o, err = d.organizationOf(r, v); err != nil {
			return err
		}
	default: // the corrected form is still made from the revision of this one
		o.Revision = edit.Revision
	}
	return d.showOrganization(w, r, v, o, organizationForm(key, name), ui.Field{}, refused)
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
	if err := d.Service.DeleteOrganization(r.Context(), v.Actor, v.Enterprise.ID, o.ID, sso.AnyRevision); err != nil {
		return fmt.Errorf("delete an organization: %w", err)
	}
	return console.Done(w, console.At(v.Enterprise, "organizations"), "deleted")
}

// groupsOf lists the groups of an organization.
func (d *Directory) groupsOf(
	ctx context.Context, e sso.Enterprise, o sso.Organization, p sso.Page,
) (rows []groupCountRow, next string, err error) {
	groups, next, err := d.Structure.Groups(ctx, e.ID, sso.GroupFilter{Organization: o.ID}, p)
	if err != nil {
		return nil, "", fmt.Errorf("list groups: %w", err)
	}
	pushed, err := d.pushedCounts(ctx, e)
	if err != nil {
		return nil, "", err
	}
	return countRows(e, groups, map[sso.OrganizationID]string{o.ID: o.Name}, pushed), next, nil
}

// countRows are groups in a list, with the names of their organizations.
// pushed are the counts of those that an identity provider provisions.
func countRows(
	e sso.Enterprise, all []sso.GroupCount, names map[sso.OrganizationID]string, pushed map[sso.GroupID]pushedCount,
) (rows []groupCountRow) {
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
		if n, ok := pushed[c.Group.ID]; ok {
			row.Expected, row.Off = fmt.Sprint(n.expected), n.differs
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
