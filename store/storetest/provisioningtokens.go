package storetest

import (
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store"
)

func provisioningTests() map[string]func(*testing.T, fresh) {
	return map[string]func(*testing.T, fresh){
		"tokens":                         testProvisioningTokens,
		"token limits":                   testProvisioningTokenLimits,
		"tokens changed":                 testProvisioningTokenChanged,
		"tokens used":                    testProvisioningTokenUsed,
		"tokens tested":                  testProvisioningTokenTested,
		"tokens ended":                   testProvisioningTokenEnded,
		"events":                         testProvisioningEvents,
		"refusals":                       testRefusals,
		"healed":                         testRefusalsHealed,
		"refusals bounded":               testRefusalsBounded,
		"refusals recorded concurrently": testRefusalsRace,
		"user states":                    testProvisioningUserStates,
		"group states":                   testProvisioningGroupStates,
		"contacts":                       testContacts,
		"login check":                    testLoginCheck,
		"rehearsal":                      testRehearsal,
		"counts":                         testProvisioningCounts,
		"events bounded":                 testProvisioningEventBounds,
		"log trimmed":                    testProvisioningLogTrimmed,
		"results":                        testProvisioningResults,
		"reads":                          testProvisioningReads,
		"persons":                        testPushedPerson,
	}
}

func (w *world) provisioningToken(name string, change func(*sso.ProvisioningToken)) sso.ProvisioningToken {
	w.Helper()
	k := sso.ProvisioningToken{
		Enterprise: w.ent.ID,
		Connection: w.conn.ID,
		Name:       name,
		Hash:       sso.SCIMToken.New().Hash(),
		Scopes:     []sso.ProvisioningScope{sso.ScopeUsersRead, sso.ScopeGroupsWrite},
		ExpiresAt:  w.clock.Now().Add(48 * time.Hour),
	}
	if change != nil {
		change(&k)
	}
	made, err := w.db.CreateProvisioningToken(w.Context(), by, k)
	w.ok(err)
	k.ID, k.CreatedAt, k.CreatedBy = made.ID, w.clock.Now(), by
	k.Revision = 1
	w.same(k, made)
	w.clock.Move(time.Second)
	return made
}

func testProvisioningTokens(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	first, second := w.provisioningToken("entra-1", nil), w.provisioningToken("entra-2", nil)
	for _, k := range []sso.ProvisioningToken{first, second} {
		got, err := w.db.ProvisioningTokenByHash(ctx, k.Hash)
		w.ok(err)
		w.same(k, got)
		got, err = w.db.ProvisioningToken(ctx, w.ent.ID, w.conn.ID, k.ID)
		w.ok(err)
		w.same(k, got)
	}
	_, err := w.db.ProvisioningTokenByHash(ctx, sso.SCIMToken.New().Hash())
	w.fails(err, sso.NotFoundKind, "not_found")
	all, next, err := w.db.ProvisioningTokens(ctx, w.ent.ID, w.conn.ID, sso.Page{Limit: 1})
	w.ok(err)
	w.same([]sso.ProvisioningToken{second}, all)
	all, _, err = w.db.ProvisioningTokens(ctx, w.ent.ID, w.conn.ID, sso.Page{Cursor: next})
	w.ok(err)
	w.same([]sso.ProvisioningToken{first}, all)

}

func testProvisioningTokenLimits(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provisioningToken("entra-1", nil)
	w.noToken("entra-1", "token_name_taken")
	other := *w
	other.conn = w.connection("Another")
	other.provisioningToken("entra-1", nil)
	for range 19 {
		w.provisioningToken(string(sso.NewID[sso.TokenID](w.clock.Now())), nil)
	}
	w.noToken("one too many", "too_many_tokens")
	w.chainHolds()
}

// noToken asserts that a token cannot be created.
func (w *world) noToken(name, code string) {
	w.Helper()
	_, err := w.db.CreateProvisioningToken(w.Context(), by, sso.ProvisioningToken{
		Enterprise: w.ent.ID,
		Connection: w.conn.ID,
		Name:       name,
		Hash:       sso.SCIMToken.New().Hash(),
	})
	w.fails(err, sso.Conflict, code)
}

