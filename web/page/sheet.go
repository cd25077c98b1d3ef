package page

import (
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"path"
	"reflect"
	"sync"
	texttemplate "text/template"
	"text/template/parse"
)

// sharedFiles are what pages are made of.
var sharedFiles = []string{"templates/layout.html", "templates/components.html", "templates/form.html", "templates/console.html", "templates/assistant.html", "templates/icons.html"}

// sheet is a page's template before it is needed: what is its own, and what all
// of them share. Putting them together and finding out how each value has to be
// escaped takes ten times the memory of the text.
type sheet struct {
	shared *template.Template
	own    map[string]*parse.Tree
	once   sync.Once
	whole  *template.Template
	err    error
}

func (s *sheet) template() (*template.Template, error) {
	s.once.Do(func() {
		if s.whole, s.err = s.shared.Clone(); s.err != nil {
			return
		}
		for name, tree := range s.own {
			if _, s.err = s.whole.AddParseTree(name, tree); s.err != nil {
				return
			}
		}
		s.own = nil
	})
	return s.whole, s.err
}

// parse reads sharedFiles and one file per page.
func (p *Pages) parse(fsys fs.FS) error {
	funcs := template.FuncMap{"asset": p.assets.url}
	shared, err := template.New("layout.html").Option("missingkey=error").Funcs(funcs).ParseFS(fsys, sharedFiles...)
	if err != nil {
		return fmt.Errorf("parse layout and components: %w", err)
	}
	common, files := map[string]*parse.Tree{}, map[string]bool{}
	for _, t := range shared.Templates() {
		common[t.Name()] = t.Tree
	}
	for _, f := range sharedFiles {
		files[path.Base(f)] = true
	}
	used := map[string]bool{}
	for _, page := range all() {
		name := nameOf(page)
		t, err := texttemplate.New(name+".html").Funcs(texttemplate.FuncMap(funcs)).ParseFS(fsys, "templates/"+name+".html")
		if err != nil {
			return fmt.Errorf("parse page %s: %w", name, err)
		}
		files[name+".html"] = true
		own := map[string]*parse.Tree{}
		for _, t := range t.Templates() {
			own[t.Name()] = t.Tree
		}
		all := maps.Clone(common)
		maps.Copy(all, own)
		if err := markUsed(all, "layout.html", map[string]bool{}, used); err != nil {
			return fmt.Errorf("page %s: %w", name, err)
		}
		p.byName[name] = &sheet{shared: shared, own: own}
	}
	for name := range common {
		if !used[name] && !files[name] {
			return fmt.Errorf("component %q is used by no page", name)
		}
	}
	return allNamed(fsys, files)
}

// allNamed makes sure that there is no template that nobody knows of.
func allNamed(fsys fs.FS, files map[string]bool) error {
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

// markUsed walks from a template of a page to every one it calls, each of which
// has to be there.
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
