package sso

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"log/slog"
)

// Secret is a value that must not be printed: it formats, logs and marshals as
// "[redacted]" whatever the verb, so that a struct with one can be logged
// without thought. Reveal is the only way to the value.
type Secret string

const redacted = "[redacted]"

// Reveal returns the value. Call it where the value is used, never to store or
// log it.
func (s Secret) Reveal() string { return string(s) }

func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return redacted
}

// GoString keeps %#v from showing the value.
func (s Secret) GoString() string { return `sso.Secret("` + s.String() + `")` }

// LogValue implements slog.LogValuer.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalJSON never writes the value. The store takes out what must be stored
// encrypted by Reveal; no other code does.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// MarshalText is MarshalJSON for encoders of other formats.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Hash is the SHA-256 of a bearer value. Bearer values have at least 128 bits
// of entropy, so a fast hash is enough, and only the hash is ever stored.
type Hash [sha256.Size]byte

// Hash returns what is stored in place of a bearer value.
func (s Secret) Hash() Hash { return sha256.Sum256([]byte(s)) }

// Matches reports whether s is not empty and h is its hash, in constant time.
func (s Secret) Matches(h Hash) bool {
	own := s.Hash()
	return s != "" && subtle.ConstantTimeCompare(own[:], h[:]) == 1
}

func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// NewSecret returns 256 random bits as 43 characters that are safe in a URL, a
// cookie and a header.
func NewSecret() Secret {
	var b [32]byte
	_, _ = rand.Read(b[:]) // crypto/rand.Read never fails since Go 1.24
	return Secret(base64.RawURLEncoding.EncodeToString(b[:]))
}
