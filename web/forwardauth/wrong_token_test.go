package forwardauth_test

import (
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store/memory"
	"gatehouse/web/forwardauth"
	"gatehouse/web/route"
)

const wrongTokens = 5 // a minute

// limited is a world that limits wrong tokens, with a revoked token and two good ones.
func limited(t *testing.T) (w *world, revoked string, good [2]string) {
	w = newWorld(t, func(o *forwardauth.Options) {
		o.WrongTokens = route.Failures{
			Limiter:   memory.NewLimiter(time.Now),
			Name:      "tokens",
			PerMinute: wrongTokens,
			Log:       o.Log,
		}
	})
	w.db.OnRevocation(w.live.Revoked)
	w.live.Revoked(t.Context())
	files := w.application("files", func(a *sso.Application) {
		a.Programs = true
		a.PublicPaths = []string{"/health"}
	})
	ada := w.enter("ada")
	id, revoked := w.token(ada, files)
	for i := range good {
		_, good[i] = w.token(ada, files)
	}
	w.ok(w.db.RevokePersonalToken(t.Context(), by, w.ent.ID, ada.user.ID, id))
	return w, revoked, good
}

// present sends a token, and returns the status and the number of look-ups.
func (w *world) present(token, path string) (status int, lookUps int64) {
	w.Helper()
	before := w.db.asked.Load()
	rec := w.nginx("files", "https://files.acme.test"+path, person{}, "Authorization", "Bearer "+token)
	return rec.Code, w.db.asked.Load() - before
}

// TestWrongTokensAreLimited by client address: a revoked token costs one look-up, and
// none beyond the limit. Made-up tokens do not count, and a token that the node knows
// goes on.
func TestWrongTokensAreLimited(t *testing.T) {
	t.Parallel()
	w, revoked, tokens := limited(t)
	good, fresh := tokens[0], tokens[1]
	if status, n := w.present(good, "/"); status != 200 || n != 1 {
		t.Fatalf("a good token: %d, %d look-ups", status, n)
	}
	for range 10 * wrongTokens {
		if status, n := w.present(sso.PersonalTokenKind.New().Reveal(), "/"); status != 401 || n != 0 {
			t.Fatalf("a made-up token: %d, %d look-ups", status, n)
		}
	}
	for i := range wrongTokens {
		path := []string{"/", "/health"}[i%2] // is public: without an identity
		if status, n := w.present(revoked, path); status != []int{401, 200}[i%2] || n != 1 {
			t.Errorf("a revoked token at %s: %d, %d look-ups", path, status, n)
		}
	}
	for token, want := range map[string]int{revoked: 429, fresh: 429, good: 200, revoked[:30]: 401} {
		if status, n := w.present(token, "/"); status != want || n != 0 {
			t.Errorf("beyond the limit: %d, want %d; %d look-ups", status, want, n)
		}
	}
	if status, n := w.present(revoked, "/health"); status != 200 || n != 0 {
		t.Errorf("a public path beyond the limit: %d, %d look-ups", status, n)
	}
}

// TestWrongTokensWithoutALimit cost one look-up each.
func TestWrongTokensWithoutALimit(t *testing.T) {
	t.Parallel()
	w, files, _ := forPrograms(t)
	ada := w.enter("ada")
	id, token := w.token(ada, files)
	w.ok(w.db.RevokePersonalToken(t.Context(), by, w.ent.ID, ada.user.ID, id))
	for range 3 {
		if status, n := w.present(token, "/"); status != 401 || n != 1 {
			t.Errorf("%d, %d look-ups", status, n)
		}
	}
}
