package signin

import (
	"fmt"
	"net/http"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/login"
	"gatehouse/web/route"
)

// rebounceOnce is how long a browser is not sent to a new sign-in a second time.
const rebounceOnce = time.Minute

// beginAgain replaces an unsolicited response by a sign-in of ours, but not twice
// in a row: an identity provider that ignores our requests would cause an endless
// loop.
func (s *Signin) beginAgain(w http.ResponseWriter, r *http.Request, start login.Start) error {
	if c, err := r.Cookie(s.rebounceName()); err == nil && c.Value == string(start.Connection) {
		s.markRebounce(w, "", -1)
		return &sso.Error{
			Kind:   sso.Forbidden,
			Code:   "idp_ignores_requests",
			Public: "Your company’s sign-in does not answer our requests, so we cannot tell that it was you who asked to sign in.",
		}
	}
	// Any client can send such a response, and each starts a sign-in. They have
	// their own limit, so that a site which posts them in many browsers of an office
	// does not block its sign-in link.
	starts := route.Failures{
		Limiter:   s.Failures.Limiter,
		Name:      reboundsLimit,
		PerMinute: s.SignInPerAddress,
		Log:       s.Failures.Log,
	}
	if err := starts.Spent(r.Context(), route.Network(r.Context())); err != nil {
		return err
	}
	starts.Count(r.Context(), route.Network(r.Context()))
	s.markRebounce(w, string(start.Connection), int(rebounceOnce.Seconds()))
	if err := s.begin(w, r, sso.Enterprise{ID: start.Enterprise}, start); err != nil {
		return fmt.Errorf("begin sign-in again: %w", err)
	}
	return nil
}

func (s *Signin) rebounceName() string {
	if s.Secure {
		return "__Host-gatehouse-again"
	}
	return "gatehouse-again"
}

// markRebounce sets the cookie, or removes it with a negative age. Posts of other
// sites must carry it. A forged one only causes an error in the forger's browser.
func (s *Signin) markRebounce(w http.ResponseWriter, connection string, maxAge int) {
	site := http.SameSiteLaxMode
	if s.Secure {
		site = http.SameSiteNoneMode
	}
	http.SetCookie(w, &http.Cookie{
		Name:     s.rebounceName(),
		Value:    connection,
		Path:     "/",
		MaxAge:   maxAge,
		Secure:   s.Secure,
		HttpOnly: true,
		SameSite: site,
	})
}
