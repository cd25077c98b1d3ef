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

// maxCertificates limits the keys that a response is verified with.
const maxCertificates = 16

// pinnedCertificate is a trusted certificate of the identity provider.
type pinnedCertificate struct {
	cert        *x509.Certificate
	fingerprint string
}

// description names the certificate as lists show it.
func (p *pinnedCertificate) description() string { return describeCertificate(p.cert) }

// ownKey is one of our key pairs.
type ownKey struct {
	signer crypto.Signer
	rsa    *rsa.PrivateKey // nil if the key cannot decrypt
	cert   []byte
}

// trust is the parsed certificates and keys of one revision of a connection.
type trust struct {
	certs      []*pinnedCertificate
	keys       []ownKey
	lastFitted atomic.Int32 // which certificate fitted last; it is tried first

	// The inputs, compared before the result is used again.
	certificates []sso.Certificate
	pairs        []sso.KeyPair
}

// compiledFrom reports whether t is the result of compiling c and cfg. The revision
// number says so too, but a decision about trust does not rely on other code
// keeping a number right.
func (t *trust) compiledFrom(c sso.Connection, cfg sso.SAMLConfig) bool {
	return slices.EqualFunc(t.certificates, cfg.Certificates, func(a, b sso.Certificate) bool {
		return bytes.Equal(a.Raw, b.Raw)
	}) &&
		slices.EqualFunc(t.pairs, c.Keys, func(a, b sso.KeyPair) bool {
			return a.Private == b.Private && bytes.Equal(a.Certificate, b.Certificate)
		})
}

// newTrust parses the certificates and keys of a connection. Weak keys are
// refused when they are saved; here they are skipped, so that one bad key does
// not stop sign-ins with another.
func newTrust(c sso.Connection, cfg sso.SAMLConfig) (*trust, error) {
	t := &trust{
		certificates: slices.Clone(cfg.Certificates),
		pairs:        slices.Clone(c.Keys),
	}
	for _, certificate := range cfg.Certificates {
		cert, err := certificate.Parse()
		if err != nil || checkKeyStrength(cert.PublicKey) != nil {
			continue
		}
		t.certs = append(t.certs, &pinnedCertificate{
			cert:        cert,
			fingerprint: certificate.Fingerprint(),
		})
		if len(t.certs) > maxCertificates {
			return nil, fmt.Errorf("more than %d certificates", maxCertificates)
		}
	}
	for _, pair := range c.Keys {
		key, err := parsePrivateKey(pair.Private)
		if err != nil {
			return nil, fmt.Errorf("our key %s: %w", pair.ID, err)
		}
		decrypter, _ := key.(*rsa.PrivateKey)
		t.keys = append(t.keys, ownKey{
			signer: key,
			rsa:    decrypter,
			cert:   pair.Certificate,
		})
	}
	return t, nil
}

func parsePrivateKey(s sso.Secret) (crypto.Signer, error) {
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

// checkKeyStrength refuses keys that are too short, and those so long that one check
// takes a noticeable time.
func checkKeyStrength(key crypto.PublicKey) error {
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

// certificatesToTry returns the pinned certificates, the last one that fitted first.
func (t *trust) certificatesToTry() []*pinnedCertificate {
	last := int(t.lastFitted.Load())
	if last == 0 {
		return t.certs
	}
	ordered := []*pinnedCertificate{t.certs[last]}
	ordered = append(ordered, t.certs[:last]...)
	return append(ordered, t.certs[last+1:]...)
}

func (t *trust) markUsed(p *pinnedCertificate) {
	t.lastFitted.Store(int32(slices.Index(t.certs, p))) //nolint:gosec // at most maxCertificates
}

func (t *trust) fingerprints() string {
	var all []string
	for _, p := range t.certs {
		all = append(all, p.description())
	}
	return joinOr(all)
}
