package login_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"gatehouse/sso"
	"gatehouse/store"
)

// logoutToken is one of the company's identity provider, signed with its
// published key.
func (w *world) logoutToken(c *company, claims map[string]any) string {
	w.Helper()
	resp := w.visit(c.idp.Issuer() + "/oidc/keys")
	var published jose.JSONWebKeySet
	w.ok(json.NewDecoder(resp.Body).Decode(&published))
	private, err := ecKey()
	w.ok(err)
	signer, err := jose.NewSigner(jose.SigningKey{
		Algorithm: jose.ES256,
		Key: jose.JSONWebKey{
			Key:   private,
			KeyID: published.Keys[0].KeyID,
		},
	},
		(&jose.SignerOptions{}).WithType("logout+jwt"))
	w.ok(err)
	all := map[string]any{
		"iss":    c.idp.Issuer(),
		"aud":    c.conn.Live.OIDC.ClientID,
		"iat":    w.clock.Now().Unix(),
		"exp":    w.clock.Now().Add(2 * time.Minute).Unix(),
		"jti":    string(sso.NewSecret()),
		"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}},
	}
	for name, value := range claims {
		all[name] = value
	}
	payload, err := json.Marshal(all)
	w.ok(err)
	jws, err := signer.Sign(payload)
	w.ok(err)
	token, err := jws.CompactSerialize()
	w.ok(err)
	return token
}

func TestBackchannelLogout(t *testing.T) {
	each(t, func(w *world) {
		c := w.globex
		bob := w.enters(c, "bob")
		first := w.enters(c, "ada")
		second := w.enters(c, "ada")
		third := w.enters(c, "ada")
		post := func(claims map[string]any) error {
			return w.login.BackchannelLogout(
				w.Context(), c.conn.ID, w.logoutToken(c, claims),
			)
		}
		w.ok(post(map[string]any{"sid": second.Session.SessionIndex}))
		if w.alive(second) || !w.alive(first) || !w.alive(third) {
			w.Error("a session ID ended another session than its own")
		}
		w.ok(post(map[string]any{"sub": "id-nobody"}))
		w.ok(post(map[string]any{"sub": "id-ada", "sid": "another"}))
		w.ok(post(map[string]any{
			"sub": "id-bob",
			"sid": first.Session.SessionIndex,
		}))
		if !w.alive(first) || !w.alive(third) || !w.alive(bob) {
			w.Error("a session was ended that was not meant")
		}
		w.ok(post(map[string]any{"sub": "id-ada"}))
		if w.alive(first) ||
			w.alive(third) ||
			!w.alive(bob) ||
			w.revoked != 2 {
			// three tokens named no session
			w.Errorf(
				"alive %v %v %v, %d announcements", w.alive(first), w.alive(third),
				w.alive(bob), w.revoked,
			)
		}
	})
}

// TestBackchannelLogoutOnce: a token that is sent again ends no session that
// began since.
func TestBackchannelLogoutOnce(t *testing.T) {
	each(t, func(w *world) {
		c := w.globex
		r := w.enters(c, "ada")
		token := w.logoutToken(c, map[string]any{"sub": "id-ada"})
		w.ok(w.login.BackchannelLogout(w.Context(), c.conn.ID, token))
		if w.alive(r) {
			w.Error("the session lives")
		}
		again := w.enters(c, "ada")
		// The mark lives as long as the token could be accepted by any clock.
		for range 3 {
			w.fails(
				w.login.BackchannelLogout(w.Context(), c.conn.ID, token),
				sso.Conflict, "saml_replayed",
			)
			w.clock.Move(time.Minute)
			w.ok(w.db.Sweep(w.Context(), store.Retention{}))
		}
		w.fails(
			w.login.BackchannelLogout(w.Context(), c.conn.ID, token), sso.Invalid,
			"logout_token_invalid",
		)
		if !w.alive(again) {
			w.Error("a replay ended a session")
		}
	})
}

func TestBackchannelLogoutThatIsNotAccepted(t *testing.T) {
	each(t, func(w *world) {
		c := w.globex
		r := w.enters(c, "ada")
		good := map[string]any{"sub": "id-ada"}
		w.fails(
			w.login.BackchannelLogout(w.Context(), c.conn.ID, "x"), sso.Invalid,
			"logout_token_invalid",
		)
		w.fails(
			w.login.BackchannelLogout(
				w.Context(), c.conn.ID,
				w.logoutToken(c, map[string]any{
					"sub": "id-ada",
					"aud": "other",
				}),
			),
			sso.Invalid, "logout_token_invalid",
		)
		w.fails(
			w.login.BackchannelLogout(w.Context(), "conn-x", w.logoutToken(c, good)),
			sso.NotFoundKind,
			"not_found",
		)
		w.fails(
			w.login.BackchannelLogout(
				w.Context(), w.acme.conn.ID, w.logoutToken(c, good),
			),
			sso.NotFoundKind,
			"not_found",
		)
		second := w.connect(c, "Second", sso.OIDC)
		w.fails(
			w.login.BackchannelLogout(
				w.Context(), second.ID, w.logoutToken(c, good),
			),
			sso.Invalid,
			"logout_token_invalid",
		)
		if !w.alive(r) || w.revoked != 0 {
			w.Error("the session was ended")
		}
		w.disable(c) // which ends the session by itself
		w.fails(
			w.login.BackchannelLogout(
				w.Context(), c.conn.ID, w.logoutToken(c, good),
			),
			sso.Forbidden,
			"connection_disabled",
		)
	})
}
