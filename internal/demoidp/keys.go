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

// Keys are the signing keys to begin with; nil ones are made.
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

// keyring holds the current keys and those before them, newest first.
type keyring struct {
	ready chan struct{} // closed once the fields below are set
	mu    sync.Mutex
	err   error
	saml  []samlKey
	oidc  []oidcKey
	wrong *samlKey // made when first needed, never published
}

// start makes the missing keys in the background, so that whoever starts the
// provider can do other things meanwhile.
func (k *keyring) start(given Keys, now func() time.Time) {
	k.ready = make(chan struct{})
	go func() {
		defer close(k.ready)
		k.err = k.add(given, now())
	}()
}

func (k *keyring) rotate(now time.Time) error {
	<-k.ready
	return k.add(Keys{}, now)
}

func (k *keyring) add(given Keys, now time.Time) error {
	s, err := newSAMLKey(given.SAML, now)
	if err != nil {
		return err
	}
	o, err := newOIDCKey(given.OIDC)
	if err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.saml = append([]samlKey{s}, k.saml[:min(1, len(k.saml))]...)
	k.oidc = append([]oidcKey{o}, k.oidc[:min(1, len(k.oidc))]...)
	return nil
}

// forSAML returns the published keys; the first signs.
func (k *keyring) forSAML() ([]samlKey, error) {
	<-k.ready
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.saml, k.err
}

func (k *keyring) forOIDC() ([]oidcKey, error) {
	<-k.ready
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.oidc, k.err
}

// unpublished is a key nobody was told of.
func (k *keyring) unpublished(now time.Time) (samlKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.wrong == nil {
		key, err := newSAMLKey(nil, now)
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
