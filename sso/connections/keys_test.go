package connections_test

import (
	"slices"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/connections"
)

// TestSeeKeys: what an OpenID provider publishes is noted; a set that replaces
// every key is told, or waits for an admin.
func TestSeeKeys(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	c := w.oidc(d)
	see := func(keys ...string) *sso.OIDCConfig {
		t.Helper()
		w.SeeKeys(t.Context(), sso.SeenKeys{
			Enterprise: w.ent,
			Connection: c.ID,
			Issuer:     d.URL,
			Keys:       keys,
		})
		now := w.load(c.ID)
		if now.Live == nil {
			return now.Draft.OIDC
		}
		return now.Live.OIDC
	}
	if got := see("a"); got.Keys != nil {
		t.Errorf("a draft noted %q", got.Keys)
	}
	_, err := w.Enable(t.Context(), by, w.ent, c.ID, 0)
	w.ok(err)
	if got := see("a", "b"); !slices.Equal(got.Keys, []string{"a", "b"}) || !got.ReplacedAt.IsZero() {
		t.Errorf("the first set: %+v", got)
	}
	if got := see("b", "c"); !slices.Equal(got.Keys, []string{"b", "c"}) || !got.ReplacedAt.IsZero() {
		t.Errorf("a rollover: %+v", got)
	}
	at := w.clock.Now()
	if got := see("d"); !slices.Equal(got.Keys, []string{"d"}) || !got.ReplacedAt.Equal(at) {
		t.Errorf("all at once: %+v", got)
	}
	w.clock.Move(time.Hour)
	if got := see("e"); !got.ReplacedAt.Equal(at) {
		t.Errorf("servers that publish different sets are told of again: %+v", got)
	}
	w.clock.Move(48 * time.Hour)
	_, _, err = w.Edit(t.Context(), by, w.ent, c.ID, connections.Edit{
		OIDC: &connections.OIDCEdit{ConfirmNewKeys: new(true)},
	})
	w.ok(err)
	_, err = w.Enable(t.Context(), by, w.ent, c.ID, 0)
	w.ok(err)
	if got := see("f"); !slices.Equal(got.Keys, []string{"e"}) ||
		!slices.Equal(got.PendingKeys, []string{"f"}) {
		t.Errorf("what waits: %+v", got)
	}
	if got := see("e", "f"); got.PendingKeys != nil || len(got.Keys) != 2 {
		t.Errorf("a set with an old key: %+v", got)
	}
	see("g")
	_, err = w.ConfirmKeys(t.Context(), by, w.ent, c.ID)
	w.ok(err)
	if got := w.load(c.ID).Live.OIDC; !slices.Equal(got.Keys, []string{"g"}) || got.PendingKeys != nil {
		t.Errorf("confirmed: %+v", got)
	}
	_, err = w.ConfirmKeys(t.Context(), by, w.ent, c.ID)
	w.fails(err, sso.Conflict, "no_pending_keys")

	w.SeeKeys(t.Context(), sso.SeenKeys{
		Enterprise: w.ent,
		Connection: c.ID,
		Issuer:     "https://other.example",
		Keys:       []string{"x"},
	})
	if got := w.load(c.ID).Live.OIDC; !slices.Equal(got.Keys, []string{"g"}) {
		t.Errorf("keys of another issuer were noted: %+v", got)
	}
	other := newDirectory(t)
	moved, _, err := w.Edit(
		t.Context(), by, w.ent, c.ID,
		connections.Edit{OIDC: &connections.OIDCEdit{
			Issuer:       new(other.URL),
			ClientSecret: new(sso.Secret("x")),
		}},
	)
	w.ok(err)
	if got := moved.Draft.OIDC; got.Keys != nil || !got.ConfirmNewKeys {
		t.Errorf("another issuer keeps the keys: %+v", got)
	}
}
