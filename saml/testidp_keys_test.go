package saml

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"gatehouse/sso"
)

type testKey struct {
	private crypto.Signer
	cert    *x509.Certificate
}

// testKeyForms are the keys of testdata/keys, which are used for nothing else.
// "attacker" is trusted by no connection.
func testKeyForms() map[string]func() (crypto.Signer, error) {
	rsaKey := func() (crypto.Signer, error) {
		return rsa.GenerateKey(rand.Reader, 2048)
	}
	weak := func() (crypto.Signer, error) {
		return rsa.GenerateKey(rand.Reader, 1024)
	}
	curve := func(c elliptic.Curve) func() (crypto.Signer, error) {
		return func() (crypto.Signer, error) {
			return ecdsa.GenerateKey(c, rand.Reader)
		}
	}
	return map[string]func() (crypto.Signer, error){
		"idp":         rsaKey,
		"idp-next":    rsaKey,
		"idp-expired": rsaKey,
		"idp-future":  rsaKey,
		"idp-weak":    weak,
		"attacker":    rsaKey,
		"idp-p256":    curve(elliptic.P256()),
		"idp-p384":    curve(elliptic.P384()),
		"idp-p521":    curve(elliptic.P521()),
		"sp":          rsaKey,
		"sp-old":      rsaKey,
		"sp-p256":     curve(elliptic.P256()),
	}
}

var testKeys = sync.OnceValues(func() (map[string]testKey, error) {
	all := map[string]testKey{}
	for name := range testKeyForms() {
		text, err := os.ReadFile(filepath.Join("testdata", "keys", name+".pem"))
		if err != nil {
			return nil, err
		}
		key, rest := pem.Decode(text)
		cert, _ := pem.Decode(rest)
		if key == nil || cert == nil {
			return nil, fmt.Errorf("%s: not a key and a certificate", name)
		}
		private, err := x509.ParsePKCS8PrivateKey(key.Bytes)
		if err != nil {
			return nil, err
		}
		parsed, err := x509.ParseCertificate(cert.Bytes)
		if err != nil {
			return nil, err
		}
		all[name] = testKey{private.(crypto.Signer), parsed}
	}
	return all, nil
})

func keyNamed(t testing.TB, name string) testKey {
	t.Helper()
	all, err := testKeys()
	if err != nil {
		t.Fatal(err)
	}
	k, ok := all[name]
	if !ok {
		t.Fatalf("no key %q", name)
	}
	return k
}

// pair is the key as one of ours.
func (k testKey) pair(t testing.TB, name string) sso.KeyPair {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(k.private)
	if err != nil {
		t.Fatal(err)
	}
	return sso.KeyPair{
		ID:          sso.KeyID("key-" + name),
		Certificate: k.cert.Raw,
		Private: sso.Secret(pem.EncodeToMemory(&pem.Block{
			Type:  "PRIVATE KEY",
			Bytes: der,
		})),
	}
}

// TestKeys wants every key, and makes those that are missing with
// UPDATE_GOLDEN=1. Removing one means that whatever was made with it has to be
// made again.
func TestKeys(t *testing.T) {
	t.Parallel()
	for name, generate := range testKeyForms() {
		path := filepath.Join("testdata", "keys", name+".pem")
		if _, err := os.Stat(path); err == nil {
			continue
		}
		if os.Getenv("UPDATE_GOLDEN") == "" {
			t.Errorf("%s is missing; UPDATE_GOLDEN=1 makes it", path)
			continue
		}
		private, err := generate()
		if err != nil {
			t.Fatal(err)
		}
		from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		switch name {
		case "idp-expired":
			from = from.AddDate(-10, 0, 0)
		case "idp-future":
			from = from.AddDate(10, 0, 0)
		}
		template := &x509.Certificate{
			SerialNumber: big.NewInt(1),
			Subject:      pkix.Name{CommonName: name},
			NotBefore:    from,
			NotAfter:     from.AddDate(9, 0, 0),
		}
		cert, err := x509.CreateCertificate(
			rand.Reader, template, template, private.Public(), private,
		)
		if err != nil {
			t.Fatal(err)
		}
		key, err := x509.MarshalPKCS8PrivateKey(private)
		if err != nil {
			t.Fatal(err)
		}
		text := append(pem.EncodeToMemory(&pem.Block{
			Type:  "PRIVATE KEY",
			Bytes: key,
		}), pem.EncodeToMemory(&pem.Block{
			Type:  "CERTIFICATE",
			Bytes: cert,
		})...)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
