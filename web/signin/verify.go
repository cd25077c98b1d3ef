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

// codeVerifier completes sign-ins of users who prove their address by a code;
// login.Service does.
type codeVerifier interface {
	Waiting(ctx context.Context, e login.Entry) (login.Waiting, error)
	Resend(ctx context.Context, e login.Entry) error
	Verify(ctx context.Context, e login.Entry) (login.Result, error)
}

const verifyPath = "/login/verify"

// verifyLink returns the page of a sign-in that waits for a code. Its ID is not
// secret: the page works only in the browser that started the sign-in.
func verifyLink(proof sso.EmailProofID, connection sso.ConnectionID) string {
	return verifyPath + "?" + url.Values{
		"proof":      {string(proof)},
		"connection": {string(connection)},
	}.Encode()
}

// parseEntry returns the waiting sign-in that a request names, and its connection,
// which is used only for the way back.
func (s *Signin) parseEntry(r *http.Request, from url.Values) (login.Entry, sso.ConnectionID, error) {
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

// showVerify asks for the code. A browser that is signed in meanwhile continues.
func (s *Signin) showVerify(w http.ResponseWriter, r *http.Request) error {
	e, connection, err := s.parseEntry(r, r.URL.Query())
	if err == nil {
		err = s.renderVerify(w, r, e, http.StatusOK, nil)
	}
	if sso.CodeOf(err) == sso.CodeProofExpired {
		if _, signedIn := s.Sessions.Principal(r); signedIn == nil {
			return route.SeeOther(w, landing(""))
		}
	}
	return s.backTo(r, connection, err)
}

// verify checks the code and completes the sign-in.
func (s *Signin) verify(w http.ResponseWriter, r *http.Request) error {
	e, connection, err := s.parseEntry(r, r.PostForm)
	if err != nil {
		return s.backTo(r, connection, err)
	}
	for _, name := range []string{"email", "address", "to"} {
		if r.PostForm.Has(name) {
			return s.backTo(r, connection, errAddressFixed())
		}
	}
	if typed := r.PostForm["code"]; len(typed) == 1 {
		e.Code = typed[0] // several values are none
	}
	result, err := s.Codes.Verify(r.Context(), e)
	if err == nil {
		return s.startSession(w, r, result)
	}
	switch sso.CodeOf(err) {
	case sso.CodeProofWrong, sso.CodeProofMalformed, sso.CodeProofLocked:
		return s.backTo(r, connection, s.renderVerify(w, r, e, http.StatusUnprocessableEntity, err))
	case sso.CodeProofExpired:
		// If only the code expired, another one can be sent.
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

// resend sends another code, and shows an error on the page.
func (s *Signin) resend(w http.ResponseWriter, r *http.Request) error {
	e, connection, err := s.parseEntry(r, r.PostForm)
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

// renderVerify shows the page with the problem of the entered code, if any.
func (s *Signin) renderVerify(w http.ResponseWriter, r *http.Request, e login.Entry, status int, problem error) error {
	waiting, err := s.Codes.Waiting(r.Context(), e)
	if err != nil {
		return fmt.Errorf("find the sign-in: %w", err)
	}
	now := s.Now()
	p := &verifyPage{
		Base:       ui.BaseOf(waiting.Enterprise),
		Email:      masked(waiting.Email),
		Proof:      string(waiting.ID),
		Connection: string(waiting.Connection),
		NotSent:    deliveryProblem(waiting.Problem),
		Sent:       !waiting.SentAt.IsZero(),
		SentAt:     ui.NewTime(waiting.SentAt, now),
		Until:      ui.NewTime(waiting.CodeUntil, now),
		Locked:     waiting.Locked() || !waiting.SentAt.IsZero() && !now.Before(waiting.CodeUntil),
	}
	if known, ok := errors.AsType[*sso.Error](problem); ok {
		p.Problem = known.Text().String()
	}
	if p.Locked && p.Problem == "" || sso.CodeOf(problem) == sso.CodeProofExpired {
		p.Problem = "This code is no longer valid. Send a new one."
	}
	return s.Pages.Render(w, r, status, p)
}

// backTo adds to a failure the sign-in link of its company.
func (s *Signin) backTo(r *http.Request, connection sso.ConnectionID, err error) error {
	if err == nil || connection == "" {
		return err
	}
	return s.withWay(r, connection, "", err)
}

// startSession sends the browser its session and redirects it.
func (s *Signin) startSession(w http.ResponseWriter, r *http.Request, result login.Result) error {
	if err := s.Sessions.Start(w, r, result.Token); err != nil {
		return fmt.Errorf("start session: %w", err)
	}
	s.remember(w, result.Enterprise.Key, result.Session.Connection)
	if _, err := r.Cookie(s.rebounceName()); err == nil {
		s.markRebounce(w, "", -1)
	}
	to := landing(result.ReturnTo)
	// The policy of a page keeps redirects of its form on our origin, also the one
	// to an application.
	leaves := strings.HasPrefix(to, "/login/continue/") || to == "/" && result.Enterprise.DefaultApplication != ""
	if r.Method == http.MethodPost && fromOwnOrigin(r) && leaves {
		return s.Pages.Render(w, r, http.StatusOK, ui.NewArrived(result.Enterprise, to))
	}
	return route.SeeOther(w, to)
}
