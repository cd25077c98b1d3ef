package main

import (
	"testing"

	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

func newRenderer(t *testing.T) *ui.Renderer {
	t.Helper()
	p, err := ui.New(gallery.Options(), templates()...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestEveryPageIsInTheGallery(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	shown := map[string]bool{"Index": true}
	for _, e := range examples() {
		if names[e.Name] {
			t.Errorf("two examples are called %s", e.Name)
		}
		names[e.Name], shown[ui.Name(e.Page)] = true, true
	}
	for _, f := range templates() {
		for _, p := range f.Pages {
			if !shown[ui.Name(p)] {
				t.Errorf("no example of %s", ui.Name(p))
			}
		}
	}
}

func TestNoComponentIsUnused(t *testing.T) {
	t.Parallel()
	for _, name := range newRenderer(t).Unused() {
		t.Errorf("component %q is used by no page", name)
	}
}

// BenchmarkNew measures parsing the templates, which happens at every start.
func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ui.New(ui.Options{}, templates()...); err != nil {
			b.Fatal(err)
		}
	}
}
