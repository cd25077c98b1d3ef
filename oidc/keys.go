package oidc

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"errors"
	"fmt"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	maxKeys    = 100
	minRSABits = 2048
	maxRSABits = 8192 // what a verification may cost
)

// key is one of an identity provider's that may sign.
type key struct {
	id        string
	algorithm string // the only one it may be used with; empty: any of its family
	public    any
}

// fits reports whether a signature with this header can be of the key.
func (k key) fits(kid, algorithm string) bool {
	if kid != "" && k.id != kid || k.algorithm != "" && k.algorithm != algorithm {
		return false
	}
	switch k.public.(type) {
	case *rsa.PublicKey:
		return strings.HasPrefix(algorithm, "RS") || strings.HasPrefix(algorithm, "PS")
	case *ecdsa.PublicKey:
		return strings.HasPrefix(algorithm, "ES")
	case ed25519.PublicKey:
		return algorithm == string(jose.EdDSA)
	}
	return false
}

// parseKeys reads a JWK set. Keys that are not for signatures, of an unknown
// kind or too weak are left out (RFC 7517 §5); a set without end is refused.
func parseKeys(doc []byte) ([]key, error) {
	var set struct {
		Keys []jsontext.Value `json:"keys"`
	}
	if err := json.Unmarshal(doc, &set); err != nil {
		return nil, fmt.Errorf("read key set: %w", err)
	}
	if len(set.Keys) > maxKeys {
		return nil, fmt.Errorf("a key set of %d keys; at most %d are read", len(set.Keys), maxKeys)
	}
	var keys []key
	for _, raw := range set.Keys {
		var k jose.JSONWebKey
		if k.UnmarshalJSON(raw) != nil || !k.Valid() || k.Use != "" && k.Use != "sig" || !strong(k.Key) {
			continue
		}
		keys = append(keys, key{id: k.KeyID, algorithm: k.Algorithm, public: k.Key})
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("none of the %d keys of the set may verify a signature", len(set.Keys))
	}
	return keys, nil
}

// strong also leaves out private and shared keys, which a key set must not have.
func strong(public any) bool {
	switch k := public.(type) {
	case *rsa.PublicKey:
		return k.N.BitLen() >= minRSABits && k.N.BitLen() <= maxRSABits
	case *ecdsa.PublicKey, ed25519.PublicKey:
		return true
	}
	return false
}

// signingKeys gives the current keys.
func (p *provider) signingKeys(ctx context.Context) ([]key, error) {
	p.mu.Lock()
	keys, ok := p.keys.value, p.keys.usable(p.rp.now(), keysAge)
	p.mu.Unlock()
	if ok {
		return keys, nil
	}
	err := p.shared(ctx, "keys", p.fetchKeys)
	p.mu.Lock()
	defer p.mu.Unlock()
	if err == nil || p.keys.usable(p.rp.now(), keysAge) {
		return p.keys.value, nil
	}
	return nil, upstream(err)
}

// otherKeys gives the keys as they are after had, which did not fit: the
// provider may have rotated them since. Whoever asks while they are being
// fetched waits for that.
func (p *provider) otherKeys(ctx context.Context, had []key) ([]key, error) {
	err := p.shared(ctx, "keys", func(ctx context.Context) error {
		if !p.mayRefetch(had) {
			return nil
		}
		return p.fetchKeys(ctx)
	})
	if err != nil {
		return nil, upstream(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.keys.value, nil
}

// mayRefetch allows it once in refetchEvery, because anybody can make up a key
// ID, and not at all if the keys have changed already.
func (p *provider) mayRefetch(had []key) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.rp.now()
	if len(had) == 0 || len(p.keys.value) == 0 || &p.keys.value[0] != &had[0] || now.Sub(p.refetched) < refetchEvery {
		return false
	}
	p.refetched = now
	return true
}

func (p *provider) fetchKeys(ctx context.Context) error {
	keys, err := p.loadKeys(ctx)
	now := p.rp.now()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keys.triedAt = now
	if err == nil {
		p.keys.value, p.keys.fetchedAt = keys, now
	}
	return err
}

func (p *provider) loadKeys(ctx context.Context) ([]key, error) {
	p.mu.Lock()
	address := p.discovery.value.JWKSURI
	p.mu.Unlock()
	doc, _, err := p.rp.get(ctx, address, "")
	if err != nil {
		return nil, fmt.Errorf("fetch keys: %w", err)
	}
	return parseKeys(doc)
}

// signature verifies one token's signature for go-oidc, and remembers what its
// errors do not carry. It implements oidc.KeySet.
type signature struct {
	provider *provider
	header   header
	payload  []byte // what was verified; nil if nothing was
	upstream error  // the keys could not be had
}

// VerifySignature tries the keys that fit, and once those of today.
func (s *signature) VerifySignature(ctx context.Context, token string) ([]byte, error) {
	jws, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(s.header.Algorithm)})
	if err != nil {
		return nil, fmt.Errorf("read token: %w", err)
	}
	keys, err := s.provider.signingKeys(ctx)
	if err == nil && !s.try(jws, keys) {
		keys, err = s.provider.otherKeys(ctx, keys)
		if err == nil {
			s.try(jws, keys)
		}
	}
	if err != nil {
		s.upstream = err
		return nil, err
	}
	if s.payload == nil {
		return nil, errors.New("no key of the identity provider fits the signature")
	}
	return s.payload, nil
}

func (s *signature) try(jws *jose.JSONWebSignature, keys []key) bool {
	for _, k := range keys {
		if !k.fits(s.header.KeyID, s.header.Algorithm) {
			continue
		}
		if payload, err := jws.Verify(k.public); err == nil {
			s.payload = payload
			return true
		}
	}
	return false
}