func testProvisioningTokenChanged(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	k, other := w.provisioningToken("entra", nil), w.provisioningToken("okta", nil)
	before := w.chainHolds()
	wanted := k
	wanted.Name, wanted.Scopes, wanted.ExpiresAt = "Entra", []sso.ProvisioningScope{sso.ScopeSCIM}, time.Time{}
	wanted.Revision = 2
	for range 2 { // the second time nothing changes
		got, err := w.changeToken(k.ID, func(k *sso.ProvisioningToken) {
			k.Name, k.Scopes, k.ExpiresAt = wanted.Name, wanted.Scopes, wanted.ExpiresAt
			k.Hash, k.Connection, k.RevokedAt = sso.Hash{}, "conn-x", w.clock.Now()
		})
		w.ok(err)
		w.same(wanted, got)
	}
	if n := w.chainHolds() - before; n != 1 {
		t.Errorf("%d audit events, want 1", n)
	}
	got, err := w.db.ProvisioningTokenByHash(ctx, k.Hash)
	w.ok(err)
	w.same(wanted, got)
	_, err = w.changeToken(k.ID, func(k *sso.ProvisioningToken) { k.Name = other.Name })
	w.fails(err, sso.Conflict, "token_name_taken")
}

func (w *world) changeToken(
	id sso.ProvisioningTokenID, change func(*sso.ProvisioningToken),
) (sso.ProvisioningToken, error) {
	return w.db.UpdateProvisioningToken(
		w.Context(), by, w.ent.ID, w.conn.ID, id,
		func(k sso.ProvisioningToken) (sso.ProvisioningToken, error) {
			change(&k)
			return k, nil
		},
	)
}

func testProvisioningTokenUsed(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	k := w.provisioningToken("entra", nil)
	w.ok(w.db.UseProvisioningToken(ctx, k, "Azure"))
	w.ok(w.db.UseProvisioningToken(ctx, k, "another within the minute"))
	w.usedBy(k.ID, "Azure")
	w.clock.Move(time.Minute)
	w.ok(w.db.UseProvisioningToken(ctx, k, "Okta"))
	w.usedBy(k.ID, "Okta")
}

func testProvisioningTokenTested(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	k, other := w.provisioningToken("entra", nil), w.provisioningToken("okta", nil)
	w.testedAt(k.ID, time.Time{})
	w.ok(w.db.PassProvisioningTest(ctx, k))
	w.testedAt(k.ID, w.clock.Now())
	w.testedAt(other.ID, time.Time{})
	_, err := w.changeToken(k.ID, func(k *sso.ProvisioningToken) { k.Name = "entra-2" })
	w.ok(err)
	w.testedAt(k.ID, w.clock.Now())
	_, err = w.changeToken(k.ID, func(k *sso.ProvisioningToken) { k.Scopes = []sso.ProvisioningScope{sso.ScopeUsersRead} })
	w.ok(err)
	w.testedAt(k.ID, time.Time{}) // the test was about other scopes
}

// testedAt asserts when a test with a token passed.
func (w *world) testedAt(id sso.ProvisioningTokenID, want time.Time) {
	w.Helper()
	k, err := w.db.ProvisioningToken(w.Context(), w.ent.ID, w.conn.ID, id)
	w.ok(err)
	if !k.TestedAt.Equal(want) {
		w.Errorf("tested at %s, want %s", k.TestedAt, want)
	}
}

// usedBy asserts who used a token within this minute.
func (w *world) usedBy(id sso.ProvisioningTokenID, client string) {
	w.Helper()
	k, err := w.db.ProvisioningToken(w.Context(), w.ent.ID, w.conn.ID, id)
	w.ok(err)
	if k.LastClient != client || !k.LastUsedAt.Equal(w.clock.Now().Truncate(time.Minute)) {
		w.Errorf("used at %s by %q, want %q", k.LastUsedAt, k.LastClient, client)
	}
}

