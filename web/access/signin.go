package access

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/access"
	"gatehouse/web/console"
	"gatehouse/web/route"
	"gatehouse/web/ui"
)

// consolePath returns returnTo if it is a page of the console, else the first page
// of the console.
func consolePath(raw string) string {
	clean := sso.ReturnTo(raw)
	path, _, _ := strings.Cut(clean, "?")
	switch {
	case path == signInPath ||
		path == passkeyPath ||
		path == console.ConfirmPath ||
		path == console.Prefix+"/sign-out" ||
		strings.HasPrefix(path, welcomePath):
		return console.Prefix
	case path == console.Prefix || strings.HasPrefix(path, console.Prefix+"/"):
		return clean
	}
	return console.Prefix
}

// showSignIn shows the sign-in form. A single sign-on user who is no admin is told
// so.
func (h *Handlers) showSignIn(w http.ResponseWriter, r *http.Request) error {
	returnTo := consolePath(r.URL.Query().Get("return_to"))
	b, err := h.browser(r)
	if err != nil {
		return err
	}
	v, err := h.Service.Visitor(r.Context(), b)
	switch {
	case err == nil && v.Role != sso.RoleSetupLink:
		return route.SeeOther(w, returnTo)
	case sso.CodeOf(err) == sso.CodeSecondStepNeeded:
		return route.SeeOther(
			w, console.ConfirmPath+"?"+url.Values{"return_to": {returnTo}}.Encode(),
		)
	case err != nil &&
		sso.KindOf(err) != sso.Unauthenticated &&
		sso.KindOf(err) != sso.Forbidden:
		return fmt.Errorf("find the signed-in user: %w", err)
	}
	p := h.signInPage("", returnTo)
	p.Flash = console.Said(r, map[string]string{"out": "You are signed out."})
	if b.Principal != nil {
		p.Enterprise, p.Of = b.Principal.Enterprise.Name, b.Principal.Enterprise.ID
		p.User = &ui.Person{
			Name:  b.Principal.User.Name,
			Login: b.Principal.User.Login,
		}
	}
	return h.Pages.Render(w, r, http.StatusOK, p)
}

func (h *Handlers) signInPage(login, returnTo string) *adminSignInPage {
	if returnTo == console.Prefix {
		returnTo = ""
	}
	return &adminSignInPage{
		ReturnTo: returnTo,
		Login: ui.Field{
			ID:           "login",
			Name:         "login",
			Label:        "Login",
			Autocomplete: "username",
			Most:         100,
			Value:        login,
		},
		Password: ui.Field{
			ID:           "password",
			Name:         "password",
			Label:        "Password",
			Kind:         "password",
			Autocomplete: "current-password",
			Most:         access.MaxPassword,
		},
	}
}

func (h *Handlers) signIn(w http.ResponseWriter, r *http.Request) error {
	in := h.signInOf(r)
	in.Login, in.Password = strings.TrimSpace(r.PostForm.Get(
		"login",
	)), sso.Secret(r.PostForm.Get("password"))
	returnTo := consolePath(r.PostForm.Get("return_to"))
	token, err := h.Service.SignIn(r.Context(), in)
	if err != nil {
		return h.refused(w, r, in.Login, returnTo, err)
	}
	if err := h.Admin.Set(w, token); err != nil {
		return err
	}
	if err := h.Device.Set(w, access.Device(in.Login)); err != nil {
		return err
	}
	return route.SeeOther(w, returnTo)
}

func (h *Handlers) signInOf(r *http.Request) access.SignIn {
	return access.SignIn{
		Remote:    route.ClientIP(r.Context()),
		UserAgent: r.UserAgent(),
		Device:    h.Device.Token(r),
		Brought:   h.Admin.Token(r),
	}
}

// refused shows the form again for an error of the input, and returns others.
func (h *Handlers) refused(w http.ResponseWriter, r *http.Request, login, returnTo string, err error) error {
	status := http.StatusUnprocessableEntity
	code := sso.CodeOf(err)
	switch {
	case code == sso.CodeSSOEnforced:
		status = http.StatusForbidden
	case code != sso.CodePasswordRefused:
		return fmt.Errorf("sign in to the console: %w", err)
	}
	if len(login) > sso.MaxLoginLength || !sso.Printable(login) {
		login = ""
	}
	p := h.signInPage(login, returnTo)
	p.Wrong = ui.Blame(err)
	if code == sso.CodeSSOEnforced {
		if p.Company, err = h.company(r.Context(), login); err != nil {
			return err
		}
	}
	return h.Pages.Render(w, r, status, p)
}

