package signin

import (
	"fmt"
	"net/http"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/login"
	"gatehouse/web/route"
)

// rebounceOnce is how long a browser is not sent to begin again a second time.
const rebounceOnce = time.Minute

// beginAgain drops an answer nobody asked for in favour of a sign-in of ours, but
// not twice in a row: an identity provider that does not answer what it is asked
// would send the browser round for ever.
func (s *Signin) beginAgain(w http.ResponseWriter, r *http.Request, start login.Start) error {
	if c, err := r.Cookie(s.rebounceName()); err == nil && c.Value == string(start.Connection) {
		s.markRebounce(w, "", -1)
		return &sso.Error{
			Kind:   sso.Forbidden,
			Code:   "idp_ignores_requests",
			Public: "Your company’s sign-in does not answer our requests, so we cannot tell that it was you who asked to sign in.",
		}
	}
	// Anyone can send such a response, and each begins a sign-in. They count by
	// themselves, so that a site which posts them in many browsers of an office
	// leaves the link to its people.
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
	if err := s.begin(w, r, "", start); err != nil {
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

// markRebounce sets the cookie, or with a negative age takes it away. It has to
// come with the post of another site. Who forges it gets an error in their own
// browser, and nothing else.
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
