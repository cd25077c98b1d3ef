package access

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/access"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// mostOrganizations is how many are offered to choose from.
const mostOrganizations = 200

// appointForm is what was typed to appoint an admin of an organization.
type appointForm struct {
	login, organization string
	roles               bool
}

// organizationAdmins shows who administers organizations, and the form to appoint
// another one.
func (h *Handlers) organizationAdmins(r *http.Request, e sso.Enterprise, typed *appointForm, p *accessPage) error {
	after := r.URL.Query().Get("of")
	all, next, err := h.Service.Organizations.OrganizationAdmins(r.Context(), e.ID, "", sso.Page{Cursor: after})
	if err != nil {
		return fmt.Errorf("list organization admins: %w", err)
	}
	for _, a := range all {
		p.Appointed = append(p.Appointed, h.appointedRow(e, a))
	}
	p.AppointedPager = pagerOf(console.At(e, "access"), "of", after, next)
	organizations, _, err := h.Facts.Organizations(r.Context(), e.ID, sso.Page{Limit: mostOrganizations})
	if err != nil {
		return fmt.Errorf("list organizations: %w", err)
	}
	if len(organizations) > 0 {
		p.Appoint = appointFields(organizations, typed)
		p.AppointTo = console.At(e, "access", "organizations")
		p.Appointing = typed != nil
	}
	return nil
}

// appointedRow shows one admin of an organization, with the button that removes them.
func (h *Handlers) appointedRow(e sso.Enterprise, a sso.OrganizationAdmin) appointedAdmin {
	return appointedAdmin{
		Organization: ui.Link{
			Label: a.Organization.Name,
			Href:  console.AtOrganization(e, a.Organization.ID),
		},
		Name:  cmp.Or(a.User.Name, a.User.Login),
		Login: a.User.Login,
		Href:  console.At(e, "people", string(a.User.ID)),
		Roles: a.Roles,
		Since: ui.NewTime(a.CreatedAt, h.Now()),
		Remove: ui.Confirm{
			Label:  "Remove",
			About:  cmp.Or(a.User.Name, a.User.Login) + ", of " + a.Organization.Name,
			Text:   "With their next click they no longer administer " + a.Organization.Name + ".",
			Action: console.At(e, "access", "organizations", string(a.Organization.ID), string(a.User.ID), "remove"),
			Button: "Remove",
		},
	}
}

func appointFields(organizations []sso.Organization, typed *appointForm) []ui.Field {
	if typed == nil {
		typed = &appointForm{}
	}
	organization := ui.Field{
		ID:    "organization",
		Name:  "organization",
		Label: "Organization",
		Kind:  "select",
	}
	for _, o := range organizations {
		organization.Options = append(organization.Options, ui.Option{
			Value:  string(o.ID),
			Label:  o.Name + " (" + o.Key + ")",
			Chosen: string(o.ID) == typed.organization,
		})
	}
	return []ui.Field{
		{
			ID:        "appointed",
			Name:      "login",
			Label:     "Login of a person here",
			InputMode: "email",
			Value:     typed.login,
		},
		organization,
		{
			ID:       "roles",
			Name:     "roles",
			Label:    "They also change the members of groups that carry roles",
			Hint:     "They can then give the roles of these groups, also to themselves.",
			Kind:     "check",
			Value:    "yes",
			Checked:  typed.roles,
			Optional: true,
		},
	}
}

func (h *Handlers) appoint(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	typed := appointForm{
		login:        strings.TrimSpace(r.PostForm.Get("login")),
		organization: r.PostForm.Get("organization"),
		roles:        r.PostForm.Get("roles") == "yes",
	}
	id, err := sso.ParseID[sso.OrganizationID](typed.organization)
	if err == nil {
		_, err = h.Service.Appoint(r.Context(), v.Actor, v.Enterprise.ID, access.AppointRequest{
			Organization: id,
			Login:        typed.login,
			Roles:        typed.roles,
		})
	}
	if sso.KindOf(err) == sso.NotFoundKind { // deleted meanwhile, or of another enterprise
		err = sso.InvalidField("validation_failed", "organization", "Choose one of these organizations.")
	}
	if console.OnForm(err) {
		return h.showAccess(w, r, v, console.FormStatus(err), entry{
			appoint: &typed,
			wrong:   err,
		})
	}
	if err != nil {
		return err
	}
	return console.Done(w, console.At(v.Enterprise, "access"), "appointed")
}

func (h *Handlers) dismiss(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	organization, err := sso.ParseID[sso.OrganizationID](r.PathValue("organization"))
	if err != nil {
		return err
	}
	user, err := sso.ParseID[sso.UserID](r.PathValue("user"))
	if err != nil {
		return err
	}
	if err := h.Service.Dismiss(r.Context(), v.Actor, v.Enterprise.ID, organization, user); err != nil {
		return fmt.Errorf("dismiss an admin of an organization: %w", err)
	}
	return console.Done(w, console.At(v.Enterprise, "access"), "dismissed")
}

func (h *Handlers) organizationPages() []console.Page {
	const at = console.Prefix + "/enterprises/{enterprise}/access/organizations"
	return []console.Page{
		{
			Pattern: "POST " + at,
			Need:    console.Enterprise,
			Handle:  h.appoint,
		},
		{
			Pattern: "POST " + at + "/{organization}/{user}/remove",
			Need:    console.Enterprise,
			Handle:  h.dismiss,
		},
	}
}
