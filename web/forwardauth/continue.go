package forwardauth

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"gatehouse/sso"
	"gatehouse/sso/address"
	"gatehouse/web/route"
)

// resume is where an application sends people who are not signed in, and where
// they come back to afterwards. Nobody is sent anywhere but to an origin of the
// application: the address is compared here, when it is used, however it came.
func (f *ForwardAuth) resume(w http.ResponseWriter, r *http.Request) error {
	known, err := f.registry.current(r.Context())
	if err != nil {
		return err
	}
	a := known.of[r.PathValue("application")]
	if a == nil {
		return sso.NothingHere()
	}
	query := r.URL.Query()
	asked := query["to"]
	if z := query["z"]; len(z) == 1 {
		asked = []string{unpack(z[0])}
	}
	to := a.target(asked)
	if query.Has("lost") {
		to = ""
	}
	if origin := originOf(a.target([]string{to})); !f.reach.from(origin) {
		return errOutOfReach(origin)
	}
	_, err = f.Sessions.Principal(r)
	switch {
	case err == nil && to == "":
		return errLost(a)
	case err == nil:
		return f.back(w, r, a, to)
	case sso.KindOf(err) != sso.Unauthenticated:
		return fmt.Errorf("find session: %w", err)
	}
	if err := f.Sessions.Lost(r); err != nil {
		return route.WithWay(err, route.Way{
			Href:  "/login",
			Label: "Go to sign-in",
		})
	}
	return f.signIn(w, r, a, to)
}

// target is where to go: the address that was asked for, if it is the
// application's, else where it begins.
func (a *application) target(asked []string) string {
	if len(asked) != 1 {
		return a.Origins[0] + "/"
	}
	to, err := address.URL(asked[0])
	if err != nil {
		return a.Origins[0] + "/"
	}
	if u, err := sso.ParseAbsolute(to); err == nil && a.Serves(u.Scheme+"://"+u.Host) {
		return u.String()
	}
	return a.Origins[0] + "/"
}

func originOf(target string) string {
	o, _ := sso.OriginOf(target) // it is an address of the application's
	return o
}

// errLost tells somebody who has signed in why they are not where they wanted to
// go.
func errLost(a *application) error {
	return route.WithWay(
		&sso.Error{
			Kind:   sso.Invalid,
			Code:   "link_too_long",
			Err:    fmt.Errorf("a link of %s", a.Key),
			Public: "You are signed in. The link you opened was too long to remember: open it once more, or go to the start page.",
		},
		route.Way{Href: a.Origins[0] + "/", Label: "Go to the start page"},
	)
}

// signIn sends somebody to sign in, and then back here.
func (f *ForwardAuth) signIn(w http.ResponseWriter, r *http.Request, a *application, to string) error {
	back := way(a.Key, to)
	if to == "" {
		back = "/login/continue/" + a.Key + "?lost=1"
	}
	query, path := url.Values{"return_to": {back}}, "/login"
	if a.SignIn != "" {
		ent, err := f.Applications.Enterprise(r.Context(), a.SignIn)
		switch {
		case err == nil:
			query.Set("enterprise_key", ent.Key)
			path = "/login/sso"
		case sso.KindOf(err) != sso.NotFoundKind:
			return fmt.Errorf("find whose sign-in it is: %w", err)
		}
	}
	return route.SeeOther(w, path+"?"+query.Encode())
}

// hops is the cookie that counts how often a browser was sent back lately, and
// maxHops how often is no accident: then the application's proxy loses the
// session cookie, or the browser does not keep it.
const (
	hops        = "gatehouse-continue"
	hopsSeconds = 10
	maxHops     = 4
)

// back sends a signed-in browser on, unless it goes round in circles.
func (f *ForwardAuth) back(w http.ResponseWriter, r *http.Request, a *application, to string) error {
	n := 0
	if c, err := r.Cookie(hops); err == nil {
		n, _ = strconv.Atoi(c.Value)
	}
	cookie := http.Cookie{
		Name:     hops,
		Value:    strconv.Itoa(n + 1),
		Path:     "/login/continue",
		MaxAge:   hopsSeconds,
		HttpOnly: true,
		SameSite: http.SameSiteLaxMode,
		Secure:   f.reach.secure,
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
