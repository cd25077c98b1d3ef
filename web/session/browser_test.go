package session_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"gatehouse/internal/testkit/chromium"
	"gatehouse/sso"
	"gatehouse/web/session"
)

// TestCookiesInBrowser carries a browser to another site and back by its post,
// as SAML does: over https between two sites, and over plain http between two
// ports, which is the demo. What matters is what the browser makes of it.
func TestCookiesInBrowser(t *testing.T) {
	ctx := chromium.Start(
		t,
		chromedp.IgnoreCertErrors,
		chromedp.Flag(
			"host-resolver-rules",
			"MAP sso.example 127.0.0.1,MAP idp.test 127.0.0.1",
		),
	)
	for name, c := range map[string]struct {
		serve             func(http.Handler) *httptest.Server
		scheme, here, idp string
		crossSite         bool
	}{
		"https":    {httptest.NewTLSServer, "https", "sso.example", "idp.test", true},
		"loopback": {httptest.NewServer, "http", "localhost", "localhost", false},
	} {
		at := func(s *httptest.Server, host string) string {
			return c.scheme + "://" + host + ":" +
				s.URL[strings.LastIndex(s.URL, ":")+1:]
		}
		var back string
		idp := c.serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = fmt.Fprintf(
				w,
				`<!doctype html><form method="post" action=%q></form><script>document.forms[0].submit()</script>`,
				back+"/"+r.URL.Query().Get("to"),
			)
		}))
		t.Cleanup(idp.Close)
		g := &gateway{idp: func() string { return at(idp, c.idp) }}
		server := c.serve(g)
		t.Cleanup(server.Close)
		back = at(server, c.here)
		g.fixture = newFixture(t, func(o *session.Options) { o.BaseURL = back })
		if got := visit(ctx, t, back+"/begin"); got != "user-ada" {
			t.Errorf("%s: after the sign-in it is %q; sign-ins bound to %d browsers", name, got, g.bound)
		}
		if got := visit(ctx, t, back+"/account"); got != "user-ada" {
			t.Errorf("%s: with the next page it is %q", name, got)
		}
		want := "user-ada"
		if c.crossSite {
			want = "nobody" // a form of another site is not the person's own
		}
		if got := visit(ctx, t, at(idp, c.idp)+"/?to=account"); got != want {
			t.Errorf("%s: a form of the identity provider's site is %q; want %q", name, got, want)
		}
		if got := visit(ctx, t, back+"/end"); got != "nobody" {
			t.Errorf("%s: after signing out it is %q", name, got)
		}
	}
}

// gateway is as little of one as needs cookies.
type gateway struct {
	*fixture
	idp   func() string
	began sso.Secret
	bound int
}

func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/begin":
		g.began = g.Browser(w, r)
		http.Redirect(
			w, r, g.idp()+"/?to="+url.QueryEscape("acs"), http.StatusSeeOther,
		)
	case "/acs":
		if g.began == "" || g.BrowserOf(r) != g.began {
			http.Error(w, "another browser", http.StatusBadRequest)
			return
		}
		g.bound++
		token := sso.NewSecret()
		g.known.tokens[token.Hash()] = "user-ada"
		if err := g.Start(w, r, token); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		http.Redirect(w, r, "/account", http.StatusSeeOther)
	case "/account":
		p, err := g.Principal(r)
		if err != nil {
			p.User.ID = "nobody"
		}
		_, _ = fmt.Fprintf(w, "<!doctype html><title>%s</title>", p.User.ID)
	case "/end":
		g.End(w, r)
		http.Redirect(w, r, "/account", http.StatusSeeOther)
	}
}

// visit goes to an address and returns the title of the page it ends at.
func visit(ctx context.Context, t *testing.T, address string) string {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.Navigate(address)); err != nil {
		t.Fatal(err)
	}
	title := ""
	for deadline := time.Now().Add(
		20 * time.Second,
	); title == "" &&
		time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		title, _ = chromedp.Run(ctx, chromedp.Evaluate[string]("document.title")) // between two pages there is none
	}
	return title
}
