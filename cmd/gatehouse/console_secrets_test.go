package main

import (
	"encoding/pem"
	"net/http"
	"strings"
	"testing"
	"time"

	"gatehouse/saml"
	"gatehouse/sso"
)

// TestConsoleShowsNoSecret (CVE-2026-40166, GHSA-m9h4-7j9c-55x9) requests every
// registered page and file of the console in every role: none contains the client
// secret, the directory's secret, a private key or a cookie of another browser.
func TestConsoleShowsNoSecret(t *testing.T) {
	t.Parallel()
	d := newConsoleTest(t)
	const clientSecret, directorySecret = "canary-client-secret", "canary-directory-secret"
	pair, err := saml.NewKeyPair("Gatehouse", time.Now())
	d.ok(err)
	cfg := sso.Config{
		Version:      1,
		Mapping:      sso.Mapping{Login: []string{"sub"}},
		Provisioning: sso.ProvisionJIT,
		OIDC: &sso.OIDCConfig{
			Issuer:       "https://idp.test",
			ClientID:     "gatehouse",
			ClientSecret: clientSecret,
			AuthMethod:   sso.ClientSecretBasic,
		},
		Directory: &sso.Directory{
			Tenant:       "acme.test",
			ClientID:     "reader",
			ClientSecret: directorySecret,
		},
	}
	draft, previous := cfg, cfg
	draft.Version, previous.Version = 3, 2
	oidc, err := d.g.db.CreateConnection(
		t.Context(), sso.ActorSystem,
		sso.Connection{
			Enterprise: d.acme.ID,
			Name:       "Second",
			Protocol:   sso.OIDC,
			Provider:   sso.Custom,
			State:      sso.ConnectionEnabled,
			Keys:       []sso.KeyPair{pair},
			Live:       &cfg,
			Draft:      &draft,
			Previous:   &previous,
		},
	)
	d.ok(err)
	secrets := map[string]string{
		"the client secret":      clientSecret,
		"the directory's secret": directorySecret,
		"a private key":          "PRIVATE KEY",
		"its private key":        privateLine(t, pair),
		"its SAML private key":   privateLine(t, d.conn.Keys[0]),
	}
	told := 0
	for pattern := range d.g.console.Needs() {
		method, path, _ := strings.Cut(pattern, " ")
		if method != http.MethodGet {
			continue
		}
		for _, connection := range []sso.ConnectionID{d.conn.ID, oidc.ID} {
			d.values["connection"] = string(connection)
			for _, who := range roles() {
				w := d.ask(d.g.handler(), who, method, d.fill(path), "same-origin")
				text := w.Body.String()
				for what, secret := range secrets {
					if strings.Contains(text, secret) {
						t.Errorf("%s shows %s to %s", pattern, what, who)
					}
				}
				for other, cookies := range d.cookies {
					for _, c := range cookies {
						// A removed cookie is empty, and a counter is no secret.
						if other != who &&
							len(c.Value) >= 16 &&
							strings.Contains(text, c.Value) {
							t.Errorf(
								"%s shows the cookie %s of %s to %s", pattern,
								c.Name, other, who,
							)
						}
					}
				}
				if w.Code == http.StatusOK &&
					strings.Contains(text, "https://idp.test") {
					told++
				}
			}
		}
	}
	if told < 5 {
		t.Errorf("only %d pages told of the connections: this test sees too little", told)
	}
}

// privateLine returns a line of the private key that no other text contains. The
// beginning would not do: it is the modulus, which the certificate contains too.
func privateLine(t *testing.T, pair sso.KeyPair) string {
	t.Helper()
	text := pair.Private.Reveal()
	if block, _ := pem.Decode([]byte(text)); block == nil || len(text) < 200 {
		t.Fatal("the private key is no PEM: this test sees nothing")
	}
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-3]
}
