package main

import (
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"gatehouse/sso"
)

// TestConsoleAPITokens makes, replaces and revokes tokens of the installation and of a
// company on their pages. The secret is shown once, and an admin of the company gives no
// more than the company.
func TestConsoleAPITokens(t *testing.T) {
	d := newConsoleTest(t)
	const own, all = "/admin/enterprises/acme/access/api-tokens", "/admin/api-tokens"
	d.get(named, "/admin/enterprises/acme/access", 200, own)
	d.get(operator, "/admin/admins", 200, all)
	d.get(named, own, 200, "No tokens.", "Read people")
	if body := d.get(named, own, 200); strings.Contains(body, "applications:write") {
		t.Error("the page of a company offers what is of the installation")
	}
	for _, wrong := range []url.Values{
		{}, {"name": {"report"}, "days": {"30"}}, {"name": {"report"}, "scopes": {"users:read"}, "days": {"100000"}},
		{"name": {"report"}, "scopes": {"users:admin"}, "days": {"30"}},
		{"name": {"report"}, "scopes": {"applications:write"}, "days": {"30"}},
	} {
		if got := d.post(named, own, wrong); got.Code != 422 {
			t.Errorf("%v: %d", wrong, got.Code)
		}
	}
	form := url.Values{"name": {"report"}, "scopes": {"users:read", "groups:read"}, "days": {"30"}}
	k, secret := d.madeToken(d.post(named, own, form))
	if k.Enterprise != d.acme.ID || len(k.Scopes) != 2 || k.ExpiresAt.IsZero() {
		t.Errorf("the token is %+v", k)
	}
	if body := d.get(named, own, 200, "report", "users:read", "valid"); strings.Contains(body, secret) {
		t.Error("the page shows the secret again")
	}
	next, _ := d.madeToken(d.post(named, own+"/"+string(k.ID)+"/replace", url.Values{"days": {"0"}}))
	if next.ID == k.ID || next.Name != k.Name || len(next.Scopes) != 2 || !next.ExpiresAt.IsZero() ||
		next.Enterprise != d.acme.ID {
		t.Errorf("the successor is %+v", next)
	}
	if got := d.post(stranger, own+"/"+string(k.ID)+"/revoke", url.Values{}); got.Code != 404 {
		t.Errorf("an admin of another company: %d", got.Code)
	}
	d.post(named, own+"/"+string(k.ID)+"/revoke", url.Values{})
	d.get(named, own, 200, "revoked")
	if got := d.post(named, own+"/"+string(k.ID)+"/replace", url.Values{"days": {"30"}}); got.Code != 422 {
		t.Errorf("a revoked token is replaced: %d", got.Code)
	}
	whole, _ := d.madeToken(d.post(operator, all, url.Values{"name": {"all"}, "scopes": {"all"}, "days": {"0"}}))
	if whole.Enterprise != "" {
		t.Errorf("the token of the installation is %+v", whole)
	}
	for _, verb := range []string{"/replace", "/revoke"} {
		if got := d.post(named, own+"/"+string(whole.ID)+verb, url.Values{"days": {"30"}}); got.Code != 404 {
			t.Errorf("an admin of a company, %s a token of the installation: %d", verb, got.Code)
		}
	}
	d.get(operator, all, 200, "Of the installation", d.acme.Name, "report")
}

var shownToken = regexp.MustCompile(`gw_api_[A-Za-z0-9]+`)

// madeToken returns the token that a page shows, and its secret.
func (d *consoleTest) madeToken(w *httptest.ResponseRecorder) (sso.Token, string) {
	d.Helper()
	secret := shownToken.FindString(w.Body.String())
	if w.Code != 200 || secret == "" {
		d.Fatalf("no token is shown: %d", w.Code)
	}
	parsed, err := sso.APIToken.Parse(secret)
	if err != nil {
		d.Fatal(err)
	}
	k, err := d.g.db.TokenByHash(d.Context(), parsed.Hash(), "test")
	if err != nil {
		d.Fatal(err)
	}
	return k, secret
}
