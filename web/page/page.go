package page

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"reflect"
	"slices"
	"strings"
	"text/template/parse"
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
	byName map[string]*template.Template
	assets *assets
}

// all are the pages there are; New makes sure that the directory agrees.
func all() []Page {
	return slices.Concat(gatePages(), adminPages(), directoryPages(), activityPages(), assistantPages(), connectionPages(), testPages())
}

// gatePages are those that stand between somebody and where they want to be,
// and what they see of themselves.
func gatePages() []Page {
	return []Page{new(SignIn), new(ChooseConnection), new(Continue), new(Verify), new(Account), new(NoAccess), new(SignedOut), new(LogoutConfirm), new(Failure), new(Index), new(Parts)}
}

// New parses the templates and hashes the assets.
func New(o Options) (*Pages, error) {
	if o.Product == "" {
		o.Product = "Gatehouse"
	}
	a, err := newAssets()
	if err != nil {
		return nil, fmt.Errorf("load assets: %w", err)
	}
	p := &Pages{Options: o, assets: a, byName: map[string]*template.Template{}}
	if err := p.parse(templates); err != nil {
		return nil, err
	}
	return p, nil
}

// sharedFiles are what pages are made of.
var sharedFiles = []string{"templates/layout.html", "templates/components.html", "templates/form.html", "templates/console.html", "templates/assistant.html", "templates/icons.html"}

// parse reads sharedFiles and one file per page.
func (p *Pages) parse(fsys fs.FS) error {
	shared, err := template.New("layout.html").Option("missingkey=error").
		Funcs(template.FuncMap{"asset": p.assets.url}).
		ParseFS(fsys, sharedFiles...)
	if err != nil {
		return fmt.Errorf("parse layout and components: %w", err)
	}
	files := map[string]bool{}
	for _, f := range sharedFiles {
		files[path.Base(f)] = true
	}
	used := map[string]bool{}
	for _, page := range all() {
		name := nameOf(page)
		t, err := template.Must(shared.Clone()).ParseFS(fsys, "templates/"+name+".html")
		if err != nil {
			return fmt.Errorf("parse page %s: %w", name, err)
		}
		files[name+".html"] = true
		p.byName[name] = t
		markUsed(t, t.Lookup("layout.html"), used)
	}
	for _, t := range shared.Templates() {
		if n := t.Name(); !used[n] && !files[n] {
			return fmt.Errorf("component %q is used by no page", n)
		}
	}
	found, err := fs.Glob(fsys, "templates/*.html")
	if err != nil {
		return fmt.Errorf("list templates: %w", err)
	}
	for _, f := range found {
		if !files[path.Base(f)] {
			return fmt.Errorf("template %s has no page struct", f)
		}
	}
	return nil
}

func nameOf(p Page) string { return reflect.TypeOf(p).Elem().Name() }

// markUsed walks from t to every template it calls.
func markUsed(set, t *template.Template, used map[string]bool) {
	if t == nil || t.Tree == nil || used[t.Name()] && t.Name() != "content" && t.Name() != "layout.html" {
		return
	}
	used[t.Name()] = true
	walk(t.Tree.Root, func(name string) { markUsed(set, set.Lookup(name), used) })
}

func walk(n parse.Node, call func(string)) {
	switch n := n.(type) {
	case *parse.ListNode:
		if n == nil {
			return
		}
		for _, child := range n.Nodes {
			walk(child, call)
		}
	case *parse.TemplateNode:
		call(n.Name)
	case *parse.IfNode:
		walk(n.List, call)
		walk(n.ElseList, call)
	case *parse.RangeNode:
		walk(n.List, call)
		walk(n.ElseList, call)
	case *parse.WithNode:
		walk(n.List, call)
		walk(n.ElseList, call)
	}
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
	if err := p.byName[nameOf(page)].Execute(&buf, page); err != nil {
		return fmt.Errorf("render page %s: %w", nameOf(page), err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(buf.Bytes()) // the browser went away: there is nobody to tell
	return nil
}
