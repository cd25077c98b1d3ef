package signin

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/login"
	"gatehouse/store/memory"
	"gatehouse/web/route"
)

func newLimitedFixture(t *testing.T, perMinute int) *fixture {
	t.Helper()
	limiter := memory.NewLimiter(time.Now)
	f := newFixtureWith(t, "https://sso.example", func(o *Options) {
		o.SignInPerAddress = 5
		o.Failures = route.Failures{
			Limiter:   limiter,
			Name:      "failures",
			PerMinute: perMinute,
			Log:       slog.New(slog.DiscardHandler),
		}
	})
	f.Limiter = limiter
	return f
}

func (f *fixture) from(address, method, target, form string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.RemoteAddr = address + ":1234"
	return f.do(r)
}

// TestSpentFailures: once an address has used up its failures, what only a
// browser's cookie could prove is refused unseen, what a signature can prove is
// still looked at, and no failure there is answered with anything but 429.
func TestSpentFailures(t *testing.T) {
	t.Parallel()
	bad := &sso.Error{
		Kind:   sso.Invalid,
		Code:   "logout_token_invalid",
		Public: "Bad.",
	}
	f := newLimitedFixture(t, 3)
	f.held = true // no cookie comes along
	backchannel := "/oidc/" + string(f.entra.ID) + "/backchannel-logout"
	slo := "/saml/" + string(f.okta.ID) + "/slo"
	acs := "/saml/" + string(f.okta.ID) + "/acs"
	f.remote.err = bad
	for i, want := range []int{400, 400, 400, 429, 429} {
		if w := f.from("192.0.2.1", "POST", backchannel, "logout_token=x"); w.Code != want {
			t.Errorf("failure %d: %d, want %d", i, w.Code, want)
		}
	}
	if w := f.from("192.0.2.2", "POST", backchannel, "logout_token=x"); w.Code != 400 {
		t.Errorf("another address: %d", w.Code)
	}
	f.remote.err = nil
	for _, path := range []string{backchannel, slo} {
		if w := f.from("192.0.2.1", "POST", path, "logout_token=right&SAMLRequest=right"); w.Code >= 400 {
			t.Errorf("a right message to %s: %d", path, w.Code)
		}
	}
	if w := f.from("192.0.2.1", "POST", acs, "SAMLResponse=right"); w.Code != 303 {
		t.Errorf("a right response: %d", w.Code)
	}
	seen := len(f.callbacks)
	for _, request := range [][3]string{
		{"GET", "/oidc/" + string(f.entra.ID) + "/callback?state=x&code=x"},
		{"POST", "/login/verify", "proof=x&code=123456"},
		{"POST", "/login/verify/resend", "proof=x"},
	} {
		w := f.from("192.0.2.1", request[0], request[1], request[2])
		if w.Code != 429 ||
			w.Header().Get("Retry-After") == "" ||
			len(f.callbacks) != seen {
			t.Errorf(
				"%s without a cookie: %d, looked at %v", request[1], w.Code,
				len(f.callbacks) != seen,
			)
		}
	}
}

// TestLargeFormsOfASpentAddress: the largest forms are read only of those who
// have failures left, or a browser that has.
func TestLargeFormsOfASpentAddress(t *testing.T) {
	t.Parallel()
	f := newLimitedFixture(t, 3)
	acs := "/saml/" + string(f.okta.ID) + "/acs"
	large := "SAMLResponse=" + strings.Repeat("x", 2*smallBody)
	if w := f.from("192.0.2.1", "POST", acs, large); w.Code != 303 {
		t.Fatalf("a large response: %d", w.Code)
	}
	f.held = true
	f.remote.err = &sso.Error{
		Kind:   sso.NotFoundKind,
		Code:   "not_found",
		Public: "Nothing.",
	}
	for range 5 {
		f.from("192.0.2.1", "POST", acs, "SAMLResponse=x")
	}
	f.remote.err = nil
	seen := len(f.callbacks)
	if w := f.from("192.0.2.1", "POST", acs, large); w.Code != 429 || len(f.callbacks) != seen {
		t.Errorf("a large response without a cookie: %d", w.Code)
	}
	f.held = false
	if w := f.from("192.0.2.1", "POST", acs, large); w.Code != 303 {
		t.Errorf("a large response of a browser: %d", w.Code)
	}
}

