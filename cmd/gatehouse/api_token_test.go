package main

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"gatehouse/sso"
)

// TestAPITokenOpensTheAPIOnly sends an API token with every scope to everything beside the
// API: each answer is the one to a visitor who presents nothing (CVE-2026-50105,
// CVE-2026-58444: feeds and pages took tokens, and knew no scopes).
func TestAPITokenOpensTheAPIOnly(t *testing.T) {
	t.Parallel()
	d := newConsoleTest(t)
	secret := sso.APIToken.New()
	_, err := d.g.db.CreateToken(t.Context(), sso.ActorOperator, sso.Token{
		Name:   "all",
		Hash:   secret.Hash(),
		Scopes: []sso.Scope{sso.ScopeAll},
	})
	d.ok(err)
	targets := []string{
		"GET /account", "GET /account/tokens", "POST /account/tokens", "GET /login", "GET /logout", "POST /logout",
		"GET /metrics", "GET /auth/forward/wiki", "GET /auth/nginx/wiki", "GET /login/continue/wiki",
		"GET /scim/v2/connections/{connection}/Users", "POST /scim/v2/connections/{connection}/Groups",
		"GET /scim/v2/connections/{connection}/ServiceProviderConfig",
	}
	for pattern := range d.g.console.Needs() {
		targets = append(targets, pattern)
	}
	handler, opened := d.g.handler(), 0
	for _, target := range targets {
		method, path, _ := strings.Cut(target, " ")
		path = d.fill(path)
		none := d.ask(handler, visitor, method, path, "same-origin")
		for _, header := range []string{"Bearer " + secret.Reveal(), "bearer " + secret.Reveal()} {
			got := d.askWith(handler, method, path, header)
			if got.Code != none.Code || plain(got.Header(), got.Body.String()) != plain(none.Header(), none.Body.String()) {
				t.Errorf("%s: %d %s\nwithout a token %d %s", target, got.Code, got.Body, none.Code, none.Body)
			}
		}
		if none.Code == http.StatusOK {
			opened++
		}
	}
	if opened > 5 {
		t.Errorf("%d pages are open to visitors: this test sees too little", opened)
	}
	if got := d.askWith(handler, "GET", "/api/v1/enterprises", "Bearer "+secret.Reveal()); got.Code != http.StatusOK {
		t.Errorf("the API does not take the token: %d", got.Code)
	}
}

var volatile = regexp.MustCompile(`req-[a-z0-9]+|datetime="[^"]*"|\d{4}-\d\d-\d\dT[\d:.]+Z|\d\d? \w+ \d{4}[^<]*`)

// plain is a response without what differs between two of the same.
func plain(h http.Header, body string) string {
	return h.Get("Location") + "\n" + volatile.ReplaceAllString(body, "")
}
