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

// stray handles a response that an identity provider sent to a wrong address or
// by a wrong binding, the most frequent mistake when a connection is set up.
// login.Service finds its sign-in or test connection, and decides what the visitor
// may learn.
func (s *Signin) stray(w http.ResponseWriter, r *http.Request) error {
	form := readMessage(r)
	if !form.Has("SAMLResponse") && !form.Has("SAMLart") && !form.Has("state") {
		return sso.NothingHere()
	}
	if s.cookieWithheld(r) {
		return s.Pages.Render(w, r, http.StatusOK, ui.NewReturn(r.URL.EscapedPath(), r.PostForm))
	}
	result, err := s.Login.Astray(r.Context(), login.Delivery{
		Address: s.BaseURL + r.URL.EscapedPath(),
		Method:  r.Method,
	}, s.callback(r, form))
	if err != nil {
		return fmt.Errorf("response sent to a wrong address: %w", err)
	}
	return s.endTest(w, r, result)
}

// endTest redirects to the result of a test connection that the response ended.
func (s *Signin) endTest(w http.ResponseWriter, r *http.Request, result login.Result) error {
	if result.Outcome != login.Tested {
		return sso.NothingHere()
	}
	return route.SeeOther(w, testResultLink(*result.Test))
}

func (s *Signin) callback(r *http.Request, form url.Values) sso.Callback {
	return sso.Callback{
		Form:      form,
		Browser:   s.Sessions.BrowserOf(r),
		Sessions:  s.Sessions.Tokens(r),
		Replaces:  agreedReplacement(r, form),
		HeldBack:  s.sessionCookieWithheld(r),
		Target:    s.relayTarget(r, form),
		Language:  s.speaks(r),
		Remote:    route.ClientIP(r.Context()),
		UserAgent: userAgent(r),
	}
}

// maxRelayTarget is the longest RelayState that is read as an address, in bytes: as long
// as one may be in any message.
const maxRelayTarget = 1024

// relayTarget returns the path to which the RelayState of a SAML response leads, if it is
// an address to return to; "" if not. Our own requests send their ID, which is none.
func (s *Signin) relayTarget(r *http.Request, form url.Values) string {
	state := form.Get("RelayState")
	if !form.Has("SAMLResponse") || len(state) > maxRelayTarget {
		return ""
	}
	return s.target(r, state)
}

// maxRelayStateScan is how much of an oversized form is read for its RelayState,
// which most identity providers send last.
const maxRelayStateScan = 16 << 20

// tooLarge handles an oversized response: it reads only the RelayState, and
// nothing without the cookie of a browser that started a sign-in.
func (s *Signin) tooLarge(w http.ResponseWriter, r *http.Request, most int64, cause error) error {
	id, err := sso.ParseID[sso.ConnectionID](r.PathValue("connection"))
	if err != nil || s.Sessions.BrowserOf(r) == "" {
		return cause
	}
	state, err := readRelayState(io.LimitReader(r.Body, maxRelayStateScan))
	if err != nil {
		return cause
	}
	result, err := s.Login.TooLarge(
		r.Context(), id, most, s.callback(r, url.Values{"RelayState": {state}}),
	)
	if err != nil {
		return s.withWay(r, id, result.ReturnTo, fmt.Errorf("response that is too large: %w", err))
	}
	return s.endTest(w, r, result)
}

// readRelayState returns the RelayState of a form without keeping the rest.
func readRelayState(body io.Reader) (string, error) {
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