// TestABrowserIsNotItsAddress: a browser that has failures left of its own gets
// through at an address that has none, and is no way around the limit.
func TestABrowserIsNotItsAddress(t *testing.T) {
	t.Parallel()
	f := newLimitedFixture(t, 100)
	callback := "/oidc/" + string(f.entra.ID) + "/callback?state=x&code=x"
	f.held = true
	f.remote.err = &sso.Error{
		Kind:   sso.NotFoundKind,
		Code:   "not_found",
		Public: "Nothing.",
	}
	for range 101 {
		f.from("192.0.2.1", "GET", callback, "")
	}
	f.held, f.remote.err = false, nil
	for range 200 {
		if w := f.from("192.0.2.1", "GET", callback, ""); w.Code != 303 {
			t.Fatalf("a browser with a cookie: %d", w.Code)
		}
	}
	f.remote.err = &sso.Error{
		Kind:   sso.NotFoundKind,
		Code:   "not_found",
		Public: "Nothing.",
	}
	statuses := map[int]int{}
	for range 100 {
		statuses[f.from("192.0.2.1", "GET", callback, "").Code]++
	}
	if statuses[404] < failuresPerBrowser ||
		statuses[404] > failuresPerBrowser+2 ||
		statuses[429] != 100-statuses[404] {
		t.Errorf("a browser that fails all the time: %v", statuses)
	}
}

// TestWhatFailsForOtherReasonsIsFree: a policy that denies the sign-in, a store
// that is down and a wrong code do not count as invalid messages.
func TestWhatFailsForOtherReasonsIsFree(t *testing.T) {
	t.Parallel()
	for _, err := range []*sso.Error{
		{Kind: sso.Forbidden, Code: "not_allowed"},
		{Kind: sso.Unavailable, Code: "temporarily_unavailable"},
		{Kind: sso.Upstream, Code: "idp_unavailable"},
	} {
		f := newLimitedFixture(t, 3)
		f.held, f.remote.err = true, err
		for range 10 {
			if w := f.from(
				"192.0.2.1", "POST", "/saml/"+string(f.okta.ID)+"/acs",
				"SAMLResponse=x",
			); w.Code == 429 {
				t.Fatalf("%s counts as garbage", err.Code)
			}
		}
	}
}

// TestRebouncedResponsesCountApart: responses that begin a sign-in instead are
// limited, and take nothing from the people who open the link.
func TestRebouncedResponsesCountApart(t *testing.T) {
	t.Parallel()
	f := newLimitedFixture(t, 100)
	f.held, f.result = true, login.Result{
		Outcome: login.Restart,
		Start:   &login.Start{},
	}
	for i := range 8 {
		want := 303
		if i >= 5 {
			want = 429
		}
		if w := f.from(
			"192.0.2.1", "POST", "/saml/"+string(f.okta.ID)+"/acs",
			url.Values{"SAMLResponse": {"x"}}.Encode(),
		); w.Code != want {
			t.Errorf("response %d: %d, want %d", i, w.Code, want)
		}
	}
	if w := f.from("192.0.2.1", "GET", "/login/sso?enterprise_key=acme", ""); w.Code == 429 {
		t.Errorf("the link is refused: %d", w.Code)
	}
}

// TestLane: no more run at once than there are slots, and a genuine request gets
// its turn among others that fail.
func TestLane(t *testing.T) {
	t.Parallel()
	l := newLane()
	busy := &sso.Error{Kind: sso.TooMany, Code: "rate_limited"}
	var mu sync.Mutex
	running, most, ran := 0, 0, 0
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			err := l.run(httptest.NewRequest("GET", "/", nil), busy, func(r *http.Request) error {
				mu.Lock()
				running, ran = running+1, ran+1
				most = max(most, running)
				mu.Unlock()
				time.Sleep(time.Millisecond)
				mu.Lock()
				running--
				mu.Unlock()
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if most > cap(l.slots) || ran != 100 {
		t.Errorf("%d ran, %d at once; there are %d slots", ran, most, cap(l.slots))
	}
	full := newLane()
	full.waiting.Store(laneWaiting)
	if err := full.run(httptest.NewRequest("GET", "/", nil), busy, func(*http.Request) error {
		return nil
	}); err != busy { //nolint:errorlint // the very value
		t.Errorf("a full lane: %v", err)
	}
}
