package signin

import (
	"net/http"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/login"
	"gatehouse/web/ui"
)

// lastUse is the company and connection of a browser's last sign-in. It comes
// from a cookie that clients can forge: it only sorts the choices.
type lastUse struct {
	key        string
	connection sso.ConnectionID
}

func (s *Signin) cookieName() string {
	if s.Secure {
		return "__Host-gatehouse-last"
	}
	return "gatehouse-last"
}

func (s *Signin) remember(w http.ResponseWriter, key string, connection sso.ConnectionID) {
	http.SetCookie(w, &http.Cookie{
		Name:     s.cookieName(),
		Value:    key + "." + string(connection),
		Path:     "/",
		MaxAge:   int(lastLifetime.Seconds()),
		Secure:   s.Secure,
		HttpOnly: true,
		SameSite: http.SameSiteLaxMode,
	})
}

func (s *Signin) lastUsed(r *http.Request) lastUse {
	c, err := r.Cookie(s.cookieName())
	if err != nil {
		return lastUse{}
	}
	key, connection, _ := strings.Cut(c.Value, ".")
	id, err := sso.ParseID[sso.ConnectionID](connection)
	if err != nil || sso.ValidateKey("", key) != nil {
		return lastUse{}
	}
	return lastUse{key, id}
}

// lastChoice returns the button above the form: the company of this browser's last
// sign-in, if it still exists. An error only omits the button.
func (s *Signin) lastChoice(r *http.Request, returnTo string) *ui.Choice {
	last := s.lastUsed(r)
	if last.key == "" {
		return nil
	}
	found, err := s.Login.Discover(r.Context(), last.key)
	if err != nil {
		return nil
	}
	for _, c := range found.Connections {
		if c.ID == last.connection {
			return &ui.Choice{
				Name:   found.Enterprise.Name,
				Detail: c.Protocol.Over(c.Provider.Product()),
				Href: linkTo(last.key, login.Start{
					Connection: c.ID,
					ReturnTo:   returnTo,
				}),
				Last: true,
			}
		}
	}
	return nil
}
