package main

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// TestFirstAdminTypesWrong corrects the form of the first admin's link many times: it opens
// all the same. Only wrong links are limited, and the page that says so leads back to the
// link, because before the first admin there is no account to sign in with.
func TestFirstAdminTypesWrong(t *testing.T) {
	t.Parallel()
	d := newEmptyConsoleTest(t, slog.New(slog.DiscardHandler))
	token, ok, err := d.g.admin.FirstInvitation(t.Context())
	if d.ok(err); !ok {
		t.Fatal("there is no link for the first admin")
	}
	page := "/admin/welcome/" + token.Reveal()
	form := url.Values{
		"name":     {"Nora Newcomer"},
		"login":    {"nora@acme.example"},
		"password": {"correct horse battery"},
	}
	for range 4 {
		for field, value := range map[string]string{"name": "", "login": "n o", "password": "NoraNewcomer2026"} {
			wrong := url.Values{}
			for name := range form {
				wrong.Set(name, form.Get(name))
			}
			wrong.Set(field, value)
			d.answers(d.post(visitor, page, wrong), http.StatusUnprocessableEntity, "Create account")
		}
	}
	for range 40 {
		d.answers(d.open(page), http.StatusOK, "Create account")
	}
	d.answers(d.post(visitor, page+"x", form), http.StatusNotFound, "")
	for range 20 { // more than ten, because the limit refills meanwhile
		d.open(page + "x")
	}
	d.answers(d.open(page+"x"), http.StatusTooManyRequests, "")
	d.answers(d.post(visitor, page, form), http.StatusTooManyRequests, `href="`+page+`"`)
	d.answers(d.open(page), http.StatusTooManyRequests, `href="`+page+`"`)
}

// TestFirstAdminAfterCorrections creates the account after more corrections than a limit of
// ten would have let through.
func TestFirstAdminAfterCorrections(t *testing.T) {
	t.Parallel()
	d := newEmptyConsoleTest(t, slog.New(slog.DiscardHandler))
	token, _, err := d.g.admin.FirstInvitation(t.Context())
	d.ok(err)
	page := "/admin/welcome/" + token.Reveal()
	form := url.Values{"name": {"Nora Newcomer"}, "login": {"nora"}, "password": {"short"}}
	for range 12 {
		d.answers(d.post(visitor, page, form), http.StatusUnprocessableEntity, "Use at least 12 characters.")
	}
	form.Set("password", "correct horse battery")
	w := d.post(visitor, page, form)
	if d.answers(w, http.StatusSeeOther, ""); !strings.HasPrefix(w.Header().Get("Location"), "/admin/admins/me") {
		t.Errorf("the new admin arrives at %q", w.Header().Get("Location"))
	}
}

// open opens a page without a session, from the address that post sends from.
func (d *consoleTest) open(path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	d.g.handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, d.g.config.BaseURL+path, http.NoBody))
	return w
}

// answers checks a status and a text of the page.
func (d *consoleTest) answers(w *httptest.ResponseRecorder, status int, text string) {
	d.Helper()
	if w.Code != status || !strings.Contains(w.Body.String(), text) {
		d.Fatalf("status %d, want %d with %q:\n%s", w.Code, status, text, w.Body)
	}
}
