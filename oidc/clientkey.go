package oidc

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // the x5t header names a certificate by it; nothing is secured by it
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"gatehouse/sso"
)

const assertionLifetime = 60 * time.Second

// clientAssertion returns the JWT that authenticates the client by
// private_key_jwt (OpenID Connect Core §9, RFC 7523). The header has the
// certificate's thumbprints for providers that were given the certificate, and
// the key ID for those that were given the key set.
func (rp *RelyingParty) clientAssertion(c sso.Connection, clientID, audience string) (string, error) {
	if len(c.Keys) == 0 {
		return "", fmt.Errorf("client assertion: %w", errors.New("the connection has no key"))
	}
	private, err := privateKey(c.Keys[0])
	if err != nil {
		return "", fmt.Errorf("client assertion: %w", err)
	}
	id, err := keyID(&private.PublicKey)
	if err != nil {
		return "", fmt.Errorf("client assertion: %w", err)
	}
	short := sha1.Sum(c.Keys[0].Certificate)
	long := sha256.Sum256(c.Keys[0].Certificate) //nolint:gosec // as above
	options := (&jose.SignerOptions{}).WithType("JWT").WithHeader("kid", id).
		WithHeader("x5t", base64.RawURLEncoding.EncodeToString(short[:])).
		WithHeader("x5t#S256", base64.RawURLEncoding.EncodeToString(long[:]))
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: private}, options)
	if err != nil {
		return "", fmt.Errorf("client assertion: %w", err)
	}
	now := rp.now()
	assertion, err := jwt.Signed(signer).Claims(jwt.Claims{
		Issuer:    clientID,
		Subject:   clientID,
		Audience:  jwt.Audience{audience},
		ID:        sso.NewSecret().Reveal(),
		IssuedAt:  jwt.NewNumericDate(now),
		NotBefore: jwt.NewNumericDate(now),
		Expiry:    jwt.NewNumericDate(now.Add(assertionLifetime)),
	}).Serialize()
	if err != nil {
		return "", fmt.Errorf("sign client assertion: %w", err)
	}
	return assertion, nil
}

func privateKey(pair sso.KeyPair) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode([]byte(pair.Private.Reveal()))
	if block == nil {
		return nil, errors.New("the private key is not PEM")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("parse private key %s: %w", pair.ID, err)
	}
	private, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("private key %s is a %T, not RSA", pair.ID, parsed)
	}
	return private, nil
}

// keyID returns the JWK thumbprint of a key (RFC 7638), so that both sides
// derive the same ID without exchanging it.
func keyID(public crypto.PublicKey) (string, error) {
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return "", fmt.Errorf("name key: %w", err)
	}
	sum := sha256.Sum256(der)
	return base64.RawURLEncoding.EncodeToString(sum[:]), nil
}

// ClientKeys returns the connection's public keys as a JWK set, which an admin
// registers at the provider when the client authenticates by private_key_jwt.
func (rp *RelyingParty) ClientKeys(c sso.Connection) ([]byte, error) {
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{}}
	for _, pair := range c.Keys {
		private, err := privateKey(pair)
		if err != nil {
			return nil, fmt.Errorf("client keys: %w", err)
		}
		id, err := keyID(&private.PublicKey)
		if err != nil {
			return nil, fmt.Errorf("client keys: %w", err)
		}
		set.Keys = append(set.Keys, jose.JSONWebKey{
			Key:       &private.PublicKey,
			KeyID:     id,
			Algorithm: string(jose.RS256),
			Use:       "sig",
		})
	}
	doc, err := json.Marshal(set)
	if err != nil {
		return nil, fmt.Errorf("client keys: %w", err)
	}
	return doc, nil
}
