package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

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

// TestGalleryInBrowser tests in Chromium that no example is wider than its window,
// from 320 to 1920 pixels, no table is clipped, every control is at least 44 pixels high,
// the Content-Security-Policy allows the style sheet, and dark mode is dark.
// With GATEHOUSE_SCREENSHOTS it saves screenshots there.
func TestGalleryInBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("short")
	}
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
	var backgrounds sync.Map
	all := views(320, 360, 768, 960, 1280, 1920)
	eachExample(t, server.URL, all, func(ctx context.Context, e gallery.Example, v view) error {
		got, err := look(ctx, v)
		if err != nil {
			return err
		}
		if got.Wide > 0 || len(got.Small)+len(got.Clipped) > 0 || got.Unstyled {
			t.Errorf("%s at %s: %+v", e.Name, v, got)
		}
		backgrounds.Store(v.scheme, got.Background)
		if shots == "" || v.width == 320 {
			return nil
		}
		return shoot(ctx, filepath.Join(shots, fmt.Sprintf("%s_%d_%s.png", e.Name, v.width, v.scheme)))
	})
	light, _ := backgrounds.Load("light")
	if dark, _ := backgrounds.Load("dark"); light == dark {
		t.Errorf("light and dark have the same background %s", light)
	}
}

// look measures the page in the browser at a width and in a colour scheme.
func look(ctx context.Context, v view) (measured, error) {
	if err := show(ctx, v); err != nil {
		return measured{}, err
	}
	return chromedp.Run(ctx, chromedp.Evaluate[measured](measure))
}

// show lays out the page in the browser at a width and in a colour scheme.
func show(ctx context.Context, v view) error {
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{
		Name:  "prefers-color-scheme",
		Value: v.scheme,
	}}}
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, media); err != nil {
		return err
	}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(v.width, 800)); err != nil {
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

func shoot(ctx context.Context, file string) error {
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		return err
	}
	return os.WriteFile(file, png, 0o600)
}
