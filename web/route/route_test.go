package route

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
)

// fixture is a router with one route per surface, and what it logged.
type fixture struct {
	*Router
	log   *bytes.Buffer
	calls int
}

func newFixture(t *testing.T, change func(*Options)) *fixture {
	t.Helper()
	f := &fixture{log: new(bytes.Buffer)}
	o := Options{
		BaseURL: "https://sso.example",
		Now:     time.Now,
		Log: slog.New(slog.NewJSONHandler(f.log, &slog.HandlerOptions{
			Level: slog.LevelDebug,
		})),
	}
	if change != nil {
		change(&o)
	}
	rt, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	f.Router = rt
	ok := func(w http.ResponseWriter, r *http.Request) error {
		f.calls++
		fmt.Fprintf(
			w, "%s|%s|%s", r.URL.Path, r.PostForm.Encode(), ClientIP(r.Context()),
		)
		return nil
	}
	rt.Page(
		Route{Pattern: "GET /page", Handle: ok},
		Route{Pattern: "POST /page", Handle: ok},
		Route{Pattern: "GET /account", Handle: ok},
		Route{Pattern: "GET /setup/{token}", Handle: ok},
	)
	rt.Callback(
		Route{
			Pattern: "POST /saml/{connection}/acs",
			Handle:  ok,
			MaxBody: 256 << 10,
			Why:     "test",
		},
		Route{Pattern: "GET /oidc/{connection}/callback", Handle: ok},
	)
	rt.Machine(Route{
		Pattern: "POST /machine",
		Handle:  ok,
		Why:     "test",
	})
	rt.Plain(Route{Pattern: "GET /healthz", Handle: ok})
	rt.API("/api/v1/", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.calls++
		if _, err := io.ReadAll(r.Body); err != nil {
			http.Error(w, "too much", http.StatusRequestEntityTooLarge)
		}
	}), 1<<10)
	return f
}

func (f *fixture) do(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	return w
}

func get(target string) *http.Request {
	r := httptest.NewRequest("GET", "/", nil)
	r.Host = "sso.example"
	path, query, _ := strings.Cut(target, "?")
	if u, err := url.ParseRequestURI(path); err == nil {
		r.URL = u
	}
	r.URL.RawQuery, r.RequestURI = query, target
	return r
}

