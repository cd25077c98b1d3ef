package ui

import (
	"net/http/httptest"
	"slices"
	"testing"
	"testing/fstest"
)

func newRenderer(t *testing.T, features ...Templates) *Renderer {
	t.Helper()
	p, err := New(Options{}, features...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

type helloPage struct{ Base }

func (helloPage) Title() string { return "Hello" }

func hello(change func(fstest.MapFS)) Templates {
	fsys := fstest.MapFS{
		"Hello.html":      {Data: []byte(`{{define "content"}}<h1>{{template "greeting"}}</h1>{{end}}`)},
		"components.html": {Data: []byte(`{{define "greeting"}}Hello{{end}}`)},
	}
	change(fsys)
	return Templates{
		Pages: []Page{new(helloPage)},
		Files: fsys,
	}
}

func TestTemplatesAndStructsAgree(t *testing.T) {
	t.Parallel()
	if _, err := New(Options{}, hello(func(fstest.MapFS) {})); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(fstest.MapFS){
		"a template is missing": func(f fstest.MapFS) {
			delete(f, "Hello.html")
		},
		"a template too many": func(f fstest.MapFS) {
			f["Old.html"] = &fstest.MapFile{}
		},
		"a component is missing": func(f fstest.MapFS) {
			delete(f, "components.html")
		},
		"a component twice": func(f fstest.MapFS) {
			f["more.html"] = &fstest.MapFile{
				Data: []byte(`{{define "greeting"}}{{end}}`),
			}
		},
		"a component of the kit": func(f fstest.MapFS) {
			f["more.html"] = &fstest.MapFile{
				Data: []byte(`{{define "badge"}}{{end}}`),
			}
		},
		"a syntax error": func(f fstest.MapFS) {
			f["Hello.html"] = &fstest.MapFile{Data: []byte("{{")}
		},
	} {
		if _, err := New(Options{}, hello(change)); err == nil {
			t.Errorf("New accepts a feature of which %s", name)
		}
	}
}

func TestUnusedComponents(t *testing.T) {
	t.Parallel()
	p := newRenderer(t, hello(func(f fstest.MapFS) {
		f["more.html"] = &fstest.MapFile{Data: []byte(`{{define "old"}}{{end}}`)}
	}))
	if !slices.Contains(p.Unused(), "old") ||
		slices.Contains(p.Unused(), "greeting") {
		t.Errorf("unused: %q", p.Unused())
	}
}

func TestRenderWritesNothingIfItFails(t *testing.T) {
	t.Parallel()
	p := newRenderer(t, hello(func(f fstest.MapFS) {
		f["Hello.html"] = &fstest.MapFile{
			Data: []byte(`{{define "content"}}half a page {{.NoSuchField}}{{template "greeting"}}{{end}}`),
		}
	}))
	for name, page := range map[string]Page{
		"a broken template": new(helloPage),
		"an unknown page":   new(strangerPage),
	} {
		w := httptest.NewRecorder()
		if err := p.Render(w, httptest.NewRequest("GET", "/", nil), 200, page); err == nil ||
			w.Body.Len() != 0 ||
			len(w.Header()) != 0 {
			t.Errorf("%s: %v, wrote %q", name, err, w.Body)
		}
	}
}

type strangerPage struct{ Base }

func (strangerPage) Title() string { return "" }
