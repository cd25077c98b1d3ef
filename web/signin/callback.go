package signin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/login"
	"gatehouse/web/route"
	"gatehouse/web/ui"
)

// answer handles the response of an identity provider, SAML or OIDC.
func (s *Signin) answer(w http.ResponseWriter, r *http.Request) error {
	id, err := sso.ParseID[sso.ConnectionID](r.PathValue("connection"))
	if err != nil {
		return s.stray(w, r)
	}
	if s.cookieWithheld(r) {
		return s.Pages.Render(w, r, http.StatusOK, ui.NewReturn(r.URL.EscapedPath(), r.PostForm))
	}
	result, err := s.Login.Complete(r.Context(), id, s.callback(r, readMessage(r)))
	if sso.KindOf(err) == sso.NotFoundKind {
		return s.stray(w, r)
	}
	if err != nil {
		if at, ok := s.alreadySignedIn(r, id, err); ok {
			return s.arrive(w, r, at, "")
		}
		return s.withWay(
			r, id, result.ReturnTo, cookiesBlocked(r, fmt.Errorf("complete sign-in: %w", err)),
		)
	}
	switch result.Outcome {
	case login.Tested:
		return route.SeeOther(w, testResultLink(*result.Test))
	case login.Asks:
		return s.askAtResponse(w, r, *result.Question)
	case login.Redeliver:
		return s.redeliver(w, r)
	case login.Restart:
		return s.withWay(r, id, result.Start.ReturnTo, s.beginAgain(w, r, *result.Start))
	case login.CodeSent:
		return route.SeeOther(w, verifyLink(result.Proof, result.Session.Connection))
	case login.SignedIn:
		return s.startSession(w, r, result)
	case login.Failed: // comes with an error
	}
	return fmt.Errorf("complete sign-in: unexpected outcome %d", result.Outcome)
}

// alreadySignedIn reports whether a response failed only because it was replayed
// or came too late, while the browser is signed in at that company, which it returns:
// the user has reloaded the page, or gone back to it.
func (s *Signin) alreadySignedIn(r *http.Request, id sso.ConnectionID, err error) (sso.Enterprise, bool) {
	if code := sso.CodeOf(err); code != sso.CodeLoginExpired && code != sso.CodeReplayed {
		return sso.Enterprise{}, false
	}
	p, err := s.Sessions.Principal(r)
	if err != nil {
		return sso.Enterprise{}, false
	}
	at, err := s.Enterprise(r.Context(), id)
	return at, err == nil && at.ID == p.Enterprise.ID
}

// cookiesBlocked adds the likely cause to err if a response came without any
// cookie, although every sign-in starts with setting one.
func cookiesBlocked(r *http.Request, err error) error {
	if sso.CodeOf(err) != sso.CodeLoginExpired || len(r.Cookies()) > 0 {
		return err
	}
	failure := &sso.Error{
		Kind: sso.Invalid,
		Code: "cookies_blocked",
		Err:  err,
		Public: "Your browser sent no cookie back. If it blocks cookies for {host}, " +
			"allow them and start again; if you began in another browser, continue there.",
		Values: sso.Values{"host": r.Host},
	}
	if known, ok := errors.AsType[*sso.Error](err); ok {
		failure.Reference = known.Reference
	}
	return failure
}

// cookieWithheld reports whether a response came without the browser's cookie
// only because another site posted it. Over https the cookie is SameSite=None and
// always sent; over http, for trials on localhost, it is not, so our own page posts
// the response once more. That post is checked like any other.
func (s *Signin) cookieWithheld(r *http.Request) bool {
	return !s.Secure &&
		r.Method == http.MethodPost &&
		r.Header.Get("Sec-Fetch-Site") == "cross-site" &&
		s.Sessions.BrowserOf(r) == ""
}

// readMessage returns the parameters of the message: the query of a GET, the body
// of a POST, never both.
func readMessage(r *http.Request) url.Values {
	if r.Method == http.MethodPost {
		return r.PostForm
	}
	return r.URL.Query()
}

// userAgent returns the User-Agent for attempts and sessions, truncated to the
// length of a browser's.
func userAgent(r *http.Request) string {
	ua := r.UserAgent()
	if !sso.Printable(ua) {
		return ""
	}
	return ua[:min(len(ua), 256)]
}

// withWay adds to a failure the sign-in link of its company, with returnTo. An
// unknown connection gets no link, so that a response does not tell whether it
// exists.
func (s *Signin) withWay(r *http.Request, id sso.ConnectionID, returnTo string, err error) error {
	if err == nil || sso.KindOf(err) == sso.NotFoundKind {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), 200*time.Millisecond) // the store itself may have failed
	defer cancel()
	ent, lookup := s.Enterprise(ctx, id)
	if lookup != nil {
		return err // without the link, the failure is still shown
	}
	return route.WithWay(err, route.Way{
		Href: linkTo(ent.Key, login.Start{
			Connection: id,
			ReturnTo:   allowedReturn(returnTo),
		}),
		Enterprise: ent.Name,
		Of:         ent.ID,
	})
}

func (s *Signin) metadata(w http.ResponseWriter, r *http.Request) error {
	id, err := sso.ParseID[sso.ConnectionID](r.PathValue("connection"))
	if err != nil {
		return err
	}
	doc, err := s.Metadata(r.Context(), id)
	if err != nil {
		return fmt.Errorf("make metadata: %w", err)
	}
	w.Header().Set("Content-Type", "application/samlmetadata+xml")
	w.Header().Set("Content-Disposition", `inline; filename="gatehouse-`+string(id)+`.xml"`)
	_, _ = w.Write(doc) // fails only if the client is gone
	return nil
}

// singleLogout handles a SAML logout message. It ends the sessions that the store
// finds, not that of this browser's cookie: another user's browser may carry the
// message.
func (s *Signin) singleLogout(w http.ResponseWriter, r *http.Request) error {
	id, err := sso.ParseID[sso.ConnectionID](r.PathValue("connection"))
	if err != nil {
		return err
	}
	raw := ""
	if r.Method != http.MethodPost {
		raw = r.URL.RawQuery // what the Redirect binding signs, byte for byte
	}
	redirect, err := s.Login.SingleLogout(r.Context(), id, readMessage(r), raw)
	switch {
	case err != nil && readMessage(r).Has("SAMLResponse"):
		// It may be a sign-in response at the logout address.
		if err := s.stray(w, r); sso.KindOf(err) != sso.NotFoundKind {
			return err
		}
		return fmt.Errorf("single logout: %w", err)
	case err != nil:
		return fmt.Errorf("single logout: %w", err)
	case redirect == nil:
		return route.SeeOther(w, "/logout")
	case redirect.Form == nil:
		return route.SeeOther(w, redirect.URL)
	}
	return s.renderContinue(w, r, sso.Enterprise{}, *redirect, true)
}

// backchannelLogout implements OpenID Connect Back-Channel Logout 1.0 §2.8.
func (s *Signin) backchannelLogout(w http.ResponseWriter, r *http.Request) error {
	id, err := sso.ParseID[sso.ConnectionID](r.PathValue("connection"))
	if err != nil {
		return err
	}
	if err := s.Login.BackchannelLogout(r.Context(), id, r.PostForm.Get("logout_token")); err != nil {
		return fmt.Errorf("back-channel logout: %w", err)
	}
	w.WriteHeader(http.StatusOK)
	return nil
}
