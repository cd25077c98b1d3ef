package sso

import (
	"crypto/rand"
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
)

// New returns a bearer value: the prefix, 40 random characters, and a checksum
// of 6.
func (k BearerKind) New() Secret {
	var value strings.Builder
	value.WriteString(string(k))
	var b [1]byte
	for value.Len() < len(k)+bearerRandom {
		_, _ = rand.Read(b[:]) // crypto/rand.Read never fails since Go 1.24
		if b[0] < 4*62 {       // larger values would make the first characters of base62 more likely
			value.WriteByte(base62[b[0]%62])
		}
	}
	return Secret(value.String() + checksum(value.String()))
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

// InvalidToken returns the same error for every bearer value that opens
// nothing, whatever is wrong with it.
func InvalidToken() *Error {
	return &Error{
		Kind:   Unauthenticated,
		Code:   "invalid_token",
		Public: "The API token is missing, expired or revoked.",
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
