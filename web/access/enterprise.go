package access

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// entry is the input of a refused form, to be shown again.
type entry struct {
	login   string
	appoint *appointForm // nil: none
	link    *linkForm    // nil: none
	wrong   error
	made    *newLink
}

// access shows the admins of an enterprise.
func (h *Handlers) access(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	return h.showAccess(w, r, v, http.StatusOK, entry{})
}

func accessSaid(r *http.Request) string {
	return console.Said(r, map[string]string{
		"added":     "They are now an admin of this enterprise, and sign in as usual.",
		"removed":   "They are no longer an admin of this enterprise.",
		"appointed": "They now administer the organization, and sign in as usual.",
		"dismissed": "They no longer administer the organization.",
		"revoked":   "The setup link is revoked.",
		"enforced":  "Single sign-on is enforced.",
		"relaxed":   "Single sign-on is no longer enforced.",
	})
}

func (h *Handlers) showAccess(w http.ResponseWriter, r *http.Request, v console.Visit, status int, typed entry) error {
	e := v.Enterprise
	p := &accessPage{
		Base:     h.Console.Base(v, console.AreaAccess),
		AddTo:    console.At(e, "access", "admins"),
		LinkTo:   console.At(e, "access", "links"),
		Tokens:   console.At(e, "access", "api-tokens"),
		Enforced: e.Enforced,
		Made:     typed.made,
		Add: ui.Field{
			ID:        "user",
			Name:      "login",
			Label:     "Login of a person here",
			Hint:      "As your identity provider sends it, such as ada@acme.example.",
			InputMode: "email",
			Value:     typed.login,
		},
	}
	p.Flash = accessSaid(r)
	connections, err := h.Facts.Connections(r.Context(), e.ID)
	if err != nil {
		return fmt.Errorf("list connections: %w", err)
	}
	if err := h.namedAdmins(r, e, p); err != nil {
		return err
	}
	if err := h.organizationAdmins(r, e, typed.appoint, p); err != nil {
		return err
	}
	if err := h.setupLinks(r, e, connections, p); err != nil {
		return err
	}
	p.LinkForm = linkFields(connections, typed.link)
	p.Wrong = ui.Blame(typed.wrong, p.blamed(typed)...)
	if err := h.enforcement(r, v, p); err != nil {
		return err
	}
	return h.Pages.Render(w, r, status, p)
}

// blamed returns the fields of the form that was sent: several have a login.
func (p *accessPage) blamed(typed entry) []*ui.Field {
	form, fields := p.LinkForm, []*ui.Field{&p.Add}
	if typed.appoint != nil {
		form, fields = p.Appoint, nil
	}
	for i := range form {
		fields = append(fields, &form[i])
	}
	return fields
}

func (h *Handlers) namedAdmins(r *http.Request, e sso.Enterprise, p *accessPage) error {
	after := r.URL.Query().Get("after")
	all, next, err := h.Service.Access.EnterpriseAdmins(r.Context(), e.ID, sso.Page{Cursor: after})
	if err != nil {
		return fmt.Errorf("list admins: %w", err)
	}
	for _, a := range all {
		p.Admins = append(p.Admins, namedAdmin{
			Name:     a.User.Name,
			Login:    a.User.Login,
			Href:     console.At(e, "people", string(a.User.ID)),
			Inactive: a.User.Status != sso.UserActive,
			Since:    ui.NewTime(a.CreatedAt, h.Now()),
			Remove: ui.Confirm{
				Label:  "Remove",
				About:  cmp.Or(a.User.Name, a.User.Login),
				Text:   "They can no longer open the console, unless one of their groups is an admin group.",
				Action: console.At(e, "access", "admins", string(a.User.ID), "remove"),
				Button: "Remove",
			},
		})
	}
	p.Pager = pager(console.At(e, "access"), after, next)
	groups, err := h.Service.Access.AdminGroups(r.Context(), e.ID)
	if err != nil {
		return fmt.Errorf("list groups of admins: %w", err)
	}
	for _, g := range groups {
		p.Groups = append(p.Groups, ui.Link{
			Label: g.Name,
			Href:  console.At(e, "groups", string(g.ID)),
		})
	}
	return nil
}

