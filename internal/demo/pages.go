package demo

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"

	"gatehouse/sso"
)

//go:embed templates static
var files embed.FS

type pages struct {
	sets    map[string]*template.Template
	static  fs.FS
	version string
}

func newPages() (*pages, error) {
	static, err := fs.Sub(files, "static")
	if err != nil {
		return nil, fmt.Errorf("open static files: %w", err)
	}
	pg := &pages{sets: map[string]*template.Template{}, static: static}
	sum := sha256.New()
	for _, name := range []string{"demo.css", "demo.js"} {
		text, err := fs.ReadFile(static, name)
		if err != nil {
			return nil, fmt.Errorf("read static file: %w", err)
		}
		sum.Write(text)
	}
	pg.version = hex.EncodeToString(sum.Sum(nil)[:6])
	layout, err := template.ParseFS(files, "templates/layout.html")
	if err != nil {
		return nil, fmt.Errorf("read templates: %w", err)
	}
	for _, name := range []string{"home", "whoami", "mail", "wiki", "message"} {
		set, err := layout.Clone()
		if err == nil {
			set, err = set.ParseFS(files, "templates/"+name+".html")
		}
		if err != nil {
			return nil, fmt.Errorf("read template %s: %w", name, err)
		}
		pg.sets[name] = set
	}
	return pg, nil
}

func (pg *pages) serveStatic() http.Handler {
	serve := http.StripPrefix("/demo/static/", http.FileServerFS(pg.static))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		serve.ServeHTTP(w, r)
	})
}

type basePage struct {
	Title   string
	Version string
	Who     string // name of the signed-in user, or ""
	// Progress leads on from this page, unless it is the checklist; none without a step done.
	Progress Progress
}

func (b *basePage) common() *basePage { return b }

type page interface{ common() *basePage }

type homePage struct {
	basePage
	Steps     []step
	Story     int // index of the step where the story about lost members begins
	Done      int
	Companies []companyView
}

type companyView struct {
	Name, Key, Text string
	SignIn          string // empty: no connection yet
	IDP, Console    string
	Organizations   []organization
}

type whoamiPage struct {
	basePage
	Name, Login, Email, Company string
	EmailVerified               bool
	FirstTime                   string // the decision about the address and its reason
	Key                         string
	Connection, Protocol, Since string
	SinceISO                    string
	Subject                     string
	Person                      string // page of the person at the identity provider
	Organizations               []membershipsView
	Sync                        *syncView
}

type messagePage struct {
	basePage
	Text string
}

type handlerFunc func(w http.ResponseWriter, r *http.Request) error

func (d *Demo) onPage(h handlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := h(w, r)
		if err == nil {
			return
		}
		status := http.StatusInternalServerError
		text := "Something went wrong on our side. The terminal says what."
		if known, ok := errors.AsType[*sso.Error](err); ok && known.Kind == sso.Unavailable {
			status, text = http.StatusServiceUnavailable, known.Text().String()
		}
		slog.ErrorContext(r.Context(), "demo page failed", "path", r.URL.Path, "error", err)
		if err := d.render(w, r, status, "message", &messagePage{
			basePage: basePage{Title: "That did not work"},
			Text:     text,
		}); err != nil {
			http.Error(w, text, status)
		}
	})
}

func (d *Demo) render(w http.ResponseWriter, r *http.Request, status int, name string, pg page) (err error) {
	pg.common().Version = d.pages.version
	if name != "home" && name != "message" { // the checklist itself, and a failure
		if pg.common().Progress, err = d.Progress(r.Context()); err != nil {
			return err
		}
	}
	var body bytes.Buffer
	if err := d.pages.sets[name].ExecuteTemplate(&body, "layout", pg); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set(
		"Content-Security-Policy",
		"default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
	)
	w.WriteHeader(status)
	_, _ = body.WriteTo(w)
	return nil
}

func (d *Demo) home(w http.ResponseWriter, r *http.Request) error {
	f, err := d.loadFacts(r.Context())
	if err != nil {
		return err
	}
	pg := &homePage{
		basePage: basePage{Title: "Gatehouse demo"},
		Steps:    d.steps(f),
		Companies: []companyView{
			companyOf(acme(), "Signs in over SAML 2.0. The groups of its organizations overlap on purpose.", true),
			companyOf(
				globex(),
				"Signs in over OpenID Connect. Its directory resembles Entra ID, which sends a link in place of too many groups.",
				true,
			),
			companyOf(
				initech(),
				"Is not connected yet: its directory exists, and the setup assistant leads the way.",
				false,
			),
			companyOf(
				hooli(),
				"Its directory provisions over SCIM. Most of its people have never arrived in their group.",
				true,
			),
		},
	}
	pg.Story = len(pg.Steps) - len(d.hooliSteps(f))
	for _, s := range pg.Steps {
		if s.Done {
			pg.Done++
		}
	}
	if err := d.setPrincipal(r, &pg.basePage); err != nil {
		return err
	}
	return d.render(w, r, http.StatusOK, "home", pg)
}

// setPrincipal sets the signed-in user of a page.
func (d *Demo) setPrincipal(r *http.Request, pg *basePage) error {
	switch p, err := d.options.Principal(r); {
	case err == nil:
		pg.Who = p.User.Name
	case sso.KindOf(err) != sso.Unauthenticated:
		return fmt.Errorf("ask who is signed in: %w", err)
	}
	return nil
}

func companyOf(c company, text string, connected bool) companyView {
	v := companyView{
		Name:          c.name,
		Key:           c.key,
		Text:          text,
		Organizations: c.organizations,
	}
	v.Console, v.IDP = consoleLink("/admin/enterprises/"+c.key), idpPath(c.key)+"/"
	if connected {
		v.SignIn = signInLink(c.key)
	}
	return v
}

// Accessors for the templates, which see exported names only.

func (o organization) Name() string     { return o.name }
func (o organization) Groups() []string { return o.groups }
