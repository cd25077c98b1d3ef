package demoidp

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"gatehouse/sso"
)

// oidcRequest is a checked authorization request.
type oidcRequest struct {
	Client      Client
	RedirectURI string
	State       string
	Nonce       string
	Challenge   string // PKCE S256
	Scopes      []string
	Contexts    []string // acr_values, the preferred one first
}

// grant is the authorization behind a code, and later behind an access token.
type grant struct {
	oidcRequest
	person Person
	fault  Fault
	at     time.Time
	sid    string
}

// RespondOIDC signs a person in without a browser: it answers the gateway's
// authorization request and returns the redirect back.
func (p *IdP) RespondOIDC(personID string, r sso.Redirect) (callback string, err error) {
	u, err := url.Parse(r.URL)
	if err != nil {
		return "", refuse(http.StatusBadRequest, "The address of the request cannot be read.")
	}
	request, err := p.readAuthorize(u.Query())
	if err != nil {
		return "", err
	}
	return p.answerOIDC(request, personID)
}

// readAuthorize checks an authorization request. It refuses with a page and never by
// redirect: required until the client and its redirect URI are verified (RFC 6749
// §4.1.2.1), and later convenient for developers, who see the reason.
func (p *IdP) readAuthorize(q url.Values) (oidcRequest, error) {
	for name, values := range q {
		if len(values) > 1 {
			return oidcRequest{}, refuse(
				http.StatusBadRequest, "The parameter %s appears %d times.", name, len(values),
			)
		}
	}
	client, err := p.client(q.Get("client_id"))
	if err != nil {
		return oidcRequest{}, err
	}
	request := oidcRequest{
		Client:      client,
		RedirectURI: q.Get("redirect_uri"),
		State:       q.Get("state"),
		Nonce:       q.Get("nonce"),
		Challenge:   q.Get("code_challenge"),
		Scopes:      strings.Fields(q.Get("scope")),
		Contexts:    strings.Fields(q.Get("acr_values")),
	}
	switch {
	case !slices.Contains(client.RedirectURIs, request.RedirectURI):
		return request, refuse(
			http.StatusBadRequest, "The redirect URI %q is not registered.", request.RedirectURI,
		)
	case q.Get("response_type") != "code":
		return request, refuse(http.StatusBadRequest, "The response type must be code.")
	case !slices.Contains(request.Scopes, "openid"):
		return request, refuse(http.StatusBadRequest, "The scope must contain openid.")
	case q.Get("code_challenge_method") != "S256" || len(request.Challenge) != 43:
		return request, refuse(http.StatusBadRequest, "PKCE with S256 is required (RFC 7636).")
	}
	return request, nil
}

// answerOIDC takes the fault and returns the redirect back to the client.
func (p *IdP) answerOIDC(request oidcRequest, personID string) (string, error) {
	person, err := p.person(personID)
	if err != nil {
		return "", err
	}
	g := grant{
		oidcRequest: request,
		person:      person,
		fault:       p.takeFault(),
		at:          p.now(),
		sid:         randomID(),
	}
	answer := url.Values{"iss": {p.base}}
	if g.fault == MixUp {
		answer.Set("iss", otherIssuer)
	}
	if request.State != "" {
		answer.Set("state", request.State)
	}
	if g.fault == Denied {
		answer.Set("error", "access_denied")
		answer.Set("error_description", "The person is not assigned to the application.")
	} else {
		answer.Set("code", p.codes.put(p.now(), g))
	}
	join := "?"
	if strings.Contains(request.RedirectURI, "?") {
		join = "&"
	}
	return request.RedirectURI + join + answer.Encode(), nil
}

// endSession serves RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0).
// There is no provider session to end, so it only redirects back.
func (p *IdP) endSession(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return refuse(http.StatusBadRequest, "The form could not be read.")
	}
	to := r.Form.Get("post_logout_redirect_uri")
	if to == "" {
		return p.loggedOut(w, r, "You are signed out here.")
	}
	clientID := r.Form.Get("client_id")
	if clientID == "" {
		clientID = p.audienceOf(r.Form.Get("id_token_hint"))
	}
	client, err := p.client(clientID)
	if err != nil {
		return err
	}
	if !slices.Contains(client.PostLogoutURIs, to) {
		return refuse(http.StatusBadRequest, "The address %q is not registered for after the sign-out.", to)
	}
	if state := r.Form.Get("state"); state != "" {
		join := "?"
		if strings.Contains(to, "?") {
			join = "&"
		}
		to += join + "state=" + url.QueryEscape(state)
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}
