package assistant_test

import (
	"html"
	"net/http"
	"strings"
	"testing"

	"gatehouse/sso"
	"gatehouse/sso/guide"
)

// TestEveryGuideIsOffered: the page where an admin chooses has a way for each guide,
// and each way leads to the steps of that guide.
func TestEveryGuideIsOffered(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	page := f.send("operator", http.MethodGet, "/admin/enterprises/acme/connections/new", "", http.NoBody).
		Body.String()
	for _, g := range guide.All() {
		way := "?provider=" + string(g.Provider) + "&amp;protocol=" + string(g.Protocol) + "\""
		if strings.Count(page, way) != 1 || !strings.Contains(page, html.EscapeString(g.Why)) {
			t.Errorf("%s over %s is not offered", g.Provider, g.Protocol)
		}
		_, at := f.make(g.Provider, g.Protocol)
		for _, step := range []string{"/create", "/configure", "/attributes", "/assign"} {
			f.says(
				f.send("operator", http.MethodGet, at+step, "", http.NoBody), http.StatusOK,
				html.EscapeString(g.Protocol.Over(g.Product)),
			)
		}
	}
}

// TestNoteBeforeTheFirstStep: that Google sends no groups is said before the first
// instruction, and is no warning.
func TestNoteBeforeTheFirstStep(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, at := f.make(sso.Google, sso.OIDC)
	page := f.send("operator", http.MethodGet, at+"/create", "", http.NoBody).Body.String()
	note, first := strings.Index(page, "ID tokens have no groups"), strings.Index(page, `<ol class="do">`)
	if note < 0 || note > first {
		t.Errorf("the note is at %d, the first step at %d", note, first)
	}
	if warned := strings.LastIndex(page, `class="notice"`); warned > note {
		t.Error("the note is a warning")
	}
}
