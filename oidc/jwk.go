package oidc

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"gatehouse/sso"
)

const (
	maxKeys    = 100
	maxSkipped = 5 // how many unusable keys an error names
	minRSABits = 2048
	maxRSABits = 8192 // limits the cost of a verification
)

// keySet is the key set that a provider publishes at its jwks_uri.
type keySet struct {
	keys       []key
	skipped    []string // skipped keys, with the reason
	generation int      // counts the fetches; two sets with one number are the same
}

// key is a public signing key of an identity provider.
type key struct {
	id        string
	algorithm string // the only one it may be used with; empty: any of its family
	public    any
}

// parseKeys reads a JWK set. It skips keys that are not for signatures, of an
// unknown type, malformed or too weak (RFC 7517 §5), and refuses a set of more
// than maxKeys keys.
func parseKeys(doc []byte) (keySet, error) {
	var published struct {
		Keys []jsontext.Value `json:"keys"`
	}
	if err := json.Unmarshal(doc, &published); err != nil {
		// the cause would quote it
		return keySet{}, errors.New("the document at the jwks_uri is not a JSON object of keys")
	}
	if len(published.Keys) > maxKeys {
		return keySet{}, fmt.Errorf(
			"a key set of %d keys; at most %d are read", len(published.Keys), maxKeys,
		)
	}
	var set keySet
	for i, raw := range published.Keys {
		k, err := parseKey(raw)
		if err == nil {
			set.keys = append(set.keys, k)
			continue
		}
		if name := fmt.Sprintf("key %d", i+1); len(set.skipped) < maxSkipped {
			if k.id != "" {
				name = "key " + sso.Sanitize(k.id)
			}
			set.skipped = append(set.skipped, name+": "+err.Error())
		}
	}
	if len(set.keys) == 0 {
		reasons := ""
		if len(set.skipped) > 0 {
			reasons = ": " + strings.Join(set.skipped, "; ")
		}
		return keySet{}, fmt.Errorf(
			"none of the %d keys of the set can verify a signature%s", len(published.Keys), reasons,
		)
	}
	return set, nil
}

// jwk is a JSON Web Key (RFC 7517 §4, RFC 7518 §6, RFC 8037 §2), limited to the
// members that are used. Its optional members x5c, x5t, x5t#S256 and x5u are
// not read: the key is in n and e, or in x and y, and it is trusted because of
// where it was published.
type jwk struct {
	Type      string         `json:"kty"`
	ID        jsontext.Value `json:"kid"`
	Use       jsontext.Value `json:"use"`
	Algorithm jsontext.Value `json:"alg"`
	N         string         `json:"n"`
	E         string         `json:"e"`
	Curve     string         `json:"crv"`
	X         string         `json:"x"`
	Y         string         `json:"y"`
	D         jsontext.Value `json:"d"`
	K         jsontext.Value `json:"k"`
}

// parseKey reads one key. It returns the key ID even if it refuses the key.
func parseKey(raw jsontext.Value) (key, error) {
	var j jwk
	if err := json.Unmarshal(raw, &j); err != nil {
		return key{}, errors.New("not a JSON object with the members of a key")
	}
	k := key{id: stringOf(j.ID), algorithm: stringOf(j.Algorithm)}
	switch use := stringOf(j.Use); {
	case isPresent(j.D):
		return k, errors.New("a private key, which everyone can read here")
	case isPresent(j.K) || j.Type == "oct":
		return k, errors.New("a shared key, which everyone can read here")
	case use != "" && use != "sig":
		return k, fmt.Errorf("for use %q, not for signatures", sso.Sanitize(use))
	}
	var err error
	if k.public, err = j.publicKey(); err != nil {
		return k, err
	}
	return k, checkKeyStrength(k.public)
}

// isPresent reports whether a member is present and not null: some programs write
// null for members that a key does not have.
func isPresent(raw jsontext.Value) bool { return len(raw) > 0 && raw.Kind() != 'n' }

// publicKey returns the key from its members, which must be in their strict form.
func (j jwk) publicKey() (any, error) {
	canonical := map[string]string{"kty": j.Type}
	var members map[string]string
	size := 0
	switch j.Type {
	case "RSA":
		members = map[string]string{"n": j.N, "e": j.E}
	case "EC":
		members = map[string]string{"x": j.X, "y": j.Y}
		size = map[string]int{
			"P-256": 32,
			"P-384": 48,
			"P-521": 66,
		}[j.Curve]
	case "OKP":
		members = map[string]string{"x": j.X}
	default:
		return nil, fmt.Errorf("of type %q", sso.Sanitize(j.Type))
	}
	if j.Curve != "" && j.Type != "RSA" {
		canonical["crv"] = j.Curve
	}
	for name, encoded := range members {
		number, err := decodeNumber(encoded)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for len(number) < size { // coordinates are padded to the length of the field (RFC 7518 §6.2.1.2)
			number = append([]byte{0}, number...)
		}
		canonical[name] = base64.RawURLEncoding.EncodeToString(number)
	}
	doc, err := json.Marshal(canonical)
	if err != nil {
		return nil, fmt.Errorf("write key: %w", err)
	}
	var k jose.JSONWebKey
	if err := k.UnmarshalJSON(doc); err != nil || !k.Valid() {
		return nil, errors.New("malformed")
	}
	return k.Key, nil
}

// decodeNumber reads base64url, and the unambiguous variants that some
// providers send: with padding, with line breaks, or in the standard alphabet.
func decodeNumber(encoded string) ([]byte, error) {
	const longest = 4 * maxRSABits / 8
	if len(encoded) > longest {
		return nil, errors.New("too long")
	}
	encoded = strings.NewReplacer("+", "-", "/", "_", "\r", "", "\n", "").Replace(encoded)
	number, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(encoded, "="))
	switch {
	case err != nil:
		return nil, errors.New("not base64url")
	case len(number) == 0:
		return nil, errors.New("missing")
	}
	return number, nil
}

// checkKeyStrength refuses keys that are too short, and keys that are too expensive to
// verify with.
func checkKeyStrength(public any) error {
	switch k := public.(type) {
	case *rsa.PublicKey:
		if bits := k.N.BitLen(); bits < minRSABits || bits > maxRSABits {
			return fmt.Errorf("RSA of %d bits; %d to %d are accepted", bits, minRSABits, maxRSABits)
		}
		if k.E < 3 || k.E%2 == 0 {
			return fmt.Errorf("RSA with the exponent %d", k.E)
		}
		return nil
	case *ecdsa.PublicKey, ed25519.PublicKey:
		return nil
	}
	return errors.New("of a type that cannot verify signatures")
}
