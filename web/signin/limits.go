package signin

import (
	"context"
	"net/http"
	"runtime"
	"sync/atomic"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/login"
	"gatehouse/web/route"
)

// startsLimit names the rate limit of started sign-ins.
const startsLimit = "login"

// reboundsLimit names the rate limit of sign-ins that replace an unsolicited
// response. It is as high as startsLimit.
const reboundsLimit = "rebounce"

// failuresPerBrowser is how many responses of one browser may fail per minute
// before only the limit of its network applies.
const failuresPerBrowser = 30

// Limits of a lane.
const (
	laneWaiting  = 256             // requests
	lanePatience = 2 * time.Second // of a waiting request
	laneWork     = 5 * time.Second // on one request
)

// proof is what shows that a request at an endpoint for identity providers is
// genuine.
type proof uint8

const (
	byBrowser   proof = iota // the browser's cookie; without it nothing succeeds
	bySignature              // the message itself
)

// limited wraps the handler of an endpoint that any client can send requests to.
// Only failures count, against the client's network and against the browser. A
// browser with failures left always passes, so that users who share an address
// with an attacker are not blocked. Other requests of a network without failures
// left are refused or, where a signature can prove them, handled in the lane,
// which bounds their cost; failures there get 429.
func (s *Signin) limited(p proof, failed func(error) bool, h route.Handler) route.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if s.cookieWithheld(r) {
			return h(w, r)
		}
		spent := s.outOfFailures(r)
		if spent == nil {
			err := h(w, r)
			if err != nil && failed(err) {
				s.countFailure(r)
			}
			return err
		}
		if p == byBrowser {
			return spent
		}
		return s.lane.run(r, spent, func(r *http.Request) error {
			err := h(w, r)
			if err != nil && failed(err) {
				return spent
			}
			return err
		})
	}
}

// smallBody is the largest form, in bytes, that is read from a network without
// failures left.
const smallBody = 256 << 10

// admitLarge refuses larger or endless forms of such a network unread.
func (s *Signin) admitLarge(r *http.Request) error {
	if r.ContentLength >= 0 && r.ContentLength <= smallBody || s.cookieWithheld(r) {
		return nil
	}
	return s.outOfFailures(r)
}

// outOfFailures returns the error for a request whose network or browser has no
// failures left.
func (s *Signin) outOfFailures(r *http.Request) error {
	if browser := s.browserSubject(r); browser != "" && s.browserFailures().Spent(r.Context(), browser) == nil {
		return nil
	}
	return s.Failures.Spent(r.Context(), route.Network(r.Context()))
}

func (s *Signin) countFailure(r *http.Request) {
	s.Failures.Count(r.Context(), route.Network(r.Context()))
	if browser := s.browserSubject(r); browser != "" {
		s.browserFailures().Count(r.Context(), browser)
	}
}

func (s *Signin) browserSubject(r *http.Request) string {
	browser := s.Sessions.BrowserOf(r)
	if browser == "" {
		return ""
	}
	return "browser:" + browser.Hash().String()
}

func (s *Signin) browserFailures() route.Failures {
	f := s.Failures
	f.PerMinute = min(f.PerMinute, failuresPerBrowser) // 0 turns both off
	return f
}

// responseFailed reports whether err counts as a failed sign-in response.
func responseFailed(err error) bool {
	return login.Unmatched(err) || sso.KindOf(err) == sso.NotFoundKind
}

// logoutFailed reports whether err counts as a failed logout message. A replayed
// one counts: the holder of a copy could send it without end.
func logoutFailed(err error) bool {
	switch sso.KindOf(err) {
	case sso.Invalid, sso.Forbidden, sso.Conflict, sso.NotFoundKind:
		return true
	}
	return false
}

// codeFailed reports whether err is about a code for a sign-in of another browser.
func codeFailed(err error) bool { return sso.CodeOf(err) == sso.CodeProofExpired }

// lane handles requests of networks with too many failures, a few at a time. A
// signature takes a fraction of a millisecond to verify, so a genuine message
// waits briefly, and forged ones never occupy all processors.
type lane struct {
	slots   chan struct{}
	waiting atomic.Int32
}

func newLane() *lane { return &lane{slots: make(chan struct{}, max(2, runtime.GOMAXPROCS(0)))} }

// run calls handle once a slot is free, and returns busy if none becomes free.
func (l *lane) run(r *http.Request, busy error, handle func(*http.Request) error) error {
	if l.waiting.Add(1) > laneWaiting {
		l.waiting.Add(-1)
		return busy
	}
	patience := time.NewTimer(lanePatience)
	defer patience.Stop()
	select {
	case l.slots <- struct{}{}:
		l.waiting.Add(-1)
	case <-patience.C:
		l.waiting.Add(-1)
		return busy
	}
	defer func() { <-l.slots }()
	ctx, cancel := context.WithTimeout(r.Context(), laneWork)
	defer cancel()
	return handle(r.WithContext(ctx))
}
