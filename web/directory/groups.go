package directory

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/directory"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

func (d *Directory) groupPages() []console.Page {
	return []console.Page{
		ofEnterprise("GET", "groups", d.groups),
		ofEnterprise("POST", "groups", d.createGroup),
		ofEnterprise("GET", "groups/{group}", d.group),
		ofEnterprise("POST", "groups/{group}", d.changeGroup),
		ofEnterprise("POST", "groups/{group}/delete", d.deleteGroup),
		ofEnterprise("POST", "groups/{group}/roles", d.changeGroupRoles),
	}
}

// groupForm is what a group is changed by.
func groupForm(g sso.Group) []ui.Field {
	name, admin := g.Name, g.Admin
	return []ui.Field{
		{
			ID:           "name",
			Name:         "name",
			Label:        "Name",
			Hint:         "Exactly as the identity provider sends it: names are matched byte for byte, so upper and lower case, spaces and accents count.",
			Value:        name,
			Most:         sso.MaxGroupNameLength,
			Autocomplete: "off",
		},
		{
			ID:       "idp_names",
			Name:     "idp_names",
			Label:    "IdP names",
			Hint:     "Other names that the identity provider may send for this group, one per line: an object ID, a distinguished name, a path, an old name.",
			Kind:     "area",
			Lines:    max(2, len(g.IDPNames)),
			Mono:     true,
			Optional: true,
			Value:    strings.Join(g.IDPNames, "\n"),
		},
		{
			ID:       "admin",
			Name:     "admin",
			Label:    "Its members are admins of this enterprise",
			Hint:     "They can open this console, and change connections, people and groups.",
			Kind:     "check",
			Value:    "yes",
			Checked:  admin,
			Optional: true,
		},
	}
}

// newGroupForm is what a group is made by.
func newGroupForm(organizations []sso.Organization, g sso.Group) []ui.Field {
	if len(organizations) == 0 {
		return nil
	}
	f := ui.Field{
		ID:    "organization",
		Name:  "organization",
		Label: "Organization",
		Kind:  "select",
	}
	for _, o := range organizations {
		f.Options = append(f.Options, ui.Option{
			Value:  string(o.ID),
			Label:  o.Name + " (" + o.Key + ")",
			Chosen: o.ID == g.Organization,
		})
	}
	return append([]ui.Field{f}, groupForm(g)...)
}

const mostOrganizations = 200 // offered to choose from

func (d *Directory) groups(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	return d.showGroups(
		w, r, v, sso.Group{Organization: sso.OrganizationID(queryOf(r).text("organization"))}, nil,
	)
}

// showGroups lists groups above the form for a new one; made is what was typed
// into it.
func (d *Directory) showGroups(
	w http.ResponseWriter, r *http.Request, v console.Visit, made sso.Group, wrong error,
) error {
	q, ctx, ent := queryOf(r), r.Context(), v.Enterprise.ID
	organizations, _, err := d.Structure.Organizations(ctx, ent, sso.Page{Limit: mostOrganizations})
	if err != nil {
		return fmt.Errorf("list organizations: %w", err)
	}
	names := map[sso.OrganizationID]string{}
	for _, o := range organizations {
		names[o.ID] = o.Name
	}
	f := groupFilterOf(q, organizations)
	all, next, err := d.Structure.Groups(ctx, ent, f, q.page())
	if err != nil {
		return fmt.Errorf("list groups: %w", err)
	}
	if err := d.nameAll(ctx, ent, all, names); err != nil {
		return err
	}
	pushed, err := d.pushedCounts(ctx, v.Enterprise)
	if err != nil {
		return err
	}
	verify, err := d.verifyLinks(ctx, v.Enterprise)
	if err != nil {
		return err
	}
	path := console.At(v.Enterprise, "groups")
	form := newGroupForm(organizations, made)
	p := &groupsPage{
		Base:   d.Console.Base(v, console.AreaGroups),
		Rows:   countRows(v.Enterprise, all, names, pushed),
		Pager:  q.pager(path, next, "q", "organization"),
		Search: groupSearch(path, f, organizations),
		Verify: verify,
		Wrong:  ui.Blame(wrong, pointers(form)...),
		Action: path,
		Fields: form,
	}
	if form == nil {
		p.Action = console.At(v.Enterprise, "organizations") + "#h-new"
	}
	return d.Console.Render(w, console.FormStatus(wrong), p)
}

// groupFilterOf returns the filter of a list of groups. It ignores an organization
// that is not one of organizations.
func groupFilterOf(q query, organizations []sso.Organization) sso.GroupFilter {
	f := sso.GroupFilter{Contains: q.text("q")}
	for _, o := range organizations {
		if string(o.ID) == q.text("organization") {
			f.Organization = o.ID
		}
	}
	return f
}

// groupSearch returns the form that filters the list of groups at path; f is the
// filter that applies.
func groupSearch(path string, f sso.GroupFilter, organizations []sso.Organization) searchForm {
	s := searchForm{
		Action: path,
		Label:  "Part of a name",
		Value:  f.Contains,
		Filter: organizationFilter(organizations, f.Organization),
	}
	if f != (sso.GroupFilter{}) {
		s.All = path
	}
	return s
}

