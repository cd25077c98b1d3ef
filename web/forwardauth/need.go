package forwardauth

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/launch"
	"gatehouse/web/route"
)

// Codes of sessions that are not what an application requires.
const (
	codeAppTooOld       = "app_authn_too_old"
	codeAppInsufficient = "app_authn_insufficient"
)

// checkNeed returns an error unless the user of a session authenticated as the
// application requires. A token was let in by the application's own setting.
func (f *ForwardAuth) checkNeed(a *application, p *sso.Principal) error {
	if a.Need == (sso.AuthnNeed{}) || p.Token != nil {
		return nil
	}
	authn := p.Session.Authn
	switch {
	case a.Need.Stale(authn, f.Now(), sso.DefaultClockSkew):
		return &sso.Error{
			Kind:   sso.Unauthenticated,
			Code:   codeAppTooOld,
			Err:    fmt.Errorf("%s requires a sign-in within %s", a.Key, sso.FormatDuration(a.Need.MaxAge)),
			Public: "This application asks you to sign in again.",
		}
	case a.Need.Weak(authn):
		return &sso.Error{
			Kind:   sso.Unauthenticated,
			Code:   codeAppInsufficient,
			Err:    fmt.Errorf("%s requires %s, not %q", a.Key, a.Need.Acr, sso.Sanitize(authn.Acr)),
			Public: "This application requires another way to sign in, such as a second factor.",
		}
	}
	return nil
}

// askedParameter has the time at which a signed-in browser was sent to sign in again, in
// the path to which it returns.
const askedParameter = "asked"

// askedTolerance is how much older than the question a session may be and still be the
// answer to it: the clocks of two nodes differ.
const askedTolerance = time.Minute

// answered reports whether a session began after its browser was asked to sign in again.
func answered(query url.Values, s sso.Session) bool {
	at, err := strconv.ParseInt(query.Get(askedParameter), 10, 64)
	return err == nil && s.CreatedAt.After(time.Unix(at, 0).Add(-askedTolerance))
}

// stepUp sends a signed-in browser to sign in again at its own company, since its session
// is not what the application requires. If it comes from there, asking again would change
// nothing: it returns why the application refuses it.
func (f *ForwardAuth) stepUp(
	w http.ResponseWriter, r *http.Request, a *application, p *sso.Principal, to string, unmet error,
) error {
	back := launch.Return(a.Key, to)
	again := signInAgain(p, back)
	if answered(r.URL.Query(), p.Session) {
		return route.WithWay(refusedNeed(unmet), route.Way{
			Href:       again,
			Label:      "Sign in again",
			Enterprise: p.Enterprise.Name,
			Of:         p.Enterprise.ID,
		})
	}
	asked := askedParameter + "=" + strconv.FormatInt(f.Now().Unix(), 10)
	if marked := back + "&" + asked; len(marked) <= launch.MaxPath && sso.ReturnTo(marked) == marked {
		back = marked
	} else {
		back = launch.Lost(a.Key) + "&" + asked
	}
	return route.SeeOther(w, signInAgain(p, back))
}

// signInAgain returns the address of a new sign-in over the connection of a session.
func signInAgain(p *sso.Principal, back string) string {
	query := url.Values{
		"enterprise_key": {p.Enterprise.Key},
		"prompt":         {"login"},
		"return_to":      {back},
	}
	if p.Session.Connection != "" {
		query.Set("connection", string(p.Session.Connection))
	}
	return "/login/sso?" + query.Encode()
}

// refusedNeed returns an unmet need as a refusal that a new sign-in did not help.
func refusedNeed(unmet error) *sso.Error {
	e := &sso.Error{
		Kind: sso.Forbidden,
		Code: sso.CodeOf(unmet),
		Err:  unmet,
		Public: "You are signed in, but this application requires another way to sign in, such as a second factor. " +
			"Ask your administrator which.",
	}
	if e.Code == codeAppTooOld {
		e.Public = "This application requires a recent sign-in, and your company’s identity provider did not ask you " +
			"to sign in again. Sign out there, then try again."
	}
	return e
}

// NeedOf returns what the application of a return path requires of how its user
// authenticates; nothing if it is not the path of an application.
func (f *ForwardAuth) NeedOf(ctx context.Context, returnTo string) (sso.AuthnNeed, error) {
	rest, ok := strings.CutPrefix(returnTo, launch.Prefix)
	if !ok {
		return sso.AuthnNeed{}, nil
	}
	known, err := f.registry.current(ctx)
	if err != nil {
		return sso.AuthnNeed{}, err
	}
	key, _, _ := strings.Cut(rest, "?")
	if a := known.byKey[key]; a != nil {
		return a.Need, nil
	}
	return sso.AuthnNeed{}, nil
}
