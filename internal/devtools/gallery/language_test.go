package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"gatehouse/internal/testkit/chromium"
	"gatehouse/internal/words"
	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

// serveExamples serves the gallery.
func serveExamples(t *testing.T) *httptest.Server {
	t.Helper()
	p, err := ui.New(gallery.Options(), templates()...)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(gallery.Handler(p, examples))
	t.Cleanup(server.Close)
	return server
}

// TestLanguagesInBrowser tests in Chromium that translated pages fit into a window of 320
// pixels in every language, also with the choice of a language open: German is a third
// longer than English.
func TestLanguagesInBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("short")
	}
	ctx := chromium.Start(t)
	server := serveExamples(t)
	shown := 0
	for _, e := range examples() {
		for _, l := range words.All()[1:] {
			address := server.URL + "/gallery/" + e.Name + "?lang=" + l.Tag
			response, err := http.Get(address)
			if err != nil {
				t.Fatal(err)
			}
			_ = response.Body.Close()
			if response.Header.Get("Content-Language") != l.Tag {
				break // a page in English alone
			}
			shown++
			if err := chromedp.Do(ctx, chromedp.Navigate(address)); err != nil {
				t.Fatalf("%s: %v", address, err)
			}
			const open = `document.querySelectorAll("details").forEach(d => d.open = true); true`
			if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](open)); err != nil {
				t.Fatalf("%s: %v", address, err)
			}
			got, err := look(ctx, view{320, "light"})
			if err != nil {
				t.Fatalf("%s: %v", address, err)
			}
			if got.Wide > 0 || len(got.Small)+len(got.Clipped) > 0 {
				t.Errorf("%s: %+v", address, got)
			}
		}
	}
	if shown < 50 {
		t.Errorf("%d translated pages", shown)
	}
}

// TestLocalTimeInBrowser tests that scripts show a moment in the reader's time zone as the
// server shows it in UTC, in every language.
func TestLocalTimeInBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("short")
	}
	ctx := chromium.Start(t)
	server := serveExamples(t)
	zone := emulation.SetTimezoneOverrideParams{TimezoneID: "Asia/Tokyo"}
	if _, err := chromedp.Call(ctx, emulation.SetTimezoneOverride, zone); err != nil {
		t.Fatal(err)
	}
	for _, l := range words.All() {
		address := server.URL + "/gallery/Frame-desk?lang=" + l.Tag
		if err := chromedp.Do(ctx, chromedp.Navigate(address)); err != nil {
			t.Fatalf("%s: %v", address, err)
		}
		const read = `[...document.querySelectorAll("main time")].map(t => t.title || t.textContent).join("|")`
		got, err := chromedp.Run(ctx, chromedp.Evaluate[string](read))
		if err != nil {
			t.Fatal(err)
		}
		exact := strings.TrimSuffix(l.DateTime(gallery.Now().Add(9*time.Hour)), " UTC")
		if want := exact + "|" + exact; got != want {
			t.Errorf("%s: want %q, got %q", l.Tag, want, got)
		}
	}
}
