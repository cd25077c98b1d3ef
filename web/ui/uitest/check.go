package uitest

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"gatehouse/internal/words"
	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

// Check checks the pages of one feature by its examples: each page has one, the own part
// of each example equals its file in testdata/golden, its HTML is sound, it names the
// company by its ID too, translated pages have no text outside of the catalogue, and
// markup in values stays text. Examples of the frame are
// compared whole. others are the features whose components the pages use.
//
// With GATEHOUSE_UPDATE=golden it writes the golden files anew.
func Check(t *testing.T, examples func() []gallery.Example, pages ui.Templates, others ...ui.Templates) {
	t.Helper()
	others = append([]ui.Templates{pages}, others...)
	p, err := ui.New(gallery.Options(), others...)
	if err != nil {
		t.Fatal(err)
	}
	o := gallery.Options()
	o.Languages = marking{}
	marked, err := ui.New(o, others...)
	if err != nil {
		t.Fatal(err)
	}
	c := checks{
		pages:    p,
		marked:   marked,
		examples: examples,
	}
	t.Run("golden", c.golden)
	t.Run("every page has an example", func(t *testing.T) { c.complete(t, pages.Pages) })
	t.Run("HTML", c.html)
	t.Run("words", c.words)
	t.Run("company", c.company)
	t.Run("translated", c.pseudo)
	t.Run("markup in values", c.markup)
}

type checks struct {
	pages    *ui.Renderer
	marked   *ui.Renderer // in the pseudo language
	examples func() []gallery.Example
}

func (c checks) render(t *testing.T, e gallery.Example) string {
	t.Helper()
	w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/gallery/"+e.Name, nil)
	if err := c.pages.Render(w, r, e.Status, e.Page); err != nil {
		t.Fatalf("%s: %v", e.Name, err)
	}
	if w.Code != e.Status ||
		w.Header().Get("Content-Type") != "text/html; charset=utf-8" ||
		w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%s: %d %v", e.Name, w.Code, w.Header())
	}
	return w.Body.String()
}

// golden compares every example with its file.
func (c checks) golden(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range c.examples() {
		if seen[e.Name] {
			t.Errorf("two examples are called %s", e.Name)
		}
		seen[e.Name] = true
		got := c.render(t, e)
		for name, url := range c.pages.Assets() { // a changed colour is not a changed page
			got = strings.ReplaceAll(got, url, "/static/"+name)
		}
		if !strings.HasPrefix(e.Name, "Frame-") {
			var err error
			if got, err = ownPart(got); err != nil {
				t.Fatalf("%s: %v", e.Name, err)
			}
		}
		file := filepath.Join("testdata", "golden", e.Name+".html")
		if os.Getenv("GATEHOUSE_UPDATE") == "golden" {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", e.Name, diff)
		}
	}
	files, _ := filepath.Glob("testdata/golden/*.html")
	if len(files) != len(seen) {
		t.Errorf("%d golden files for %d examples", len(files), len(seen))
	}
}

// complete checks that every page has an example, and that an example is named
// after its page.
func (c checks) complete(t *testing.T, pages []ui.Page) {
	shown := map[string]bool{"Index": true} // the gallery's own list
	for _, e := range c.examples() {
		name := ui.Name(e.Page)
		shown[name] = true
		if !strings.HasPrefix(e.Name, name) {
			t.Errorf("example %s is a %s", e.Name, name)
		}
	}
	for _, p := range pages {
		if !shown[ui.Name(p)] {
			t.Errorf("no example of %s", ui.Name(p))
		}
	}
}

// html checks the structure that every page has.
func (c checks) html(t *testing.T) {
	for _, e := range c.examples() {
		root, err := html.Parse(strings.NewReader(c.render(t, e)))
		if err != nil {
			t.Fatal(err)
		}
		d := &document{
			tags:   map[string]int{},
			ids:    map[string]int{},
			labels: map[string]bool{},
		}
		walkHTML(root, d)
		for _, one := range []string{"h1", "main", "header", "footer", "title"} {
			if d.tags[one] != 1 {
				t.Errorf("%s: %d of %s", e.Name, d.tags[one], one)
			}
		}
		if words.Find(d.lang) == nil {
			t.Errorf("%s: lang is %q", e.Name, d.lang)
		}
		for id, n := range d.ids {
			if n != 1 {
				t.Errorf("%s: id %s is used %d times", e.Name, id, n)
			}
		}
		for _, ref := range d.refs {
			if d.ids[ref] == 0 {
				t.Errorf("%s: nothing has the id %s", e.Name, ref)
			}
		}
		for _, id := range d.inputs {
			if !d.labels[id] {
				t.Errorf("%s: input %q has no label", e.Name, id)
			}
		}
		for _, fault := range d.faults {
			t.Errorf("%s: %s", e.Name, fault)
		}
	}
}

// words checks that no page is rude or shows what a program prints.
func (c checks) words(t *testing.T) {
	for _, e := range c.examples() {
		root, _ := html.Parse(strings.NewReader(c.render(t, e)))
		for _, bad := range []string{"!", "Oops", "undefined", "<nil>", "ZgotmplZ", "%!"} {
			if strings.Contains(text(root), bad) {
				t.Errorf("%s says %q", e.Name, bad)
			}
		}
	}
}

// company checks that a page which names a company wears its brand: Base.Of is set
// wherever Base.Enterprise is.
func (c checks) company(t *testing.T) {
	for _, e := range c.examples() {
		b, ok := baseOf(e.Page)
		if !ok {
			t.Fatalf("%s has no Base", e.Name)
		}
		if b.Enterprise != "" && b.Of == "" {
			t.Errorf("%s names a company without its ID: its brand cannot be found", e.Name)
		}
	}
}

// markup fills every string of every page with markup.
func (c checks) markup(t *testing.T) {
	const evil = `"><img src=x onerror=alert(1)>javascript:alert(1)`
	for _, e := range c.examples() {
		fill(reflect.ValueOf(e.Page).Elem(), evil)
		root, err := html.Parse(strings.NewReader(c.render(t, e)))
		if err != nil {
			t.Fatal(err)
		}
		d := &document{
			tags:   map[string]int{},
			ids:    map[string]int{},
			labels: map[string]bool{},
		}
		walkHTML(root, d)
		if d.tags["img"] != 0 {
			t.Errorf("%s: markup became an element", e.Name)
		}
		for _, fault := range d.faults {
			t.Errorf("%s: %s", e.Name, fault)
		}
	}
}

func fill(v reflect.Value, s string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Struct:
		for i := range v.NumField() {
			// The exported fields of an embedded struct can be set even if its own type
			// is unexported.
			if v.Field(i).CanSet() ||
				v.Type().Field(i).Anonymous && v.Field(i).Kind() == reflect.Struct {
				fill(v.Field(i), s)
			}
		}
	case reflect.Pointer:
		if !v.IsNil() {
			fill(v.Elem(), s)
		}
	case reflect.Slice:
		for i := range v.Len() {
			fill(v.Index(i), s)
		}
	}
}
