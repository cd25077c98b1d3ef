package api

import (
	"log/slog"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/sessions"
	"gatehouse/store/storetest"
)

// caching returns a node that caches sessions of a fixture and learns of
// revocations only when the store announces them.
func caching(f *fixture) *sessions.Cache {
	node := sessions.New(sessions.Options{
		Store: f.db,
		Log:   slog.New(slog.DiscardHandler),
		Now:   time.Now,
	})
	node.Revoked(f.Context()) // reads the list once, as Run does: from now on it caches
	f.tellNodes = node.Revoked
	return node
}

// TestUserChangesReachCachedSessions changes a user through the API. A node that
// cached the session serves the change with the next request, without waiting for
// its next poll.
func TestUserChangesReachCachedSessions(t *testing.T) {
	f := newFixture(t, storetest.SQLite)
	node := caching(f)
	token := sso.Secret(canaryCookie + "acmeada").Hash()
	cached := func() sso.Principal {
		t.Helper()
		p, err := node.Principal(t.Context(), token)
		f.ok(err)
		return p
	}
	if cached().User.EmailVerified {
		t.Fatal("the address is verified already")
	}
	if w := f.do("POST", f.acme.in(userPath+"/vouch"), nil); w.Code != 200 {
		t.Fatalf("vouch: %d %s", w.Code, w.Body)
	}
	if !cached().User.EmailVerified {
		t.Error("vouch: the cached session still has an unverified address")
	}
	if w := f.do("POST", f.acme.in(userPath+"/deactivate"), nil); w.Code != 200 {
		t.Fatalf("deactivate: %d %s", w.Code, w.Body)
	}
	if _, err := node.Principal(t.Context(), token); sso.CodeOf(err) != "session_ended" {
		t.Errorf("deactivate: the cached session goes on (%v)", err)
	}
	if w := f.do("POST", f.acme.in(userPath+"/reactivate"), nil); w.Code != 200 {
		t.Fatalf("reactivate: %d %s", w.Code, w.Body)
	}
	if _, err := node.Principal(t.Context(), token); sso.CodeOf(err) != "session_ended" {
		t.Errorf("reactivate: the ended session is back (%v)", err)
	}
}

func TestDisabledConnectionEndsCachedSessions(t *testing.T) {
	f := newFixture(t, storetest.SQLite)
	node := caching(f)
	token := sso.Secret(canaryCookie + "acmeada").Hash()
	_, err := node.Principal(t.Context(), token)
	f.ok(err)
	if w := f.do("POST", f.acme.in(connectionPath+"/disable"), nil); w.Code != 200 {
		t.Fatalf("disable: %d %s", w.Code, w.Body)
	}
	if _, err := node.Principal(t.Context(), token); sso.CodeOf(err) != "session_ended" {
		t.Errorf("the cached session goes on (%v)", err)
	}
}
