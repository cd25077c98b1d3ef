package signin

import (
	"net/http"
	"strings"

	"gatehouse/sso"
	"gatehouse/web/ui"
)

// used is where a browser signed in last. It comes from a cookie that anybody
// can write: it only sorts what is offered, and decides nothing.
type used struct {
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

func (s *Signin) lastUsed(r *http.Request) used {
	c, err := r.Cookie(s.cookieName())
	if err != nil {
		return used{}
	}
	key, connection, _ := strings.Cut(c.Value, ".")
	id, err := sso.ParseID[sso.ConnectionID](connection)
	if err != nil || sso.ValidateKey("", key) != nil {
		return used{}
	}
	return used{key, id}
}

// lastChoice is the button above the form: the company this browser signed in
// at last, if it is still there. Not finding it costs nobody the form.
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
				Href:   linkTo(last.key, c.ID, returnTo),
				Last:   true,
			}
		}
	}
	return nil
}
