package signin

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"gatehouse/sso"
	"gatehouse/sso/login"
	"gatehouse/web/route"
	"gatehouse/web/ui"
)

// stray takes what may be a response that an identity provider sent to a wrong
// address, or by a wrong binding: the slip that is made most often when a
// connection is set up. login.Service finds the sign-in or test connection that
// it belongs to, and says what nobody may learn.
func (s *Signin) stray(w http.ResponseWriter, r *http.Request) error {
	form := delivered(r)
	if !form.Has("SAMLResponse") && !form.Has("SAMLart") && !form.Has("state") {
		return sso.NothingHere()
	}
	if s.cookieHeldBack(r) {
		return s.Pages.Render(w, http.StatusOK, ui.NewReturn(r.URL.EscapedPath(), r.PostForm))
	}
	result, err := s.Login.Astray(r.Context(), login.Delivery{
		Address: s.BaseURL + r.URL.EscapedPath(),
		Method:  r.Method,
	}, s.callback(r, form))
	if err != nil {
		return fmt.Errorf("response sent to a wrong address: %w", err)
	}
	return s.stopped(w, r, result)
}

// stopped leads on from a response that ended a test connection.
func (s *Signin) stopped(w http.ResponseWriter, r *http.Request, result login.Result) error {
	if result.Outcome != login.Tested {
		return sso.NothingHere()
	}
	return route.SeeOther(w, testedLink(*result.Test))
}

func (s *Signin) callback(r *http.Request, form url.Values) sso.Callback {
	return sso.Callback{
		Form:      form,
		Browser:   s.Sessions.BrowserOf(r),
		Sessions:  s.Sessions.Tokens(r),
		Replaces:  agreed(r, form),
		HeldBack:  s.heldBack(r),
		Remote:    route.ClientIP(r.Context()),
		UserAgent: userAgent(r),
	}
}

// maxSkimmed is how much of a form that is too large is read for its RelayState,
// which most identity providers write last.
const maxSkimmed = 16 << 20

// tooLarge takes a response of which only the RelayState is read. Without the
// cookie of a browser that began a sign-in, nothing is read at all.
func (s *Signin) tooLarge(w http.ResponseWriter, r *http.Request, most int64, cause error) error {
	id, err := sso.ParseID[sso.ConnectionID](r.PathValue("connection"))
	if err != nil || s.Sessions.BrowserOf(r) == "" {
		return cause
	}
	state, err := skim(io.LimitReader(r.Body, maxSkimmed))
	if err != nil {
		return cause
	}
	result, err := s.Login.TooLarge(
		r.Context(), id, most, s.callback(r, url.Values{"RelayState": {state}}),
	)
	if err != nil {
		return s.withWay(r, id, result.ReturnTo, fmt.Errorf("response that is too large: %w", err))
	}
	return s.stopped(w, r, result)
}

// skim reads through a form and gives its RelayState, without keeping the rest.
func skim(body io.Reader) (string, error) {
	const name, most = "RelayState=", 300
	in := bufio.NewReaderSize(body, 64<<10)
	begins := true
	for {
		part, err := in.ReadSlice('&')
		if begins && len(part) <= most {
			if value, ok := bytes.CutPrefix(bytes.TrimSuffix(part, []byte("&")), []byte(name)); ok {
				return url.QueryUnescape(string(value))
			}
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			begins = false
		case err != nil:
			return "", fmt.Errorf("no RelayState: %w", err)
		default:
			begins = true
		}
	}
}
