package demoidp

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"fmt"
	"math/big"
	"sync"
	"time"
)

// Keys holds the initial signing keys; nil keys are generated.
type Keys struct {
	SAML *rsa.PrivateKey
	OIDC *ecdsa.PrivateKey
}

type samlKey struct {
	private *rsa.PrivateKey
	cert    *x509.Certificate
}

type oidcKey struct {
	private *ecdsa.PrivateKey
	id      string
}

// keyring holds the current and the previous keys, newest first. The first RSA key is
// generated when first needed: that takes some 0.2 s, and OpenID Connect alone never
// needs one.
type keyring struct {
	given Keys
	now   func() time.Time
	mu    sync.Mutex
	saml  []samlKey
	oidc  []oidcKey
	wrong *samlKey // never published
}

// forSAML returns the published keys; the first is the signing key.
func (k *keyring) forSAML() ([]samlKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.saml == nil {
		key, err := newSAMLKey(k.given.SAML, k.now())
		if err != nil {
			return nil, err
		}
		k.saml = []samlKey{key}
	}
	return k.saml, nil
}

func (k *keyring) forOIDC() ([]oidcKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.oidc == nil {
		key, err := newOIDCKey(k.given.OIDC)
		if err != nil {
			return nil, err
		}
		k.oidc = []oidcKey{key}
	}
	return k.oidc, nil
}

func (k *keyring) rotate() error {
	saml, err := k.forSAML()
	if err != nil {
		return err
	}
	oidc, err := k.forOIDC()
	if err != nil {
		return err
	}
	s, err := newSAMLKey(nil, k.now())
	if err != nil {
		return err
	}
	o, err := newOIDCKey(nil)
	if err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.saml, k.oidc = []samlKey{s, saml[0]}, []oidcKey{o, oidc[0]}
	return nil
}

// unpublished returns a key that is never published.
func (k *keyring) unpublished() (samlKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.wrong == nil {
		key, err := newSAMLKey(nil, k.now())
		if err != nil {
			return samlKey{}, err
		}
		k.wrong = &key
	}
	return *k.wrong, nil
}

func newSAMLKey(private *rsa.PrivateKey, now time.Time) (samlKey, error) {
	var err error
	if private == nil {
		if private, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
			return samlKey{}, fmt.Errorf("make SAML key: %w", err)
		}
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return samlKey{}, fmt.Errorf("make serial number: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: "Development identity provider"},
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.AddDate(10, 0, 0),
		KeyUsage:     x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		return samlKey{}, fmt.Errorf("make SAML certificate: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return samlKey{}, fmt.Errorf("read back SAML certificate: %w", err)
	}
	return samlKey{private, cert}, nil
}

func newOIDCKey(private *ecdsa.PrivateKey) (oidcKey, error) {
	var err error
	if private == nil {
		if private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			return oidcKey{}, fmt.Errorf("make OIDC key: %w", err)
		}
	}
	var id [8]byte
	_, _ = rand.Read(id[:])
	return oidcKey{private, hex.EncodeToString(id[:])}, nil
}
