package oidc_test

import (
	"context"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"gatehouse/internal/outbound"
	"gatehouse/oidc"
	"gatehouse/sso"
)

// TestKeySetsAreReported: a key set that differs from what was noted is reported,
// and one that replaces every key is refused where an admin confirms that.
func TestKeySetsAreReported(t *testing.T) {
	t.Parallel()
	p := newIDP(t)
	p.conn.Enterprise = "ent-1"
	var seen []sso.SeenKeys
	party := func() *oidc.RelyingParty { // a new one knows no keys
		return oidc.New(oidc.Options{
			BaseURL: base,
			Now:     p.now,
			Client:  client(t, outbound.Options{}),
			KeysSeen: func(_ context.Context, s sso.SeenKeys) {
				seen = append(seen, s)
			},
		})
	}
	signIn := func(code string, reports int) {
		t.Helper()
		seen = nil
		if _, _, err := p.signIn(party()); sso.CodeOf(err) != code {
			t.Errorf("got %v, want %q", err, code)
		}
		if len(seen) < min(reports, 1) || reports == 0 && len(seen) > 0 {
			t.Fatalf("reported %+v", seen)
		}
	}
	signIn("", 1)
	first := seen[0]
	if first.Enterprise != "ent-1" ||
		first.Connection != connection ||
		first.Issuer != p.issuer() ||
		len(first.Keys) != 1 ||
		len(first.Keys[0]) != 43 {
		t.Errorf("reported %+v", first)
	}
	noted := p.config.OIDC
	noted.Keys, noted.ConfirmNewKeys = first.Keys, true
	signIn("", 0) // nothing new

	old := p.keys[0]
	other := jose.JSONWebKey{Key: &otherKey().PublicKey, KeyID: "k2"}
	p.keys = []jose.JSONWebKey{other, old} // a rollover that overlaps
	p.signer, p.kid = otherKey(), "k2"
	signIn("", 1)

	p.keys = []jose.JSONWebKey{other} // all at once
	signIn("id_token_invalid", 1)
	noted.PendingKeys = seen[0].Keys
	signIn("id_token_invalid", 0) // it waits already
	noted.ConfirmNewKeys = false
	signIn("", 0)
	noted.ConfirmNewKeys, noted.Keys, noted.PendingKeys = true, noted.PendingKeys, nil // confirmed
	signIn("", 0)
}
