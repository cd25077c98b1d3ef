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

// startsLimit names the limit of sign-ins that begin.
const startsLimit = "login"

// reboundsLimit names the limit of sign-ins that begin in place of a response
// nobody asked for. It has the number of the other.
const reboundsLimit = "rebounce"

// failuresPerBrowser is how many responses of one browser may fail per minute
// before it counts for no more than its network does.
const failuresPerBrowser = 30

// What a lane takes.
const (
	laneWaiting  = 256             // requests
	lanePatience = 2 * time.Second // of a request that waits
	laneWork     = 5 * time.Second // on one request
)

// proof is how a request at an endpoint for identity providers shows that it is
// genuine.
type proof uint8

const (
	byBrowser   proof = iota // the browser's cookie; without it nothing succeeds
	bySignature              // the message itself
)

// limited wraps a handler of an endpoint that strangers can send anything to.
// Only failures count, against the client's network and against the browser. A
// request of a browser that has failures left passes, so that nobody who shares
// an address with the sender of garbage is turned away. Of a network without
// failures left, everything else is refused, or where a signature alone can
// prove it, handled in the lane, where garbage takes little from others; what
// fails there is answered with 429.
func (s *Signin) limited(p proof, failed func(error) bool, h route.Handler) route.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if s.cookieHeldBack(r) {
			return h(w, r)
		}
		spent := s.spent(r)
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

// smallBody is what a form may weigh, in bytes, that is read although its network
// has no failures left.
const smallBody = 256 << 10

// admitLarge refuses a large or endless form of such a network unread.
func (s *Signin) admitLarge(r *http.Request) error {
	if r.ContentLength >= 0 && r.ContentLength <= smallBody || s.cookieHeldBack(r) {
		return nil
	}
	return s.spent(r)
}

// spent returns why a request is refused unless it proves itself.
func (s *Signin) spent(r *http.Request) error {
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

// responseFailed is about a response to a sign-in.
func responseFailed(err error) bool {
	return login.Unmatched(err) || sso.KindOf(err) == sso.NotFoundKind
}

// logoutFailed is about a logout message. One that was used before counts, too:
// whoever has a copy could send it any number of times.
func logoutFailed(err error) bool {
	switch sso.KindOf(err) {
	case sso.Invalid, sso.Forbidden, sso.Conflict, sso.NotFoundKind:
		return true
	}
	return false
}

// codeFailed is about a code for a sign-in that this browser does not have.
func codeFailed(err error) bool { return sso.CodeOf(err) == sso.CodeProofExpired }

// lane handles requests of networks that sent too much garbage, a few at a time.
// Signatures take a fraction of a millisecond to verify, so a genuine message
// gets its turn soon, while garbage never occupies the whole machine.
type lane struct {
	slots   chan struct{}
	waiting atomic.Int32
}

func newLane() *lane { return &lane{slots: make(chan struct{}, max(2, runtime.GOMAXPROCS(0)))} }

// run returns busy if there is no turn for the request.
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
