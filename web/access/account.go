package access

import (
	"fmt"
	"net/http"

	"gatehouse/sso"
	"gatehouse/sso/access"
	"gatehouse/web/console"
	"gatehouse/web/route"
	"gatehouse/web/ui"
)

const (
	adminsPath = console.Prefix + "/admins"
	mePath     = adminsPath + "/me"
)

// accountMessages confirm changes of the admin's own account, by the word of the
// redirect.
func accountMessages(r *http.Request) string {
	return console.Said(r, map[string]string{
		"welcome":  "Your account has been created and you are signed in.",
		"password": "Your password is changed.",
		"tied":     "Your company’s sign-in opens the console now, too.",
		"untied":   "Your company’s sign-in no longer opens the console.",
		"passkey":  "The passkey is added.",
		"removed":  "The passkey is removed.",
	})
}

// me shows the admin's own account.
func (h *Handlers) me(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	return h.showMe(w, r, v, http.StatusOK, nil)
}

func passwordFields() []ui.Field {
	return []ui.Field{
		{
			ID:           "current",
			Name:         "current",
			Label:        "Current password",
			Kind:         "password",
			Autocomplete: "current-password",
			Most:         access.MaxPassword,
		},
		{
			ID:           "password",
			Name:         "password",
			Label:        "New password",
			Hint:         "At least 12 characters; several words are easiest.",
			Kind:         "password",
			Autocomplete: "new-password",
			Most:         access.MaxPassword,
		},
	}
}

// showMe renders the page, with the problem of a form if there is one.
func (h *Handlers) showMe(w http.ResponseWriter, r *http.Request, v console.Visit, status int, problem error) error {
	a, err := h.Service.Account(r.Context(), v.Admin)
	if err != nil {
		return fmt.Errorf("find the account: %w", err)
	}
	p := &adminAccountPage{
		Base: h.Console.Base(v, console.AreaAdmins, ui.Link{
			Label: console.AreaAdmins,
			Href:  adminsPath,
		}),
		Fields: passwordFields(),
	}
	p.Flash = accountMessages(r)
	if r.URL.Query().Get("done") == "welcome" {
		p.Next = &ui.Link{
			Label: "Next: the first steps",
			Href:  console.Prefix + "/enterprises",
		}
	}
	p.Wrong = ui.Blame(problem, &p.Fields[0], &p.Fields[1])
	login := ui.Fact{Label: "Login", Value: a.Login}
	if a.Recovery {
		login.Badge = &ui.Badge{Label: "recovery admin", State: "ok"}
	}
	signedIn := ui.NewTime(a.LastSignInAt, h.Now())
	p.Facts = []ui.Fact{
		{
			Label: "Name",
			Value: a.Name,
		},
		login,
		{
			Label: "Last sign-in",
			Time:  &signedIn,
		},
	}
	if p.Tied, p.CanTie, err = h.linkedSignIns(r, a); err != nil {
		return err
	}
	if h.Service.CheckRecent(v.Visitor) != nil {
		p.Confirm = confirmMe()
	}
	if err := h.passkeys(r, a, p); err != nil {
		return err
	}
	return h.Pages.Render(w, r, status, p)
}

// linkedSignIns returns the single sign-on user that the account is linked to, or
// the one it could be linked to.
func (h *Handlers) linkedSignIns(r *http.Request, a sso.Admin) (tied, can *tiedTo, err error) {
	if a.User != "" {
		u, e, err := h.Service.TiedTo(r.Context(), a)
		if err != nil {
			return nil, nil, err
		}
		return &tiedTo{
			Name:       u.Name,
			Login:      u.Login,
			Enterprise: e.Name,
		}, nil, nil
	}
	b, err := h.browser(r)
	if err != nil || b.Principal == nil {
		return nil, nil, err
	}
	u := b.Principal.User
	return nil, &tiedTo{
		Name:       u.Name,
		Login:      u.Login,
		Enterprise: b.Principal.Enterprise.Name,
	}, nil
}

func (h *Handlers) changePassword(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	err := h.Service.ChangePassword(
		r.Context(), v.Admin, sso.Secret(r.PostForm.Get("current")),
		sso.Secret(r.PostForm.Get("password")), h.Admin.Token(r),
	)
	if console.OnForm(err) {
		return h.showMe(w, r, v, console.FormStatus(err), err)
	}
	if err != nil {
		return fmt.Errorf("change the password: %w", err)
	}
	return console.Done(w, mePath, "password")
}

// linkSignIn links the account to the single sign-on user of this browser. Only the
// account's own session may do it, so a foreign session cannot take the account
// over.
func (h *Handlers) linkSignIn(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	b, err := h.browser(r)
	if err != nil {
		return err
	}
	if b.Principal == nil {
		return route.SeeOther(w, mePath) // the session ended meanwhile; the page says what to do
	}
	return h.tied(w, r, v, b.Principal, "tied")
}

func (h *Handlers) unlinkSignIn(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	return h.tied(w, r, v, nil, "untied")
}

func (h *Handlers) tied(w http.ResponseWriter, r *http.Request, v console.Visit, p *sso.Principal, done string) error {
	err := h.Service.Tie(r.Context(), v.Admin, p)
	if console.OnForm(err) {
		return h.showMe(w, r, v, console.FormStatus(err), err)
	}
	if err != nil {
		return err
	}
	return console.Done(w, mePath, done)
}
