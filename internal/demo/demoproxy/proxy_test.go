package demoproxy_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gatehouse/internal/demo/demoproxy"
)

// site is a proxy with an application that echoes the request, and a gateway with
// preset responses.
type site struct {
	url   string
	asked *http.Request // the last question
	seen  []string
	says  func(http.ResponseWriter)
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{says: func(http.ResponseWriter) {}}
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked = r
		s.says(w)
	}))
	t.Cleanup(gateway.Close)
	p, err := demoproxy.New(demoproxy.Options{
		Gateway: gateway.URL,
		Upstream: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_ = json.NewEncoder(w).Encode(r.Header)
		}),
		Seen: func(r *http.Request, application string, status int) {
			s.seen = append(
				s.seen, fmt.Sprint(r.URL.Path, " ", application, " ", status),
			)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(p.Guard("wiki"))
	t.Cleanup(func() {
		front.Close()
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	s.url = front.URL
	return s
}

func (s *site) get(t *testing.T, path string, header http.Header) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(
		t.Context(), http.MethodGet, s.url+path, nil,
	)
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		req.Header[name] = values
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

// identity returns the identity headers in the application's echo.
func identity(t *testing.T, body string) map[string]string {
	t.Helper()
	var all http.Header
	if err := json.Unmarshal([]byte(body), &all); err != nil {
		t.Fatal(err)
	}
	told := map[string]string{}
	for name, values := range all {
		switch strings.ToLower(name) {
		case "accept-encoding", "user-agent", "accept":
		default:
			told[name] = strings.Join(values, "|")
		}
	}
	return told
}

// TestIdentityHeaders tests that the application receives exactly Gatehouse's identity
// headers, in whatever spelling the client sends others, and no session cookie.
func TestIdentityHeaders(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.says = func(w http.ResponseWriter) {
		w.Header().Set("X-Auth-Request-User", "ada@acme.example")
		w.Header().Set("X-Auth-Request-Groups", "platform/admins")
		w.Header().Set("X-Something-Else", "no")
	}
	want := map[string]string{
		"X-Auth-Request-User":               "ada@acme.example",
		"X-Auth-Request-Groups":             "platform/admins",
		"X-Auth-Request-Email":              "",
		"X-Auth-Request-Email-Verified":     "",
		"X-Auth-Request-Preferred-Username": "",
		"X-Auth-Request-Id":                 "",
		"X-Auth-Request-Name":               "",
		"X-Auth-Request-Roles":              "",
		"X-Auth-Request-Attributes":         "",
		"X-Auth-Request-Enterprise":         "",
		"X-Auth-Request-Auth-Method":        "",
		"X-Auth-Request-Acr":                "",
		"X-Auth-Request-Jwt":                "",
		"Remote-User":                       "",
		"Remote-Email":                      "",
		"Remote-Name":                       "",
		"Remote-Groups":                     "",
	}
	for name, header := range map[string]http.Header{
		"nothing": nil,
		"the header": {
			"X-Auth-Request-User":  {"eve"},
			"X-Auth-Request-Email": {"eve@x.example"},
			"Remote-User":          {"eve"},
		},
		"twice":      {"X-Auth-Request-Email": {"eve@x.example", "eve@y.example"}},
		"lower case": {"x-auth-request-email": {"eve@x.example"}},
		"underscores": {
			"X_Auth_Request_Email": {"eve@x.example"},
			"REMOTE_USER":          {"eve"},
		},
		"dots": {
			"X.Auth.Request.Email": {"eve@x.example"},
			"remote.user":          {"eve"},
		},
		"mixed":       {"X-Auth_Request.Email": {"eve@x.example"}},
		"one of ours": {"X-Auth-Request-Redirect": {"https://evil.example"}},
		"by Connection": {
			"Connection": {"X-Auth-Request-User, X-Auth-Request-Groups"},
		},
		"the session": {"Cookie": {"session=secret"}},
	} {
		t.Run(name, func(t *testing.T) {
			resp, body := s.get(t, "/wiki", header)
			if resp.StatusCode != http.StatusOK {
				t.Fatalf("status %d: %s", resp.StatusCode, body)
			}
			if diff := cmp.Diff(want, identity(t, body)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestQuestion tests that Gatehouse is asked about the actual request, whatever
// X-Forwarded headers the client sends.
func TestQuestion(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.get(t, "/wiki/a%2Fb?q=1&q=2", http.Header{
		"Cookie":              {"session=secret"},
		"Accept":              {"text/html"},
		"Sec-Fetch-Mode":      {"navigate"},
		"Connection":          {"close"},
		"X-Forwarded-Host":    {"evil.example"},
		"X-Forwarded-Uri":     {"/public"},
		"X_Forwarded_Method":  {"OPTIONS"},
		"X-Original-Url":      {"https://evil.example"},
		"X-Forwarded-For":     {"192.0.2.1"},
		"Forwarded":           {"for=192.0.2.1"},
		"X-Auth-Request-User": {"eve"},
	})
	got := map[string]string{"": s.asked.Method + " " + s.asked.RequestURI}
	for name := range s.asked.Header {
		if name != "Accept-Encoding" && name != "User-Agent" {
			got[name] = strings.Join(s.asked.Header.Values(name), "|")
		}
	}
	want := map[string]string{
		"":                   "GET /auth/forward/wiki",
		"Cookie":             "session=secret",
		"Accept":             "text/html",
		"Sec-Fetch-Mode":     "navigate",
		"X-Forwarded-Host":   strings.TrimPrefix(s.url, "http://"),
		"X-Forwarded-Uri":    "/wiki/a%2Fb?q=1&q=2",
		"X-Forwarded-Method": "GET",
		"X-Forwarded-Proto":  "http",
		"X-Forwarded-For":    "127.0.0.1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestRefused tests that the browser gets Gatehouse's response unless its status is
// 200, and that the application is not asked.
func TestRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for status, want := range map[int]int{
		http.StatusFound:              http.StatusFound,
		http.StatusUnauthorized:       http.StatusUnauthorized,
		http.StatusForbidden:          http.StatusForbidden,
		http.StatusServiceUnavailable: http.StatusServiceUnavailable,
		http.StatusNoContent:          http.StatusServiceUnavailable,
	} {
		s.says = func(w http.ResponseWriter) {
			w.Header().Set("Location", "https://gate.example/login")
			w.Header().Set("X-Auth-Request-User", "ada@acme.example")
			w.WriteHeader(status)
			if status != http.StatusNoContent {
				_, _ = io.WriteString(w, "no")
			}
		}
		resp, body := s.get(t, "/wiki", nil)
		if resp.StatusCode != want ||
			resp.Header.Get("Location") != "https://gate.example/login" ||
			body != "no" && status != http.StatusNoContent ||
			resp.Header.Get("X-Auth-Request-User") != "" {
			t.Errorf(
				"%d: status %d, %v, %q", status, resp.StatusCode, resp.Header, body,
			)
		}
		if want := fmt.Sprint("/wiki wiki ", status); s.seen[len(s.seen)-1] != want {
			t.Errorf("seen are %q, not %q", s.seen, want)
		}
	}
}

// TestGatewayUnreachable tests that requests are refused while Gatehouse is
// unreachable.
func TestGatewayUnreachable(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.says = func(http.ResponseWriter) { panic(http.ErrAbortHandler) }
	if resp, body := s.get(t, "/wiki", nil); resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("status %d: %s", resp.StatusCode, body)
	}
}

func TestBadGateway(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "localhost:8080", "\x00"} {
		if _, err := demoproxy.New(demoproxy.Options{Gateway: address}); err == nil {
			t.Errorf("%q is taken", address)
		}
	}
}

// TestClosed tests closing a proxy right after New.
func TestClosed(t *testing.T) {
	t.Parallel()
	p, err := demoproxy.New(demoproxy.Options{Gateway: "http://localhost:1"})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}
