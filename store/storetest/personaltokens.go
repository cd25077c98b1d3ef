package storetest

import (
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store"
)

func personalTokenTests() map[string]func(*testing.T, fresh) {
	return map[string]func(*testing.T, fresh){
		"listed":           testPersonalTokens,
		"open":             testTokenPrincipal,
		"expire":           testTokenExpires,
		"limited":          testPersonalTokenLimits,
		"used":             testPersonalTokenUsed,
		"revoked":          testPersonalTokenRevoked,
		"end with access":  testTokensEndWithAccess,
		"end by provision": testTokensEndByProvision,
		"rules":            testTokenRules,
		"key":              testTokenKey,
	}
}

// personalToken creates a token of a user that is good for 30 days.
func (w *world) personalToken(u sso.User, name string) sso.PersonalToken {
	w.Helper()
	k := sso.PersonalToken{
		Enterprise:   w.ent.ID,
		User:         u.ID,
		Name:         name,
		Hash:         sso.PersonalTokenKind.NewKeyed(w.db.TokenKey()).Hash(),
		Applications: []sso.ApplicationID{"app-wiki", "app-files"},
		ExpiresAt:    w.clock.Now().Add(30 * 24 * time.Hour),
	}
	made, err := w.db.CreatePersonalToken(w.Context(), by, k)
	w.ok(err)
	k.ID, k.CreatedAt, k.CreatedBy = made.ID, w.clock.Now(), by
	w.same(k, made)
	w.clock.Move(time.Second)
	return made
}

// tokens returns the tokens of a user as listed.
func (w *world) tokens(u sso.User) []sso.PersonalToken {
	w.Helper()
	all, _, err := w.db.PersonalTokens(w.Context(), w.ent.ID, u.ID, sso.Page{})
	w.ok(err)
	return all
}

// tokenOpens asserts whether tokens open anything.
func (w *world) tokenOpens(want bool, all ...sso.PersonalToken) {
	w.Helper()
	for _, k := range all {
		p, err := w.db.TokenPrincipal(w.Context(), k.Hash)
		if !want {
			w.fails(err, sso.Unauthenticated, "invalid_token")
			w.same(sso.Principal{}, p)
			continue
		}
		w.ok(err)
		w.same(k.User, p.User.ID)
	}
}

func testPersonalTokens(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	u, _ := w.enter("ada")
	other, _ := w.enter("bob")
	first, second := w.personalToken(u, "backup"), w.personalToken(u, "backup") // names may repeat
	w.personalToken(other, "of another")
	all, next, err := w.db.PersonalTokens(t.Context(), w.ent.ID, u.ID, sso.Page{Limit: 1})
	w.ok(err)
	w.same([]sso.PersonalToken{second}, all)
	all, _, err = w.db.PersonalTokens(t.Context(), w.ent.ID, u.ID, sso.Page{Cursor: next})
	w.ok(err)
	w.same([]sso.PersonalToken{first}, all)
	_, _, err = w.db.PersonalTokens(t.Context(), w.ent.ID, "user-unknown", sso.Page{})
	w.fails(err, sso.NotFoundKind, "not_found")
}

func testTokenPrincipal(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	u, _ := w.enter("ada", "dev")
	k := w.personalToken(u, "backup")
	p, err := w.db.TokenPrincipal(t.Context(), k.Hash)
	w.ok(err)
	s := w.signIn("ada", "dev")
	w.record(s)
	session, err := w.db.Principal(t.Context(), s.Session.Token)
	w.ok(err)
	session.User.LastSignInAt = p.User.LastSignInAt
	w.same(session.User, p.User)
	w.same(session.Enterprise, p.Enterprise)
	w.same(session.Groups, p.Groups) // those of the owner as of now
	w.same(&sso.TokenGrant{Applications: k.Applications}, p.Token)
	w.same(sso.SessionID(k.ID), p.Session.ID)
	w.same(sso.Protocol(""), p.Protocol)
	if session.Token != nil || !p.Session.Alive(k.ExpiresAt.Add(-time.Microsecond)) || p.Session.Alive(k.ExpiresAt) {
		t.Errorf("session %+v, token %+v", session.Token, p.Session)
	}
	// Neither opens as the other.
	_, err = w.db.Principal(t.Context(), k.Hash)
	w.fails(err, sso.Unauthenticated, "session_ended")
	_, err = w.db.TokenPrincipal(t.Context(), s.Session.Token)
	w.fails(err, sso.Unauthenticated, "invalid_token")
}

func testTokenExpires(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	u, _ := w.enter("ada")
	k := w.personalToken(u, "backup")
	w.clock.now = k.ExpiresAt.Add(-time.Microsecond)
	w.tokenOpens(true, k)
	w.clock.now = k.ExpiresAt
	w.tokenOpens(false, k)
	w.clock.now = k.CreatedAt
	w.tokenOpens(true, k)
	// whatever path forgot the tokens
	_, err := Raw(t, w.dsn).Exec("update users set status = 'deactivated' where id = $1", string(u.ID))
	w.ok(err)
	w.tokenOpens(false, k)
	_, err = w.db.CreatePersonalToken(t.Context(), by, sso.PersonalToken{
		Enterprise: w.ent.ID,
		User:       u.ID,
	})
	w.fails(err, sso.Conflict, "user_inactive")
}