func post(target, body string) *http.Request {
	r := httptest.NewRequest("POST", target, strings.NewReader(body))
	r.Host = "sso.example"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

// TestBadInput is the catalogue of what any endpoint refuses (security, 4.1).
func TestBadInput(t *testing.T) {
	t.Parallel()
	with := func(r *http.Request, change func(*http.Request)) *http.Request {
		change(r)
		return r
	}
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	acs := "/saml/conn-x/acs"
	cases := map[string]struct {
		r      *http.Request
		status int
		code   string
	}{
		"long URL": {
			get("/page?q=" + strings.Repeat("a", 9000)), 414, "uri_too_long",
		},
		"101 query parameters": {
			get("/page?" + strings.Repeat("a=1&", 100) + "a=1"),
			400,
			"too_many_parameters",
		},
		"101 fields": {
			post("/page", strings.Repeat("a=1&", 100)+"a=1"), 400,
			"too_many_parameters",
		},
		"51 cookies": {
			with(get("/page"), header("Cookie", strings.Repeat("a=b; ", 50)+"a=b")),
			400,
			"too_many_parameters",
		},
		"body over the limit": {
			post(acs, "SAMLResponse="+strings.Repeat("a", 256<<10)),
			413,
			"body_too_large",
		},
		"chunked body over it": {
			with(post(acs, "SAMLResponse="+strings.Repeat("a", 256<<10)), func(r *http.Request) {
				r.ContentLength = -1
			}),
			413,
			"body_too_large",
		},
		"body over the page's limit": {
			post("/page", "a="+strings.Repeat("a", DefaultMaxBody)),
			413,
			"body_too_large",
		},
		"JSON to a form": {
			with(post("/page", "{}"), header("Content-Type", "application/json")),
			415,
			"unsupported_media_type",
		},
		"multipart to a form": {
			with(
				post(acs, "x"),
				header("Content-Type", "multipart/form-data; boundary=x"),
			),
			415,
			"unsupported_media_type",
		},
		"no content type": {
			with(post(acs, "a=b"), func(r *http.Request) {
				r.Header.Del("Content-Type")
			}),
			415,
			"unsupported_media_type",
		},
		"wrong method": {
			with(get("/page"), func(r *http.Request) {
				r.Method = "DELETE"
			}),
			405,
			"method_not_allowed",
		},
		"GET of an ACS": {get(acs), 405, "method_not_allowed"},
		"strange method": {
			with(get("/page"), func(r *http.Request) {
				r.Method = "<script>"
			}),
			405,
			"method_not_allowed",
		},
		"unknown host": {
			with(get("/page"), func(r *http.Request) {
				r.Host = "evil.example"
			}),
			421,
			"misdirected_request",
		},
		"no host": {
			with(get("/page"), func(r *http.Request) {
				r.Host = ""
			}),
			421,
			"misdirected_request",
		},
		"host with another port": {
			with(get("/page"), func(r *http.Request) {
				r.Host = "sso.example:8443"
			}),
			421,
			"misdirected_request",
		},
		"host with a dot": {
			with(get("/page"), func(r *http.Request) {
				r.Host = "sso.example."
			}),
			421,
			"misdirected_request",
		},
		"NUL in the path": {get("/page%00"), 400, "bad_request"},
		"CR in the path":  {get("/page%0d"), 400, "bad_request"},
		"LF in the query": {
			get("/page?a=%0aSet-Cookie:x"), 400, "bad_request",
		},
		"NUL in the query":        {get("/page?a=%00"), 400, "bad_request"},
		"NUL in a form":           {post("/page", "a=%00"), 400, "bad_request"},
		"bad escape in the query": {get("/page?a=%zz"), 400, "bad_request"},
		"semicolon in the query":  {get("/page?a=1;b=2"), 400, "bad_request"},
		"path is not UTF-8":       {get("/page%ff"), 400, "bad_request"},
		"query is not UTF-8":      {get("/page?name=%ff"), 400, "invalid_encoding"},
		"name is not UTF-8":       {get("/page?%ff=a"), 400, "invalid_encoding"},
		"form is not UTF-8": {
			post("/page", "name=%c3%28"), 400, "invalid_encoding",
		},
		"dots":                   {get("/x/../page"), 404, "not_found"},
		"escaped dots":           {get("/x/%2e%2e/page"), 404, "not_found"},
		"single dot":             {get("/./page"), 404, "not_found"},
		"two slashes":            {get("//page"), 404, "not_found"},
		"inner two slashes":      {get("/setup//x"), 404, "not_found"},
		"path parameter":         {get("/page;x"), 404, "not_found"},
		"escaped path parameter": {get("/page%3bx"), 404, "not_found"},
		"escaped slash":          {get("/setup/a%2fb"), 404, "not_found"},
		"escaped backslash":      {get("/setup/a%5Cb"), 404, "not_found"},
		"unknown path":           {get("/nowhere"), 404, "not_found"},
		"trailing slash":         {get("/page/"), 404, "not_found"},
		"state twice": {
			get("/oidc/conn-x/callback?state=a&state=b"), 400, "duplicate_parameter",
		},
		"code twice": {
			get("/oidc/conn-x/callback?code=a&code=a"), 400, "duplicate_parameter",
		},
		"anything twice at an IdP's": {
			get("/oidc/conn-x/callback?session_state=a&session_state=b"),
			400,
			"duplicate_parameter",
		},
		"SAMLResponse twice": {
			post(acs, "SAMLResponse=a&SAMLResponse=b"), 400, "duplicate_parameter",
		},
		"RelayState twice": {
			post(acs, "SAMLResponse=a&RelayState=b&RelayState=b"),
			400,
			"duplicate_parameter",
		},
		"client_id twice": {
			get("/page?client_id=a&client_id=b"), 400, "duplicate_parameter",
		},
		"return_to twice": {
			get("/page?return_to=/a&return_to=/b"), 400, "duplicate_parameter",
		},
		"return_to twice in a form": {
			post("/page", "return_to=/a&return_to=/b"), 400, "duplicate_parameter",
		},
		"enterprise_key twice": {
			get("/page?enterprise_key=a&enterprise_key=b"), 400,
			"duplicate_parameter",
		},
		"post from another site": {
			with(post("/page", "a=b"), header("Sec-Fetch-Site", "cross-site")),
			403,
			"csrf",
		},
		"post from another origin": {
			with(post("/page", "a=b"), header("Origin", "https://evil.example")),
			403,
			"csrf",
		},
		"post from a sandbox": {
			with(post("/page", "a=b"), header("Origin", "null")),
			403,
			"csrf",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, nil)
			w := f.do(c.r)
			body := w.Body.String()
			if w.Code != c.status || !strings.Contains(body, "\n"+c.code+"\n") {
				t.Errorf("want %d %s, got %d %q", c.status, c.code, w.Code, body)
			}
			if f.calls != 0 {
				t.Error("the handler ran")
			}
			if c.status == 405 && w.Header().Get("Allow") == "" {
				t.Error("no Allow header")
			}
			if len(w.Result().Cookies()) != 0 {
				t.Error("a cookie was set")
			}
			if n := strings.Count(f.log.String(), `"msg":"request failed"`); n != 1 {
				t.Errorf("logged %d times:\n%s", n, f.log)
			}
			for _, secret := range []string{
				"<script>", "Set-Cookie:x", "evil.example\n",
			} {
				if strings.Contains(body, secret) {
					t.Errorf("the answer repeats %q", secret)
				}
			}
		})
	}
}

