package access

import (
	"fmt"
	"net/http"
	"net/url"

	"gatehouse/sso"
	"gatehouse/sso/access"
	"gatehouse/web/console"
	"gatehouse/web/route"
	"gatehouse/web/ui"
)

const confirmPasskeyPath = console.ConfirmPath + "/passkey"

// confirming returns the account whose password or passkey is asked for.
func (h *Handlers) confirming(r *http.Request) (access.Confirmation, error) {
	b, err := h.browser(r)
	if err != nil {
		return access.Confirmation{}, err
	}
	return h.Service.Confirmation(r.Context(), b)
}

// askConfirm asks an operator for their password or a passkey once more.
func (h *Handlers) askConfirm(w http.ResponseWriter, r *http.Request) error {
	c, err := h.confirming(r)
	if sso.KindOf(err) == sso.Unauthenticated {
		return route.SeeOther(w, signInPath)
	}
	if err != nil {
		return fmt.Errorf("find the account to confirm: %w", err)
	}
	return h.showConfirm(w, r, http.StatusOK, c, consolePath(r.URL.Query().Get("return_to")), nil)
}

func (h *Handlers) showConfirm(
	w http.ResponseWriter,
	r *http.Request,
	status int,
	c access.Confirmation,
	returnTo string,
	problem error,
) error {
	p := &adminConfirmPage{
		Login:    c.Admin.Login,
		ReturnTo: returnTo,
		Password: ui.Field{
			ID:           "password",
			Name:         "password",
			Label:        "Password",
			Kind:         "password",
			Autocomplete: "current-password",
			Most:         access.MaxPassword,
		},
		Wrong: ui.Blame(problem),
	}
	if h.Passkeys != nil {
		asked, ok, err := h.Passkeys.BeginConfirm(r.Context(), c)
		if err != nil {
			return err
		}
		if ok {
			p.Passkey = challenge(asked, confirmPasskeyPath)
		}
	}
	return h.Pages.Render(w, r, status, p)
}

func (h *Handlers) confirm(w http.ResponseWriter, r *http.Request) error {
	return h.confirmed(w, r, func(c access.Confirmation) (sso.Secret, error) {
		in := h.signInOf(r)
		in.Password = sso.Secret(r.PostForm.Get("password"))
		return h.Service.Confirm(r.Context(), c, in)
	})
}

func (h *Handlers) confirmByPasskey(w http.ResponseWriter, r *http.Request) error {
	if h.Passkeys == nil {
		return route.SeeOther(w, console.ConfirmPath)
	}
	return h.confirmed(w, r, func(c access.Confirmation) (sso.Secret, error) {
		token, answer := sso.Secret(r.PostForm.Get("challenge")), []byte(r.PostForm.Get("answer"))
		return h.Passkeys.Confirm(r.Context(), c, token, answer, h.signInOf(r))
	})
}

// confirmed redirects to return_to once prove accepts the credentials.
func (h *Handlers) confirmed(
	w http.ResponseWriter, r *http.Request, prove func(access.Confirmation) (sso.Secret, error),
) error {
	c, err := h.confirming(r)
	if sso.KindOf(err) == sso.Unauthenticated {
		return route.SeeOther(w, signInPath)
	}
	if err != nil {
		return fmt.Errorf("find the account to confirm: %w", err)
	}
	returnTo := consolePath(r.PostForm.Get("return_to"))
	token, err := prove(c)
	switch sso.CodeOf(err) {
	case "":
	case sso.CodePasswordRefused, sso.CodePasskeyRefused, sso.CodeChallengeGone:
		return h.showConfirm(w, r, http.StatusUnprocessableEntity, c, returnTo, err)
	default:
		return fmt.Errorf("confirm the account: %w", err)
	}
	if token != "" {
		if err := h.Admin.Set(w, token); err != nil {
			return err
		}
	}
	return route.SeeOther(w, returnTo)
}

// requireConfirmation calls do for a visitor who gave the password or used a
// passkey recently. Other visitors are asked for it first, and do is not called.
func (h *Handlers) requireConfirmation(do console.Handler) console.Handler {
	return func(w http.ResponseWriter, r *http.Request, v console.Visit) error {
		if h.Service.CheckRecent(v.Visitor) != nil {
			return route.SeeOther(w, confirmMe())
		}
		return do(w, r, v)
	}
}

// confirmMe returns the address of the confirmation page that leads back to the
// admin's own account.
func confirmMe() string {
	return console.ConfirmPath + "?" + url.Values{"return_to": {mePath}}.Encode()
}