func testPersonalTokenLimits(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	u, _ := w.enter("ada")
	other, _ := w.enter("bob")
	for range 50 {
		w.personalToken(u, "backup")
	}
	one := sso.PersonalToken{
		Enterprise: w.ent.ID,
		User:       u.ID,
		Name:       "one too many",
		Hash:       sso.NewSecret().Hash(),
		ExpiresAt:  w.clock.Now().Add(time.Hour),
	}
	_, err := w.db.CreatePersonalToken(t.Context(), by, one)
	w.fails(err, sso.Conflict, "too_many_tokens")
	w.personalToken(other, "of another")
	w.ok(w.db.RevokePersonalToken(t.Context(), by, w.ent.ID, u.ID, w.tokens(u)[0].ID))
	_, err = w.db.CreatePersonalToken(t.Context(), by, one)
	w.ok(err)
	w.chainHolds()
}

func testPersonalTokenUsed(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	u, _ := w.enter("ada")
	k := w.personalToken(u, "backup")
	use := func(at time.Time, client string) {
		t.Helper()
		w.ok(w.db.UsePersonalTokens(t.Context(), map[sso.PersonalTokenID]sso.TokenUse{
			k.ID: {
				At:     at,
				Client: client,
			},
			"pat-gone": {At: at},
		}))
	}
	now := w.clock.Now()
	use(now.Add(time.Minute), "curl/8")
	use(now, "an earlier one")
	k.LastUsedAt, k.LastClient = now.Add(time.Minute).Truncate(time.Minute), "curl/8"
	w.same([]sso.PersonalToken{k}, w.tokens(u))
	w.ok(w.db.UsePersonalTokens(t.Context(), nil))
}

func testPersonalTokenRevoked(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	u, _ := w.enter("ada")
	other, _ := w.enter("bob")
	k, stays := w.personalToken(u, "backup"), w.personalToken(u, "reports")
	err := w.db.RevokePersonalToken(t.Context(), by, w.ent.ID, other.ID, k.ID)
	w.fails(err, sso.NotFoundKind, "not_found")
	last, err := w.db.LastRevocation(t.Context())
	w.ok(err)
	before := w.chainHolds()
	for range 2 {
		w.ok(w.db.RevokePersonalToken(t.Context(), by, w.ent.ID, u.ID, k.ID))
	}
	if n := w.chainHolds() - before; n != 1 {
		t.Errorf("%d audit events, want 1", n)
	}
	w.tokenOpens(false, k)
	w.tokenOpens(true, stays)
	revoked, err := w.db.Revocations(t.Context(), last+1)
	w.ok(err)
	if len(revoked) != 1 || revoked[0].Session != sso.SessionID(k.ID) || revoked[0].User != "" {
		t.Errorf("the nodes are told %+v", revoked)
	}
	if got := w.tokens(u)[1]; !got.RevokedAt.Equal(w.clock.Now()) {
		t.Errorf("revoked at %s", got.RevokedAt)
	}
	w.tokensSwept(u, stays)
}

// tokensSwept asserts that tokens which ended are listed for 90 days more.
func (w *world) tokensSwept(u sso.User, stays sso.PersonalToken) {
	w.Helper()
	w.clock.Move(90 * 24 * time.Hour)
	w.ok(w.db.Sweep(w.Context(), store.Retention{}))
	w.same([]sso.PersonalToken{stays}, w.tokens(u))
	w.clock.Move(30 * 24 * time.Hour)
	w.ok(w.db.Sweep(w.Context(), store.Retention{}))
	w.same(0, len(w.tokens(u))) // it expired 90 days ago
}

// testTokensEndWithAccess: a user who is deactivated has no token, and gets none of
// them back.
func testTokensEndWithAccess(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	u, _ := w.enter("ada")
	other, _ := w.enter("bob")
	k, second, others := w.personalToken(u, "backup"), w.personalToken(u, "reports"), w.personalToken(other, "backup")
	status := func(s sso.UserStatus) {
		t.Helper()
		_, err := w.db.UpdateUser(t.Context(), by, w.ent.ID, u.ID, func(u sso.User) (sso.User, error) {
			u.Status = s
			return u, nil
		})
		w.ok(err)
	}
	status(sso.UserDeactivated)
	w.tokenOpens(false, k, second)
	w.tokenOpens(true, others)
	w.same([]string{"user.deactivated", "personal_token.revoked", "personal_token.revoked"}, w.actions(3))
	status(sso.UserActive)
	w.tokenOpens(false, k, second)
	w.tokenOpens(true, w.personalToken(u, "a new one"), others)
	w.chainHolds()
}

