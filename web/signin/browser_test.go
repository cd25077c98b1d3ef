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

	"gatehouse/internal/chromium"
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
		"post binding":     {URL: idp.URL + "/sso", Form: url.Values{"SAMLRequest": {"m"}, "RelayState": {"gh1"}}},
	} {
		server := httptest.NewUnstartedServer(nil)
		base := "http://localhost:" + server.Listener.Addr().String()[strings.LastIndex(server.Listener.Addr().String(), ":")+1:]
		f := newFixtureAt(t, base)
		f.redirect = redirect
		server.Config.Handler = f
		server.Start()
		t.Cleanup(server.Close)
		posted = nil
		err := chromedp.Do(ctx, chromedp.Navigate(base+"/login?return_to=/wiki"),
			chromedp.SendKeys(chromedp.CSS("#company"), "acme"), chromedp.Click(chromedp.CSS("main form button")))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if at := settle(ctx, t, idp.URL); !strings.HasPrefix(at, idp.URL+"/sso") {
			t.Fatalf("%s: stuck at %s", name, at)
		}
		if redirect.Form != nil && (posted.Get("SAMLRequest") != "m" || posted.Get("RelayState") != "gh1") {
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

// settle waits until the browser is at an address and says where it is in the
// end.
func settle(ctx context.Context, t *testing.T, prefix string) string {
	t.Helper()
	at := ""
	for range 50 {
		var err error
		if at, err = chromedp.Run(ctx, chromedp.Evaluate[string]("location.href")); err == nil && strings.HasPrefix(at, prefix) {
			return at
		}
		time.Sleep(100 * time.Millisecond)
	}
	return at
}
