package sso

import "time"

// SigningKey signs assertions to applications. When it signs and how long it is
// published follows from when it and its successor were created, so nodes need
// not coordinate.
type SigningKey struct {
	ID        KeyID
	Public    []byte // PKIX, DER
	Private   Secret // PKCS #8, DER in base64
	CreatedAt time.Time
}
