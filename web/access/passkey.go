package access

import (
	"encoding/base64"
	"fmt"
	"net/http"

	"gatehouse/sso"
	"gatehouse/sso/access"
	"gatehouse/web/console"
	"gatehouse/web/route"
	"gatehouse/web/ui"
)

const passkeyPath = signInPath + "/passkey"

func challenge(c access.Challenge, action string) *passkeyChallenge {
	return &passkeyChallenge{
		Action:  action,
		Options: string(c.Options),
		Token:   c.Token.Reveal(),
	}
}

// askPasskey shows the sign-in page with a challenge. It has its own address, so
// that the plain sign-in page stores no challenge.
func (h *Handlers) askPasskey(w http.ResponseWriter, r *http.Request) error {
	return h.showPasskey(w, r, http.StatusOK, consolePath(r.URL.Query().Get("return_to")), nil)
}

func (h *Handlers) showPasskey(
	w http.ResponseWriter, r *http.Request, status int, returnTo string, problem error,
) error {
	if h.Passkeys == nil {
		return route.SeeOther(w, signInPath)
	}
	c, err := h.Passkeys.BeginSignIn(r.Context())
	if err != nil {
		return err
	}
	p := h.signInPage("", returnTo)
	p.Passkey, p.Wrong = challenge(c, passkeyPath), ui.Blame(problem)
	return h.Pages.Render(w, r, status, p)
}

func (h *Handlers) passkeySignIn(w http.ResponseWriter, r *http.Request) error {
	if h.Passkeys == nil {
		return route.SeeOther(w, signInPath)
	}
	returnTo := consolePath(r.PostForm.Get("return_to"))
	token, err := h.Passkeys.SignIn(
		r.Context(), sso.Secret(r.PostForm.Get("challenge")), []byte(r.PostForm.Get("answer")),
		h.signInOf(r),
	)
	switch sso.CodeOf(err) {
	case "":
	case sso.CodePasskeyRefused, sso.CodeChallengeGone, sso.CodeSSOEnforced:
		return h.showPasskey(w, r, http.StatusUnprocessableEntity, returnTo, err)
	default:
		return fmt.Errorf("sign in by a passkey: %w", err)
	}
	if err := h.Admin.Set(w, token); err != nil {
		return err
	}
	return route.SeeOther(w, returnTo)
}

// passkeys adds an account's passkeys to the page, and the challenge to add one.
func (h *Handlers) passkeys(r *http.Request, a sso.Admin, p *adminAccountPage) error {
	for _, k := range a.Passkeys {
		id := base64.RawURLEncoding.EncodeToString(k.ID)
		p.Passkeys = append(p.Passkeys, passkeyRow{
			Name: k.Name,
			Made: ui.NewTime(k.CreatedAt, h.Now()),
			Used: ui.NewTime(k.LastUsedAt, h.Now()),
			Remove: ui.Confirm{
				Label:  "Remove",
				About:  k.Name,
				Text:   "It no longer signs you in. Delete it on your device, too.",
				Action: mePath + "/passkeys/remove",
				Button: "Remove it",
				Fields: []ui.HiddenField{{Name: "id", Value: id}},
			},
		})
	}
	if h.Passkeys == nil || p.Confirm != "" {
		return nil
	}
	c, err := h.Passkeys.BeginAdd(r.Context(), a.ID)
	if err != nil {
		return err
	}
	p.Add = challenge(c, mePath+"/passkeys")
	return nil
}

func (h *Handlers) addPasskey(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	if h.Passkeys == nil {
		return route.SeeOther(w, mePath)
	}
	err := h.Passkeys.Add(
		r.Context(), v.Admin, sso.Secret(r.PostForm.Get("challenge")),
		[]byte(r.PostForm.Get("answer")),
	)
	if console.OnForm(err) || sso.CodeOf(err) == sso.CodeChallengeGone {
		return h.showMe(w, r, v, console.FormStatus(err), err)
	}
	if err != nil {
		return err
	}
	return console.Done(w, mePath, "passkey")
}

func (h *Handlers) removePasskey(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	id, err := base64.RawURLEncoding.DecodeString(r.PostForm.Get("id"))
	if err != nil || h.Passkeys == nil {
		return sso.NothingHere()
	}
	if err := h.Passkeys.Remove(r.Context(), v.Admin, id); err != nil {
		return err
	}
	return console.Done(w, mePath, "removed")
}
