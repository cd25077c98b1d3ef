package ui

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"gatehouse/sso"
)

type brandsOf map[sso.EnterpriseID]sso.Brand

func (b brandsOf) Of(_ context.Context, of sso.EnterpriseID) sso.Brand { return b[of] }

func TestFrameOfARequest(t *testing.T) {
	t.Parallel()
	northwind := sso.Brand{Product: "Northwind"}
	p, err := New(Options{
		Brands: brandsOf{"": {Product: "Installation"}, "ent-1": northwind, "ent-2": {}},
		Banner: func(r *http.Request) *Banner { return &Banner{Text: r.URL.Path} },
	})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("GET", "/somewhere", nil)
	for _, x := range []struct {
		of      sso.EnterpriseID
		staff   bool
		product string
		ours    bool
	}{
		{"ent-1", false, "Northwind", false},
		{"ent-1", true, "Gatehouse", true},
		{"ent-2", false, "Gatehouse", true},
		{"", false, "Installation", false},
		{"", true, "Gatehouse", true},
	} {
		f := p.Frame(r, x.of, x.staff)
		if f.Product != x.product || f.Ours() != x.ours || f.Lang() != "en" ||
			f.Banner == nil || f.Banner.Text != "/somewhere" {
			t.Errorf("%q, staff %v: %+v", x.of, x.staff, f)
		}
	}
}

func TestFrameOfABrand(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		brand sso.Brand
		css   string
		logo  *logo
		links []Link
	}{
		"nothing": {},
		"colours": {
			brand: sso.Brand{Color: "#4a2540", Accent: "#8a2f6a"},
			css:   "/brand/4a2540-8a2f6a.css",
		},
		"one colour is both": {
			brand: sso.Brand{Accent: "#8a2f6a"},
			css:   "/brand/8a2f6a-8a2f6a.css",
		},
		"logo": {
			brand: sso.Brand{
				Logo:     sso.ImageRef{Hash: "0a", Media: "image/png", Width: 64, Height: 32},
				LogoDark: sso.ImageRef{Hash: "0b", Media: "image/svg+xml"},
			},
			logo: &logo{
				Src:    "/brand/0a.png",
				Media:  "image/png",
				Dark:   "/brand/0b.svg",
				Width:  64,
				Height: 32,
			},
		},
		"support by mail": {
			brand: sso.Brand{Support: "help@northwind.example", Terms: "https://northwind.example/terms"},
			links: []Link{
				{Label: "Support", Href: "mailto:help@northwind.example"},
				{Label: "Terms", Href: "https://northwind.example/terms"},
			},
		},
		"support on the web": {
			brand: sso.Brand{Support: "https://northwind.example/@help"},
			links: []Link{{Label: "Support", Href: "https://northwind.example/@help"}},
		},
	} {
		f := Frame{Brand: x.brand}
		if diff := cmp.Diff(
			[]any{x.css, x.logo, x.links}, []any{f.Stylesheet(), f.Logo(), f.Links()},
		); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestFramedRefusesAPageWithoutFrame: such a page would show our name to people of a
// company with a brand.
func TestFramedRefusesAPageWithoutFrame(t *testing.T) {
	t.Parallel()
	p := newRenderer(t, hello(func(fstest.MapFS) {}))
	w := httptest.NewRecorder()
	if err := p.Framed(w, 200, new(helloPage)); err == nil || w.Body.Len() != 0 {
		t.Errorf("%v, wrote %q", err, w.Body)
	}
	page := &helloPage{Base{Frame: p.Frame(httptest.NewRequest("GET", "/", nil), "", true)}}
	if err := p.Framed(w, 200, page); err != nil || !strings.Contains(w.Body.String(), "<h1>Hello</h1>") {
		t.Errorf("%v, wrote %q", err, w.Body)
	}
}

func TestTitleNamesTheCompanyOnce(t *testing.T) {
	t.Parallel()
	acme := BaseOf(sso.Enterprise{ID: "ent-1", Name: "Acme"})
	for title, want := range map[string]string{
		"Groups":           "Acme",
		"Continue to Acme": "",
	} {
		if got := acme.TitleCompany(title); got != want {
			t.Errorf("%q: want %q, got %q", title, want, got)
		}
	}
	if got := new(Base).TitleCompany("Sign in"); got != "" {
		t.Errorf("without a company: %q", got)
	}
}

func TestCurrentStep(t *testing.T) {
	t.Parallel()
	g := &Guide{Steps: []Step{{State: "done"}, {Label: "Test", State: "now"}, {State: "wait"}}}
	if n := g.Current(); n == nil || n.Number != 2 || n.Total != 3 || n.Label != "Test" {
		t.Errorf("current: %+v", n)
	}
	if n := new(Guide).Current(); n != nil {
		t.Errorf("a page beside the steps: %+v", n)
	}
}
