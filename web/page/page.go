package page

import (
	"bytes"
	"embed"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

//go:embed templates/*.html
var templates embed.FS

// Page is one of the page structs of this package, by pointer.
type Page interface {
	title() string
	common() *Base
}

// Base is what every page has. Render fills in the rest of it.
type Base struct {
	Enterprise string   // the company it is about; "" if none is known
	User       *Person  // who is signed in; nil for nobody
	Flash      string   // what was just done, in one sentence
	Home       string   // our own address, where the page is shown at somebody else's; else ""
	Console    *Console // what every page of the console has; nil for any other page

	Dir     string // of the text; "" means ltr
	Title   string
	Product string
	Banner  *Banner
}

func (b *Base) common() *Base { return b }

// Person is who is signed in, as the head of a page shows them.
type Person struct{ Name, Login string }

// Initial is what stands for the person in a circle.
func (p Person) Initial() string {
	for _, r := range p.Name + p.Login {
		return strings.ToUpper(string(r))
	}
	return "?"
}

// Banner is one line above every page.
type Banner struct{ Text, Href, Label string }

// Options are what all pages of an installation share.
type Options struct {
	Product string  // "" means Gatehouse
	Banner  *Banner // nil for none
}

// Pages are all templates, ready to be filled. Safe for concurrent use.
type Pages struct {
	Options
	byName map[string]*sheet
	assets *assets
}

// all are the pages there are; New makes sure that the directory agrees.
func all() []Page {
	return slices.Concat(gatePages(), adminPages(), directoryPages(), activityPages(), assistantPages(), connectionPages(), testPages())
}

// gatePages are those that stand between somebody and where they want to be,
// and what they see of themselves.
func gatePages() []Page {
	return []Page{new(SignIn), new(ChooseConnection), new(Continue), new(Replace), new(Verify), new(Account), new(NoAccess), new(SignedOut), new(LogoutConfirm), new(Failure), new(Index), new(Parts)}
}

// New parses the templates and hashes the assets. A page is put together the
// first time it is shown, so that those nobody opens cost little.
func New(o Options) (*Pages, error) {
	if o.Product == "" {
		o.Product = "Gatehouse"
	}
	a, err := newAssets()
	if err != nil {
		return nil, fmt.Errorf("load assets: %w", err)
	}
	p := &Pages{Options: o, assets: a, byName: map[string]*sheet{}}
	if err := p.parse(templates); err != nil {
		return nil, err
	}
	return p, nil
}

// Render fills a page and writes it with the status; if the page cannot be
// filled it writes nothing and returns why. p is changed.
func (p *Pages) Render(w http.ResponseWriter, status int, page Page) error {
	b := page.common()
	b.Title, b.Product, b.Banner = page.title(), p.Product, p.Banner
	if b.Dir == "" {
		b.Dir = "ltr"
	}
	var buf bytes.Buffer
	t, err := p.byName[nameOf(page)].template()
	if err == nil {
		err = t.Execute(&buf, page)
	}
	if err != nil {
		return fmt.Errorf("render page %s: %w", nameOf(page), err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(buf.Bytes()) // the browser went away: there is nobody to tell
	return nil
}
