package connection_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"math/big"
	"net/url"
	"slices"
	"testing"

	"gatehouse/sso"
)

// TestConfirmingNewKeys: the page names the certificates that wait, and one button
// trusts them in place of those before.
func TestConfirmingNewKeys(t *testing.T) {
	f := newFixture(t)
	made := func() sso.Certificate {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		f.ok(err)
		template := &x509.Certificate{SerialNumber: big.NewInt(1)}
		der, err := x509.CreateCertificate(
			rand.Reader, template, template, key.Public(), key,
		)
		f.ok(err)
		return sso.Certificate{Raw: der, Source: sso.FromMetadata}
	}
	before, waiting := made(), made()
	_, err := f.db.UpdateConnection(
		t.Context(),
		sso.ActorOperator,
		f.ent.ID,
		f.conn.ID,
		"connection.edited",
		func(c sso.Connection) (sso.Connection, error) {
			c.Protocol = sso.SAML
			live := *c.Live
			live.OIDC = nil
			live.SAML = &sso.SAMLConfig{
				IDPEntityID: "urn:idp",
				SSO: sso.Endpoint{
					URL:     "https://idp.example/sso",
					Binding: sso.BindingRedirect,
				},
				Certificates:   []sso.Certificate{before},
				Pending:        []sso.Certificate{waiting},
				ConfirmNewKeys: true,
			}
			c.Live = &live
			return c, nil
		},
	)
	f.ok(err)
	f.says(
		200, "GET", f.home+"/certificates", nil, "Confirm the new certificates",
		waiting.Fingerprint(), "are trusted until you confirm",
	)
	f.says(200, "GET", f.home+"/settings", nil, `name="saml.confirm_new_keys"`)
	if status, body := f.do("gus", "POST", f.home+"/certificates/confirm", nil); status != 404 {
		t.Errorf("an admin of another company: %d %s", status, body)
	}
	if status, body := f.do("olive", "POST", f.home+"/certificates/confirm", url.Values{}); status != 303 {
		t.Errorf("%d %s", status, body)
	}
	now, err := f.db.Connection(t.Context(), f.ent.ID, f.conn.ID)
	f.ok(err)
	if got := now.Live.SAML; len(got.Pending) != 0 ||
		len(got.Certificates) != 1 ||
		!slices.Equal(got.Certificates[0].Raw, waiting.Raw) {
		t.Errorf("%+v", got)
	}
	f.says(
		422, "POST", f.home+"/certificates/confirm", nil, "No new certificates wait",
	)
}

// TestConfirmingPublishedKeys is the same for the keys of an OpenID provider.
func TestConfirmingPublishedKeys(t *testing.T) {
	f := newFixture(t)
	_, err := f.db.UpdateConnection(
		t.Context(),
		sso.ActorOperator,
		f.ent.ID,
		f.conn.ID,
		"connection.edited",
		func(c sso.Connection) (sso.Connection, error) {
			live := *c.Live
			live.OIDC.Keys = []string{"old-print"}
			live.OIDC.PendingKeys = []string{"new-print"}
			live.OIDC.ConfirmNewKeys = true
			c.Live = &live
			return c, nil
		},
	)
	f.ok(err)
	f.says(
		200, "GET", f.home+"/certificates", nil, "Confirm the new keys", "new-print",
		"Sign-ins are refused until you confirm.",
	)
	f.says(200, "GET", f.home+"/settings", nil, `name="oidc.confirm_new_keys"`)
	for _, who := range []string{"gus", "link"} {
		if status, _ := f.do(who, "POST", f.home+"/certificates/confirm", nil); status != 404 {
			t.Errorf("%s: %d", who, status)
		}
	}
	f.says(303, "POST", f.home+"/certificates/confirm", url.Values{})
	now, err := f.db.Connection(t.Context(), f.ent.ID, f.conn.ID)
	f.ok(err)
	if got := now.Live.OIDC; len(got.PendingKeys) != 0 || !slices.Equal(got.Keys, []string{"new-print"}) {
		t.Errorf("%+v", got)
	}
}
