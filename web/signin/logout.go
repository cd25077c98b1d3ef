package signin

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/login"
	"gatehouse/web/route"
	"gatehouse/web/ui"
)

// confirmLogout asks a signed-in user to confirm, and shows other visitors that
// they are signed out.
func (s *Signin) confirmLogout(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	returnTo := s.target(r, query.Get("return_to"))
	p, err := s.Sessions.Principal(r)
	switch {
	case err == nil:
		return s.Pages.Render(w, r, http.StatusOK, &logoutConfirmPage{
			Base: ui.Base{
				Enterprise: p.Enterprise.Name,
				Of:         p.Enterprise.ID,
				User:       &ui.Person{Name: p.User.Name, Login: p.User.Login},
			},
			ReturnTo: returnTo,
		})
	case sso.KindOf(err) == sso.Unauthenticated:
		back, asked := s.askedToEnd(r)
		p := s.signedOut(r, cmp.Or(returnTo, back))
		p.Asked = asked && !query.Has("stay")
		return s.Pages.Render(w, r, http.StatusOK, p)
	}
	return fmt.Errorf("find session: %w", err)
}

// signedOut returns the page with the way back in: to the company of this browser's last
// sign-in, and from there to returnTo.
func (s *Signin) signedOut(r *http.Request, returnTo string) *ui.SignedOut {
	other := "/login"
	if returnTo != "" {
		other += "?" + url.Values{"return_to": {returnTo}}.Encode()
	}
	last := s.lastUsed(r)
	if last.key == "" {
		return &ui.SignedOut{Again: other}
	}
	found, err := s.Login.Discover(r.Context(), last.key)
	if err != nil { // deleted, renamed or not readable now: the sign-in page asks
		return &ui.SignedOut{Again: other}
	}
	start := login.Start{ReturnTo: returnTo}
	for _, c := range found.Connections {
		if c.ID == last.connection {
			start.Connection = c.ID
		}
	}
	return &ui.SignedOut{
		Base:  ui.BaseOf(found.Enterprise),
		Again: linkTo(found.Enterprise.Key, start),
		Other: other,
	}
}

// logoutPath returns the path of the page that says that the browser is signed out.
func logoutPath(returnTo string) string {
	if returnTo == "" {
		return "/logout"
	}
	return "/logout?" + url.Values{"return_to": {returnTo}}.Encode()
}

// logout ends the session here, then at the identity provider.
func (s *Signin) logout(w http.ResponseWriter, r *http.Request) error {
	returnTo := s.target(r, readMessage(r).Get("return_to"))
	after := logoutPath(returnTo)
	p, err := s.Sessions.Principal(r)
	if sso.KindOf(err) == sso.Unauthenticated && err != nil {
		s.Sessions.End(w, r)
		return route.SeeOther(w, after)
	}
	if err != nil {
		return fmt.Errorf("find session: %w", err)
	}
	redirect, err := s.Login.Logout(r.Context(), p)
	if err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	s.Sessions.End(w, r)
	s.setAsked(w, returnTo, redirect != nil)
	if redirect == nil {
		return route.SeeOther(w, after)
	}
	return s.renderContinue(w, r, p.Enterprise, *redirect, true)
}

// askedCookie is kept while the browser signs out at the identity provider, which sends it
// back to /logout and not to more. Its value is where the next sign-in leads, escaped;
// clients can forge it like return_to.
const (
	askedCookie   = "gatehouse-asked"
	askedLifetime = 5 * time.Minute
	maxAskedPath  = 2000 // bytes; browsers drop cookies of more than 4096
)

// setAsked keeps, or takes back, that the identity provider is asked to end its session.
func (s *Signin) setAsked(w http.ResponseWriter, returnTo string, asked bool) {
	c := http.Cookie{
		Name:     askedCookie,
		Path:     "/logout",
		MaxAge:   -1,
		Secure:   s.Secure,
		HttpOnly: true,
		SameSite: http.SameSiteLaxMode,
	}
	if asked {
		c.MaxAge = int(askedLifetime.Seconds())
		if escaped := url.QueryEscape(returnTo); len(escaped) <= maxAskedPath {
			c.Value = escaped
		}
	}
	http.SetCookie(w, &c)
}

// askedToEnd reports whether the identity provider was asked to end its session, and
// returns where the next sign-in leads.
func (s *Signin) askedToEnd(r *http.Request) (returnTo string, asked bool) {
	c, err := r.Cookie(askedCookie)
	if err != nil {
		return "", false
	}
	raw, _ := url.QueryUnescape(c.Value) // without a path, there is none
	return s.target(r, raw), true
}
