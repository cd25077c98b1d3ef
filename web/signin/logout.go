package signin

import (
	"fmt"
	"net/http"
	"net/url"

	"gatehouse/sso"
	"gatehouse/sso/login"
	"gatehouse/web/route"
	"gatehouse/web/ui"
)

// confirmLogout asks a signed-in user to confirm, and shows other visitors that
// they are signed out.
func (s *Signin) confirmLogout(w http.ResponseWriter, r *http.Request) error {
	returnTo := s.target(r, r.URL.Query().Get("return_to"))
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
		return s.Pages.Render(w, r, http.StatusOK, s.signedOut(r, returnTo))
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
	after := logoutPath(s.target(r, readMessage(r).Get("return_to")))
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
	if redirect == nil {
		return route.SeeOther(w, after)
	}
	return s.renderContinue(w, r, p.Enterprise, *redirect, true)
}
