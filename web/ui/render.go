package ui

import (
	"bytes"
	"embed"
	"fmt"
	"net/http"
	"reflect"
	"strings"

	"gatehouse/sso"
)

//go:embed *.html
var files embed.FS

// Page is a page struct, by pointer; it embeds [Base]. The page that a struct
// called peoplePage fills is People, and its template is People.html.
type Page interface {
	Title() string // in the head of the page, and at the end of its trail
	common() *Base
}

// Base is the common part of every page.
type Base struct {
	Enterprise string           // name of the company the page is about; "" if none is known
	Of         sso.EnterpriseID // the same company, whose brand the page wears
	Staff      bool             // the page is for the operator's staff: it wears no brand
	English    bool             // the page is English, although it could be translated
	User       *Person          // who is signed in; nil if no user is
	Flash      string           // confirmation of the last change, one sentence
	Home       string           // our own address, for a page shown under another one; else ""
	Console    *Console         // frame of a page of the console; nil for other pages
	Dir        string           // direction of the text; "" means ltr

	Frame Frame // set by Render
}

// BaseOf returns the common part of a page about a company.
func BaseOf(e sso.Enterprise) Base {
	return Base{
		Enterprise: e.Name,
		Of:         e.ID,
	}
}

func (b *Base) common() *Base { return b }

// TitleCompany returns the name of the company for the title of the browser's window; ""
// if the page's own title has it.
func (b *Base) TitleCompany(title string) string {
	if strings.Contains(title, b.Enterprise) {
		return ""
	}
	return b.Enterprise
}

// Person is the signed-in user in the head of a page.
type Person struct{ Name, Login string }

// Initial returns the letter shown in place of a picture.
func (p Person) Initial() string {
	for _, r := range p.Name + p.Login {
		return strings.ToUpper(string(r))
	}
	return "?"
}

// Banner is one line above every page.
type Banner struct{ Text, Href, Label string }

// Options configure the pages of an installation.
type Options struct {
	Product string // our own name; "" means Gatehouse
	Brands  brands // nil: all pages have our own name and colours
	// Languages chooses the languages of translated pages; nil: all pages are English.
	Languages languages
	// Banner returns the line above the page of a request; nil for none. It is optional.
	Banner func(*http.Request) *Banner
}

// Renderer fills the templates of pages. It is safe for concurrent use.
type Renderer struct {
	Options
	sheets map[reflect.Type]*sheet
	unused []string
	assets *assets
}

// New parses the templates of the kit and of features, and hashes the assets. It
// fails for a page without a template, a template without a page, a component
// that is missing, and two components of one name. A page is escaped the first
// time it is shown, so pages that are never opened cost little.
func New(o Options, features ...Templates) (*Renderer, error) {
	if o.Product == "" {
		o.Product = "Gatehouse"
	}
	a, err := newAssets()
	if err != nil {
		return nil, fmt.Errorf("load assets: %w", err)
	}
	p := &Renderer{
		Options: o,
		sheets:  map[reflect.Type]*sheet{},
		assets:  a,
	}
	if err := p.parse(append([]Templates{kit()}, features...)); err != nil {
		return nil, err
	}
	return p, nil
}

// kit returns the pages that belong to no feature, with the layout and the
// components of all pages.
func kit() Templates {
	return Templates{
		Pages:      []Page{new(Continue), new(SignedOut), new(Failure)},
		Translated: []Page{new(Continue), new(SignedOut), new(Failure)},
		Files:      files,
	}
}

// Unused returns the names of the components that no page calls, sorted.
func (p *Renderer) Unused() []string { return p.unused }

// Render shows a page in the frame of its request, its company and its readers. A
// translated page is in the language of the visitor, unless it is one of the console. If
// the page cannot be filled, Render writes nothing and returns why.
func (p *Renderer) Render(w http.ResponseWriter, r *http.Request, status int, page Page) error {
	b := page.common()
	b.Frame = p.Frame(r, b.Of, b.Staff)
	if s := p.sheets[reflect.TypeOf(page)]; s != nil && s.translated && p.Languages != nil &&
		!b.Staff && !b.English && b.Console == nil {
		p.translate(&b.Frame, r, b.Home == "")
	}
	return p.Framed(w, status, page)
}

// Framed shows a page whose Base has its frame already, like Render.
func (p *Renderer) Framed(w http.ResponseWriter, status int, page Page) error {
	b := page.common()
	if b.Frame.language == nil {
		return fmt.Errorf("render page %s: it has no frame", Name(page))
	}
	if b.Dir == "" {
		b.Dir = "ltr"
	}
	s := p.sheets[reflect.TypeOf(page)]
	if s == nil {
		return fmt.Errorf("render page %s: its feature is not among the templates", Name(page))
	}
	t, err := s.template(b.Frame.language)
	if err != nil {
		return fmt.Errorf("put page %s together: %w", Name(page), err)
	}
	var buf bytes.Buffer
	if err := t.Execute(&buf, page); err != nil {
		return fmt.Errorf("render page %s: %w", Name(page), err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Language", b.Frame.Lang())
	if b.Frame.chosen {
		w.Header().Add("Vary", "Accept-Language, Cookie")
	}
	w.WriteHeader(status)
	_, _ = w.Write(buf.Bytes()) // the browser went away: the error has no reader
	return nil
}