func TestGoodInput(t *testing.T) {
	t.Parallel()
	with := func(r *http.Request, name, value string) *http.Request {
		r.Header.Set(name, value)
		return r
	}
	cases := map[string]*http.Request{
		"page": get("/page?a=1&a=2"),
		"ACS from another site": with(
			post("/saml/conn-x/acs", "SAMLResponse=a%0D%0Ab&RelayState="),
			"Sec-Fetch-Site",
			"cross-site",
		),
		"our own form": with(
			with(post("/page", "a=b"), "Sec-Fetch-Site", "same-origin"), "Origin",
			"https://sso.example",
		),
		"old browser, our own form": with(
			post("/page", "a=b"), "Origin", "https://sso.example",
		),
		"form with a charset": with(
			post("/page", "a=b"), "Content-Type",
			"application/x-www-form-urlencoded; charset=UTF-8",
		),
		"a form of nothing": post("/page", ""),
		"100 parameters, 50 cookies": with(
			get("/page?"+strings.Repeat("a=1&", 99)+"a=1"), "Cookie",
			strings.Repeat("a=b; ", 49)+"a=b",
		),
		"host in capitals": func() *http.Request {
			r := get("/page")
			r.Host = "SSO.example:443"
			return r
		}(),
		"probe by address": func() *http.Request {
			r := get("/healthz")
			r.Host = "10.0.0.7:8080"
			return r
		}(),
		"escaped letter": get("/p%61ge"),
	}
	for name, r := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, nil)
			if w := f.do(r); w.Code != 200 || f.calls != 1 {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
	}
	f := newFixture(t, nil)
	if w := f.do(post("/page?a=query", "a=b%0Ac")); !strings.Contains(w.Body.String(), "|a=b%0Ac|") {
		t.Errorf("the form is not the body: %s", w.Body)
	}
}

func TestLoopbackNamesMeanTheSame(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(o *Options) { o.BaseURL = "http://localhost:8080" })
	for host, want := range map[string]int{
		"localhost:8080":              200,
		"127.0.0.1:8080":              200,
		"[::1]:8080":                  200,
		"localhost":                   421,
		"127.0.0.1:9090":              421,
		"localhost.evil.example:8080": 421,
	} {
		r := get("/page")
		r.Host = host
		if w := f.do(r); w.Code != want {
			t.Errorf("%s: %d", host, w.Code)
		}
	}
	for _, bad := range []string{
		"", "sso.example", "ftp://sso.example", "https://", "://",
	} {
		if _, err := New(Options{BaseURL: bad}); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}

