package signin

import (
	"fmt"
	"net/http"

	"gatehouse/sso"
	"gatehouse/web/route"
	"gatehouse/web/ui"
)

// confirmLogout asks a signed-in user to confirm, and shows other visitors that
// they are signed out.
func (s *Signin) confirmLogout(w http.ResponseWriter, r *http.Request) error {
	p, err := s.Sessions.Principal(r)
	switch {
	case err == nil:
		return s.Pages.Render(w, r, http.StatusOK, &logoutConfirmPage{Base: ui.Base{
			Enterprise: p.Enterprise.Name,
			Of:         p.Enterprise.ID,
			User:       &ui.Person{Name: p.User.Name, Login: p.User.Login},
		}})
	case sso.KindOf(err) == sso.Unauthenticated:
		return s.Pages.Render(w, r, http.StatusOK, &ui.SignedOut{})
	}
	return fmt.Errorf("find session: %w", err)
}

// logout ends the session here, then at the identity provider.
func (s *Signin) logout(w http.ResponseWriter, r *http.Request) error {
	p, err := s.Sessions.Principal(r)
	if sso.KindOf(err) == sso.Unauthenticated && err != nil {
		s.Sessions.End(w, r)
		return route.SeeOther(w, "/logout")
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
		return route.SeeOther(w, "/logout")
	}
	return s.renderContinue(w, r, p.Enterprise, *redirect, true)
}
