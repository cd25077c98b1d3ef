package signin

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/login"
	"gatehouse/web/route"
	"gatehouse/web/ui"
)

// Codes lets people in who prove their address; login.Service does.
type Codes interface {
	Waiting(ctx context.Context, e login.Entry) (login.Waiting, error)
	Resend(ctx context.Context, e login.Entry) error
	Verify(ctx context.Context, e login.Entry) (login.Result, error)
}

const verifyPath = "/login/verify"

// verifyLink is the page of a sign-in that waits. The identifier in it is no
// secret: only the browser that began gets anything there.
func verifyLink(proof sso.EmailProofID, connection sso.ConnectionID) string {
	return verifyPath + "?" + url.Values{
		"proof":      {string(proof)},
		"connection": {string(connection)},
	}.Encode()
}

// entry is what a request says about a sign-in that waits, and its connection,
// which only leads back to where it began.
func (s *Signin) entry(r *http.Request, from url.Values) (login.Entry, sso.ConnectionID, error) {
	connection, err := sso.ParseID[sso.ConnectionID](from.Get("connection"))
	if err != nil {
		connection = ""
	}
	proof, err := sso.ParseID[sso.EmailProofID](from.Get("proof"))
	if err != nil {
		return login.Entry{}, connection, sso.CodeExpired()
	}
	return login.Entry{
		Proof:    proof,
		Browser:  s.Sessions.BrowserOf(r),
		Sessions: s.Sessions.Tokens(r),
		Remote:   route.ClientIP(r.Context()),
	}, connection, nil
}

// showVerify asks for the code. Who is in meanwhile, by the Back button or from
// another tab, goes on.
func (s *Signin) showVerify(w http.ResponseWriter, r *http.Request) error {
	e, connection, err := s.entry(r, r.URL.Query())
	if err == nil {
		err = s.renderVerify(w, r, e, http.StatusOK, nil)
	}
	if sso.CodeOf(err) == sso.CodeProofExpired {
		if _, signedIn := s.Sessions.Principal(r); signedIn == nil {
			return route.SeeOther(w, "/account")
		}
	}
	return s.backTo(r, connection, err)
}

// verify takes the code.
func (s *Signin) verify(w http.ResponseWriter, r *http.Request) error {
	e, connection, err := s.entry(r, r.PostForm)
	if err != nil {
		return s.backTo(r, connection, err)
	}
	for _, name := range []string{"email", "address", "to"} {
		if r.PostForm.Has(name) {
			return s.backTo(r, connection, errAddressFixed())
		}
	}
	if typed := r.PostForm["code"]; len(typed) == 1 {
		e.Code = typed[0] // of several, none: it would not be clear which was tried
	}
	result, err := s.Codes.Verify(r.Context(), e)
	if err == nil {
		return s.enter(w, r, result)
	}
	switch sso.CodeOf(err) {
	case sso.CodeProofWrong, sso.CodeProofMalformed, sso.CodeProofLocked:
		return s.backTo(r, connection, s.renderVerify(w, r, e, http.StatusUnprocessableEntity, err))
	case sso.CodeProofExpired:
		// The code, perhaps, and not the sign-in: then another one can be sent.
		if shown := s.renderVerify(w, r, e, http.StatusUnprocessableEntity, err); shown == nil {
			return nil
		}
	}
	return s.backTo(r, connection, fmt.Errorf("verify the address: %w", err))
}

func errAddressFixed() *sso.Error {
	return &sso.Error{
		Kind:   sso.Invalid,
		Code:   "address_fixed_by_idp",
		Public: "The address is set by your company and cannot be changed here. Ask its IT team.",
	}
}

// resend sends another code. What went wrong with that stands on the page.
func (s *Signin) resend(w http.ResponseWriter, r *http.Request) error {
	e, connection, err := s.entry(r, r.PostForm)
	if err == nil {
		err = s.Codes.Resend(r.Context(), e)
	}
	known, _ := errors.AsType[*sso.Error](err)
	switch {
	case known != nil && known.Kind == sso.TooMany:
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(known.RetryAfter.Seconds()))))
		return s.backTo(r, connection, s.renderVerify(w, r, e, http.StatusTooManyRequests, nil))
	case err != nil && sso.KindOf(err) != sso.Upstream:
		return s.backTo(r, connection, fmt.Errorf("send a code: %w", err))
	}
	return route.SeeOther(w, verifyLink(e.Proof, connection))
}

// renderVerify shows the page, with what is wrong about what was entered.
func (s *Signin) renderVerify(w http.ResponseWriter, r *http.Request, e login.Entry, status int, problem error) error {
	waiting, err := s.Codes.Waiting(r.Context(), e)
	if err != nil {
		return fmt.Errorf("find the sign-in: %w", err)
	}
	now := s.Now()
	p := &verifyPage{
		Base:       ui.Base{Enterprise: waiting.Enterprise.Name},
		Email:      masked(waiting.Email),
		Proof:      string(waiting.ID),
		Connection: string(waiting.Connection),
		NotSent:    notSent(waiting.Problem),
		Sent:       !waiting.SentAt.IsZero(),
		SentAt:     ui.NewTime(waiting.SentAt, now),
		Until:      ui.NewTime(waiting.CodeUntil, now),
		Locked:     waiting.Dead() || !waiting.SentAt.IsZero() && !now.Before(waiting.CodeUntil),
	}
	if known, ok := errors.AsType[*sso.Error](problem); ok {
		p.Problem = known.Public
	}
	if p.Locked && p.Problem == "" || sso.CodeOf(problem) == sso.CodeProofExpired {
		p.Problem = "This code is no longer valid. Send a new one."
	}
	return s.Pages.Render(w, status, p)
}

// backTo points a failure back to the sign-in link of the company it was about.
func (s *Signin) backTo(r *http.Request, connection sso.ConnectionID, err error) error {
	if err == nil || connection == "" {
		return err
	}
	return s.withWay(r, connection, "", err)
}

// enter gives the browser its session.
func (s *Signin) enter(w http.ResponseWriter, r *http.Request, result login.Result) error {
	if err := s.Sessions.Start(w, r, result.Token, result.Session); err != nil {
		return fmt.Errorf("start session: %w", err)
	}
	s.remember(w, result.Enterprise.Key, result.Session.Connection)
	if _, err := r.Cookie(s.rebounceName()); err == nil {
		s.markRebounce(w, "", -1)
	}
	to := landing(result.ReturnTo)
	// After a form, the policy of its page keeps redirects on our origin, also
	// the one by which an application's address is reached.
	if r.Method == http.MethodPost &&
		fromUs(r) &&
		strings.HasPrefix(to, "/login/continue/") {
		return s.Pages.Render(w, http.StatusOK, ui.NewArrived(result.Enterprise.Name, to))
	}
	return route.SeeOther(w, to)
}
