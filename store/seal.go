package store

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"gatehouse/sso"
)

// Keyring has the keys that seal secrets: 32 bytes in base64 each, as NewKey
// makes them. Current seals; both open.
type Keyring struct {
	Current  sso.Secret
	Previous sso.Secret // empty unless the key is being rotated
}

// NewKey returns a random key for a Keyring.
func NewKey() sso.Secret {
	var b [32]byte
	_, _ = rand.Read(b[:]) // crypto/rand.Read never fails since Go 1.24
	return sso.Secret(base64.StdEncoding.EncodeToString(b[:]))
}

// sealer seals with AES-256-GCM and a random nonce. A sealed value is "1.<key
// id>.<base64>"; the place is authenticated, so that a value cannot be moved
// elsewhere.
type sealer struct {
	current string
	keys    map[string]cipher.AEAD
	codes   [][]byte // keys of the hashes of short codes, the current first
}

// keyed returns the HMAC of text under key.
func keyed(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// place is where a sealed value belongs.
type place struct {
	column     string // "table.column"
	row        string
	enterprise sso.EnterpriseID
}

func (p place) bytes() []byte { return []byte(p.column + "|" + p.row + "|" + string(p.enterprise)) }

const sealFormat = "1"

func newSealer(k Keyring) (*sealer, error) {
	s := &sealer{keys: map[string]cipher.AEAD{}}
	for _, key := range []struct {
		name  string
		value sso.Secret
	}{
		{"previous", k.Previous}, {"current", k.Current},
	} {
		if key.value == "" && key.name == "previous" {
			continue
		}
		b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(key.value.Reveal()))
		if err != nil || len(b) != 32 {
			return nil, fmt.Errorf("the %s secret key is not 32 bytes in base64", key.name)
		}
		block, err := aes.NewCipher(b)
		if err != nil {
			return nil, fmt.Errorf("use the %s secret key: %w", key.name, err)
		}
		aead, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return nil, fmt.Errorf("use the %s secret key: %w", key.name, err)
		}
		sum := sha256.Sum256(append([]byte("gatehouse key id\x00"), b...))
		s.current = hex.EncodeToString(sum[:6])
		s.keys[s.current] = aead
		s.codes = append([][]byte{keyed(b, "gatehouse code key")}, s.codes...)
	}
	return s, nil
}

// seal returns "" for "": a missing secret stays visible as such.
func (s *sealer) seal(p place, value sso.Secret) string {
	if value == "" {
		return ""
	}
	box := s.keys[s.current].Seal(nil, nil, []byte(value.Reveal()), p.bytes())
	return sealFormat + "." + s.current + "." + base64.RawStdEncoding.EncodeToString(box)
}

// errWrongKey means that a value was sealed with a key that is not in the ring.
var errWrongKey = errors.New("it was sealed with another secret key than those configured")

func (s *sealer) open(p place, sealed string) (sso.Secret, error) {
	if sealed == "" {
		return "", nil
	}
	parts := strings.Split(sealed, ".")
	if len(parts) != 3 || parts[0] != sealFormat {
		return "", fmt.Errorf("open %s of %s: not a sealed value", p.column, p.row)
	}
	aead := s.keys[parts[1]]
	if aead == nil {
		return "", fmt.Errorf("open %s of %s: %w", p.column, p.row, errWrongKey)
	}
	box, err := base64.RawStdEncoding.DecodeString(parts[2])
	if err != nil {
		return "", fmt.Errorf("open %s of %s: %w", p.column, p.row, err)
	}
	value, err := aead.Open(nil, nil, box, p.bytes())
	if err != nil {
		return "", fmt.Errorf("open %s of %s: it was changed or belongs elsewhere: %w", p.column, p.row, err)
	}
	return sso.Secret(value), nil
}