// company returns the single sign-on link of the enterprise that an admin with this
// login belongs to.
func (h *Handlers) company(ctx context.Context, login string) (*ui.Choice, error) {
	e, err := h.Service.CompanyOf(ctx, login)
	if err != nil {
		return nil, err
	}
	q := url.Values{"enterprise_key": {e.Key}, "return_to": {console.Prefix}}
	return &ui.Choice{
		Name:   e.Name,
		Detail: "Single sign-on",
		Href:   "/login/sso?" + q.Encode(),
	}, nil
}

// signOut ends the admin session. A visitor with a single sign-on session is asked
// whether to end that, too.
func (h *Handlers) signOut(w http.ResponseWriter, r *http.Request) error {
	b, err := h.browser(r)
	if err != nil {
		return err
	}
	token, setup := b.Admin, b.Setup
	if err := h.Service.SignOut(r.Context(), token, setup); err != nil {
		return fmt.Errorf("sign out of the console: %w", err)
	}
	h.Admin.Clear(w)
	h.Setup.Clear(w)
	switch {
	case b.Principal != nil:
		return route.SeeOther(w, "/logout")
	case setup == "":
		return console.Done(w, signInPath, "out")
	}
	return h.Pages.Render(w, r, http.StatusOK, &ui.SignedOut{})
}

const welcomePath = console.Prefix + "/welcome/"

// limitWrongLinks counts links that are wrong or have expired, not forms to correct. The
// page that says so leads back to the link: before the first admin there is no account to
// sign in with.
func (h *Handlers) limitWrongLinks(handle route.Handler) route.Handler {
	limited := h.WrongLinks.Guard(handle, func(err error) bool { return sso.CodeOf(err) == sso.CodeInvitationGone })
	return func(w http.ResponseWriter, r *http.Request) error {
		err := limited(w, r)
		if err == nil || sso.KindOf(err) != sso.TooMany {
			return err
		}
		return route.WithWay(err, route.Way{
			Href:  r.URL.EscapedPath(),
			Label: "Open the link again",
		})
	}
}

// showWelcome shows the form of an invitation. It changes nothing, because mail
// scanners open links.
func (h *Handlers) showWelcome(w http.ResponseWriter, r *http.Request) error {
	return h.welcome(w, r, http.StatusOK, accountFields("", ""), nil)
}

func (h *Handlers) welcome(
	w http.ResponseWriter, r *http.Request, status int, fields []ui.Field, wrong []ui.Wrong,
) error {
	token := sso.Secret(r.PathValue("token"))
	i, err := h.Service.Invitation(r.Context(), token)
	if err != nil {
		return invitationGone(err)
	}
	return h.Pages.Render(w, r, status, &adminWelcomePage{
		Action:   welcomePath + token.Reveal(),
		Recovery: i.Recovery,
		Expires:  ui.NewTime(i.ExpiresAt, h.Now()),
		Fields:   fields,
		Wrong:    wrong,
	})
}

func invitationGone(err error) error {
	return route.WithWay(fmt.Errorf("find the invitation: %w", err), route.Way{
		Href:  signInPath,
		Label: "Sign in to the console",
	})
}

func accountFields(name, login string) []ui.Field {
	return []ui.Field{
		{
			ID:           "name",
			Name:         "name",
			Label:        "Your name",
			Autocomplete: "name",
			Value:        name,
		},
		{
			ID:           "login",
			Name:         "login",
			Label:        "Login",
			Hint:         "You sign in with it: ada, or ada@example.com.",
			Autocomplete: "username",
			Most:         100,
			Value:        login,
		},
		{
			ID:           "password",
			Name:         "password",
			Label:        "Password",
			Hint:         "At least 12 characters; several words are easiest.",
			Kind:         "password",
			Autocomplete: "new-password",
			Most:         access.MaxPassword,
		},
	}
}

func (h *Handlers) accept(w http.ResponseWriter, r *http.Request) error {
	n := access.NewAccount{
		Name:     strings.TrimSpace(r.PostForm.Get("name")),
		Login:    strings.TrimSpace(r.PostForm.Get("login")),
		Password: sso.Secret(r.PostForm.Get("password")),
	}
	_, token, err := h.Service.Accept(
		r.Context(), sso.Secret(r.PathValue("token")), n, h.signInOf(r),
	)
	if known, ok := errors.AsType[*sso.Error](err); ok && len(known.Fields) > 0 {
		fields := accountFields(n.Name, n.Login)
		return h.welcome(
			w, r, http.StatusUnprocessableEntity, fields,
			ui.Blame(err, &fields[0], &fields[1], &fields[2]),
		)
	}
	if err != nil {
		return invitationGone(err)
	}
	if err := h.Admin.Set(w, token); err != nil {
		return err
	}
	if err := h.Device.Set(w, access.Device(n.Login)); err != nil {
		return err
	}
	return console.Done(w, console.Prefix+"/admins/me", "welcome")
}