// testTokensEndByProvision: likewise if the identity provider deactivates or deletes
// the user, with the number in the receipt.
func testTokensEndByProvision(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision()
	pushed := w.provisionUser("ada")
	u := w.accountOf(pushed)
	k := w.personalToken(u, "backup")
	got := w.receipts(w.setActive(pushed, false))
	if len(got) != 1 || got[0].Ended != (sso.EndedAccess{Tokens: 1}) {
		t.Fatalf("ended: %+v", got)
	}
	w.tokenOpens(false, k)
	w.setActive(pushed, true)
	w.tokenOpens(false, k)
	again := w.personalToken(u, "again")
	w.tokenOpens(true, again)
	gone := w.scimPush()
	w.ok(w.db.DeleteProvisionedUser(t.Context(), gone, pushed.ID))
	if got := w.receipts(gone); len(got) != 1 || got[0].Ended != (sso.EndedAccess{Tokens: 1}) {
		t.Fatalf("ended: %+v", got)
	}
	w.tokenOpens(false, again)
}

func testTokenRules(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	u, _ := w.enter("ada")
	k := w.personalToken(u, "backup")
	rules, err := w.db.TokenRules(ctx, w.ent.ID)
	w.ok(err)
	w.same(sso.DefaultTokenRules(), rules)
	_, err = w.db.TokenRules(ctx, "ent-unknown")
	w.fails(err, sso.NotFoundKind, "not_found")
	rules = w.changeRules(func(r *sso.TokenRules) { r.MaxAge = 7 * 24 * time.Hour })
	w.same(int64(2), rules.Revision)
	before := w.chainHolds()
	w.same(rules, w.changeRules(func(r *sso.TokenRules) {}))
	w.same(before, w.chainHolds())
	p, err := w.db.TokenPrincipal(ctx, k.Hash)
	w.ok(err)
	if !p.Session.ExpiresAt.Equal(k.CreatedAt.Add(7 * 24 * time.Hour)) {
		t.Errorf("it ends at %s", p.Session.ExpiresAt)
	}
	w.clock.now = k.CreatedAt.Add(7 * 24 * time.Hour)
	w.tokenOpens(false, k)
	w.clock.now = k.CreatedAt
	w.changeRules(func(r *sso.TokenRules) { r.Personal = false })
	w.tokenOpens(false, k)
	_, err = w.db.CreatePersonalToken(ctx, by, k)
	w.fails(err, sso.Forbidden, "personal_tokens_forbidden")
	w.changeRules(func(r *sso.TokenRules) { r.Personal = true })
	w.tokenOpens(true, k)
}

// changeRules changes the rules, and asserts that the nodes are told.
func (w *world) changeRules(change func(*sso.TokenRules)) sso.TokenRules {
	w.Helper()
	rules, err := w.db.UpdateTokenRules(
		w.Context(), by, w.ent.ID,
		func(r sso.TokenRules) (sso.TokenRules, error) {
			change(&r)
			return r, nil
		},
	)
	w.ok(err)
	last, err := w.db.LastRevocation(w.Context())
	w.ok(err)
	told, err := w.db.Revocations(w.Context(), last)
	w.ok(err)
	if len(told) != 1 || told[0].Enterprise != w.ent.ID {
		w.Errorf("the nodes are told %+v", told)
	}
	return rules
}

// testTokenKey: every node has the same key, also of a database that is older than
// tokens are.
func testTokenKey(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	_, err := Raw(t, w.dsn).Exec("delete from sealed_values where name = 'token_key'")
	w.ok(err)
	before := w.chainHolds()
	first := Open(t, w.dsn, w.keys, w.clock.Now)
	second := Open(t, w.dsn, w.keys, w.clock.Now)
	if first.TokenKey() == "" || first.TokenKey() != second.TokenKey() || first.TokenKey() == w.db.TokenKey() {
		t.Error("the nodes have keys of their own, or the old one")
	}
	if n, err := second.VerifyAudit(t.Context(), w.ent.ID); err != nil || n != before {
		t.Errorf("%d audit events (%v), want %d", n, err, before)
	}
}

func (f foreign) personalTokens() calls {
	ctx, db := f.w.Context(), f.w.db
	ent, user := f.other.ent.ID, f.user.ID
	return calls{
		"CreatePersonalToken": func() (int, error) {
			_, err := db.CreatePersonalToken(ctx, by, sso.PersonalToken{
				Enterprise: ent,
				User:       user,
			})
			return 0, err
		},
		"PersonalTokens": func() (int, error) {
			all, _, err := db.PersonalTokens(ctx, ent, user, sso.Page{})
			return len(all), err
		},
		"RevokePersonalToken": func() (int, error) {
			return 0, db.RevokePersonalToken(ctx, by, ent, user, f.personal.ID)
		},
		"TokenRules": func() (int, error) {
			_, err := db.TokenRules(ctx, "ent-unknown")
			return 0, err
		},
		"UpdateTokenRules": func() (int, error) {
			_, err := db.UpdateTokenRules(ctx, by, "ent-unknown", func(r sso.TokenRules) (sso.TokenRules, error) {
				r.Personal = false
				return r, nil
			})
			return 0, err
		},
	}
}