func TestStatusTables(t *testing.T) {
	t.Parallel()
	want := map[*surface]map[sso.Kind]int{
		pageSurface: {
			sso.Internal:        500,
			sso.Invalid:         422,
			sso.Unauthenticated: 401,
			sso.Forbidden:       403,
			sso.NotFoundKind:    404,
			sso.Conflict:        409,
			sso.Stale:           409,
			sso.TooMany:         429,
			sso.Upstream:        502,
			sso.Unavailable:     503,
		},
		callbackSurface: {
			sso.Internal:        500,
			sso.Invalid:         400,
			sso.Unauthenticated: 401,
			sso.Forbidden:       403,
			sso.NotFoundKind:    404,
			sso.Conflict:        400,
			sso.Stale:           409,
			sso.TooMany:         429,
			sso.Upstream:        502,
			sso.Unavailable:     503,
		},
		apiSurface: {
			sso.Internal:        500,
			sso.Invalid:         422,
			sso.Unauthenticated: 401,
			sso.Forbidden:       403,
			sso.NotFoundKind:    404,
			sso.Conflict:        409,
			sso.Stale:           412,
			sso.TooMany:         429,
			sso.Upstream:        502,
			sso.Unavailable:     503,
		},
	}
	for s, table := range want {
		for kind, status := range table {
			if got := statusOf(s, kind, "x"); got != status {
				t.Errorf("%s, %s: want %d, got %d", s.name, kind, status, got)
			}
		}
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	ref := sso.NewID[sso.AttemptID](time.Now())
	boom := errors.New("pq: relation users at /srv/secret.go:12")
	cases := map[string]struct {
		err       error
		status    int
		contains  string
		reference string
		retry     string
	}{
		"unexpected": {boom, 500, "Something went wrong on our side.", "", ""},
		"internal with words": {
			&sso.Error{
				Kind:   sso.Internal,
				Code:   "x",
				Public: "never shown",
				Err:    boom,
			},
			500,
			"Something went wrong on our side.",
			"",
			"",
		},
		"recorded": {
			fmt.Errorf("complete: %w", &sso.Error{
				Kind:      sso.Forbidden,
				Code:      "saml_expired",
				Public:    "Too old.",
				Reference: ref,
				Err:       boom,
			}),
			403,
			"Too old.",
			string(ref),
			"",
		},
		"store down": {
			&sso.Error{
				Kind:   sso.Unavailable,
				Code:   "temporarily_unavailable",
				Public: "Later.",
			},
			503,
			"Later.",
			"",
			"2",
		},
		"too many": {
			&sso.Error{
				Kind:       sso.TooMany,
				Code:       "rate_limited",
				Public:     "Slow.",
				RetryAfter: 1500 * time.Millisecond,
			},
			429,
			"Slow.",
			"",
			"2",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, nil)
			f.Page(Route{
				Pattern: "GET /fail",
				Handle: func(w http.ResponseWriter, _ *http.Request) error {
					http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
					return c.err
				},
			})
			w := f.do(get("/fail"))
			body := w.Body.String()
			if w.Code != c.status ||
				!strings.Contains(body, c.contains) ||
				w.Header().Get("Retry-After") != c.retry {
				t.Errorf("%d %s %v", w.Code, body, w.Header())
			}
			if strings.Contains(body, "secret.go") ||
				strings.Contains(body, "never shown") {
				t.Errorf("the cause is shown: %s", body)
			}
			reference := c.reference
			if reference == "" {
				reference = w.Header().Get("X-Request-Id")
			}
			if !strings.Contains(body, reference) ||
				!strings.Contains(f.log.String(), reference) {
				t.Errorf("the reference %s is not on the page and in the log", reference)
			}
			if cookies := len(w.Result().Cookies()); (cookies != 0) != (c.status < 500) {
				t.Errorf("%d cookies with %d", cookies, c.status)
			}
		})
	}
}