func testProvisioningTokenEnded(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	k, newer := w.provisioningToken("entra-1", nil), w.provisioningToken("entra-2", nil)
	w.newer(k, newer.Name)
	w.newer(newer, "")
	before := w.chainHolds()
	for range 2 {
		w.ok(w.db.RevokeProvisioningToken(ctx, by, w.ent.ID, w.conn.ID, k.ID))
	}
	if n := w.chainHolds() - before; n != 1 {
		t.Errorf("%d audit events, want 1", n)
	}
	got, err := w.db.ProvisioningTokenByHash(ctx, k.Hash)
	w.ok(err)
	if !got.RevokedAt.Equal(w.clock.Now()) || got.Live(w.clock.Now()) {
		t.Errorf("revoked at %s", got.RevokedAt)
	}
	_, err = w.changeToken(k.ID, func(k *sso.ProvisioningToken) { k.Name = "x" })
	w.fails(err, sso.Conflict, "scim_token_revoked")
	again := w.provisioningToken("entra-1", nil) // the name is free again
	standing, err := w.db.StandingProvisioningTokens(ctx, w.ent.ID)
	w.ok(err)
	w.same([]sso.ProvisioningToken{newer, again}, standing)
	w.newer(newer, again.Name)
	w.clock.Move(48 * time.Hour)
	w.newer(k, "") // both expired
	w.tokensGone(k, newer)
}

// tokensGone asserts that a revoked token is deleted after a time, and another one
// with its connection.
func (w *world) tokensGone(revoked, live sso.ProvisioningToken) {
	w.Helper()
	ctx := w.Context()
	w.clock.Move(90 * 24 * time.Hour)
	w.ok(w.db.Sweep(ctx, store.Retention{}))
	_, err := w.db.ProvisioningTokenByHash(ctx, revoked.Hash)
	w.fails(err, sso.NotFoundKind, "not_found")
	w.ok(w.db.DeleteConnection(ctx, by, w.ent.ID, w.conn.ID, nil))
	_, err = w.db.ProvisioningTokenByHash(ctx, live.Hash)
	w.fails(err, sso.NotFoundKind, "not_found")
}

func (w *world) newer(k sso.ProvisioningToken, want string) {
	w.Helper()
	if name, err := w.db.NewerProvisioningToken(w.Context(), k); err != nil || name != want {
		w.Errorf("newer than %s is %q (%v), want %q", k.Name, name, err, want)
	}
}

func (f foreign) provisioningTokens() calls {
	ctx, db, ent := f.w.Context(), f.w.db, f.other.ent.ID
	conn, id := f.w.conn.ID, f.token.ID
	token := sso.ProvisioningToken{
		ID:         id,
		Enterprise: ent,
		Connection: conn,
	}
	return calls{
		"CreateProvisioningToken": func() (int, error) {
			_, err := db.CreateProvisioningToken(ctx, by, sso.ProvisioningToken{
				Enterprise: ent,
				Connection: conn,
				Name:       "x",
			})
			return 0, err
		},
		"ProvisioningTokens": func() (int, error) {
			all, _, err := db.ProvisioningTokens(ctx, ent, conn, sso.Page{})
			return len(all), err
		},
		"StandingProvisioningTokens": func() (int, error) {
			all, err := db.StandingProvisioningTokens(ctx, ent)
			return len(all), err
		},
		"ProvisioningToken": func() (int, error) {
			k, err := db.ProvisioningToken(ctx, ent, conn, id)
			return count(k.ID != ""), err
		},
		"NewerProvisioningToken": func() (int, error) {
			name, err := db.NewerProvisioningToken(ctx, token)
			return count(name != ""), err
		},
		"UpdateProvisioningToken": func() (int, error) {
			_, err := db.UpdateProvisioningToken(ctx, by, ent, conn, id, rename[sso.ProvisioningToken])
			return 0, err
		},
		"RevokeProvisioningToken": func() (int, error) {
			return 0, db.RevokeProvisioningToken(ctx, by, ent, conn, id)
		},
		"PassProvisioningTest": func() (int, error) {
			return 0, db.PassProvisioningTest(ctx, token)
		},
		"UseProvisioningToken": func() (int, error) {
			return 0, db.UseProvisioningToken(ctx, token, "x")
		},
	}
}
