package demoidp

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
)

//go:embed templates static
var files embed.FS

// pages are the parsed templates, one set per page.
type pages struct {
	sets    map[string]*template.Template
	static  fs.FS
	version string // of the static files, part of their URLs
}

func newPages() (*pages, error) {
	static, err := fs.Sub(files, "static")
	if err != nil {
		return nil, fmt.Errorf("open static files: %w", err)
	}
	pg := &pages{sets: map[string]*template.Template{}, static: static}
	sum := sha256.New()
	for _, name := range []string{"idp.css", "autopost.js"} {
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
	for _, name := range []string{
		"home", "pick", "post", "person", "faults", "message", "application", "application-new",
		"provisioning", "provisioning-log", "provisioning-exchange",
	} {
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

// basePage holds the data of every page.
type basePage struct {
	Title             string
	Name              string // of the directory
	Path              string // path prefix of every link
	Base              string // the same, absolute
	Version           string
	HomeURL, HomeName string
	Fault             *FaultInfo // active fault; nil for none
	Once              bool
	AutoPost          bool
	formTarget        string // further sources that forms may be sent to
}

func (b *basePage) common() *basePage { return b }

type page interface{ common() *basePage }

type homePage struct {
	basePage
	People  []Person
	Search  search
	SPs     []SP
	Clients []Client
}

type pickPage struct {
	basePage
	ID          string
	Application string
	Protocol    string
	Unsolicited bool
	People      []Person
	Search      search
}

type postPage struct {
	basePage
	Application string
	Action      string
	Fields      []field
}

type field struct{ Name, Value string }

type personPage struct {
	basePage
	Person   Person
	Groups   []groupBox
	Saved    bool
	Sessions []sessionRow
}

type groupBox struct {
	Name    string
	Checked bool
}

type sessionRow struct{ Application, Logout, Since string }

type faultsPage struct {
	basePage
	Sections []faultSection
	Current  Fault
	Saved    bool
}

type faultSection struct {
	Title  string
	Faults []FaultInfo
}

type messagePage struct {
	basePage
	Text string
}

// render renders into a buffer first, so that a failing template sends no partial
// response.
func (p *IdP) render(w http.ResponseWriter, status int, name string, pg page) error {
	b := pg.common()
	b.Path, b.Base, b.Version = p.prefix, p.base, p.pages.version
	b.Name, b.HomeURL, b.HomeName = p.options.Name, p.options.HomeURL, p.options.HomeName
	current, once := p.Fault()
	for _, info := range Faults() {
		if info.Fault == current {
			b.Fault, b.Once = &info, once
		}
	}
	var body bytes.Buffer
	if err := p.pages.sets[name].ExecuteTemplate(&body, "layout", pg); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; "+
		"form-action 'self'"+b.formTarget+"; frame-ancestors 'none'; base-uri 'none'")
	w.WriteHeader(status)
	_, _ = body.WriteTo(w)
	return nil
}

// anyTarget lets the form of a sign-in go anywhere: browsers apply form-action to every
// redirect that follows, and the last one leads to an application that is not known here.
const anyTarget = " http: https:"

// formTo returns the origin of a URL, as a further form-action source.
func formTo(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	return " " + u.Scheme + "://" + u.Host
}

func (p *IdP) loggedOut(w http.ResponseWriter, _ *http.Request, text string) error {
	return p.render(w, http.StatusOK, "message", &messagePage{basePage{Title: "Signed out"}, text})
}
