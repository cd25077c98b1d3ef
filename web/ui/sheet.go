package ui

import (
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	texttemplate "text/template"
	"text/template/parse"
	"unicode"

	"gatehouse/internal/words"
)

// Templates are the pages of one package. Files holds one template per page,
// People.html for peoplePage; any other .html file, whose name begins with a
// small letter, defines components, which every page may call.
type Templates struct {
	Pages []Page
	// Translated are those of Pages that are shown in the visitor's language: all
	// their texts are in the catalogue. The others are English.
	Translated []Page
	Files      fs.FS
}

// Name returns the name of a page: that of its struct without "Page", with a
// capital letter.
func Name(p Page) string {
	name := strings.TrimSuffix(reflect.TypeOf(p).Elem().Name(), "Page")
	return strings.ToUpper(name[:1]) + name[1:]
}

// sheet is the template of one page until it is first shown: the page's own
// trees beside the shared ones. Joining and escaping them takes ten times the
// memory of the text, so this is done for each language when a visitor needs it.
type sheet struct {
	shared     *template.Template
	own        map[string]*parse.Tree
	translated bool

	mu    sync.Mutex
	whole map[*words.Language]*whole
}

// whole is the template of a page in one language.
type whole struct {
	once     sync.Once
	template *template.Template
	err      error
}

// template returns the template in a language. It speaks by functions of that language,
// which components have without being told.
func (s *sheet) template(l *words.Language) (*template.Template, error) {
	s.mu.Lock()
	w := s.whole[l]
	if w == nil {
		w = &whole{}
		s.whole[l] = w
	}
	s.mu.Unlock()
	w.once.Do(func() { w.template, w.err = s.join(l) })
	return w.template, w.err
}

// join puts the trees together. Escaping changes them in place, so each language has
// its own; those of a page in one language are not needed again.
func (s *sheet) join(l *words.Language) (*template.Template, error) {
	t, err := s.shared.Clone()
	if err != nil {
		return nil, err
	}
	t.Funcs(say(l))
	for name, tree := range s.own {
		if s.translated {
			tree = tree.Copy()
		}
		if _, err := t.AddParseTree(name, tree); err != nil {
			return nil, err
		}
	}
	if !s.translated {
		s.own = nil
	}
	return t, nil
}

// layout is the component that every page begins with.
const layout = "layout.html"

// parse reads the templates of all features.
func (p *Renderer) parse(features []Templates) error {
	funcs := texttemplate.FuncMap(say(words.English()))
	funcs["asset"] = p.assets.url
	components := map[string]*parse.Tree{}
	pages := make([]map[string]map[string]*parse.Tree, len(features)) // of each feature, by the page's name
	for i, f := range features {
		var err error
		if pages[i], err = read(f.Files, funcs, components); err != nil {
			return err
		}
	}
	shared := template.New(layout).Option("missingkey=error").Funcs(template.FuncMap(funcs))
	for name, tree := range components {
		if _, err := shared.AddParseTree(name, tree); err != nil {
			return fmt.Errorf("add component %q: %w", name, err)
		}
	}
	used := map[string]bool{}
	for i, f := range features {
		if err := p.match(f.Pages, pages[i], shared, components, used); err != nil {
			return err
		}
		if err := p.mark(f.Translated); err != nil {
			return err
		}
	}
	for name := range components {
		if !used[name] {
			p.unused = append(p.unused, name)
		}
	}
	slices.Sort(p.unused)
	return nil
}

// read parses the files of one feature. It adds what they define for other pages
// to components, and returns the trees of each page.
func read(
	fsys fs.FS, funcs texttemplate.FuncMap, components map[string]*parse.Tree,
) (map[string]map[string]*parse.Tree, error) {
	found, err := fs.Glob(fsys, "*.html")
	if err != nil {
		return nil, fmt.Errorf("list templates: %w", err)
	}
	pages := map[string]map[string]*parse.Tree{}
	for _, file := range found {
		t, err := texttemplate.New(file).Funcs(funcs).ParseFS(fsys, file)
		if err != nil {
			return nil, fmt.Errorf("parse template %s: %w", file, err)
		}
		own := map[string]*parse.Tree{}
		for _, t := range t.Templates() {
			own[t.Name()] = t.Tree
		}
		if unicode.IsUpper(rune(file[0])) {
			pages[strings.TrimSuffix(file, ".html")] = own
			continue
		}
		if file != layout {
			delete(own, file) // what stands between the definitions
		}
		for name, tree := range own {
			if components[name] != nil {
				return nil, fmt.Errorf("component %q of %s is defined twice", name, file)
			}
			components[name] = tree
		}
	}
	return pages, nil
}

// match gives each page of one feature its template, and marks the components
// that the page calls as used.
func (p *Renderer) match(
	pages []Page,
	trees map[string]map[string]*parse.Tree,
	shared *template.Template,
	components map[string]*parse.Tree,
	used map[string]bool,
) error {
	named := map[string]bool{}
	for _, page := range pages {
		name := Name(page)
		own := trees[name]
		if own == nil {
			return fmt.Errorf("page %s has no template", name)
		}
		named[name] = true
		all := maps.Clone(components)
		maps.Copy(all, own)
		if err := markUsed(all, layout, map[string]bool{}, used); err != nil {
			return fmt.Errorf("page %s: %w", name, err)
		}
		p.sheets[reflect.TypeOf(page)] = &sheet{
			shared: shared,
			own:    own,
			whole:  map[*words.Language]*whole{},
		}
	}
	for name := range trees {
		if !named[name] {
			return fmt.Errorf("template %s.html has no page struct", name)
		}
	}
	return nil
}

// mark marks the pages that are shown in the visitor's language.
func (p *Renderer) mark(pages []Page) error {
	for _, page := range pages {
		s := p.sheets[reflect.TypeOf(page)]
		if s == nil {
			return fmt.Errorf("page %s is translated, but no page", Name(page))
		}
		s.translated = true
	}
	return nil
}

// markUsed walks from a template of a page to every one it calls; each has to
// exist.
func markUsed(all map[string]*parse.Tree, name string, walked, used map[string]bool) error {
	if walked[name] {
		return nil
	}
	tree := all[name]
	if tree == nil {
		return fmt.Errorf("there is no template %q", name)
	}
	walked[name], used[name] = true, true
	var missing error
	walk(tree.Root, func(called string) {
		if err := markUsed(all, called, walked, used); err != nil {
			missing = err
		}
	})
	return missing
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
