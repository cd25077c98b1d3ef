package saml

import (
	"crypto/rsa"
	"crypto/x509"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
)

func TestNewKeyPair(t *testing.T) {
	t.Parallel()
	pair, err := NewKeyPair("Gatehouse for "+strings.Repeat("Æ", 100), testNow())
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(pair.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	if err := cert.CheckSignature(
		cert.SignatureAlgorithm, cert.RawTBSCertificate, cert.Signature,
	); err != nil {
		t.Errorf("not signed by itself: %v", err)
	}
	if key, ok := cert.PublicKey.(*rsa.PublicKey); !ok || key.N.BitLen() != 2048 {
		t.Errorf("key %T", cert.PublicKey)
	}
	if want := "Gatehouse for " + strings.Repeat("Æ", 50); cert.Subject.CommonName != want {
		t.Errorf("name %q", cert.Subject.CommonName)
	}
	if now := testNow(); !cert.NotBefore.Before(now) ||
		cert.NotAfter.Before(now.AddDate(9, 0, 0)) ||
		cert.SerialNumber.Sign() <= 0 {
		t.Errorf(
			"from %s to %s, serial number %s", cert.NotBefore, cert.NotAfter,
			cert.SerialNumber,
		)
	}
	if pair.CreatedAt != testNow() || !strings.HasPrefix(string(pair.ID), "key-") {
		t.Errorf("made at %s as %s", pair.CreatedAt, pair.ID)
	}
	if s := pair.Private.String(); strings.Contains(s, "PRIVATE") {
		t.Error("the private key shows")
	}
	other, err := NewKeyPair("x", testNow().Add(time.Second))
	if err != nil {
		t.Fatal(err)
	}
	if other.ID == pair.ID || other.Private == pair.Private {
		t.Error("the same key twice")
	}
	trusted, err := newTrust(
		sso.Connection{Keys: []sso.KeyPair{pair, other}}, sso.SAMLConfig{},
	)
	if err != nil {
		t.Fatal(err)
	}
	if key, err := trusted.signingKey(); err != nil || !key.rsa.PublicKey.Equal(cert.PublicKey) {
		t.Errorf("does not sign with its newest key: %v", err)
	}
}