// enforcement returns whether single sign-on is enforced, and what is missing to
// enforce it.
func (h *Handlers) enforcement(r *http.Request, v console.Visit, p *accessPage) error {
	e := v.Enterprise
	if e.Enforced {
		p.Enforce.Confirm = ui.Confirm{
			Label:  "Stop enforcing it",
			Text:   "Setup links work again, and admins of this enterprise can sign in with a password.",
			Action: console.At(e, "access", "relax"),
			Button: "Stop enforcing it",
		}
		return nil
	}
	p.Enforce.Confirm = ui.Confirm{
		Label: "Enforce single sign-on",
		Text: "Setup links stop working. Admins of this enterprise can no longer sign in with a password, " +
			"except recovery admins.",
		Action: console.At(e, "access", "enforce"),
		Button: "Enforce it",
		Danger: true,
	}
	missing, err := h.Service.MissingToEnforce(r.Context(), v.Visitor, e.ID)
	if err != nil {
		return err
	}
	for _, m := range missing {
		todo := ui.Todo{Text: m.Text().String()}
		switch m.Code {
		case sso.CodeTestNeeded:
			todo.Href, todo.Label = console.At(e, "connections"), "Test a connection"
		case sso.CodeNoRecoveryAdmin:
			if v.Role == sso.RoleOperator {
				todo.Href, todo.Label = adminsPath, "Invite one"
			}
		}
		p.Enforce.Missing = append(p.Enforce.Missing, todo)
	}
	return nil
}

func (h *Handlers) addAdmin(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	login := strings.TrimSpace(r.PostForm.Get("login"))
	err := h.Service.NameAdmin(r.Context(), v.Actor, v.Enterprise.ID, login)
	if console.OnForm(err) {
		return h.showAccess(w, r, v, console.FormStatus(err), entry{
			login: login,
			wrong: err,
		})
	}
	if err != nil {
		return err
	}
	return console.Done(w, console.At(v.Enterprise, "access"), "added")
}

func (h *Handlers) removeAdmin(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	id, err := sso.ParseID[sso.UserID](r.PathValue("user"))
	if err != nil {
		return err
	}
	if err := h.Service.RemoveAdmin(r.Context(), v.Actor, v.Enterprise.ID, id); err != nil {
		return fmt.Errorf("remove an admin: %w", err)
	}
	return console.Done(w, console.At(v.Enterprise, "access"), "removed")
}

func (h *Handlers) enforce(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	err := h.Service.Enforce(r.Context(), v.Visitor, v.Enterprise.ID)
	if console.OnForm(err) {
		return h.showAccess(w, r, v, console.FormStatus(err), entry{wrong: err})
	}
	if err != nil {
		return err
	}
	return console.Done(w, console.At(v.Enterprise, "access"), "enforced")
}

func (h *Handlers) relax(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	if err := h.Service.Relax(r.Context(), v.Visitor, v.Enterprise.ID); err != nil {
		return err
	}
	return console.Done(w, console.At(v.Enterprise, "access"), "relaxed")
}

func (h *Handlers) accessPages() []console.Page {
	const at = console.Prefix + "/enterprises/{enterprise}/access"
	return []console.Page{
		{
			Pattern: "GET " + at,
			Need:    console.Enterprise,
			Handle:  h.access,
		},
		{
			Pattern: "POST " + at + "/admins",
			Need:    console.Enterprise,
			Handle:  h.addAdmin,
		},
		{
			Pattern: "POST " + at + "/admins/{user}/remove",
			Need:    console.Enterprise,
			Handle:  h.removeAdmin,
		},
		{
			Pattern: "POST " + at + "/links",
			Need:    console.Enterprise,
			Handle:  h.makeLink,
		},
		{
			Pattern: "POST " + at + "/links/{link}/revoke",
			Need:    console.Enterprise,
			Handle:  h.revokeLink,
		},
		{
			Pattern: "POST " + at + "/enforce",
			Need:    console.Enterprise,
			Handle:  h.enforce,
		},
		{
			Pattern: "POST " + at + "/relax",
			Need:    console.Enterprise,
			Handle:  h.relax,
		},
	}
}
