package sessions_test

import (
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store/storetest"
)

// token makes a token of a user that is good for a day.
func (w *world) token(user sso.UserID) sso.PersonalToken {
	w.Helper()
	k, err := w.db.CreatePersonalToken(w.Context(), sso.ActorOperator, sso.PersonalToken{
		Enterprise:   w.ent.ID,
		User:         user,
		Name:         "backup",
		Hash:         sso.PersonalTokenKind.NewKeyed(w.db.TokenKey()).Hash(),
		Applications: []sso.ApplicationID{"app-wiki"},
		ExpiresAt:    w.now().Add(24 * time.Hour),
	})
	w.ok(err)
	return k
}

// opens asserts that a node knows whose tokens they are.
func (w *world) opens(n *node, all ...sso.PersonalToken) {
	w.Helper()
	for _, k := range all {
		p, err := n.TokenPrincipal(w.Context(), k.Hash, "curl/8", nil)
		if err != nil || p.User.ID != k.User || p.Token == nil || p.Token.Applications[0] != "app-wiki" {
			w.Errorf("token %s: %v, %+v", k.ID, err, p)
		}
	}
}

// refused asserts that a node accepts none of the tokens.
func (w *world) refused(n *node, all ...sso.PersonalToken) {
	w.Helper()
	for _, k := range all {
		if p, err := n.TokenPrincipal(w.Context(), k.Hash, "", nil); sso.CodeOf(err) != "invalid_token" || p.User.ID != "" {
			w.Errorf("token %s: %v, %q; want invalid_token", k.ID, err, p.User.ID)
		}
	}
}

func TestTokensAreCached(t *testing.T) {
	t.Parallel()
	clock := newClock()
	w := newWorld(t, inMemory, clock.Now)
	n, ada := w.caching(), w.signIn("ada")
	k, second := w.token(ada.User), w.token(ada.User)
	w.asks(n, 2, func() { w.opens(n, k, second, k, second) })
	clock.Move(31 * time.Second)
	n.Revoked(t.Context())
	w.asks(n, 1, func() { w.opens(n, k, k) })
	// It ends by the clock of the node, without asking.
	clock.Move(k.ExpiresAt.Sub(clock.Now()) - time.Second)
	n.Revoked(t.Context())
	w.opens(n, k)
	clock.Move(time.Second)
	w.refused(n, k)
}

// TestTokenIsNoSession: neither value opens as the other, whichever is known already.
func TestTokenIsNoSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t, inMemory, newClock().Now)
	n, ada := w.caching(), w.signIn("ada")
	k := w.token(ada.User)
	for range 2 {
		w.over(n, sso.Session{Token: k.Hash})
		w.refused(n, sso.PersonalToken{Hash: ada.Token})
		w.alive(n, ada)
		w.opens(n, k)
	}
}

// TestTokenCacheKey: a token that differs in any one bit is another.
func TestTokenCacheKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t, inMemory, newClock().Now)
	n, ada := w.caching(), w.signIn("ada")
	k := w.token(ada.User)
	w.opens(n, k)
	for bit := range len(k.Hash) * 8 {
		near := k
		near.Hash[bit/8] ^= 1 << (bit % 8)
		w.refused(n, near)
	}
}

// TestRevokedTokenIsForgotten ends a token in every way: it is refused when Revoked
// returns, and no other token is read again.
func TestRevokedTokenIsForgotten(t *testing.T) {
	t.Parallel()
	by := sso.ActorOperator
	rules := func(w *world, change func(*sso.TokenRules)) error {
		_, err := w.db.UpdateTokenRules(
			w.Context(), by, w.ent.ID,
			func(r sso.TokenRules) (sso.TokenRules, error) {
				change(&r)
				return r, nil
			},
		)
		return err
	}
	for name, end := range map[string]func(w *world, k sso.PersonalToken) error{
		"revoked": func(w *world, k sso.PersonalToken) error {
			return w.db.RevokePersonalToken(w.Context(), by, w.ent.ID, k.User, k.ID)
		},
		"owner deactivated": func(w *world, k sso.PersonalToken) error {
			_, err := w.db.UpdateUser(w.Context(), by, w.ent.ID, k.User, func(u sso.User) (sso.User, error) {
				u.Status = sso.UserDeactivated
				return u, nil
			})
			return err
		},
		"forbidden": func(w *world, _ sso.PersonalToken) error {
			return rules(w, func(r *sso.TokenRules) { r.Personal = false })
		},
		"enterprise deleted": func(w *world, _ sso.PersonalToken) error {
			return w.db.DeleteEnterprise(w.Context(), by, w.ent.ID)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, inMemory, newClock().Now)
			n, ada, bob := w.caching(), w.signIn("ada"), w.signIn("bob")
			k, other := w.token(ada.User), w.token(bob.User)
			w.opens(n, k, other)
			w.ok(end(w, k))
			n.Revoked(t.Context())
			w.refused(n, k)
			if name == "revoked" || name == "owner deactivated" {
				w.asks(n, 0, func() { w.opens(n, other) })
			} else {
				w.refused(n, other)
			}
		})
	}
}

// TestTokenUseIsWritten with its client, once a minute.
func TestTokenUseIsWritten(t *testing.T) {
	t.Parallel()
	clock := newClock()
	w := newWorld(t, inMemory, clock.Now)
	n, ada := w.caching(), w.signIn("ada")
	k := w.token(ada.User)
	clock.Move(time.Minute)
	w.opens(n, k, k) // the first use is written at once
	stop := w.runs(n)
	stop()
	all, _, err := w.db.PersonalTokens(t.Context(), w.ent.ID, ada.User, sso.Page{})
	w.ok(err)
	if !all[0].LastUsedAt.Equal(clock.Now().Truncate(time.Minute)) || all[0].LastClient != "curl/8" {
		t.Errorf("used at %s by %q", all[0].LastUsedAt, all[0].LastClient)
	}
}

// TestTokenEndsOnEveryNode deactivates the owner on one node: the token is refused
// there at once, and on the other within two seconds, without a bus, on both databases.
func TestTokenEndsOnEveryNode(t *testing.T) {
	t.Parallel()
	for database, fresh := range map[string]func(testing.TB) string{
		"sqlite":   storetest.SQLite,
		"postgres": storetest.Postgres,
	} {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, fresh(t), time.Now)
			here, there := w.node(nil), w.node(nil)
			w.db.OnRevocation(here.Revoked)
			w.runs(here)
			w.runs(there)
			k := w.token(w.signIn("ada").User)
			w.opens(here, k)
			w.opens(there, k)
			_, err := w.db.UpdateUser(
				t.Context(), sso.ActorOperator, w.ent.ID, k.User,
				func(u sso.User) (sso.User, error) {
					u.Status = sso.UserDeactivated
					return u, nil
				},
			)
			w.ok(err)
			ended := time.Now()
			w.refused(here, k)
			for {
				_, err := there.TokenPrincipal(t.Context(), k.Hash, "", nil)
				if sso.CodeOf(err) == "invalid_token" {
					break
				}
				if time.Since(ended) > deadWithin {
					t.Fatalf("the other node still accepts it: %v", err)
				}
				time.Sleep(10 * time.Millisecond)
			}
			t.Logf("refused on the other node after %s", time.Since(ended).Round(time.Millisecond))
		})
	}
}
