package forwardauth_test

import (
	"net/http"
	"testing"

	"gatehouse/sso"
)

// TestTokenBehindProxies: a program passes real proxies with a personal token, the
// application never sees it, and no program is redirected. What else is in
// Authorization reaches the application.
func TestTokenBehindProxies(t *testing.T) {
	t.Parallel()
	eachProxy(t, func(t *testing.T, start starter) {
		s := newSite(t, start)
		ada := s.enter("ada", "web/dev")
		id, token := s.token(ada, s.behind)
		for _, v := range []string{"Bearer " + token, "bearer " + token, basic("token", token)} {
			got := s.raw("GET", "/a", person{}, "Authorization: "+v)
			want := told(ada, "ada", "web/dev")
			want["X-Auth-Request-Auth-Method"], want["X-Auth-Request-Acr"] = "token", ""
			s.honest(v[:6], got, want)
			if sent := got.app.Values("Authorization"); len(sent) > 0 && sent[0] != "" {
				t.Errorf("the application is sent %q", sent)
			}
		}
		for _, v := range []string{"Bearer of.the.application", basic("ada", "secret"), "Digest x"} {
			if got := s.raw("GET", "/a", ada, "Authorization: "+v); got.app.Get("Authorization") != v {
				t.Errorf("the application is sent %q, want %q", got.app.Get("Authorization"), v)
			}
		}
		s.ok(s.db.RevokePersonalToken(t.Context(), sso.ActorOperator, s.ent.ID, ada.user.ID, id))
		s.live.Revoked(t.Context())
		for _, v := range []string{"Bearer " + token, basic("token", token), "Bearer " + token[:20]} {
			for _, p := range []person{{}, ada} {
				got := s.raw("GET", "/a", p, append(asLine(), "Authorization: "+v)...)
				if got.app != nil || got.status != http.StatusUnauthorized || got.location != "" {
					t.Errorf("revoked: %d to %q, the application asked: %v", got.status, got.location, got.app != nil)
				}
			}
		}
	})
}
