package saml

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"gatehouse/sso"
)

// maxCertificates is how many keys a response is tried with.
const maxCertificates = 16

// pinned is a trusted certificate of the identity provider.
type pinned struct {
	cert        *x509.Certificate
	fingerprint string
}

// short names the certificate as lists show it.
func (p *pinned) short() string { return named(p.cert) }

// own is one of our key pairs.
type own struct {
	signer crypto.Signer
	rsa    *rsa.PrivateKey // nil if the key cannot decrypt
	cert   []byte
}

// trust is the parsed certificates and keys of one revision of a connection.
type trust struct {
	certs []*pinned
	keys  []own
	last  atomic.Int32 // which certificate fitted last; it is tried first

	// The inputs, compared before the result is used again.
	certificates []sso.Certificate
	pairs        []sso.KeyPair
}

// madeFrom reports whether t is the result of compiling c and cfg. The revision
// number says so too, but a decision about trust does not rely on other code
// keeping a number right.
func (t *trust) madeFrom(c sso.Connection, cfg sso.SAMLConfig) bool {
	return slices.EqualFunc(t.certificates, cfg.Certificates, func(a, b sso.Certificate) bool {
		return bytes.Equal(a.Raw, b.Raw)
	}) &&
		slices.EqualFunc(t.pairs, c.Keys, func(a, b sso.KeyPair) bool {
			return a.Private == b.Private && bytes.Equal(a.Certificate, b.Certificate)
		})
}

// compile parses the certificates and keys of a connection. Weak keys are
// refused when they are saved; here they are skipped, so that one bad key does
// not stop sign-ins with another.
func compile(c sso.Connection, cfg sso.SAMLConfig) (*trust, error) {
	t := &trust{
		certificates: slices.Clone(cfg.Certificates),
		pairs:        slices.Clone(c.Keys),
	}
	for _, certificate := range cfg.Certificates {
		cert, err := certificate.Parse()
		if err != nil || strong(cert.PublicKey) != nil {
			continue
		}
		t.certs = append(t.certs, &pinned{
			cert:        cert,
			fingerprint: certificate.Fingerprint(),
		})
		if len(t.certs) > maxCertificates {
			return nil, fmt.Errorf("more than %d certificates", maxCertificates)
		}
	}
	for _, pair := range c.Keys {
		key, err := private(pair.Private)
		if err != nil {
			return nil, fmt.Errorf("our key %s: %w", pair.ID, err)
		}
		decrypter, _ := key.(*rsa.PrivateKey)
		t.keys = append(t.keys, own{
			signer: key,
			rsa:    decrypter,
			cert:   pair.Certificate,
		})
	}
	return t, nil
}

func private(s sso.Secret) (crypto.Signer, error) {
	block, _ := pem.Decode([]byte(s.Reveal()))
	if block == nil {
		return nil, errors.New("not PEM")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("not a PKCS #8 private key") // the cause could quote the key
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, errors.New("a key that cannot sign")
	}
	return signer, nil
}

// strong refuses keys that are too short, and those so long that one check
// takes a noticeable time.
func strong(key crypto.PublicKey) error {
	switch key := key.(type) {
	case *rsa.PublicKey:
		if bits := key.N.BitLen(); bits < 2048 || bits > 8192 {
			return fmt.Errorf("an RSA key of %d bits", bits)
		}
		return nil
	case *ecdsa.PublicKey:
		if key.Curve == elliptic.P256() ||
			key.Curve == elliptic.P384() ||
			key.Curve == elliptic.P521() {
			return nil
		}
		return errors.New("an elliptic curve other than P-256, P-384 and P-521")
	}
	return errors.New("a key that is neither RSA nor ECDSA")
}

// inOrder returns the pinned certificates, the last one that fitted first.
func (t *trust) inOrder() []*pinned {
	last := int(t.last.Load())
	if last == 0 {
		return t.certs
	}
	ordered := []*pinned{t.certs[last]}
	ordered = append(ordered, t.certs[:last]...)
	return append(ordered, t.certs[last+1:]...)
}

func (t *trust) used(p *pinned) {
	t.last.Store(int32(slices.Index(t.certs, p))) //nolint:gosec // at most maxCertificates
}

func (t *trust) fingerprints() string {
	var all []string
	for _, p := range t.certs {
		all = append(all, p.short())
	}
	return joined(all)
}
