package route

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"gatehouse/sso"
)

// Failure is an error as shown to a person or a program.
type Failure struct {
	Status     int
	Code       string
	Text       sso.Text // one calm sentence
	Fields     []sso.FieldError
	Reference  string // the attempt's ID, else the request's: the log and the admin's pages know it
	RetryAfter time.Duration
	At         time.Time
	Way        Way
}

// Way is the next step after a failure.
type Way struct {
	Href, Label string           // "" for going back
	Enterprise  string           // name of the company concerned, if known
	Of          sso.EnterpriseID // the same company
	Application string           // name of the application that the visitor may not use, if known
}

type wayError struct {
	error
	way Way
}

func (e *wayError) Unwrap() error { return e.error }

// WithWay adds the next step to err, for the failure page.
func WithWay(err error, way Way) error { return &wayError{err, way} }

// surface is a kind of caller.
type surface struct {
	name    string
	foreign bool // posts come from other origins
	anyHost bool
	forms   bool // bodies are forms, read by the router
	single  bool // no parameter twice, whatever its name
	cached  bool // sets its own caching headers
	invalid int  // status of Invalid, which differs between surfaces
	stale   int
	render  func(rt *Router, w http.ResponseWriter, r *http.Request, f Failure)
}

// The surfaces. They are constants in all but syntax.
var (
	pageSurface = &surface{
		name:    "page",
		forms:   true,
		invalid: 422,
		stale:   409,
		render:  renderPage,
	}
	callbackSurface = &surface{
		name:    "callback",
		foreign: true,
		forms:   true,
		single:  true,
		invalid: 400,
		stale:   409,
		render:  renderPage,
	}
	machineSurface = &surface{
		name:    "machine",
		foreign: true,
		forms:   true,
		single:  true,
		invalid: 400,
		stale:   409,
		render:  renderOAuth,
	}
	plainSurface = &surface{
		name:    "plain",
		foreign: true,
		anyHost: true,
		invalid: 400,
		stale:   409,
		render:  renderPlain,
	}
	staticSurface = &surface{
		name:    "static",
		foreign: true,
		cached:  true,
		invalid: 400,
		stale:   409,
		render:  renderPlain,
	}
	apiSurface = &surface{
		name:    "api",
		foreign: true,
		invalid: 422,
		stale:   412,
		render:  renderProblem,
	}
)

