package sso

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"hash/crc32"
	"strings"
)

// BearerKind is the prefix of one kind of bearer values. It shows what a leaked
// value opens, and keeps one kind from being taken for another.
type BearerKind string

// APIToken is the prefix of REST API tokens.
const APIToken BearerKind = "gw_api_"

const (
	base62       = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	bearerRandom = 40 // 238 bits
	bearerCheck  = 6  // a CRC-32 is at most 4gfFC3
	bearerMAC    = 8  // of the 40, in keyed values: 47 bits, leaving 190 random ones
)

// New returns a bearer value: the prefix, 40 random characters, and a checksum
// of 6.
func (k BearerKind) New() Secret {
	value := k.random(bearerRandom)
	return Secret(value + checksum(value))
}

// NewKeyed returns a bearer value as New does, of whose 40 characters the last 8 are
// a MAC of the others. Only who has the key can make one that ParseKeyed accepts.
func (k BearerKind) NewKeyed(key Secret) Secret {
	value := k.random(bearerRandom - bearerMAC)
	value += mac(key, value)
	return Secret(value + checksum(value))
}

// random returns the prefix and n random characters.
func (k BearerKind) random(n int) string {
	var value strings.Builder
	value.WriteString(string(k))
	var b [1]byte
	for value.Len() < len(k)+n {
		_, _ = rand.Read(b[:]) // crypto/rand.Read never fails since Go 1.24
		if b[0] < 4*62 {       // larger values would make the first characters of base62 more likely
			value.WriteByte(base62[b[0]%62])
		}
	}
	return value.String()
}

// Parse accepts s only if New could have returned it, so that a guessed,
// truncated or mistyped value is refused without a lookup. The error is
// Unauthenticated "invalid_token", the same as for an unknown value.
func (k BearerKind) Parse(s string) (Secret, error) {
	random, ok := strings.CutPrefix(s, string(k))
	if !ok ||
		len(random) != bearerRandom+bearerCheck ||
		strings.Trim(random, base62) != "" {
		return "", InvalidToken()
	}
	if end := len(s) - bearerCheck; checksum(s[:end]) != s[end:] {
		return "", InvalidToken()
	}
	return Secret(s), nil
}

// ParseKeyed is Parse for values of NewKeyed: one that was made up is refused, too,
// for the price of a MAC.
func (k BearerKind) ParseKeyed(key Secret, s string) (Secret, error) {
	value, err := k.Parse(s)
	if err != nil {
		return "", err
	}
	end := len(s) - bearerCheck
	signed := s[:end-bearerMAC]
	if !hmac.Equal([]byte(mac(key, signed)), []byte(s[end-bearerMAC:end])) {
		return "", InvalidToken()
	}
	return value, nil
}

// mac returns a keyed digest of the beginning of a value, which includes its kind.
func mac(key Secret, s string) string {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(s))
	n := binary.BigEndian.Uint64(h.Sum(nil))
	var out [bearerMAC]byte
	for i := range out {
		out[i] = base62[n%62]
		n /= 62
	}
	return string(out[:])
}

// InvalidToken returns the same error for every bearer value that opens
// nothing, whatever is wrong with it.
func InvalidToken() *Error {
	return &Error{
		Kind:   Unauthenticated,
		Code:   "invalid_token",
		Public: "The token is missing, expired or revoked.",
	}
}

// checksum detects typos. It is not secret and proves nothing.
func checksum(s string) string {
	sum := crc32.ChecksumIEEE([]byte(s))
	var out [bearerCheck]byte
	for i := range out {
		out[bearerCheck-1-i] = base62[sum%62]
		sum /= 62
	}
	return string(out[:])
}
