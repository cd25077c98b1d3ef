package uitest

import (
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"

	"gatehouse/internal/words"
	"gatehouse/sso"
	"gatehouse/web/ui"
)

// pseudo checks that every text of a translated page is in the catalogue: in the pseudo
// language such a text is in brackets. Data is in bdi, code or time.
func (c checks) pseudo(t *testing.T) {
	for _, e := range c.examples() {
		w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/gallery/"+e.Name, nil)
		if err := c.marked.Render(w, r, e.Status, e.Page); err != nil {
			t.Fatalf("%s: %v", e.Name, err)
		}
		if w.Header().Get("Content-Language") != words.Pseudo().Tag {
			continue
		}
		root, err := html.Parse(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		s := &outside{}
		if f, ok := baseOf(e.Page); ok {
			s.data = []string{f.Frame.Product, f.Enterprise}
		}
		s.walk(root)
		for _, text := range s.found {
			t.Errorf("%s: %q is not in the catalogue, or not in {{t}}", e.Name, text)
		}
	}
}

// marking shows translated pages in the pseudo language.
type marking struct{}

func (marking) Of(*http.Request, sso.Brand) *words.Language { return words.Pseudo() }

func (marking) Here(r *http.Request) string { return r.URL.Path }

// outside collects the texts of a page that are outside of the brackets.
type outside struct {
	data  []string // texts that are no language's
	depth int
	found []string
}

func (s *outside) walk(n *html.Node) {
	switch n.Type {
	case html.TextNode:
		s.text(n.Data)
		return
	case html.ElementNode:
		switch n.Data {
		case "bdi", "code", "time", "script", "style":
			return
		}
		s.attributes(n)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		s.walk(c)
	}
}

// attributes checks the attributes that people read.
func (s *outside) attributes(n *html.Node) {
	for _, a := range n.Attr {
		switch a.Key {
		case "aria-label", "title", "alt", "placeholder", "data-said", "data-kept", "data-label":
			within := outside{data: s.data}
			within.text(a.Val)
			s.found = append(s.found, within.found...)
		case "aria-hidden":
			if a.Val == "true" && n.FirstChild != nil {
				n.FirstChild, n.LastChild = nil, nil // a letter in place of a picture
			}
		}
	}
}

func (s *outside) text(text string) {
	rest := ""
	for _, r := range text {
		switch {
		case r == '⟦':
			s.depth++
		case r == '⟧':
			s.depth--
		case s.depth == 0:
			rest += string(r)
		}
	}
	for _, data := range s.data {
		if data != "" {
			rest = strings.ReplaceAll(rest, data, "")
		}
	}
	if strings.ContainsFunc(rest, unicode.IsLetter) {
		s.found = append(s.found, strings.TrimSpace(rest))
	}
}

// baseOf returns the common part of a page.
func baseOf(p ui.Page) (ui.Base, bool) {
	b, ok := reflect.ValueOf(p).Elem().FieldByName("Base").Interface().(ui.Base)
	return b, ok
}
