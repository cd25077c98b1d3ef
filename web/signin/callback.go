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

// answer takes what an identity provider sent the browser with, SAML or OIDC.
func (s *Signin) answer(w http.ResponseWriter, r *http.Request) error {
	id, err := sso.ParseID[sso.ConnectionID](r.PathValue("connection"))
	if err != nil {
		return s.stray(w, r)
	}
	if s.cookieHeldBack(r) {
		return s.Pages.Render(w, http.StatusOK, ui.NewReturn(r.URL.EscapedPath(), r.PostForm))
	}
	result, err := s.Login.Complete(r.Context(), id, s.callback(r, delivered(r)))
	if sso.KindOf(err) == sso.NotFoundKind {
		return s.stray(w, r)
	}
	if err != nil {
		if s.isIn(r, id, err) {
			return route.SeeOther(w, "/account")
		}
		return s.withWay(
			r, id, result.ReturnTo, cookiesBlocked(r, fmt.Errorf("complete sign-in: %w", err)),
		)
	}
	switch result.Outcome {
	case login.Tested:
		return route.SeeOther(w, testedLink(*result.Test))
	case login.Asks:
		return s.askAtResponse(w, r, *result.Question)
	case login.Redeliver:
		return s.redeliver(w, r)
	case login.Restart:
		return s.withWay(r, id, result.Start.ReturnTo, s.beginAgain(w, r, *result.Start))
	case login.CodeSent:
		return route.SeeOther(w, verifyLink(result.Proof, result.Session.Connection))
	case login.SignedIn:
		return s.enter(w, r, result)
	case login.Failed: // comes with an error
	}
	return fmt.Errorf("complete sign-in: unexpected outcome %d", result.Outcome)
}

// isIn reports whether a response failed only because it was used before, or came
// too late, and the browser is signed in at that company meanwhile: somebody has
// reloaded the page, or gone back to it.
func (s *Signin) isIn(r *http.Request, id sso.ConnectionID, err error) bool {
	if code := sso.CodeOf(err); code != sso.CodeLoginExpired && code != sso.CodeReplayed {
		return false
	}
	p, err := s.Sessions.Principal(r)
	if err != nil {
		return false
	}
	ent, err := s.Enterprise(r.Context(), id)
	return err == nil && ent.ID == p.Enterprise.ID
}

// cookiesBlocked names the likely cause if a response came without any cookie,
// although each browser that begins a sign-in is given one.
func cookiesBlocked(r *http.Request, err error) error {
	if sso.CodeOf(err) != sso.CodeLoginExpired || len(r.Cookies()) > 0 {
		return err
	}
	failure := &sso.Error{
		Kind: sso.Invalid,
		Code: "cookies_blocked",
		Err:  err,
		Public: "Your browser sent no cookie back. If it blocks cookies for " + r.Host +
			", allow them and start again; if you began in another browser, go on there.",
	}
	if known, ok := errors.AsType[*sso.Error](err); ok {
		failure.Reference = known.Reference
	}
	return failure
}

// cookieHeldBack reports whether an answer came without the browser's cookie
// only because another site posted it. Over https the cookie is sent all the
// same (SameSite=None); over http, which is for trying things out on one's own
// machine, no browser does that, so the answer takes one more hop, from us to
// us. What that post then brings is checked like any other.
func (s *Signin) cookieHeldBack(r *http.Request) bool {
	return !s.Secure &&
		r.Method == http.MethodPost &&
		r.Header.Get("Sec-Fetch-Site") == "cross-site" &&
		s.Sessions.BrowserOf(r) == ""
}

// delivered is the message: the query of a GET, the body of a POST, never both.
func delivered(r *http.Request) url.Values {
	if r.Method == http.MethodPost {
		return r.PostForm
	}
	return r.URL.Query()
}

// userAgent is recorded with attempts and sessions; whoever sends more than a
// browser does is cut off.
func userAgent(r *http.Request) string {
	ua := r.UserAgent()
	if !sso.Printable(ua) {
		return ""
	}
	return ua[:min(len(ua), 256)]
}

// withWay points a failure back to the sign-in link of the company it happened
// at, and on to where the browser wanted to go. What does not exist gets no way:
// it must look the same for everybody.
func (s *Signin) withWay(r *http.Request, id sso.ConnectionID, returnTo string, err error) error {
	if err == nil || sso.KindOf(err) == sso.NotFoundKind {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), 300*time.Millisecond) // the store may be what failed
	defer cancel()
	ent, lookup := s.Enterprise(ctx, id)
	if lookup != nil {
		return err // the failure matters more than its ornament
	}
	return route.WithWay(err, route.Way{
		Href:       linkTo(ent.Key, id, knownReturn(returnTo)),
		Enterprise: ent.Name,
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
	_, _ = w.Write(doc) // the reader went away: there is nobody to tell
	return nil
}

// singleLogout takes a SAML logout message. Only the store's word ends sessions,
// not this browser's cookie: the message may come in somebody else's browser.
func (s *Signin) singleLogout(w http.ResponseWriter, r *http.Request) error {
	id, err := sso.ParseID[sso.ConnectionID](r.PathValue("connection"))
	if err != nil {
		return err
	}
	raw := ""
	if r.Method != http.MethodPost {
		raw = r.URL.RawQuery // what the Redirect binding signs, byte for byte
	}
	redirect, err := s.Login.SingleLogout(r.Context(), id, delivered(r), raw)
	switch {
	case err != nil && delivered(r).Has("SAMLResponse"):
		// A sign-in, perhaps, at the address for sign-out.
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
	return s.leave(w, "", *redirect, true)
}

// backchannelLogout is OpenID Connect Back-Channel Logout 1.0 §2.8.
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
