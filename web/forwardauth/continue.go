package forwardauth

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"gatehouse/sso"
	"gatehouse/sso/launch"
	"gatehouse/web/route"
)

// resume handles the address to which a proxy sends browsers without a session,
// and to which they return after signing in. It redirects only to an origin of
// the application: the target is checked here, where it is used.
func (f *ForwardAuth) resume(w http.ResponseWriter, r *http.Request) error {
	known, err := f.registry.current(r.Context())
	if err != nil {
		return err
	}
	a := known.byKey[r.PathValue("application")]
	if a == nil {
		return sso.NothingHere()
	}
	query, to := r.URL.Query(), ""
	if !query.Has("lost") {
		to = launch.Target(a.Application, launch.Link(query))
	}
	if origin := originOf(launch.Target(a.Application, to)); !f.cookies.Covers(origin) {
		return errOutOfReach(origin)
	}
	p, err := f.Sessions.Principal(r)
	if err == nil {
		if unmet := f.checkNeed(a, &p); unmet != nil {
			return f.stepUp(w, r, a, &p, to, unmet)
		}
	}
	switch {
	case err == nil && to == "":
		return errLost(a)
	case err == nil:
		return f.sendBack(w, r, a, to)
	case sso.KindOf(err) != sso.Unauthenticated:
		return fmt.Errorf("find session: %w", err)
	}
	if err := f.Sessions.Lost(r); err != nil {
		return route.WithWay(err, route.Way{
			Href:  "/login",
			Label: "Go to sign-in",
		})
	}
	return f.redirectToSignIn(w, r, a, to)
}

func originOf(target string) string {
	o, _ := sso.OriginOf(target) // launch.Target returned it, so it has an origin
	return o
}

// errLost tells a signed-in user that the link was too long to return to.
func errLost(a *application) error {
	return route.WithWay(
		&sso.Error{
			Kind:   sso.Invalid,
			Code:   "link_too_long",
			Err:    fmt.Errorf("a link of %s", a.Key),
			Public: "You are signed in. The link you opened was too long to remember: open it once more, or go to the start page.",
		},
		route.Way{Href: launch.Start(a.Application), Label: "Go to the start page"},
	)
}

// redirectToSignIn sends the browser to sign in and then back to resume.
func (f *ForwardAuth) redirectToSignIn(w http.ResponseWriter, r *http.Request, a *application, to string) error {
	back := launch.Return(a.Key, to)
	if to == "" {
		back = launch.Lost(a.Key)
	}
	query, path := url.Values{"return_to": {back}}, "/login"
	if a.SignIn != "" {
		ent, err := f.Applications.Enterprise(r.Context(), a.SignIn)
		switch {
		case err == nil:
			query.Set("enterprise_key", ent.Key)
			path = "/login/sso"
		case sso.KindOf(err) != sso.NotFoundKind:
			return fmt.Errorf("find the enterprise of the sign-in: %w", err)
		}
	}
	return route.SeeOther(w, path+"?"+query.Encode())
}

// hopCookie counts how often a browser was sent back within hopWindow seconds.
// More than maxHops times is a loop: the application's proxy drops the session
// cookie, or the browser does not keep it.
const (
	hopCookie = "gatehouse-continue"
	hopWindow = 10
	maxHops   = 4
)

// sendBack redirects a signed-in browser to the application, or stops a redirect
// loop with an error.
func (f *ForwardAuth) sendBack(w http.ResponseWriter, r *http.Request, a *application, to string) error {
	n := 0
	if c, err := r.Cookie(hopCookie); err == nil {
		n, _ = strconv.Atoi(c.Value)
	}
	cookie := http.Cookie{
		Name:     hopCookie,
		Value:    strconv.Itoa(n + 1),
		Path:     "/login/continue",
		MaxAge:   hopWindow,
		HttpOnly: true,
		SameSite: http.SameSiteLaxMode,
		Secure:   f.cookies.Secure,
	}
	if n >= maxHops {
		cookie.MaxAge = -1
		http.SetCookie(w, &cookie)
		return route.WithWay(
			&sso.Error{
				Kind:   sso.Forbidden,
				Code:   "app_loop",
				Err:    fmt.Errorf("%s asks again and again", a.Key),
				Public: "You are signed in, but this application does not see it.",
			},
			route.Way{Href: "/account", Label: "Go to my account"},
		)
	}
	http.SetCookie(w, &cookie)
	return route.SeeOther(w, to)
}
