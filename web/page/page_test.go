package page

import (
	"bytes"
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
	texttemplate "text/template"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
)

func newPages(t *testing.T) *Pages {
	t.Helper()
	p, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func render(t *testing.T, p *Pages, e Example) string {
	t.Helper()
	w := httptest.NewRecorder()
	if err := p.Render(w, e.Status, e.Page); err != nil {
		t.Fatalf("%s: %v", e.Name, err)
	}
	if w.Code != e.Status || w.Header().Get("Content-Type") != "text/html; charset=utf-8" || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%s: %d %v", e.Name, w.Code, w.Header())
	}
	return w.Body.String()
}

var update = flag.Bool("update", false, "write golden files")

// TestGolden compares every example with testdata/golden; `go test -run Golden
// ./web/page -args -update` writes them anew.
func TestGolden(t *testing.T) {
	p := newPages(t)
	seen := map[string]bool{}
	for _, e := range Gallery() {
		if seen[e.Name] {
			t.Errorf("two examples are called %s", e.Name)
		}
		seen[e.Name] = true
		got := render(t, p, e)
		for name, url := range p.assets.urls { // a changed colour is not a changed page
			got = strings.ReplaceAll(got, url, "/static/"+name)
		}
		file := filepath.Join("testdata", "golden", e.Name+".html")
		if *update {
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

func TestEveryPageIsInTheGallery(t *testing.T) {
	t.Parallel()
	shown := map[string]bool{"Index": true} // the gallery's own
	for _, e := range Gallery() {
		name := nameOf(e.Page)
		shown[name] = true
		if !strings.HasPrefix(e.Name, name) {
			t.Errorf("example %s is a %s", e.Name, name)
		}
	}
	for _, p := range all() {
		if !shown[nameOf(p)] {
			t.Errorf("no example of %s", nameOf(p))
		}
	}
}

// document is an HTML page, walked once.
type document struct {
	tags   map[string]int
	ids    map[string]int
	refs   []string // ids that something refers to
	labels map[string]bool
	inputs []string
	faults []string
	lang   string
}

func walkHTML(n *html.Node, d *document) {
	if n.Type == html.ElementNode {
		d.element(n)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		walkHTML(c, d)
	}
}

func (d *document) element(n *html.Node) {
	d.tags[n.Data]++
	a := map[string]string{}
	for _, at := range n.Attr {
		a[at.Key] = at.Val
		if strings.HasPrefix(at.Key, "on") || at.Key == "style" || at.Key == "tabindex" && at.Val != "0" && at.Val != "-1" {
			d.faults = append(d.faults, fmt.Sprintf("<%s %s=%q>", n.Data, at.Key, at.Val))
		}
	}
	if id, ok := a["id"]; ok {
		d.ids[id]++
	}
	for _, ref := range []string{"for", "aria-describedby", "aria-labelledby", "data-copy"} {
		d.refs = append(d.refs, strings.Fields(a[ref])...)
	}
	if strings.HasPrefix(a["href"], "#") {
		d.refs = append(d.refs, a["href"][1:])
	}
	switch n.Data {
	case "html":
		d.lang = a["lang"]
	case "label":
		d.labels[a["for"]] = true
	case "input", "select", "textarea":
		if a["type"] != "hidden" {
			d.inputs = append(d.inputs, a["id"])
		}
	case "style":
		d.faults = append(d.faults, "an inline style sheet")
	case "script":
		if a["src"] == "" || a["type"] != "module" || n.FirstChild != nil {
			d.faults = append(d.faults, "an inline script")
		}
	case "a", "button":
		if a["aria-label"] == "" && strings.TrimSpace(text(n)) == "" {
			d.faults = append(d.faults, "a "+n.Data+" without words")
		}
		if n.Data == "a" && strings.HasPrefix(strings.ToLower(strings.TrimSpace(a["href"])), "javascript:") {
			d.faults = append(d.faults, "a link that is a script")
		}
	case "th":
		if a["scope"] == "" {
			d.faults = append(d.faults, "a header cell without scope")
		}
	case "form":
		// A form states its method: one that only looks leads to an address that can be kept.
		if a["method"] != "post" && a["method"] != "get" || a["action"] == "" {
			d.faults = append(d.faults, "a form without a method or an address")
		}
	}
}

func text(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	s := ""
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		s += text(c)
	}
	return s
}

func TestHTML(t *testing.T) {
	t.Parallel()
	p := newPages(t)
	for _, e := range Gallery() {
		root, err := html.Parse(strings.NewReader(render(t, p, e)))
		if err != nil {
			t.Fatal(err)
		}
		d := &document{tags: map[string]int{}, ids: map[string]int{}, labels: map[string]bool{}}
		walkHTML(root, d)
		for _, one := range []string{"h1", "main", "header", "footer", "title"} {
			if d.tags[one] != 1 {
				t.Errorf("%s: %d of %s", e.Name, d.tags[one], one)
			}
		}
		if d.lang != "en" {
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

// TestHTMLChecksFindFaults makes sure that TestHTML can fail.
func TestHTMLChecksFindFaults(t *testing.T) {
	t.Parallel()
	const bad = `<p style="x"><b onclick="x">b</b><script>x</script><style>x</style><a href=""></a><a href="javascript:x">x</a><table><tr><th>x</th></tr></table><form></form><i tabindex="3"></i>`
	root, _ := html.Parse(strings.NewReader(bad))
	d := &document{tags: map[string]int{}, ids: map[string]int{}, labels: map[string]bool{}}
	walkHTML(root, d)
	if len(d.faults) != 9 {
		t.Errorf("found %d of 9: %q", len(d.faults), d.faults)
	}
}

func TestWordsAreNeutral(t *testing.T) {
	t.Parallel()
	p := newPages(t)
	for _, e := range Gallery() {
		root, _ := html.Parse(strings.NewReader(render(t, p, e)))
		for _, bad := range []string{"!", "Oops", "undefined", "<nil>", "ZgotmplZ", "%!"} {
			if strings.Contains(text(root), bad) {
				t.Errorf("%s says %q", e.Name, bad)
			}
		}
	}
}

// TestMarkupInValuesIsText fills every string of every page with markup.
func TestMarkupInValuesIsText(t *testing.T) {
	t.Parallel()
	p := newPages(t)
	const evil = `"><img src=x onerror=alert(1)>javascript:alert(1)`
	for _, e := range Gallery() {
		fill(reflect.ValueOf(e.Page).Elem(), evil)
		root, err := html.Parse(strings.NewReader(render(t, p, e)))
		if err != nil {
			t.Fatal(err)
		}
		d := &document{tags: map[string]int{}, ids: map[string]int{}, labels: map[string]bool{}}
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
			if v.Field(i).CanSet() {
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

func TestTemplatesAndStructsAgree(t *testing.T) {
	t.Parallel()
	good := fstest.MapFS{}
	entries, err := templates.ReadDir("templates")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		data, err := templates.ReadFile("templates/" + entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		good["templates/"+entry.Name()] = &fstest.MapFile{Data: data}
	}
	parse := func(change func(fstest.MapFS)) error {
		fsys := fstest.MapFS{}
		for name, f := range good {
			fsys[name] = &fstest.MapFile{Data: f.Data}
		}
		change(fsys)
		p := newPages(t)
		return p.parse(fsys)
	}
	if err := parse(func(fstest.MapFS) {}); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(fstest.MapFS){
		"a page is missing": func(f fstest.MapFS) { delete(f, "templates/Account.html") },
		"a page too many":   func(f fstest.MapFS) { f["templates/Old.html"] = &fstest.MapFile{} },
		"an unused component": func(f fstest.MapFS) {
			f["templates/components.html"].Data = append(f["templates/components.html"].Data, `{{define "old"}}{{end}}`...)
		},
		"a component that is not there": func(f fstest.MapFS) {
			f["templates/SignIn.html"].Data = append(f["templates/SignIn.html"].Data, `{{define "head"}}{{template "nowhere"}}{{end}}`...)
		},
		"a syntax error": func(f fstest.MapFS) { f["templates/SignIn.html"] = &fstest.MapFile{Data: []byte("{{")} },
	} {
		if parse(change) == nil {
			t.Errorf("%s, and no one minds", name)
		}
	}
}

func TestRenderWritesNothingIfItFails(t *testing.T) {
	t.Parallel()
	p := newPages(t)
	broken, err := texttemplate.New("content").Parse(`half a page {{.NoSuchField}}`)
	if err != nil {
		t.Fatal(err)
	}
	p.byName["SignIn"].own["content"] = broken.Tree
	w := httptest.NewRecorder()
	if err := p.Render(w, 200, &SignIn{}); err == nil || w.Body.Len() != 0 || len(w.Header()) != 0 {
		t.Errorf("%v, wrote %q", err, w.Body)
	}
}

func TestAssets(t *testing.T) {
	t.Parallel()
	p := newPages(t)
	server := p.Static()
	for name, url := range p.assets.urls {
		w := httptest.NewRecorder()
		server.ServeHTTP(w, httptest.NewRequest("GET", url, nil))
		if w.Code != 200 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || w.Header().Get("Content-Type") == "application/octet-stream" {
			t.Errorf("%s: %d %v", name, w.Code, w.Header())
		}
		w = httptest.NewRecorder()
		server.ServeHTTP(w, httptest.NewRequest("GET", "/static/"+name, nil))
		if w.Code != 404 || strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s without its hash: %d", name, w.Code)
		}
	}
	css, err := static.ReadFile("static/app.css")
	if err != nil {
		t.Fatal(err)
	}
	if lines := bytes.Count(css, []byte("\n")); lines > 400 {
		t.Errorf("the style sheet has %d lines", lines)
	}
	if bytes.Contains(css, []byte("@import")) || bytes.Contains(css, []byte("url(")) {
		t.Error("the style sheet fetches something")
	}
}

func TestTime(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	for d, want := range map[time.Duration]string{0: "just now", 59 * time.Second: "just now", time.Minute: "1 minute ago", 59 * time.Minute: "59 minutes ago",
		time.Hour: "1 hour ago", 23 * time.Hour: "23 hours ago", 24 * time.Hour: "1 day ago", 59 * 24 * time.Hour: "59 days ago", 60 * 24 * time.Hour: "2 months ago",
		800 * 24 * time.Hour: "2 years ago", -time.Hour: "in 1 hour", -30 * time.Second: "just now"} {
		if got := NewTime(now.Add(-d), now).Relative; got != want {
			t.Errorf("%s: want %q, got %q", d, want, got)
		}
	}
	if got := NewTime(time.Time{}, now); got != (Time{Relative: "never"}) {
		t.Errorf("the zero time is %+v", got)
	}
}

func TestGalleryHandler(t *testing.T) {
	t.Parallel()
	h := newPages(t).GalleryHandler()
	for target, want := range map[string]int{"/": 200, "/gallery/SignIn-empty": 200, "/gallery/Failure-not-found": 404, "/gallery/none": 404, "/elsewhere": 404} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", target, nil))
		if w.Code != want {
			t.Errorf("%s: %d", target, w.Code)
		}
	}
}
