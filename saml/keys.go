package saml

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"

	"gatehouse/sso"
)

const (
	// keyBits is a size that every identity provider accepts; some refuse
	// longer keys.
	keyBits = 2048
	// keyYears is long because the key is pinned: a certificate that expires
	// sooner only breaks sign-ins at identity providers that check its dates.
	keyYears = 10
)

// NewKeyPair creates our key for one identity provider, with a self-signed
// certificate in the given name. It takes some 0.2 s. The certificate allows
// only signing and key wrapping.
func NewKeyPair(name string, now time.Time) (sso.KeyPair, error) {
	key, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return sso.KeyPair{}, fmt.Errorf("make key: %w", err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return sso.KeyPair{}, fmt.Errorf("write key: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return sso.KeyPair{}, fmt.Errorf("make serial number: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber:          serial.Add(serial, big.NewInt(1)), // zero is no serial number (RFC 5280 §4.1.2.2)
		Subject:               pkix.Name{CommonName: commonName(name)},
		NotBefore:             now.Add(-time.Hour), // their clock may be behind ours
		NotAfter:              now.AddDate(keyYears, 0, 0),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		BasicConstraintsValid: true,
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return sso.KeyPair{}, fmt.Errorf("make certificate: %w", err)
	}
	return sso.KeyPair{
		ID:          sso.NewID[sso.KeyID](now),
		Certificate: certificate,
		CreatedAt:   now,
		Private: sso.Secret(pem.EncodeToMemory(&pem.Block{
			Type:  "PRIVATE KEY",
			Bytes: private,
		})),
	}, nil
}

// commonName shortens a name to what X.509 allows (RFC 5280, ub-common-name).
func commonName(name string) string {
	const maxLength = 64
	if runes := []rune(name); len(runes) > maxLength {
		return string(runes[:maxLength])
	}
	return name
}
