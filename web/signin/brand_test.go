package signin

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gatehouse/sso"
	"gatehouse/sso/branding"
	"gatehouse/web/ui"
)

// album has pictures by their hash; while it is closed, the store does not answer.
type album struct {
	pictures map[string]sso.Image
	closed   bool
}

func (a *album) Image(_ context.Context, hash string) (sso.Image, error) {
	if a.closed {
		return sso.Image{}, &sso.Error{Kind: sso.Unavailable, Code: "temporarily_unavailable"}
	}
	if p, ok := a.pictures[hash]; ok {
		return p, nil
	}
	return sso.Image{}, sso.NothingHere()
}

// TestBrandAddresses: an address of a picture has one content with one type, which no
// browser takes for anything else, and nothing but success is kept by caches.
func TestBrandAddresses(t *testing.T) {
	t.Parallel()
	svg, _, err := branding.Sanitize([]byte(`<svg viewBox="0 0 9 9"><path d="M0 0H9V9z"/></svg>`))
	if err != nil {
		t.Fatal(err)
	}
	png := sso.Image{
		Hash:  strings.Repeat("ab", 32),
		Media: sso.MediaPNG,
		Body:  []byte("\x89PNG <script>alert(1)</script>"),
	}
	pictures := &album{pictures: map[string]sso.Image{svg.Hash: svg, png.Hash: png}}
	f := newFixtureWith(t, "https://sso.example", func(o *Options) { o.Brands = pictures })
	for _, p := range pictures.pictures {
		for _, method := range []string{"GET", "HEAD"} {
			w := f.do(httptest.NewRequest(method, p.Ref().Path()+"?x=1", nil))
			want := http.Header{
				"Content-Type":            {p.Media},
				"Cache-Control":           {"public, max-age=31536000, immutable"},
				"Content-Security-Policy": {"default-src 'none'; frame-ancestors 'none'; sandbox"},
				"X-Content-Type-Options":  {"nosniff"},
			}
			for name := range want {
				if got := w.Header().Get(name); w.Code != 200 || got != want.Get(name) {
					t.Errorf("%s %s: %d, %s: %s", method, p.Ref().Path(), w.Code, name, got)
				}
			}
			if method == "GET" && w.Body.String() != string(p.Body) || w.Header().Get("Set-Cookie") != "" {
				t.Errorf("%s: %q %v", p.Media, w.Body, w.Header())
			}
		}
	}
	absent := []string{
		svg.Hash, svg.Hash + ".png", png.Hash + ".svg", png.Hash + ".html", png.Hash + ".PNG", svg.Hash + ".svg.png",
		strings.ToUpper(svg.Hash) + ".svg", strings.Repeat("0", 64) + ".svg", svg.Hash[:63] + ".svg", ".svg",
		svg.Hash + ".svg%00", svg.Hash + ".svg%0a", svg.Hash + ".svg/", "x.css",
		"0e5c4b-0e5c4.css", "0e5c4b-0e5c4bb.css", "0E5C4B-0e5c4b.css", "0e5c4b-%230e5c4.css", "0e5c4b.css",
		"0e5c4b-0e5c4b.CSS", "0e5c4b-0e5c4b.css%0a", "red}*{}-0e5c4b.css", "+e5c4b-0e5c4b.css",
	}
	for _, file := range absent {
		w := f.get("/brand/" + file)
		if w.Code != 404 && w.Code != 400 || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %v %s", file, w.Code, w.Header(), w.Body)
		}
	}
	pictures.closed = true
	w := f.get(svg.Ref().Path())
	if w.Code != 503 || w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("Retry-After") == "" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if w := f.post(svg.Ref().Path(), nil); w.Code != 405 || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("POST: %d %v", w.Code, w.Header())
	}
	r := httptest.NewRequest("GET", svg.Ref().Path(), nil)
	r.Host = "evil.example"
	elsewhere := httptest.NewRecorder()
	f.ServeHTTP(elsewhere, r)
	if elsewhere.Code != 421 || elsewhere.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("another host: %d %v", elsewhere.Code, elsewhere.Header())
	}
}

// TestBrandColors: the style sheet of two colors has four properties, which can be read.
func TestBrandColors(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	w := f.get("/brand/0e5c4b-ffff00.css")
	palette, _, _ := branding.PaletteOf("#0e5c4b", "#ffff00")
	if w.Code != 200 || w.Body.String() != palette.CSS() || w.Header().Get("Content-Type") != "text/css; charset=utf-8" ||
		w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Header().Get("Access-Control-Allow-Origin") != "*" ||
		w.Header().Get("Cache-Control") != "public, max-age=86400" {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	for _, bad := range []string{"light-dark(#ffff00", "url", "@", "<"} {
		if strings.Contains(fmt.Sprint(w.Body), bad) {
			t.Errorf("%s is in %s", bad, w.Body)
		}
	}
}

// worn is the brand of every page.
type worn sso.Brand

func (b worn) Of(context.Context, sso.EnterpriseID) sso.Brand { return sso.Brand(b) }

// TestSignInText shows the words of a brand where people sign in, as text.
func TestSignInText(t *testing.T) {
	t.Parallel()
	const own, lead = `Use your <Northwind> card & PIN.`, "Tell us where you work."
	for _, text := range []string{"", own} {
		pages, err := ui.New(ui.Options{Brands: worn{SignInText: text}}, Templates())
		if err != nil {
			t.Fatal(err)
		}
		for name, page := range map[string]ui.Page{
			"sign-in": &signInPage{},
			"choice":  &chooseConnectionPage{},
		} {
			w := httptest.NewRecorder()
			r := httptest.NewRequest(http.MethodGet, "/login", http.NoBody)
			if err := pages.Render(w, r, http.StatusOK, page); err != nil {
				t.Fatal(err)
			}
			body := w.Body.String()
			if strings.Contains(body, "Use your &lt;Northwind&gt; card &amp; PIN.") != (text == own) ||
				name == "sign-in" && strings.Contains(body, lead) == (text == own) {
				t.Errorf("%s with %q:\n%s", name, text, body)
			}
		}
	}
}
