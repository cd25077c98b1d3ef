package directory_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"gatehouse/sso"
)

// application registers one at origins.
func (f *fixture) application(name string, origins ...string) sso.Application {
	f.Helper()
	a, err := f.db.CreateApplication(f.Context(), sso.ActorOperator, sso.Application{
		Key:     name,
		Name:    name,
		Kind:    sso.ForwardAuth,
		Origins: origins,
	})
	f.ok(err)
	return a
}

// TestDefaultApplicationIsDeleted: the page says before whose default application it is.
func TestDefaultApplicationIsDeleted(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	wiki := f.application("wiki", "https://wiki.example.com")
	page := func() answer {
		return f.do("operator", "GET", "/admin/applications/"+string(wiki.ID), nil)
	}
	if a := page(); a.status != 200 || strings.Contains(a.body, "default application") {
		t.Errorf("%d, of no enterprise:\n%s", a.status, a.body)
	}
	for _, p := range []place{f.acme, f.globex} {
		_, err := f.db.UpdateEnterprise(t.Context(), sso.ActorOperator, p.ent.ID,
			func(e sso.Enterprise) (sso.Enterprise, error) {
				e.DefaultApplication = wiki.ID
				return e, nil
			})
		f.ok(err)
	}
	f.shows(page(), 200, "It is the default application of ACME and GLOBEX: their people arrive at the list")
}

// TestHintsAreThoseOfTheAPI: the form, the API and the pages on integrations say the same.
func TestHintsAreThoseOfTheAPI(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	form := f.do("operator", "GET", "/admin/applications/new", nil).body
	for _, path := range []string{"../../docs/integrations/README.md", "../api/testdata/openapi.json"} {
		text, err := os.ReadFile(path)
		f.ok(err)
		plain := strings.ReplaceAll(string(text), "`", "")
		for _, field := range []string{"origins", "start_path"} {
			hint := regexp.MustCompile(`id="` + field + `-hint"[^>]*>([^<]*)<`).FindStringSubmatch(form)
			if hint == nil {
				t.Fatalf("%s has no hint:\n%s", field, form)
			}
			if said := strings.TrimSuffix(hint[1], " One per line."); !strings.Contains(plain, said) {
				t.Errorf("%s does not say of %s: %s", path, field, said)
			}
		}
	}
}

// TestSharedOrigin: both applications at an origin name the other one, and the older one
// as that to which links lead back.
func TestSharedOrigin(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	wiki := f.application("wiki", "https://wiki.example.com", "https://a.example.com")
	docs := f.application("docs", "https://b.example.com", "https://wiki.example.com")
	for id, want := range map[sso.ApplicationID][]string{
		wiki.ID: {"https://wiki.example.com is also an origin of docs.", "go through this application, the oldest"},
		docs.ID: {"https://wiki.example.com is also an origin of wiki.", "go through wiki, the oldest"},
	} {
		a := f.do("operator", "GET", "/admin/applications/"+string(id), nil)
		f.shows(a, 200, want...)
		if n := strings.Count(a.body, "is also an origin of"); n != 1 {
			t.Errorf("%d shared origins", n)
		}
	}
}
