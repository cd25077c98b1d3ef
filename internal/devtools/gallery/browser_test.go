package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"gatehouse/internal/testkit/chromium"
	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

// measured is the browser's measurements of a page.
type measured struct {
	Wide       float64  `json:"wide"`       // CSS pixels beyond the width of the window
	Small      []string `json:"small"`      // controls that are too small
	Clipped    []string `json:"clipped"`    // tables wider than their container
	Unstyled   bool     `json:"unstyled"`   // the style sheet did not apply
	Background string   `json:"background"` // of the page
}

const measure = `(() => {
  const name = e => e.tagName.toLowerCase() + ' "' + e.textContent.trim().slice(0, 30) + '"';
  // A checkbox or radio button can be pressed by its label too.
  const height = e => Math.max(...[e, ...(e.labels ?? [])].map(x => x.getBoundingClientRect().height));
  const inline = e => e.tagName === "A" && getComputedStyle(e).display === "inline";
  return {
    wide: document.documentElement.scrollWidth - innerWidth,
    small: [...document.querySelectorAll("a, button, input:not([type=hidden]), select, textarea, summary")]
      .filter(e => e.checkVisibility() && !inline(e) && height(e) < 43.5).map(name),
    clipped: [...document.querySelectorAll(".scroll:has(> table.stack)")]
      .filter(e => e.checkVisibility() && e.scrollWidth > e.clientWidth + 1)
      .map(e => e.querySelector("thead").textContent + " by " + (e.scrollWidth - e.clientWidth)),
    unstyled: getComputedStyle(document.querySelector("h1")).fontWeight === "700",
    background: getComputedStyle(document.documentElement).backgroundColor,
  };
})()`

// TestGalleryInBrowser tests in Chromium that no example is wider than a window
// of 320 pixels, no table is clipped, every control is at least 44 pixels high,
// the Content-Security-Policy allows the style sheet, and dark mode is dark.
// With GATEHOUSE_SCREENSHOTS it saves screenshots there.
func TestGalleryInBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("short")
	}
	ctx := chromium.Start(t)
	o := gallery.Options()
	o.Banner = func(*http.Request) *ui.Banner {
		return &ui.Banner{
			Text:  "Demonstration: nothing here is real.",
			Href:  "/demo",
			Label: "What to try",
		}
	}
	p, err := ui.New(o, templates()...)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(gallery.Handler(p, examples))
	t.Cleanup(server.Close)
	shots := os.Getenv("GATEHOUSE_SCREENSHOTS")
	backgrounds := map[string]string{}
	for _, e := range examples() {
		// One visit of each page: to load it takes longer than to lay it out again.
		if err := chromedp.Do(ctx, chromedp.Navigate(server.URL+"/gallery/"+e.Name)); err != nil {
			t.Fatalf("%s: %v", e.Name, err)
		}
		for _, width := range []int64{320, 360, 1280} {
			for _, scheme := range []string{"light", "dark"} {
				got, err := look(ctx, width, scheme)
				if err != nil {
					t.Fatalf("%s: %v", e.Name, err)
				}
				if got.Wide > 0 ||
					len(got.Small)+len(got.Clipped) > 0 ||
					got.Unstyled {
					t.Errorf("%s at %d, %s: %+v", e.Name, width, scheme, got)
				}
				backgrounds[scheme] = got.Background
				if shots != "" && width != 320 {
					shoot(
						ctx,
						t,
						filepath.Join(
							shots,
							strings.Join(
								[]string{e.Name, strconv.Itoa(int(width)), scheme},
								"_",
							)+
								".png",
						),
					)
				}
			}
		}
	}
	if backgrounds["light"] == backgrounds["dark"] {
		t.Errorf("light and dark have the same background %s", backgrounds["light"])
	}
}

// look measures the page in the browser at a width and in a colour scheme.
func look(ctx context.Context, width int64, scheme string) (measured, error) {
	if err := show(ctx, width, scheme); err != nil {
		return measured{}, err
	}
	return chromedp.Run(ctx, chromedp.Evaluate[measured](measure))
}

// show lays out the page in the browser at a width and in a colour scheme.
func show(ctx context.Context, width int64, scheme string) error {
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{
		Name:  "prefers-color-scheme",
		Value: scheme,
	}}}
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, media); err != nil {
		return err
	}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 800)); err != nil {
		return err
	}
	return settle(ctx)
}

// settle ends the transitions of the page. A button whose colour is changing with the
// scheme has neither the one contrast nor the other.
func settle(ctx context.Context) error {
	const end = `new Promise(done => requestAnimationFrame(() => {
		document.getAnimations().forEach(a => a.finish());
		requestAnimationFrame(() => done(true));
	}))`
	_, err := chromedp.Run(ctx, chromedp.Evaluate[bool](end, chromedp.EvalAwaitPromise))
	return err
}

func shoot(ctx context.Context, t *testing.T, file string) {
	t.Helper()
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, png, 0o600); err != nil {
		t.Fatal(err)
	}
}
