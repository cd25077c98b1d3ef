package forwardauth_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"gatehouse/internal/testkit/proxies"
)

// behindHAProxy starts HAProxy between an application and a gateway that is h. It
// returns the proxy's address and how often the application was asked.
func behindHAProxy(t *testing.T, h http.Handler, without ...string) (at string, asked *atomic.Int32) {
	t.Helper()
	asked = new(atomic.Int32)
	app := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	t.Cleanup(app.Close)
	gateway := httptest.NewServer(h)
	t.Cleanup(gateway.Close)
	at = proxies.HAProxy(t, proxies.Site{
		Document: "../../docs/integrations",
		Gateway:  gateway.Listener.Addr().String(),
		App:      app.Listener.Addr().String(),
		Key:      "site",
		Cookie:   "gatehouse",
		Without:  without,
	})
	_, port, _ := net.SplitHostPort(at)
	return "http://localhost:" + port, asked
}

// fetch sends a request without following a redirect.
func fetch(t *testing.T, method, address string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp
}

// TestHAProxyFailsClosed: whatever answers in place of the gateway, and whatever fails
// in the script, the application is not asked.
func TestHAProxyFailsClosed(t *testing.T) {
	t.Parallel()
	answers := map[string]http.HandlerFunc{
		"/another-program": func(http.ResponseWriter, *http.Request) {},
		"/no-content":      func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) },
		"/not-found":       func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) },
		"/not-modified":    func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotModified) },
		"/error":           func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"/broken":          func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"/large-page": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			_, _ = fmt.Fprint(w, strings.Repeat("a", 200_000))
		},
		"/large-header": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Auth-Request-Jwt", strings.Repeat("a", 70_000))
		},
	}
	at, asked := behindHAProxy(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answers[r.Header.Get("X-Forwarded-Uri")](w, r)
	}))
	for path := range answers {
		if got := fetch(t, http.MethodGet, at+path); got.StatusCode < 300 || asked.Load() > 0 {
			t.Errorf("%s: %d, the application was asked %d times", path, got.StatusCode, asked.Load())
		}
	}
}

// TestHAProxyRefusesAfterAFailure: HAProxy goes on after a failure of the script. The
// rule below it is what refuses the request.
func TestHAProxyRefusesAfterAFailure(t *testing.T) {
	t.Parallel()
	const (
		call = "local answer = ask(txn, url, headers)" // without it, the next line fails
		deny = "http-request deny deny_status 503 unless { var(txn.gatehouse_allowed) -m bool }"
	)
	none := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	at, asked := behindHAProxy(t, none, call)
	if got := fetch(t, http.MethodGet, at); got.StatusCode != http.StatusServiceUnavailable || asked.Load() > 0 {
		t.Errorf("%d, the application was asked %d times", got.StatusCode, asked.Load())
	}
	at, asked = behindHAProxy(t, none, call, deny)
	if fetch(t, http.MethodGet, at); asked.Load() != 1 {
		t.Error("the script does not fail, or the rule is not needed")
	}
}

// TestHAProxyPassesRefusalsOn: the browser gets what Gatehouse answered.
func TestHAProxyPassesRefusalsOn(t *testing.T) {
	t.Parallel()
	at, asked := behindHAProxy(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status := 0
		_, _ = fmt.Sscanf(r.Header.Get("X-Forwarded-Uri"), "/%d", &status)
		w.Header()["Set-Cookie"] = []string{"a=1", "b=2", "c=3"}
		w.Header().Set("Location", "https://sso.example.com/login")
		w.Header().Set("Www-Authenticate", "Bearer")
		w.Header().Set("Retry-After", "7")
		w.Header().Set("Content-Type", "text/plain")
		w.WriteHeader(status)
		_, _ = fmt.Fprint(w, "because")
	}))
	for _, status := range []int{302, 303, 307, 401, 403, 429, 503} {
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
			got := fetch(t, method, fmt.Sprintf("%s/%d", at, status))
			if got.StatusCode != status ||
				got.Header.Get("Location") != "https://sso.example.com/login" ||
				got.Header.Get("Www-Authenticate") != "Bearer" ||
				got.Header.Get("Retry-After") != "7" ||
				strings.Join(got.Header.Values("Set-Cookie"), " ") != "a=1 b=2 c=3" ||
				asked.Load() > 0 {
				t.Errorf("%s %d: %d %v", method, status, got.StatusCode, got.Header)
			}
		}
	}
}
