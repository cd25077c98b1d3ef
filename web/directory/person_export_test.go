package directory_test

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"gatehouse/sso"
)

// TestExportPerson: an admin of the company downloads what is known about a person, and
// this is audited. The file name says nothing about the person, and another site cannot
// cause a download.
func TestExportPerson(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ada := f.acme.at("people/" + string(f.acme.user.ID))
	f.shows(f.get(ada), 200, "Export", "Download everything")
	export := func(who, path, origin string) *httptest.ResponseRecorder {
		t.Helper()
		r := httptest.NewRequestWithContext(t.Context(), "POST", "https://sso.example.com"+path, nil)
		r.Header.Set("Visitor", who)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", origin)
		w := httptest.NewRecorder()
		f.router.ServeHTTP(w, r)
		return w
	}
	const own = "https://sso.example.com"
	for _, refused := range []*httptest.ResponseRecorder{
		export("globex", ada+"/export", own), export("link", ada+"/export", own),
		export("acme", ada+"/export", "https://evil.example"),
		export("acme", f.acme.at("people/"+string(f.globex.user.ID)+"/export"), own),
	} {
		if refused.Code < 400 || refused.Header().Get("Content-Disposition") != "" {
			t.Errorf("%d %v", refused.Code, refused.Header())
		}
	}
	f.exported(0)
	got := export("acme", ada+"/export", own)
	var document struct {
		User    sso.UserID
		Records map[string][]json.RawMessage
	}
	if err := json.Unmarshal(got.Body.Bytes(), &document); err != nil || got.Code != 200 ||
		document.User != f.acme.user.ID || len(document.Records["users"]) != 1 {
		t.Errorf("%d %v: %s", got.Code, err, got.Body)
	}
	name := got.Header().Get("Content-Disposition")
	if !strings.HasPrefix(name, `attachment; filename="person-20`) || strings.Contains(strings.ToLower(name), "ada") ||
		got.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%v", got.Header())
	}
	f.exported(1)
}

// exported wants a number of audited exports of Acme.
func (f *fixture) exported(want int) {
	f.Helper()
	all, _, err := f.db.AuditEvents(
		f.Context(), f.acme.ent.ID, sso.AuditFilter{Action: "user.exported"}, sso.Page{},
	)
	if err != nil || len(all) != want || want > 0 && all[0].Actor != string(f.acme.user.ID) {
		f.Errorf("%+v (%v), want %d", all, err, want)
	}
}
