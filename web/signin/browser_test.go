package signin

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"gatehouse/internal/testkit/chromium"
	"gatehouse/sso"
)

// TestJourneyInBrowser types a company into the form and ends at an identity
// provider of another origin, with the real Content-Security-Policy in force:
// form, page that names the company, page that posts. Back leads to the form
// and not to a page that leaves again.
func TestJourneyInBrowser(t *testing.T) {
	ctx := chromium.Start(t)
	var posted url.Values
	idp := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.ParseForm() == nil {
			posted = r.PostForm
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<!doctype html><title>idp</title>"))
	}))
	t.Cleanup(idp.Close)
	for name, redirect := range map[string]sso.Redirect{
		"redirect binding": {URL: idp.URL + "/sso?SAMLRequest=m"},
		"post binding": {
			URL:  idp.URL + "/sso",
			Form: url.Values{"SAMLRequest": {"m"}, "RelayState": {"gh1"}},
		},
	} {
		server := httptest.NewUnstartedServer(nil)
		base := "http://localhost:" +
			server.Listener.Addr().String()[strings.LastIndex(
				server.Listener.Addr().String(), ":",
			)+
				1:]
		f := newFixtureAt(t, base)
		f.redirect = redirect
		server.Config.Handler = f
		server.Start()
		t.Cleanup(server.Close)
		posted = nil
		err := chromedp.Do(ctx, chromedp.Navigate(base+"/login?return_to=/wiki"),
			chromedp.SendKeys(chromedp.CSS("#company"), "acme"),
			chromedp.Click(chromedp.CSS("main form button")))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if at := settle(ctx, t, idp.URL); !strings.HasPrefix(at, idp.URL+"/sso") {
			t.Fatalf("%s: stuck at %s", name, at)
		}
		if redirect.Form != nil &&
			(posted.Get("SAMLRequest") != "m" || posted.Get("RelayState") != "gh1") {
			t.Errorf("%s: posted %v", name, posted)
		}
		if f.remote.started[0].ReturnTo != "/wiki" {
			t.Errorf("%s: began %+v", name, f.remote.started[0])
		}
		if err := chromedp.Do(ctx, chromedp.NavigateBack()); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if at := settle(ctx, t, base+"/login?return_to"); !strings.HasPrefix(at, base+"/login?return_to=") {
			t.Errorf("%s: Back leads to %s", name, at)
		}
	}
}

// TestQuestionInBrowser opens the link of another company while signed in, on a
// phone: the question names both companies, nothing has begun,
// and agreeing leaves for the identity provider, by either binding.
func TestQuestionInBrowser(t *testing.T) {
	ctx := chromium.Start(t)
	idp := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<!doctype html><title>idp</title>"))
	}))
	t.Cleanup(idp.Close)
	for name, redirect := range map[string]sso.Redirect{
		"redirect binding": {URL: idp.URL + "/sso?SAMLRequest=m"},
		"post binding": {
			URL:  idp.URL + "/sso",
			Form: url.Values{"SAMLRequest": {"m"}},
		},
	} {
		server := httptest.NewUnstartedServer(nil)
		base := "http://localhost:" +
			server.Listener.Addr().String()[strings.LastIndex(
				server.Listener.Addr().String(), ":",
			)+
				1:]
		f := newFixtureAt(t, base)
		f.redirect = redirect
		f.adaIsIn()
		server.Config.Handler = f
		server.Start()
		t.Cleanup(server.Close)
		var text string
		err := chromedp.Do(
			ctx, chromedp.EmulateViewport(360, 640),
			chromedp.Navigate(base+"/login/sso?enterprise_key=other"),
		)
		if err == nil {
			text, err = chromedp.Run(
				ctx,
				chromedp.Evaluate[string](
					"document.querySelector('main').innerText",
				),
			)
		}
		for _, want := range []string{
			"Other Ltd", "Acme Corporation", "ada@acme.example",
		} {
			if err != nil || !strings.Contains(text, want) {
				t.Fatalf("%s: %v: %s", name, err, text)
			}
		}
		wide, err := chromedp.Run(
			ctx, chromedp.Evaluate[float64]("document.documentElement.scrollWidth"),
		)
		if err != nil || wide > 360 {
			t.Errorf("%s: %v: the page is %v wide at 360", name, err, wide)
		}
		if len(f.remote.started) != 0 {
			t.Fatalf("%s: began before it was agreed to", name)
		}
		if err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS("main form button"))); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if at := settle(ctx, t, idp.URL); !strings.HasPrefix(at, idp.URL+"/sso") {
			t.Errorf("%s: stuck at %s", name, at)
		}
		if len(f.remote.started) != 1 || f.remote.started[0].Replaces != mine {
			t.Errorf("%s: began %+v", name, f.remote.started)
		}
	}
}

// settle waits until the browser is at an address and says where it is in the
// end.
func settle(ctx context.Context, t *testing.T, prefix string) string {
	t.Helper()
	at := ""
	for range 50 {
		var err error
		if at, err = chromedp.Run(
			ctx, chromedp.Evaluate[string]("location.href"),
		); err == nil && strings.HasPrefix(at, prefix) {
			return at
		}
		time.Sleep(100 * time.Millisecond)
	}
	return at
}