// statusOf is the only mapping from an error to a status; the router's own refusals
// have their own statuses.
func statusOf(s *surface, kind sso.Kind, code string) int {
	if status := statusOfRefusal(code); status != 0 {
		return status
	}
	switch kind {
	case sso.Invalid:
		return s.invalid
	case sso.Unauthenticated:
		return http.StatusUnauthorized
	case sso.Forbidden:
		return http.StatusForbidden
	case sso.NotFoundKind:
		return http.StatusNotFound
	case sso.Conflict:
		if s == callbackSurface || s == machineSurface {
			return http.StatusBadRequest // a replayed response is a bad request
		}
		return http.StatusConflict
	case sso.Stale:
		return s.stale
	case sso.TooMany:
		return http.StatusTooManyRequests
	case sso.Upstream:
		return http.StatusBadGateway
	case sso.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

func statusOfRefusal(code string) int {
	switch code {
	case codeMethod:
		return http.StatusMethodNotAllowed
	case codeHost:
		return http.StatusMisdirectedRequest
	case codeURL:
		return http.StatusRequestURITooLong
	case codeBody:
		return http.StatusRequestEntityTooLarge
	case codeMedia:
		return http.StatusUnsupportedMediaType
	case codeAccept:
		return http.StatusNotAcceptable
	case codeMissing:
		return http.StatusNotImplemented
	case codeParameters, codeBad, codeEncoding, codeDuplicate:
		return http.StatusBadRequest
	}
	return 0
}

// fail renders and logs an error; no other function does either.
func (rt *Router) fail(w http.ResponseWriter, r *http.Request, s *surface, err error) {
	f := rt.failure(r, s, err)
	kind := sso.KindOf(err)
	rt.Log.LogAttrs(r.Context(), levelOf(s, kind), "request failed",
		slog.String("request_id", RequestID(r.Context())),
		slog.String("route", stateOf(r.Context()).pattern),
		slog.Int("status", f.Status), slog.String("code", f.Code),
		slog.String("reference", f.Reference), slog.Any("error", err))
	if rec, ok := w.(*recorder); ok && rec.status != 0 {
		return // too late to respond
	}
	header := w.Header()
	if f.Status >= 500 {
		header.Del("Set-Cookie") // a server error never changes cookies
	}
	if f.RetryAfter > 0 {
		header.Set("Retry-After", strconv.Itoa(int(math.Ceil(f.RetryAfter.Seconds()))))
	}
	header.Set("Cache-Control", "no-store")
	s.render(rt, w, r, f)
}

func (rt *Router) failure(r *http.Request, s *surface, err error) Failure {
	f := Failure{
		Status:    http.StatusInternalServerError,
		Code:      "internal",
		Text:      sso.Text{Pattern: "Something went wrong on our side."},
		Reference: RequestID(r.Context()),
		At:        rt.Now(),
	}
	if e, ok := errors.AsType[*sso.Error](err); ok && e.Kind != sso.Internal {
		f.Status = statusOf(s, e.Kind, e.Code)
		f.Code = e.Code
		f.Text = e.Text()
		f.Fields = e.Fields
		f.RetryAfter = e.RetryAfter
		if e.Kind == sso.Unavailable && f.RetryAfter == 0 {
			f.RetryAfter = 2 * time.Second
		}
	}
	// The reference of a recorded attempt also applies to unexpected errors.
	if e, ok := errors.AsType[*sso.Error](err); ok && e.Reference != "" {
		f.Reference = string(e.Reference)
	}
	if e, ok := errors.AsType[*wayError](err); ok {
		f.Way = e.way
	}
	return f
}

// levelOf returns the log level of a failure. NotFound is not logged, unless the
// page shows its reference.
func levelOf(s *surface, kind sso.Kind) slog.Level {
	switch kind {
	case sso.NotFoundKind:
		if s == pageSurface || s == callbackSurface {
			return slog.LevelInfo
		}
		return slog.LevelDebug
	case sso.Upstream, sso.Unavailable:
		return slog.LevelWarn
	case sso.Internal:
		return slog.LevelError
	}
	return slog.LevelInfo
}

// renderPage sends visitors without a session to sign in, and shows others the
// failure page.
func renderPage(rt *Router, w http.ResponseWriter, r *http.Request, f Failure) {
	if f.Status == http.StatusUnauthorized {
		target := "/login"
		if back := sso.ReturnTo(r.URL.RequestURI()); r.Method == http.MethodGet && back != "/" {
			target += "?return_to=" + url.QueryEscape(back)
		}
		w.Header().Set("Location", target)
		w.WriteHeader(http.StatusSeeOther)
		return
	}
	if rt.RenderFailure != nil {
		ctx, cancel := patience(r.Context(), f)
		defer cancel()
		err := rt.RenderFailure(w, r.WithContext(ctx), f)
		if err == nil {
			return
		}
		rt.Log.ErrorContext(
			r.Context(), "failure page not rendered", "request_id", RequestID(r.Context()),
			"error",
			err,
		)
		if rec, ok := w.(*recorder); ok && rec.status != 0 {
			return
		}
	}
	renderPlain(rt, w, r, f)
}

// patience limits how long a failure page waits for the brand of a company while the
// store does not answer: the visitor has waited for the store already.
func patience(ctx context.Context, f Failure) (context.Context, context.CancelFunc) {
	if f.Status != http.StatusServiceUnavailable {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, 100*time.Millisecond)
}

func renderPlain(_ *Router, w http.ResponseWriter, _ *http.Request, f Failure) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(f.Status)
	_, _ = w.Write([]byte(f.Text.String() + "\n" + f.Code + "\nReference " + f.Reference + "\n"))
}

func renderOAuth(_ *Router, w http.ResponseWriter, _ *http.Request, f Failure) {
	code := "invalid_request"
	if f.Status >= 500 {
		code = "server_error"
	}
	writeJSON(w, "application/json", f.Status, map[string]any{
		"error":             code,
		"error_description": f.Text.String(),
		"code":              f.Code,
		"reference":         f.Reference,
	})
}

func writeJSON(w http.ResponseWriter, contentType string, status int, v any) {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // fails only if the client is gone
}
