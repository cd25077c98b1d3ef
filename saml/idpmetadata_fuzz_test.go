package saml

import (
	"testing"

	"gatehouse/sso"
)

// FuzzParseMetadata: whatever is accepted can be relied on as a configuration.
func FuzzParseMetadata(f *testing.F) {
	for _, doc := range []string{
		idpEntity, federation("https://a.example", testIssuer), federation(),
		testMessage, "<a/>",
	} {
		f.Add(withKeys(f, doc))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		m, err := ParseMetadata(doc)
		if err != nil {
			if sso.KindOf(err) != sso.Invalid {
				t.Fatalf("kind %s: %v", sso.KindOf(err), err)
			}
			return
		}
		if m.EntityID == "" ||
			len(m.Certificates) == 0 ||
			sso.CheckEndpoint(m.SSO.URL) != nil ||
			m.SLO != nil && sso.CheckEndpoint(m.SLO.URL) != nil {
			t.Fatalf("accepted: %+v", m)
		}
		for _, c := range m.Certificates {
			if cert, err := c.Parse(); err != nil || checkKeyStrength(cert.PublicKey) != nil {
				t.Fatalf("trusts a key that is not strong: %v", err)
			}
		}
		cfg, err := m.Apply(sso.SAMLConfig{})
		if err != nil || cfg.IDPEntityID != m.EntityID {
			t.Fatalf("cannot be taken over: %v", err)
		}
	})
}