func TestUnauthenticatedPageLeadsToSignIn(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	deny := func(http.ResponseWriter, *http.Request) error {
		return &sso.Error{
			Kind:   sso.Unauthenticated,
			Code:   "session_ended",
			Public: "Sign in.",
		}
	}
	f.Page(
		Route{
			Pattern: "GET /mine",
			Handle:  deny,
		},
		Route{
			Pattern: "POST /mine",
			Handle:  deny,
		},
	)
	for target, want := range map[string]string{
		"/mine?tab=2": "/login?return_to=%2Fmine%3Ftab%3D2",
		"/mine":       "/login?return_to=%2Fmine",
	} {
		if w := f.do(get(target)); w.Code != 303 || w.Header().Get("Location") != want {
			t.Errorf("%s: %d %s", target, w.Code, w.Header().Get("Location"))
		}
	}
	if w := f.do(post("/mine", "a=b")); w.Code != 303 || w.Header().Get("Location") != "/login" {
		t.Errorf("post: %d %s", w.Code, w.Header().Get("Location"))
	}
}

func TestSurfacesAnswerInTheirOwnWords(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	r := get("/api/v1/x?a=%zz")
	w := f.do(r)
	var problem struct {
		Status int
		Code   string
	}
	if err := json.Unmarshal(w.Body.Bytes(), &problem); err != nil ||
		w.Header().Get("Content-Type") != "application/problem+json" ||
		problem.Status != 400 ||
		problem.Code != "bad_request" {
		t.Errorf("API: %d %s %v", w.Code, w.Body, err)
	}
	if w := f.do(get("/api/v1/../x")); w.Code != 404 ||
		w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("API, before routing: %d %v", w.Code, w.Header())
	}
	big := httptest.NewRequest("POST", "/api/v1/x", struct{ io.Reader }{strings.NewReader(strings.Repeat("a", 2000))})
	big.Host = "sso.example"
	if w := f.do(big); w.Code != 413 {
		t.Errorf("API, chunked: %d", w.Code)
	}
	w = f.do(post("/machine", "a=1&a=2"))
	if w.Code != 400 ||
		!strings.Contains(w.Body.String(), `"error":"invalid_request"`) {
		t.Errorf("machine: %d %s", w.Code, w.Body)
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	for _, target := range []string{"/page", "/nowhere", "/x/../y", "/healthz"} {
		h := newFixture(t, nil).do(get(target)).Header()
		csp := h.Get("Content-Security-Policy")
		for _, want := range []string{
			"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'",
			"form-action 'self'",
		} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: the policy lacks %s", target, want)
			}
		}
		for name, want := range map[string]string{
			"X-Content-Type-Options":     "nosniff",
			"Referrer-Policy":            "same-origin",
			"Cross-Origin-Opener-Policy": "same-origin",
			"Cache-Control":              "no-store",
			"Strict-Transport-Security":  "max-age=31536000",
		} {
			if h.Get(name) != want {
				t.Errorf("%s: %s is %q", target, name, h.Get(name))
			}
		}
		if strings.Contains(csp, "unsafe") ||
			!saneID.MatchString(h.Get("X-Request-Id")) {
			t.Errorf("%s: %v", target, h)
		}
	}
	plain := newFixture(t, func(o *Options) {
		o.BaseURL = "http://localhost:8080"
	})
	r := get("/page")
	r.Host = "localhost:8080"
	if got := plain.do(r).Header().Get("Strict-Transport-Security"); got != "" {
		t.Errorf("HSTS over http: %s", got)
	}
}

func TestAllowFormTo(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]string{
		"https://idp.example/sso?x=1":   "https://idp.example",
		"http://localhost:9/a":          "http://localhost:9",
		"https://a.example; script-src": "",
		"javascript:alert(1)":           "",
	} {
		w := httptest.NewRecorder()
		AllowFormTo(w, target)
		csp := w.Header().Get("Content-Security-Policy")
		if want == "" && csp != "" ||
			want != "" && !strings.HasSuffix(csp, "form-action "+want) {
			t.Errorf("%s: %q", target, csp)
		}
	}
}