// organizationFilter returns the field that narrows a list to an organization.
func organizationFilter(organizations []sso.Organization, chosen sso.OrganizationID) *ui.Field {
	filter := &ui.Field{
		ID:      "in",
		Name:    "organization",
		Label:   "Organization",
		Kind:    "select",
		Options: []ui.Option{{Label: "All of them"}},
	}
	for _, o := range organizations {
		filter.Options = append(filter.Options, ui.Option{
			Value:  string(o.ID),
			Label:  o.Name,
			Chosen: o.ID == chosen,
		})
	}
	return filter
}

// verifyLinks returns a link for each connection to the page that compares its
// group names.
func (d *Directory) verifyLinks(ctx context.Context, e sso.Enterprise) ([]ui.Link, error) {
	connections, err := d.Structure.Connections(ctx, e.ID)
	if err != nil {
		return nil, fmt.Errorf("list connections: %w", err)
	}
	var links []ui.Link
	for _, c := range connections {
		links = append(links, ui.Link{
			Label: c.Name,
			Href:  console.AtConnection(e, c.ID, "groups"),
		})
	}
	return links, nil
}

// nameAll adds the names of organizations that are missing: there may be more
// than are offered to choose from.
func (d *Directory) nameAll(
	ctx context.Context, ent sso.EnterpriseID, all []sso.GroupCount, names map[sso.OrganizationID]string,
) error {
	for _, c := range all {
		if _, known := names[c.Group.Organization]; known {
			continue
		}
		o, err := d.Structure.Organization(ctx, ent, c.Group.Organization)
		if err != nil && sso.KindOf(err) != sso.NotFoundKind { // deleted meanwhile
			return fmt.Errorf("find an organization: %w", err)
		}
		names[c.Group.Organization] = o.Name
	}
	return nil
}

func (d *Directory) createGroup(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	made := sso.Group{
		Organization: sso.OrganizationID(r.PostForm.Get("organization")),
		Name:         r.PostForm.Get("name"),
		IDPNames:     linesOf(r.PostForm.Get("idp_names")),
		Admin:        r.PostForm.Get("admin") == "yes",
	}
	_, err := sso.ParseID[sso.OrganizationID](string(made.Organization))
	var g sso.Group
	if err == nil {
		g, err = d.Service.CreateGroup(r.Context(), v.Actor, v.Enterprise.ID, made)
	}
	err = byLine(err)
	if sso.KindOf(err) == sso.NotFoundKind { // deleted meanwhile, or of another enterprise
		err = sso.InvalidField(
			"validation_failed", "organization", "Choose one of these organizations.",
		)
	}
	switch {
	case console.OnForm(err):
		return d.showGroups(w, r, v, made, err)
	case err != nil:
		return fmt.Errorf("create a group: %w", err)
	}
	return console.Done(w, groupHref(v.Enterprise, g.ID), "created")
}

// groupBase returns the frame of a page below the page of a group.
func (d *Directory) groupBase(v console.Visit, g sso.Group) ui.Base {
	return d.Console.Base(v, console.AreaGroups,
		ui.Link{Label: "Groups", Href: console.At(v.Enterprise, "groups")},
		ui.Link{Label: g.Name, Href: groupHref(v.Enterprise, g.ID)},
	)
}

// groupOf returns the group that the path names.
func (d *Directory) groupOf(r *http.Request, v console.Visit) (sso.Group, error) {
	id, err := sso.ParseID[sso.GroupID](r.PathValue("group"))
	if err != nil {
		return sso.Group{}, err
	}
	g, err := d.Structure.Group(r.Context(), v.Enterprise.ID, id)
	if err != nil {
		return sso.Group{}, fmt.Errorf("find a group: %w", err)
	}
	return g, nil
}

func (d *Directory) group(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	g, err := d.groupOf(r, v)
	if err != nil {
		return err
	}
	return d.showGroup(w, r, v, g, groupForm(g), nil)
}

func (d *Directory) changeGroup(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	g, err := d.groupOf(r, v)
	if err != nil {
		return err
	}
	form := g
	form.Name = r.PostForm.Get("name")
	form.Admin = r.PostForm.Get("admin") == "yes"
	edit := directory.GroupEdit{
		Revision: console.Revision(r.PostForm),
		Name:     &form.Name,
		Admin:    &form.Admin,
	}
	if r.PostForm.Has("idp_names") {
		form.IDPNames = linesOf(r.PostForm.Get("idp_names"))
		edit.IDPNames = &form.IDPNames
	}
	_, refused := d.Service.UpdateGroup(r.Context(), v.Actor, v.Enterprise.ID, g.ID, edit)
	refused = byLine(refused)
	switch {
	case refused == nil:
		return console.Done(w, groupHref(v.Enterprise, g.ID), "saved")
	case !console.OnForm(refused):
		return fmt.Errorf("change a group: %w", refused)
	case sso.KindOf(refused) == sso.Stale: // it may have been changed after it was found
		if g, err = d.groupOf(r, v); err != nil {
			return err
		}
	default: // the corrected form is still made from the revision of this one
		g.Revision = edit.Revision
	}
	return d.showGroup(w, r, v, g, groupForm(form), refused)
}

func (d *Directory) deleteGroup(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	g, err := d.groupOf(r, v)
	if err != nil {
		return err
	}
	err = d.Service.DeleteGroup(r.Context(), v.Actor, v.Enterprise.ID, g.ID, sso.AnyRevision)
	switch {
	case console.OnForm(err):
		return d.showGroup(w, r, v, g, groupForm(g), err)
	case err != nil:
		return fmt.Errorf("delete a group: %w", err)
	}
	return console.Done(
		w, console.At(v.Enterprise, "organizations", string(g.Organization)), "group-deleted",
	)
}
