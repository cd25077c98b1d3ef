package storetest

import (
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store"
)

// apiToken creates a token of the REST API, of an enterprise or of the instance, that
// is good for an hour.
func (w *world) apiToken(ent sso.EnterpriseID) sso.Token {
	w.Helper()
	return w.scopedToken(ent, "users:read", "groups:write")
}

func (w *world) scopedToken(ent sso.EnterpriseID, scopes ...sso.Scope) sso.Token {
	w.Helper()
	k, err := w.db.CreateToken(w.Context(), by, sso.Token{
		Enterprise: ent,
		Name:       "ci",
		Hash:       sso.NewSecret().Hash(),
		Scopes:     scopes,
		ExpiresAt:  w.clock.Now().Add(time.Hour),
	})
	w.ok(err)
	return k
}

// apiTokenRefused asserts that a token opens nothing.
func (w *world) apiTokenRefused(k sso.Token) {
	w.Helper()
	_, err := w.db.TokenByHash(w.Context(), k.Hash, "")
	w.fails(err, sso.Unauthenticated, "invalid_token")
}

func testTokens(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	k := w.apiToken("")
	if k.CreatedBy != by {
		t.Errorf("created by %q", k.CreatedBy)
	}
	got, err := w.db.TokenByHash(ctx, k.Hash, "curl/8")
	w.ok(err)
	w.same(k, got)
	got, err = w.db.TokenByHash(ctx, k.Hash, "curl/9") // within the minute: not written
	w.ok(err)
	if !got.LastUsedAt.Equal(w.clock.Now().Truncate(time.Minute)) || got.LastClient != "curl/8" {
		t.Errorf("last used at %s by %q", got.LastUsedAt, got.LastClient)
	}
	w.apiTokenRefused(sso.Token{Hash: sso.NewSecret().Hash()})
	all, _, err := w.db.Tokens(ctx, "", sso.Page{})
	w.ok(err)
	w.same([]sso.Token{got}, all)
	w.clock.Move(time.Hour)
	w.apiTokenRefused(k)
}

// testTokenRevoked: a revoked token is refused, listed for 90 days, and then gone, like
// one that expired.
func testTokenRevoked(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	k, expires := w.apiToken(""), w.apiToken(w.ent.ID)
	w.ok(w.db.RevokeToken(ctx, by, "", k.ID))
	w.apiTokenRefused(k)
	revoked, err := w.db.Token(ctx, "", k.ID)
	w.ok(err)
	w.clock.Move(time.Minute)
	w.ok(w.db.RevokeToken(ctx, by, "", k.ID)) // again: nothing changes
	got, err := w.db.Token(ctx, "", k.ID)
	w.ok(err)
	w.same(revoked, got)
	w.fails(w.db.RevokeToken(ctx, by, "", "tok-unknown"), sso.NotFoundKind, "not_found")
	w.clock.Move(89 * 24 * time.Hour)
	w.ok(w.db.Sweep(ctx, store.Retention{}))
	all, _, err := w.db.Tokens(ctx, "", sso.Page{})
	w.ok(err)
	if len(all) != 2 {
		t.Errorf("after 89 days: %v", all)
	}
	w.clock.Move(2 * 24 * time.Hour)
	w.ok(w.db.Sweep(ctx, store.Retention{}))
	for _, id := range []sso.TokenID{k.ID, expires.ID} {
		_, err = w.db.Token(ctx, "", id)
		w.fails(err, sso.NotFoundKind, "not_found")
	}
}

// testTokenOfEnterprise: the token of an enterprise is found by it alone, its events
// are in the enterprise's trail, and it ends with the enterprise.
func testTokenOfEnterprise(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	k, instance := w.apiToken(w.ent.ID), w.apiToken("")
	all, _, err := w.db.Tokens(ctx, w.ent.ID, sso.Page{})
	w.ok(err)
	w.same([]sso.Token{k}, all)
	w.fails(w.db.RevokeToken(ctx, by, w.ent.ID, instance.ID), sso.NotFoundKind, "not_found")
	w.same([]string{"token.created"}, w.actions(1))
	_, err = w.db.CreateToken(ctx, by, sso.Token{Enterprise: "ent-unknown", Hash: sso.NewSecret().Hash()})
	w.fails(err, sso.NotFoundKind, "not_found")
	_, err = w.db.TokenByHash(ctx, k.Hash, "")
	w.ok(err)
	w.ok(w.db.DeleteEnterprise(ctx, by, w.ent.ID))
	w.apiTokenRefused(k)
	got, err := w.db.Token(ctx, "", k.ID)
	w.ok(err)
	if got.RevokedAt.IsZero() {
		t.Error("the token of a deleted enterprise is listed as valid")
	}
	_, err = w.db.TokenByHash(ctx, instance.Hash, "")
	w.ok(err)
}

func (f foreign) apiTokens() calls {
	ctx, db, ent := f.w.Context(), f.w.db, f.other.ent.ID
	return calls{
		"Token": func() (int, error) {
			k, err := db.Token(ctx, ent, f.api.ID)
			return count(k.ID == f.api.ID), err
		},
		"Tokens": func() (int, error) {
			all, _, err := db.Tokens(ctx, ent, sso.Page{})
			return having(all, func(k sso.Token) bool { return k.ID == f.api.ID }), err
		},
		"StandingTokens": func() (int, error) {
			all, err := db.StandingTokens(ctx, ent)
			return having(all, func(k sso.Token) bool { return k.ID == f.api.ID }), err
		},
		"RevokeToken": func() (int, error) {
			return 0, db.RevokeToken(ctx, by, ent, f.api.ID)
		},
	}
}
