package oidc

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// canVerify reports whether the key can verify a signature made with this algorithm.
// The key's type decides, so that a token cannot choose how its key is used.
func (k key) canVerify(algorithm string) bool {
	if k.algorithm != "" && k.algorithm != algorithm {
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

// candidates returns the keys that may have signed a token with this header:
// those with its key ID, then those without one. A token without a key ID may
// be signed by any key. A key with another ID is never tried.
func (s keySet) candidates(h header) []key {
	var named, nameless []key
	for _, k := range s.keys {
		switch {
		case !k.canVerify(h.Algorithm):
		case h.KeyID == "" || k.id == h.KeyID:
			named = append(named, k)
		case k.id == "":
			nameless = append(nameless, k)
		}
	}
	return append(named, nameless...)
}

// signingKeys returns the current keys.
func (p *provider) signingKeys(ctx context.Context) (keySet, error) {
	p.mu.Lock()
	keys, ok := p.keys.value, p.keys.isUsable(p.rp.now(), keysAge)
	p.mu.Unlock()
	if ok {
		return keys, nil
	}
	err := p.fetchShared(ctx, "keys", p.fetchKeys)
	p.mu.Lock()
	defer p.mu.Unlock()
	if err == nil || p.keys.isUsable(p.rp.now(), keysAge) {
		return p.keys.value, nil
	}
	return keySet{}, errUpstream(err)
}

// newerKeys returns the keys published after had, none of which fitted: the
// provider may have rotated its keys. Concurrent callers share one fetch. If no
// fetch is allowed now, it returns had.
func (p *provider) newerKeys(ctx context.Context, previous keySet, unsolicited bool) (keySet, error) {
	err := p.fetchShared(ctx, "keys", func(ctx context.Context) error {
		if !p.mayRefetch(previous, unsolicited) {
			return nil
		}
		return p.fetchKeys(ctx)
	})
	if err != nil {
		return keySet{}, errUpstream(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.keys.value, nil
}

// mayRefetch reports whether the keys may be fetched again: within the
// allowance, and only if they have not been fetched since had.
func (p *provider) mayRefetch(previous keySet, unsolicited bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.keys.value.generation != previous.generation {
		return false
	}
	if unsolicited {
		return p.unsolicitedRefetches.allow(p.rp.now())
	}
	return p.refetches.allow(p.rp.now())
}

func (p *provider) fetchKeys(ctx context.Context) error {
	keys, err := p.loadKeys(ctx)
	p.cacheKeys(keys, err)
	if err == nil {
		p.reportKeys(ctx, keys)
	}
	return err
}

// cacheKeys caches a key set. If an admin has to confirm a set that replaces every
// noted key, none of its keys is trusted until then.
func (p *provider) cacheKeys(keys keySet, err error) {
	now := p.rp.now()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keys.triedAt = now
	if err != nil {
		return
	}
	if p.config.ConfirmNewKeys && p.config.Replaces(keys.thumbprints()) {
		keys.skipped = append(
			keys.skipped,
			fmt.Sprintf("%d new keys that wait for an admin to confirm them", len(keys.keys)),
		)
		keys.keys = nil
	}
	keys.generation = p.keys.value.generation + 1
	p.keys.value, p.keys.fetchedAt = keys, now
}

// reportKeys reports a key set that differs from the noted keys and from those
// waiting for confirmation.
func (p *provider) reportKeys(ctx context.Context, keys keySet) {
	thumbprints := keys.thumbprints()
	if p.rp.keysSeen == nil ||
		slices.Equal(thumbprints, p.config.Keys) ||
		slices.Equal(thumbprints, p.config.PendingKeys) {
		return
	}
	report := p.keyReport
	report.Keys = thumbprints
	p.rp.keysSeen(ctx, report)
}

// thumbprint returns the JWK thumbprint of a key (RFC 7638, SHA-256,
// base64url).
func (k key) thumbprint() string {
	sum, err := (&jose.JSONWebKey{Key: k.public}).Thumbprint(crypto.SHA256)
	if err != nil {
		return "" // a type that parseKey does not accept
	}
	return base64.RawURLEncoding.EncodeToString(sum)
}

// thumbprints returns the thumbprints of all keys, sorted, without duplicates.
func (s keySet) thumbprints() []string {
	all := make([]string, 0, len(s.keys))
	for _, k := range s.keys {
		all = append(all, k.thumbprint())
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (p *provider) loadKeys(ctx context.Context) (keySet, error) {
	p.mu.Lock()
	address := p.discovery.value.JWKSURI
	p.mu.Unlock()
	doc, _, err := p.rp.get(ctx, address, "")
	if err != nil {
		return keySet{}, fmt.Errorf("fetch keys: %w", err)
	}
	keys, err := parseKeys(doc)
	if err != nil {
		return keySet{}, errUnusable(err)
	}
	return keys, nil
}

// signatureVerifier verifies one token's signature for go-oidc, and keeps what
// go-oidc's errors do not carry. It implements oidc.KeySet.
type signatureVerifier struct {
	provider    *provider
	header      header
	unsolicited bool   // the token may come from any client
	payload     []byte // the verified payload; nil if nothing was verified
	upstream    error  // why the keys could not be loaded
}

// maxRotations limits the newer key sets that one token is tried with: a fetch that
// was already running may return a set that is outdated when it arrives.
const maxRotations = 3

// VerifySignature tries the cached keys that fit, then the keys that the
// provider publishes now.
func (s *signatureVerifier) VerifySignature(ctx context.Context, token string) ([]byte, error) {
	jws, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{
		jose.SignatureAlgorithm(s.header.Algorithm),
	})
	if err != nil {
		return nil, fmt.Errorf("read token: %w", err)
	}
	keys, err := s.provider.signingKeys(ctx)
	for rotations := 0; err == nil && !s.tryKeys(jws, keys); rotations++ {
		previous := keys
		if rotations == maxRotations {
			return nil, keys.errNoKeyFits()
		}
		keys, err = s.provider.newerKeys(ctx, previous, s.unsolicited)
		if err == nil && keys.generation == previous.generation {
			return nil, keys.errNoKeyFits()
		}
	}
	if err != nil {
		s.upstream = err
		return nil, err
	}
	return s.payload, nil
}

// errNoKeyFits returns an error that names the skipped keys: the missing one may be
// among them.
func (s keySet) errNoKeyFits() error {
	message := "no key of the identity provider fits the signature"
	if len(s.skipped) > 0 {
		message += "; left out: " + strings.Join(s.skipped, "; ")
	}
	return errors.New(message)
}

func (s *signatureVerifier) tryKeys(jws *jose.JSONWebSignature, keys keySet) bool {
	for _, k := range keys.candidates(s.header) {
		if payload, err := jws.Verify(k.public); err == nil {
			s.payload = payload
			return true
		}
	}
	return false
}
